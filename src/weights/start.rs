//! A network that starts from the encoder of another method's file: a masked autoencoder's, say, that a joint-embedding
//! method trains on. Positions of another picture size are stretched over the new one's patches, as the field does it.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, Tensor, TensorData};

use super::{error::WeightsError, state::state};
use crate::{
    config::RunConfig,
    mask::Grid,
    methods::{AnyMethod, Method},
    nn::{Drawn, Init, Source, positions::resized},
};

/// A network shaped by `config`, its encoder out of `other`, all else drawn as a fresh run would draw it.
///
/// # Errors
/// Encoders that differ in width, layers or patch; knobs that cannot be so.
pub fn from_encoder(config: &RunConfig, other: &AnyMethod, file: &str, device: &Device) -> Result<AnyMethod, WeightsError> {
    let mut encoder = Encoder {
        values: encoder_of(other),
        used: BTreeSet::new(),
        drawn: Drawn { seed: config.seed },
        trouble: None,
        device: device.clone(),
    };
    let method = AnyMethod::new(config, &mut encoder, device).map_err(|problem| WeightsError::Config {
        file: file.to_owned(),
        problem,
    })?;
    let left = encoder.values.keys().find(|name| !encoder.used.contains(*name));
    let left = left.map(|name| format!("its \"{name}\" has no place there"));
    match encoder.trouble.or(left) {
        Some(problem) => Err(WeightsError::Encoder {
            file: file.to_owned(),
            problem,
        }),
        None => Ok(method),
    }
}

/// The encoder's parameters by their path below it: those of the branch that answers, where there are two.
fn encoder_of(method: &AnyMethod) -> BTreeMap<String, TensorData> {
    let aside = method.training_only();
    state(method)
        .into_iter()
        .filter(|(path, _)| !aside.iter().any(|prefix| path.starts_with(prefix)))
        .filter_map(|(path, data)| Some((below_encoder(&path)?.to_owned(), data)))
        .collect()
}

/// `student.encoder.network.blocks.0.norm1.weight` and `encoder.blocks.0.norm1.weight` are one and the same.
fn below_encoder(path: &str) -> Option<&str> {
    let below = path.strip_prefix("encoder.").or_else(|| Some(path.split_once(".encoder.")?.1))?;
    Some(below.strip_prefix("network.").unwrap_or(below))
}

/// Takes the encoder from another network and draws the rest.
struct Encoder {
    values: BTreeMap<String, TensorData>,
    used: BTreeSet<String>,
    drawn: Drawn,
    trouble: Option<String>,
    device: Device,
}

impl Source for Encoder {
    fn take(&mut self, path: &str, shape: &[usize], init: Init) -> Vec<f32> {
        let drawn = self.drawn.take(path, shape, init);
        let Some(name) = below_encoder(path) else { return drawn };
        let trouble = match self.values.get(name) {
            None => format!("it lacks \"{name}\""),
            Some(data) => {
                let (own, values) = (data.shape().to_vec(), data.iter::<f32>().collect());
                match fitted(values, (name, &own), shape, &self.device) {
                    Some(values) => {
                        self.used.insert(name.to_owned());
                        return values;
                    }
                    None => format!("its \"{name}\" is {own:?}, here it is {shape:?}"),
                }
            }
        };
        self.trouble.get_or_insert(trouble);
        drawn
    }
}

/// The numbers of a parameter in the shape wanted: as they are, or, of a table of positions, stretched. `None` where they do
/// not fit.
pub fn fitted(values: Vec<f32>, (path, own): (&str, &[usize]), wanted: &[usize], device: &Device) -> Option<Vec<f32>> {
    if own == wanted {
        return Some(values);
    }
    let (from, to) = grids(path, own, wanted)?;
    let table = Tensor::<2>::from_data(TensorData::new(values, [1 + from.len(), *own.last()?]), device);
    Some(resized(table, from, to).into_data().iter::<f32>().collect())
}

/// Whether a parameter is a table of positions that can be, and has to be, stretched from one shape to another.
pub fn stretches(path: &str, own: &[usize], wanted: &[usize]) -> bool {
    own != wanted && grids(path, own, wanted).is_some()
}

/// Of tables of positions, as wide as each other, the patches that they are for.
fn grids(path: &str, own: &[usize], wanted: &[usize]) -> Option<(Grid, Grid)> {
    let is_table = path.rsplit('.').next() == Some("positions") && own.last() == wanted.last();
    grid_of(own).filter(|_| is_table).zip(grid_of(wanted))
}

/// The square grid of a table `[.., 1 + patches, dim]`.
fn grid_of(shape: &[usize]) -> Option<Grid> {
    let [ones @ .., rows, _] = shape else { return None };
    let side = rows.checked_sub(1)?.isqrt();
    (side > 0 && side * side + 1 == *rows && ones.iter().all(|n| *n == 1)).then(|| Grid::new(side, side))
}
