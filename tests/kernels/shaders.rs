//! The shaders in a browser, as a module for `tests/web/kernels.test.mjs`: the code that ships there is compiled for nothing else.
#![allow(clippy::unwrap_used)]

mod on_gpus;
mod shared;

use std::cell::RefCell;

use burn::tensor::{Device, wgpu::WgpuBackend};
use wasm_bindgen::prelude::*;

thread_local! {
    static GPU: RefCell<Option<Device>> = const { RefCell::new(None) };
}

/// Names for [`compare`].
#[wasm_bindgen]
#[must_use]
pub fn comparisons() -> Vec<String> {
    on_gpus::NAMES.iter().map(ToString::to_string).collect()
}

/// Asks for the GPU.
///
/// # Errors
/// What the browser says.
#[wasm_bindgen]
pub async fn open() -> Result<(), String> {
    let options = Device::wgpu_options().graphics_api(WgpuBackend::WebGpu);
    let (device, _) = options.init_with_setup_async().await.map_err(|reason| reason.to_string())?;
    GPU.set(Some(device));
    Ok(())
}

/// Compares on the GPU that was opened.
///
/// # Errors
/// What is apart.
#[wasm_bindgen]
pub async fn compare(name: String) -> Result<(), String> {
    let gpu = GPU.with_borrow(Clone::clone).ok_or("open the GPU first")?;
    on_gpus::compare(&name, &gpu).await
}

#[cfg(target_family = "wasm")]
unsafe extern "C" {
    /// What crates want done ahead of `main`.
    fn __wasm_call_ctors();
}

fn main() {
    #[cfg(target_family = "wasm")]
    {
        // SAFETY: as in the engine for WebGPU, which says why.
        unsafe { __wasm_call_ctors() };
        console_error_panic_hook::set_once();
    }
}
