//! Weights that are open: a network that answers, and what its card says.

use burn::module::Module;

use super::device::Chosen;
use crate::{
    mask::Grid,
    methods::{AnyMethod, Method},
    nn::packed,
    protocol::ModelInfo,
    weights::{self, Header},
};

/// A model in hand.
#[derive(Debug)]
pub struct Opened {
    /// For answers alone.
    pub model: AnyMethod,
    /// The file's own words, where it has some.
    pub header: Option<Header>,
    /// For its card.
    pub info: ModelInfo,
}

/// Opens weights on the device.
///
/// # Errors
/// A sentence that names the file.
pub fn open(name: &str, bytes: &[u8], chosen: &Chosen) -> Result<Opened, String> {
    let opened =
        weights::from_bytes_within(bytes, name, &chosen.device, chosen.largest_tensor_bytes).map_err(|reason| reason.to_string())?;
    let plan = opened.method.views();
    let grid = Grid::of(plan.size_px, plan.patch_px).ok_or_else(|| format!("{name}: its patches do not divide its pictures."))?;
    let info = ModelInfo {
        name: name.into(),
        size_px: plan.size_px,
        grid,
        parameters: opened.method.num_params() as u64,
        bytes: bytes.len() as u64,
        card: opened.header.as_ref().map(|header| header.card.clone()),
        note: opened.note,
    };
    Ok(Opened {
        model: packed(opened.method.for_answers()),
        header: opened.header,
        info,
    })
}
