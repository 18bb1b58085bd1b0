//! Embeddings of pictures with nothing hidden.

use burn::tensor::{Device, Tensor, TensorData};

use super::PredictError;
use crate::{
    methods::{AnyMethod, Method},
    picture::Picture,
    probes::{Embeddings, Instruments, Measured},
};

/// Pictures embedded at once.
const AT_ONCE: usize = 64;

/// What a network says of pictures.
#[derive(Clone, Debug, PartialEq)]
pub struct Embedded {
    /// What probes read, and what a network is kept for: one row a picture.
    pub embeddings: Embeddings,
    /// The same through the projector, where there is one: what the method compares.
    pub projections: Embeddings,
    /// See [`Method::deviation`].
    pub asked_deviation: Option<f32>,
}

impl Embedded {
    /// Reads the instruments: how embeddings lie on the sphere behind the projector, where the loss compares them; rank
    /// before it, where they are used. `views[k]` has view `k` of every picture, of these or others; none leaves out what
    /// needs two views of a picture.
    #[must_use]
    pub fn instruments(&self, views: &[Self]) -> Instruments {
        let measure = |which: fn(&Self) -> &Embeddings| {
            let views: Vec<Embeddings> = views.iter().map(|view| which(view).clone()).collect();
            Instruments::measure(&Measured {
                embeddings: which(self),
                views: &views,
            })
        };
        let before = measure(|embedded| &embedded.embeddings);
        Instruments {
            asked_deviation: self.asked_deviation,
            rank_dim: before.dim,
            rank_me: before.rank_me,
            lidar: before.lidar,
            ..measure(|embedded| &embedded.projections)
        }
    }
}

/// Embeds `pictures`, squares of the model's size; `each` hears after each round how many are done.
///
/// # Errors
/// A picture of another size, a device that fails.
pub async fn embed(
    model: &AnyMethod,
    pictures: &[Picture],
    device: &Device,
    mut each: impl FnMut(usize),
) -> Result<Embedded, PredictError> {
    let wanted = model.views().size_px;
    let (mut embeddings, mut projections) = (Vec::new(), Vec::new());
    let mut done = 0;
    for round in pictures.chunks(AT_ONCE) {
        if let Some(other) = round.iter().find(|picture| (picture.width, picture.height) != (wanted, wanted)) {
            let found = [other.width, other.height];
            return Err(PredictError::Size { found, wanted });
        }
        let pixels: Vec<f32> = round.iter().flat_map(|picture| picture.pixels.iter().copied()).collect();
        let seen = Tensor::from_data(TensorData::new(pixels, [round.len(), 3, wanted, wanted]), device);
        let embedded = model.embed(seen);
        projections.extend(rows(model.project(embedded.clone())).await?);
        embeddings.extend(rows(embedded).await?);
        done += round.len();
        each(done);
    }
    Ok(Embedded {
        embeddings: whole(embeddings, pictures.len())?,
        projections: whole(projections, pictures.len())?,
        asked_deviation: model.deviation(),
    })
}

async fn rows(tensor: Tensor<2>) -> Result<Vec<f32>, PredictError> {
    let data = tensor
        .into_data_async()
        .await
        .map_err(|error| PredictError::Device(error.to_string()))?;
    // Numbers that are none stay as they are: an instrument that says so is worth more than none.
    Ok(data.iter::<f32>().collect())
}

fn whole(values: Vec<f32>, rows: usize) -> Result<Embeddings, PredictError> {
    let dim = values.len() / rows.max(1);
    Embeddings::new(rows, dim, values).map_err(|why| PredictError::Device(why.to_string()))
}
