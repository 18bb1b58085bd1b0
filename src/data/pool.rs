//! Pictures that are already in memory.

use super::{DataError, Sample, Source, beyond};

/// A list of samples as a source.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    name: String,
    samples: Vec<Sample>,
    classes: Vec<String>,
}

impl Pool {
    /// `samples` under a name; their labels, where they have some, are places in `classes`.
    #[must_use]
    pub fn new(name: impl Into<String>, samples: Vec<Sample>, classes: Vec<String>) -> Self {
        let name = name.into();
        Self { name, samples, classes }
    }
}

impl Source for Pool {
    fn name(&self) -> &str {
        &self.name
    }

    fn len(&self) -> usize {
        self.samples.len()
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        self.samples.get(index).cloned().ok_or_else(|| beyond(self, index))
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> Option<usize> {
        self.samples.get(index)?.label
    }
}
