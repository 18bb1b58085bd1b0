//! The shaders, natively. Without a GPU, and without a software one, this says that it was skipped.

use std::sync::PoisonError;

use darkroom::{device, predict::block_on};

use super::{SWITCH, on_gpus};

#[test]
fn shaders_are_burns() {
    let Some(open) = ["metal", "vulkan"].into_iter().find_map(|kind| device::open(kind, "f32").ok()) else {
        eprintln!("skipped: no GPU answers");
        return;
    };
    let _held = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    let apart: Vec<_> = on_gpus::NAMES
        .iter()
        .filter_map(|name| {
            block_on(on_gpus::compare(name, &open.device))
                .err()
                .map(|why| format!("{name}: {why}"))
        })
        .collect();
    assert!(apart.is_empty(), "{apart:#?}");
}
