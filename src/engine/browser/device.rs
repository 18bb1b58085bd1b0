//! The one place that knows which device this build computes on.

use burn::tensor::Device;

use crate::protocol::DeviceKind;

/// The device of this worker, for as long as it lives.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Where tensors live.
    pub device: Device,
    /// For the page.
    pub kind: DeviceKind,
    /// The adapter's own name, or the processor's features.
    pub adapter: String,
    /// Largest tensor that can be bound, bytes.
    pub largest_tensor_bytes: u64,
}

impl Chosen {
    /// The same for those who train on it.
    #[cfg(feature = "joint")]
    #[must_use]
    pub fn open(&self) -> crate::device::OpenDevice {
        let (kind, name) = match self.kind {
            DeviceKind::Cpu => ("cpu", "the browser's processor".into()),
            DeviceKind::WebGpu => ("webgpu", format!("{}, in a browser", self.adapter)),
        };
        crate::device::OpenDevice {
            device: self.device.clone(),
            kind,
            name,
        }
    }
}

/// Takes the device that this build is for.
///
/// # Errors
/// A sentence, where the browser gives none.
pub async fn choose() -> Result<Chosen, String> {
    #[cfg(feature = "webgpu")]
    return web_gpu().await;
    #[cfg(not(feature = "webgpu"))]
    Ok(cpu())
}

#[cfg(not(feature = "webgpu"))]
fn cpu() -> Chosen {
    let adapter = if cfg!(target_feature = "simd128") {
        "wasm, 128-bit SIMD, one thread"
    } else {
        "wasm, one thread"
    };
    Chosen {
        device: Device::flex(),
        kind: DeviceKind::Cpu,
        adapter: adapter.into(),
        largest_tensor_bytes: isize::MAX as u64,
    }
}

/// Asks for a GPU with all that its adapter can do: `burn` requests the adapter's own features and limits
/// (`cubecl-wgpu`, `backend/wgsl.rs`, `try_request_device`), not WebGPU's defaults of 128 MiB a binding.
#[cfg(feature = "webgpu")]
async fn web_gpu() -> Result<Chosen, String> {
    use burn::tensor::wgpu::WgpuBackend;

    let options = Device::wgpu_options().graphics_api(WgpuBackend::WebGpu);
    let (device, setup) = options
        .init_with_setup_async()
        .await
        .map_err(|reason| format!("WebGPU cannot be had here: {reason}"))?;
    setup.device.set_device_lost_callback(|_, message| {
        let why = if message.is_empty() {
            "the browser gave no reason"
        } else {
            message.as_str()
        };
        super::guard::lost(&format!("The GPU was lost ({why})."));
    });
    let info = setup.adapter.get_info();
    let limits = setup.device.limits();
    let named = [info.name.as_str(), info.driver_info.as_str(), info.driver.as_str()];
    let adapter = named
        .into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or("a GPU that does not say its name");
    Ok(Chosen {
        device,
        kind: DeviceKind::WebGpu,
        adapter: adapter.into(),
        largest_tensor_bytes: limits.max_storage_buffer_binding_size.min(limits.max_buffer_size),
    })
}
