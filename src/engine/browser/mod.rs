//! What every engine has of the browser: the way back to the page, pictures, weights by name or as files, the device, the
//! last net. The engines are in `worker/` and in `together/worker/`.

pub mod answer;
pub mod decode;
mod decoder;
pub mod device;
pub mod dropped;
pub mod fetch;
pub mod guard;
pub mod opened;
pub mod pictures;
pub mod shipped;
pub mod storage;
#[cfg(not(feature = "webgpu"))]
mod tiles;
mod whole;

/// Links the tiles that are made for this browser, where this build computes on the processor.
pub fn install_tiles() {
    #[cfg(not(feature = "webgpu"))]
    if let Err(reason) = tiles::install() {
        crate::platform::warn(&format!("Predictions will take longer than they should: {reason:?}"));
    }
}
