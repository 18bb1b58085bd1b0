//! Native devices by name.

use std::panic::{AssertUnwindSafe, catch_unwind};

use burn::tensor::{Device, FloatDType, Tensor};

use crate::{names::did_you_mean, nn::precision as known};

/// Names that `--device` takes.
pub const NAMES: [&str; 6] = ["auto", "cpu", "webgpu", "vulkan", "metal", "cuda"];

/// Names that `--precision` takes.
pub const PRECISIONS: [&str; 3] = ["f32", "f16", "bf16"];

/// An open device.
#[derive(Clone, Debug)]
pub struct OpenDevice {
    /// Without autodiff.
    pub device: Device,
    /// `cpu`, `cuda`, …
    pub kind: &'static str,
    /// For people: `CPU, 8 threads`, or what the driver calls its GPU.
    pub name: String,
}

impl OpenDevice {
    /// Whether tensors live in the processor's own memory, where reading one costs nothing.
    #[must_use]
    pub fn is_host(&self) -> bool {
        self.kind == "cpu"
    }
}

/// What can be wrong with a device.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// No such name.
    #[error("there is no device \"{typed}\": it is one of {}{}", NAMES.join(", "), did_you_mean(typed, NAMES))]
    Unknown {
        /// As typed.
        typed: String,
    },
    /// No such precision.
    #[error("there is no precision \"{typed}\": it is one of {}{}", PRECISIONS.join(", "), did_you_mean(typed, PRECISIONS))]
    UnknownPrecision {
        /// As typed.
        typed: String,
    },
    /// Not built in.
    #[error("this darkroom was built without {kind}; build it with `cargo build --release --features {kind}`, or use --device cpu")]
    NotBuilt {
        /// The device.
        kind: &'static str,
    },
    /// Built in, and not there.
    #[error("no {kind} device answers{}; check its driver, or use --device cpu", why.as_ref().map(|w| format!(" ({w})")).unwrap_or_default())]
    Absent {
        /// The device.
        kind: &'static str,
        /// What it said.
        why: Option<String>,
    },
    /// Half precision where there is none.
    #[error("precision {precision} is for GPUs; on this device ({name}) use --precision f32")]
    Precision {
        /// As typed.
        precision: String,
        /// The device.
        name: String,
    },
}

impl DeviceError {
    /// Whether what was typed cannot be, whatever the machine has.
    #[must_use]
    pub fn is_of_words(&self) -> bool {
        !matches!(self, Self::Absent { .. })
    }
}

/// Opens the device `kind` (one of [`NAMES`]) for networks of `precision` (one of [`PRECISIONS`]); tensors are f32 unless cast.
///
/// # Errors
/// A sentence that says what to do instead.
pub fn open(kind: &str, precision: &str) -> Result<OpenDevice, DeviceError> {
    let float = known(precision).ok_or_else(|| DeviceError::UnknownPrecision { typed: precision.into() })?;
    let opened = match kind {
        "auto" => ["cuda", "metal", "vulkan", "webgpu"]
            .into_iter()
            .find_map(|kind| gpu(kind, float).ok())
            .map_or_else(|| cpu(float), Ok),
        "cpu" => cpu(float),
        _ => match NAMES.into_iter().find(|name| *name == kind) {
            Some(kind) => gpu(kind, float),
            None => Err(DeviceError::Unknown { typed: kind.into() }),
        },
    }?;
    Ok(opened)
}

fn cpu(float: FloatDType) -> Result<OpenDevice, DeviceError> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let name = format!("CPU, {threads} thread{}", if threads == 1 { "" } else { "s" });
    if float != FloatDType::F32 {
        let precision = if float == FloatDType::F16 { "f16" } else { "bf16" };
        return Err(DeviceError::Precision {
            precision: precision.into(),
            name,
        });
    }
    Ok(OpenDevice {
        device: Device::flex(),
        kind: "cpu",
        name,
    })
}

/// Opens a GPU and adds two numbers on it, since drivers that are absent or broken say so only then, by panicking.
fn gpu(kind: &'static str, float: FloatDType) -> Result<OpenDevice, DeviceError> {
    let made = quietly(|| make(kind)).map_err(|why| DeviceError::Absent { kind, why })?;
    let device = made.ok_or(DeviceError::NotBuilt { kind })?;
    let precision = || DeviceError::Precision {
        precision: format!("{float:?}").to_lowercase(),
        name: kind.into(),
    };
    quietly(|| {
        if float != FloatDType::F32 && !device.supports_dtype(float) {
            return Err(precision());
        }
        let two = Tensor::<1>::ones([1], &device).cast(float).add_scalar(1.0);
        if (two.into_scalar::<f32>() - 2.0).abs() > 1e-3 {
            return Err(DeviceError::Absent {
                kind,
                why: Some("it cannot add one and one".into()),
            });
        }
        Ok(())
    })
    .map_err(|why| DeviceError::Absent { kind, why })??;
    let name = name_of(&device, kind);
    Ok(OpenDevice { device, kind, name })
}

/// Runs `work`, turning a panic into its words.
fn quietly<T>(work: impl FnOnce() -> T) -> Result<T, Option<String>> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(work));
    std::panic::set_hook(hook);
    outcome.map_err(|panic| {
        let words = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        words.and_then(|words| words.lines().next()).map(Into::into)
    })
}

/// The device, where this build has it.
fn make(kind: &str) -> Option<Device> {
    match kind {
        #[cfg(feature = "cuda")]
        "cuda" => Some(Device::cuda(0)),
        #[cfg(feature = "metal")]
        "metal" => Some(Device::metal(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "vulkan")]
        "vulkan" => Some(Device::vulkan(burn::tensor::DeviceKind::DefaultDevice)),
        #[cfg(feature = "webgpu")]
        "webgpu" => Some(Device::webgpu(burn::tensor::DeviceKind::DefaultDevice)),
        _ => None,
    }
}

#[cfg(any(feature = "cuda", feature = "metal", feature = "vulkan", feature = "webgpu"))]
fn name_of(device: &Device, kind: &str) -> String {
    device
        .identity()
        .map_or_else(|| kind.to_owned(), |identity| identity.name.to_string())
}

#[cfg(not(any(feature = "cuda", feature = "metal", feature = "vulkan", feature = "webgpu")))]
fn name_of(_device: &Device, kind: &str) -> String {
    kind.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_and_missing_devices_are_answered_with_what_to_do() {
        let error = |kind, precision| open(kind, precision).map(|d| d.name).unwrap_err().to_string();
        assert!(error("cuba", "f32").contains("did you mean \"cuda\""));
        assert!(error("cpu", "bf61").contains("did you mean \"bf16\""));
        assert!(error("cpu", "f16").contains("--precision f32"));
        if cfg!(not(feature = "metal")) {
            assert!(error("metal", "f32").contains("--features metal"));
        }
    }

    #[test]
    fn auto_finds_one() {
        assert!(open("auto", "f32").is_ok());
    }
}
