//! Numbers for a peer, as a safetensors file.

use std::fs;

use darkroom::mask::Mask;
use safetensors::{Dtype, serialize, tensor::TensorView};

use crate::Outcome;

/// Tensors by name.
#[derive(Default)]
pub struct Tensors(Vec<(&'static str, Dtype, Vec<usize>, Vec<u8>)>);

impl Tensors {
    /// Numbers of this shape.
    pub fn floats(mut self, name: &'static str, shape: &[usize], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.0.push((name, Dtype::F32, shape.to_vec(), bytes));
        self
    }

    /// `order`, `[masks, patches]`: visible patches first, hidden ones after them, both ascending.
    pub fn order(mut self, masks: &[Mask]) -> Self {
        let places = masks.iter().flat_map(|mask| mask.kept().into_iter().chain(mask.hidden_indices()));
        let bytes = places.flat_map(|place| (place as i64).to_le_bytes()).collect();
        let patches = masks.first().map_or(0, |mask| mask.hidden.len());
        self.0.push(("order", Dtype::I64, vec![masks.len(), patches], bytes));
        self
    }

    /// Writes the file.
    pub fn write(&self, path: &str) -> Outcome {
        let views = self
            .0
            .iter()
            .map(|(name, dtype, shape, bytes)| Ok((*name, TensorView::new(*dtype, shape.clone(), bytes)?)));
        let views: Vec<_> = views.collect::<Result<_, safetensors::SafeTensorError>>()?;
        fs::write(path, serialize(views, None)?)?;
        Ok(())
    }
}
