//! What models said of pictures, kept for as long as both stay: whatever is asked of it is quick.

use std::{collections::BTreeMap, sync::Arc};

use burn::tensor::{Device, Tensor, TensorData};

use crate::{
    methods::{AnyMethod, Method},
    picture::Picture,
    predict::{Embedded, PredictError, embed, values},
    probes::Embeddings,
    protocol::together::Slot,
};

/// Numbers of patch embeddings that are kept, of all pictures and models together: 256 MiB. What was asked for longest ago
/// goes first.
const PATCH_NUMBERS: usize = 64 << 20;

/// What a network says of one picture as a whole.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// `[dim]`.
    pub embedding: Vec<f32>,
    /// `[width]`: the same through the projector, of any length.
    pub projection: Vec<f32>,
}

/// What `model` says of each of `pictures`, squares of its size. All at once: hand in as many as may pass without a word.
///
/// # Errors
/// A picture of another size, a device that fails.
pub async fn tell(model: &AnyMethod, pictures: &[Picture], device: &Device) -> Result<Vec<Told>, PredictError> {
    let Embedded {
        embeddings, projections, ..
    } = embed(model, pictures, device, |_| {}).await?;
    let rows = embeddings.iter().zip(projections.iter());
    Ok(rows
        .map(|(embedding, projection)| Told {
            embedding: embedding.to_vec(),
            projection: projection.to_vec(),
        })
        .collect())
}

/// The patches of each of `pictures`, squares of the model's size: `[patches, dim]`, rows of length 1. All at once, as
/// [`tell`].
///
/// # Errors
/// A model without patches, a picture of another size, a device that fails, numbers that are none.
pub async fn patches(model: &AnyMethod, pictures: &[Picture], device: &Device) -> Result<Vec<Embeddings>, PredictError> {
    let Some(batch) = batch(model, pictures, device)? else {
        return Ok(Vec::new());
    };
    let found = model.embed_patches(batch).ok_or_else(|| PredictError::NoPatches(model.name()))?;
    let [_, count, dim] = found.dims();
    let numbers = values(found).await?;
    let rows = |numbers: &[f32]| Ok(Embeddings::new(count, dim, numbers.to_vec())?.unit());
    numbers.chunks((count * dim).max(1)).map(rows).collect()
}

/// Pictures of the model's size as `[batch, 3, size, size]`; `None` where there is none.
pub(super) fn batch(model: &AnyMethod, pictures: &[Picture], device: &Device) -> Result<Option<Tensor<4>>, PredictError> {
    let wanted = model.views().size_px;
    if let Some(other) = pictures.iter().find(|picture| (picture.width, picture.height) != (wanted, wanted)) {
        let found = [other.width, other.height];
        return Err(PredictError::Size { found, wanted });
    }
    let pixels: Vec<f32> = pictures.iter().flat_map(|picture| picture.pixels.iter().copied()).collect();
    let data = TensorData::new(pixels, [pictures.len(), 3, wanted, wanted]);
    Ok((!pictures.is_empty()).then(|| Tensor::from_data(data, device)))
}

/// What was said, by model and picture.
#[derive(Debug, Default)]
pub struct Kept {
    told: BTreeMap<(Slot, u32), Told>,
    patches: BTreeMap<(Slot, u32), Looked>,
    asked: u64,
}

#[derive(Debug)]
struct Looked {
    rows: Arc<Embeddings>,
    /// When it was last asked for.
    at: u64,
}

impl Kept {
    /// Those of `ids` that nothing is known of, each once.
    #[must_use]
    pub fn missing(&self, slot: Slot, ids: &[u32]) -> Vec<u32> {
        missing(ids, |id| self.told.contains_key(&(slot, id)))
    }

    /// Those of `ids` whose patches are not known, each once.
    #[must_use]
    pub fn missing_patches(&self, slot: Slot, ids: &[u32]) -> Vec<u32> {
        missing(ids, |id| self.patches.contains_key(&(slot, id)))
    }

    /// Keeps what a model said of a picture.
    pub fn keep(&mut self, slot: Slot, id: u32, told: Told) {
        self.told.insert((slot, id), told);
    }

    /// Keeps a picture's patches, and lets those go that were asked for longest ago where they become too many.
    pub fn keep_patches(&mut self, slot: Slot, id: u32, rows: Embeddings) {
        self.asked += 1;
        let looked = Looked {
            rows: Arc::new(rows),
            at: self.asked,
        };
        self.patches.insert((slot, id), looked);
        let numbers = |patches: &BTreeMap<_, Looked>| patches.values().map(|looked| looked.rows.values().len()).sum::<usize>();
        while numbers(&self.patches) > PATCH_NUMBERS && self.patches.len() > 1 {
            let oldest = self.patches.iter().min_by_key(|(_, looked)| looked.at).map(|(key, _)| *key);
            oldest.map(|key| self.patches.remove(&key));
        }
    }

    /// Forgets these pictures.
    pub fn drop_pictures(&mut self, ids: &[u32]) {
        self.told.retain(|(_, id), _| !ids.contains(id));
        self.patches.retain(|(_, id), _| !ids.contains(id));
    }

    /// Forgets all that the model in `slot` said.
    pub fn clear(&mut self, slot: Slot) {
        self.told.retain(|(of, _), _| *of != slot);
        self.patches.retain(|(of, _), _| *of != slot);
    }

    /// Embeddings as they are, `[ids, dim]`.
    ///
    /// # Errors
    /// A picture that is not embedded, the first of them named.
    pub fn embeddings(&self, slot: Slot, ids: &[u32]) -> Result<Embeddings, PredictError> {
        self.rows(slot, ids, |told| &told.embedding)
    }

    /// Projections of length 1, `[ids, width]`: what energies of pairs are read off.
    ///
    /// # Errors
    /// As [`Kept::embeddings`].
    pub fn projections(&self, slot: Slot, ids: &[u32]) -> Result<Embeddings, PredictError> {
        Ok(self.rows(slot, ids, |told| &told.projection)?.unit())
    }

    /// Embeddings and projections as they are: what the instruments read. `asked_deviation` is the model's
    /// [`Method::deviation`].
    ///
    /// # Errors
    /// As [`Kept::embeddings`].
    pub fn embedded(&self, slot: Slot, ids: &[u32], asked_deviation: Option<f32>) -> Result<Embedded, PredictError> {
        Ok(Embedded {
            embeddings: self.embeddings(slot, ids)?,
            projections: self.rows(slot, ids, |told| &told.projection)?,
            asked_deviation,
        })
    }

    /// Patches of one picture, `[patches, dim]`, rows of length 1.
    ///
    /// # Errors
    /// As [`Kept::embeddings`].
    pub fn patches(&mut self, slot: Slot, id: u32) -> Result<Arc<Embeddings>, PredictError> {
        self.asked += 1;
        let looked = self.patches.get_mut(&(slot, id)).ok_or(PredictError::NotEmbedded(id))?;
        looked.at = self.asked;
        Ok(looked.rows.clone())
    }

    fn rows(&self, slot: Slot, ids: &[u32], which: fn(&Told) -> &Vec<f32>) -> Result<Embeddings, PredictError> {
        let told = |id: &u32| self.told.get(&(slot, *id)).map(which).ok_or(PredictError::NotEmbedded(*id));
        let rows = ids.iter().map(told).collect::<Result<Vec<_>, _>>()?;
        let dim = rows.first().map_or(0, |row| row.len());
        Ok(Embeddings::new(rows.len(), dim, rows.into_iter().flatten().copied().collect())?)
    }
}

fn missing(ids: &[u32], known: impl Fn(u32) -> bool) -> Vec<u32> {
    let mut seen = std::collections::BTreeSet::new();
    ids.iter().copied().filter(|id| !known(*id) && seen.insert(*id)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(number: f32) -> Told {
        Told {
            embedding: vec![number, 1.0, 0.0],
            projection: vec![3.0 * number, 4.0 * number],
        }
    }

    #[test]
    fn what_was_said_is_there_in_the_order_asked_until_picture_or_model_goes() {
        let mut kept = Kept::default();
        for id in [7, 3, 9] {
            kept.keep(Slot::First, id, told(id as f32));
        }
        kept.keep(Slot::Second, 3, told(-1.0));
        assert_eq!(kept.missing(Slot::First, &[1, 3, 1, 9, 2]), [1, 2]);
        let rows = kept.embeddings(Slot::First, &[9, 7, 9]).unwrap();
        assert_eq!(rows.values(), [9.0, 1.0, 0.0, 7.0, 1.0, 0.0, 9.0, 1.0, 0.0]);
        assert_eq!(kept.projections(Slot::First, &[3]).unwrap().values(), [0.6, 0.8]);
        assert_eq!(kept.embedded(Slot::First, &[3], None).unwrap().projections.values(), [9.0, 12.0]);
        assert_eq!(kept.embeddings(Slot::First, &[3, 4]), Err(PredictError::NotEmbedded(4)));
        assert_eq!(kept.embeddings(Slot::First, &[]).unwrap().rows(), 0);
        kept.drop_pictures(&[9]);
        assert_eq!(kept.missing(Slot::First, &[7, 9]), [9]);
        kept.clear(Slot::First);
        assert_eq!(kept.missing(Slot::First, &[3, 7]), [3, 7]);
        assert!(kept.missing(Slot::Second, &[3]).is_empty());
    }

    #[test]
    fn patches_that_were_asked_for_longest_ago_go_first() {
        let mut kept = Kept::default();
        let large = Embeddings::new(1 << 12, 1 << 13, vec![0.0; 1 << 25]).unwrap(); // half of what is kept
        kept.keep_patches(Slot::First, 1, large.clone());
        kept.keep_patches(Slot::First, 2, large.clone());
        assert!(kept.missing_patches(Slot::First, &[1, 2]).is_empty());
        kept.patches(Slot::First, 1).unwrap();
        kept.keep_patches(Slot::First, 3, large);
        assert_eq!(kept.missing_patches(Slot::First, &[1, 2, 3]), [2]);
        assert_eq!(kept.patches(Slot::First, 2).unwrap_err(), PredictError::NotEmbedded(2));
    }
}
