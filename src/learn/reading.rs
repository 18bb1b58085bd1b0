//! Tensors on their way to the host: at once where one may wait for a device, later in a browser, where none may.

use burn::tensor::{Tensor, TensorData, Transaction};

/// What is to be read, in one go.
#[derive(Default)]
pub struct Reading {
    transaction: Transaction,
    count: usize,
}

impl Reading {
    /// Adds one; f32 is what comes back.
    pub fn add<const D: usize>(&mut self, tensor: Tensor<D>) {
        self.transaction = std::mem::take(&mut self.transaction).register(tensor);
        self.count += 1;
    }

    /// The values of each, in the order in which they were added. Waits for the device.
    #[must_use]
    pub fn now(self) -> Vec<Vec<f32>> {
        match self.count {
            0 => Vec::new(),
            _ => self.transaction.execute().into_iter().map(host_values).collect(),
        }
    }

    /// The same, without keeping anybody waiting.
    ///
    /// # Errors
    /// A sentence: the device gives nothing back.
    pub async fn later(self) -> Result<Vec<Vec<f32>>, String> {
        if self.count == 0 {
            return Ok(Vec::new());
        }
        let read = self.transaction.execute_async().await;
        let read = read.map_err(|why| format!("The device gives its numbers no more: {why:?}"))?;
        Ok(read.into_iter().map(host_values).collect())
    }
}

/// Values of a tensor's data as f32.
fn host_values(data: TensorData) -> Vec<f32> {
    match data.as_slice::<f32>() {
        Ok(values) => values.to_vec(),
        Err(_) => data.iter::<f32>().collect(),
    }
}
