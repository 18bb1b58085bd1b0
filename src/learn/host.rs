//! A network that was trained on a device, on the host: for files, without keeping anybody waiting.

use burn::tensor::Device;

use super::{layout::Layout, reading::Reading};
use crate::{
    config::RunConfig,
    methods::{self, AnyMethod},
};

/// The same network on the processor. `model` is without autodiff, as [`averaged`](super::Trainer::averaged) gives it, and was
/// built from `config`.
///
/// # Errors
/// A sentence: the device gives nothing back.
pub async fn on_host(model: AnyMethod, config: RunConfig) -> Result<AnyMethod, String> {
    let layout = Layout::of(&model);
    let mut reading = Reading::default();
    layout.read_rest(&model, &mut reading);
    drop(model);
    let values = reading.later().await?;
    let host = methods::build(&config, &Device::flex()).map_err(|why| why.to_string())?;
    Ok(layout.fill_rest(host, values))
}
