//! A network that starts from the encoder of another method's file: a masked autoencoder's, say, that a joint-embedding
//! method trains on.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::{Device, TensorData};

use super::{error::WeightsError, positions::Stretch, state::state};
use crate::{
    config::RunConfig,
    methods::{AnyMethod, Method},
    nn::{Drawn, Init, Source},
};

/// A network shaped by `config`, its encoder out of `other`, all else drawn as a fresh run would draw it, and whether positions
/// were stretched.
///
/// # Errors
/// Encoders that differ in width, layers or patch; knobs that cannot be so.
pub fn from_encoder(
    config: &RunConfig,
    other: &AnyMethod,
    file: &str,
    device: &Device,
) -> Result<(AnyMethod, Option<Stretch>), WeightsError> {
    let mut encoder = Encoder {
        values: encoder_of(other),
        used: BTreeSet::new(),
        drawn: Drawn { seed: config.seed },
        stretched: None,
        trouble: None,
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
        None => Ok((method, encoder.stretched)),
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
    /// What positions went through, where the pictures have another size.
    stretched: Option<Stretch>,
    trouble: Option<String>,
}

impl Source for Encoder {
    fn take(&mut self, path: &str, shape: &[usize], init: Init) -> Vec<f32> {
        let drawn = self.drawn.take(path, shape, init);
        let Some(name) = below_encoder(path) else { return drawn };
        let trouble = match self.values.get(name) {
            None => format!("it lacks \"{name}\""),
            Some(data) => {
                let own = data.shape().to_vec();
                let stretch = Stretch::between(name, &own, shape);
                if own == shape || stretch.is_some() {
                    self.used.insert(name.to_owned());
                    let values = data.iter::<f32>().collect();
                    self.stretched = self.stretched.or(stretch);
                    return match stretch {
                        Some(stretch) => stretch.of(values),
                        None => values,
                    };
                }
                format!("its \"{name}\" is {own:?}, here it is {shape:?}")
            }
        };
        self.trouble.get_or_insert(trouble);
        drawn
    }
}
