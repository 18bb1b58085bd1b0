//! Where a run stands: everything that its next step depends on, on its way to the host.

use super::{
    layout::Layout,
    optim::{self, Owed, Tensors},
    reading::Reading,
};

/// A trainer's numbers as they were when it was asked; steps that it takes meanwhile change none of them.
pub struct Standing {
    pub(super) layout: Layout,
    pub(super) owed: Owed,
    /// The optimiser's rows, then what no gradient trains.
    pub(super) reading: Reading,
}

impl Standing {
    /// All by name. Waits for the device.
    #[must_use]
    pub fn now(self) -> Tensors {
        let (layout, owed) = (self.layout, self.owed);
        named(&layout, owed, self.reading.now())
    }

    /// The same for a browser, which cannot wait.
    ///
    /// # Errors
    /// A sentence: the device gives nothing back.
    pub async fn later(self) -> Result<Tensors, String> {
        let (layout, owed) = (self.layout, self.owed);
        Ok(named(&layout, owed, self.reading.later().await?))
    }
}

fn named(layout: &Layout, owed: Owed, read: Vec<Vec<f32>>) -> Tensors {
    let mut read = read.into_iter();
    let mut tensors = optim::save(owed, &mut read, layout);
    for (slot, values) in layout.rest().zip(read) {
        tensors.insert(format!("model.{}", slot.name), (slot.shape.clone(), values));
    }
    tensors
}
