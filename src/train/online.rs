//! The linear probe beside the training: it learns the classes from the embeddings that the training makes anyway, and
//! nothing of it leads back into the network.

use super::{Features, checkpoint::Tensors};
use crate::probes::{OnlineProbe, ProbeError};

/// On a GPU, embeddings of every so many steps are read back, together with the losses that it owes: the loop waits no
/// more often than without a probe.
const EVERY_ON_GPU: u64 = 4;

/// Where a checkpoint has it.
const PREFIX: &str = "probe.";

/// The probe of a run; absent where the pictures have no classes.
#[derive(Debug)]
pub struct Online {
    classes: usize,
    seed: u64,
    probe: Option<OnlineProbe>,
}

impl Online {
    /// For so many classes; it takes its width from the first embeddings.
    #[must_use]
    pub fn new(classes: usize, seed: u64) -> Self {
        Self {
            classes,
            seed,
            probe: None,
        }
    }

    /// Steps from one to the next that it learns from; 0 where it learns from none.
    #[must_use]
    pub fn every(&self, is_host: bool) -> u64 {
        match (self.classes, is_host) {
            (0 | 1, _) => 0,
            (_, true) => 1,
            (_, false) => EVERY_ON_GPU,
        }
    }

    /// Judges embeddings, then learns from them.
    ///
    /// # Errors
    /// Not one label a row.
    pub fn feed(&mut self, features: &Features) -> Result<(), ProbeError> {
        let probe = self
            .probe
            .get_or_insert_with(|| OnlineProbe::new(features.dim, self.classes, self.seed));
        probe.feed(&features.values, &features.labels).map(|_| ())
    }

    /// Share of pictures told right lately, each judged before it was learned from, 0..1.
    #[must_use]
    pub fn accuracy(&self) -> Option<f32> {
        self.probe.as_ref()?.accuracy()
    }

    /// All that a checkpoint has to keep.
    pub fn tensors(&self) -> impl Iterator<Item = (String, (Vec<usize>, Vec<f32>))> {
        let states = self.probe.iter().flat_map(OnlineProbe::tensors);
        states.map(|state| (format!("{PREFIX}{}", state.name), (state.shape, state.values)))
    }

    /// Takes its own out of a checkpoint's tensors.
    ///
    /// # Errors
    /// A sentence that names a tensor that is missing or of another size.
    pub fn restore(&mut self, tensors: &mut Tensors) -> Result<(), String> {
        let mut own = tensors.split_off(PREFIX);
        let others = own.split_off(PREFIX_END);
        tensors.extend(others);
        let Some((shape, _)) = own.get("probe.weight") else {
            return match own.keys().next() {
                Some(name) => Err(format!("tensor {name} is there, tensor probe.weight is not")),
                None => Ok(()), // written before the first labels
            };
        };
        let [dim, classes] = shape[..] else {
            return Err(format!("tensor probe.weight has {} axes, not 2", shape.len()));
        };
        if classes != self.classes {
            return Err(format!("its probe tells {classes} classes, the pictures have {}", self.classes));
        }
        let mut probe = OnlineProbe::new(dim, classes, self.seed);
        let named = own
            .iter()
            .map(|(name, (_, values))| (name.trim_start_matches(PREFIX), values.as_slice()));
        probe.restore(named).map_err(|why| why.to_string())?;
        self.probe = Some(probe);
        Ok(())
    }
}

/// The first name behind all that begin with [`PREFIX`].
const PREFIX_END: &str = "probe/";

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn batch() -> Features {
        Features {
            dim: 2,
            values: vec![1.0, 0.0, 0.0, 1.0],
            labels: vec![Some(0), Some(1)],
        }
    }

    #[test]
    fn its_state_goes_through_a_checkpoint_and_leaves_the_others_alone() {
        let mut one = Online::new(2, 3);
        one.feed(&batch()).unwrap();
        let mut tensors: Tensors = one.tensors().collect();
        let others = ["optimiser.a", "probe", "probes.b"].map(|name| (name.to_owned(), (vec![1], vec![1.0])));
        tensors.extend(others.clone());
        let mut other = Online::new(2, 4);
        other.restore(&mut tensors).unwrap();
        assert_eq!(tensors, Tensors::from(others));
        one.feed(&batch()).unwrap();
        other.feed(&batch()).unwrap();
        assert!(one.tensors().eq(other.tensors()) && one.accuracy() == other.accuracy());
        let refused = Online::new(3, 4).restore(&mut one.tensors().collect()).unwrap_err();
        assert!(refused.contains("2 classes") && refused.contains("have 3"), "{refused}");
    }

    #[test]
    fn without_classes_nothing_is_read() {
        assert_eq!([0, 1, 2].map(|classes| Online::new(classes, 0).every(true)), [0, 0, 1]);
        assert!(Online::new(10, 0).every(false) > 1);
        assert_eq!(Online::new(0, 0).accuracy(), None);
    }
}
