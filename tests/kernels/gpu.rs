//! The shaders against Burn's own composition on the CPU. Without a GPU, and without a software one, these tests say that
//! they were skipped.

use std::sync::PoisonError;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use darkroom::{
    config::RunConfig,
    device,
    kernels::bridge::{self, PatchCut, answers, serves, use_plain},
    methods::{self, Method},
    nn::{Block, BlockConfig, Builder, Drawn, LayerNorm, Linear},
    train::settings::Settings,
};

use super::{SWITCH, assert_close, batch, inputs, numbers, random};

/// A device that the shaders are for.
fn gpu() -> Option<Device> {
    let found = ["metal", "vulkan"].into_iter().find_map(|kind| device::open(kind, "f32").ok());
    if found.is_none() {
        eprintln!("skipped: no GPU answers");
    }
    found.map(|open| open.device)
}

/// What `work` gives with Burn's own kernels on the CPU, and with ours on the GPU; nothing without one.
fn both<T>(work: impl Fn(&Device) -> T) -> Option<[T; 2]> {
    let gpu = gpu()?;
    let _held = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    use_plain(true);
    let plain = work(&Device::flex());
    use_plain(false);
    Some([plain, work(&gpu)])
}

fn put<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// A module that is made on either device, on every kind of input but equal numbers: what Burn leaves of those without their
/// mean is rounding, a thousandfold.
fn assert_same<M: Module>(
    shape: [usize; 3],
    tolerance: f32,
    make: impl Fn(Builder<'_>) -> M,
    forward: impl Fn(&M, Tensor<3>) -> Tensor<3>,
) {
    let far = random(shape.iter().product(), 2).iter().map(|x| 1e3 + x).collect();
    let kinds = inputs(shape.iter().product())
        .into_iter()
        .filter(|(kind, _)| !kind.starts_with("all equal"));
    for (kind, x) in kinds.chain([("far from 0", far)]) {
        let there = |device: &Device| {
            let module = make(Builder::new(&mut Drawn { seed: 1 }, device));
            numbers(forward(&module, put(&x, shape, device)))
        };
        let Some([plain, fast]) = both(there) else { return };
        assert_close(&plain, &fast, tolerance, &format!("{kind} {shape:?}"));
    }
}

#[test]
fn maps_are_burns() {
    let sizes = [
        ([1, 1, 1], 1),
        ([2, 3, 7], 5),
        ([3, 41, 16], 33),
        ([1, 130, 24], 100),
        ([1, 17, 192], 576),
        ([1, 65, 10], 12),
    ];
    for (shape, to) in sizes {
        for bias in [true, false] {
            let make = |at: Builder<'_>| Linear::new(at, [shape[2], to], bias, 1.0);
            assert_same(shape, 1e-5, make, |map, x| map.forward(x));
        }
    }
}

#[test]
fn norms_are_burns() {
    for shape in [[1, 1, 2], [2, 3, 7], [3, 41, 16], [1, 17, 192], [2, 5, 132], [1, 3, 1030]] {
        assert_same(shape, 1e-4, |at| LayerNorm::new(at, shape[2], 1e-6), |norm, x| norm.forward(x));
    }
}

#[test]
fn nothing_is_left_of_equal_numbers() {
    let Some(gpu) = gpu() else { return };
    let _held = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    for width in [1, 7, 192, 1_030] {
        let norm = LayerNorm::new(Builder::new(&mut Drawn { seed: 1 }, &gpu), width, 1e-6);
        let found = numbers(norm.forward(put(&vec![0.7; 2 * width], [2, width], &gpu)));
        assert_eq!(found, vec![0.0; 2 * width], "{width}");
    }
}

#[test]
fn layers_are_burns() {
    let sizes = [
        ([1, 1, 4], 1, 4),
        ([2, 3, 12], 3, 20),
        ([3, 17, 24], 2, 7),
        ([1, 131, 16], 4, 40),
        ([5, 65, 21], 3, 33),
        ([1, 65, 128], 4, 512),
    ];
    for (shape, heads, hidden) in sizes {
        let config = BlockConfig {
            dim: shape[2],
            heads,
            hidden,
            epsilon: 1e-6,
            layer_scale: false,
        };
        assert_same(shape, 1e-4, |at| Block::new(at, config), |block, x| block.forward(x));
    }
}

#[test]
fn attention_of_more_scores_than_are_kept_at_a_time_is_burns() {
    let config = BlockConfig {
        dim: 8,
        heads: 2,
        hidden: 8,
        epsilon: 1e-6,
        layer_scale: false,
    };
    let shape = [9, 1_030, 8];
    let x = random(shape.iter().product(), 6);
    let there = |device: &Device| {
        let block = Block::new(Builder::new(&mut Drawn { seed: 4 }, device), config);
        numbers(block.forward(put(&x, shape, device)))
    };
    let Some([plain, fast]) = both(there) else { return };
    assert_close(&plain, &fast, 1e-4, "many scores");
}

#[test]
fn patches_are_where_they_belong() {
    for (side, [height, width]) in [(4, [8, 12]), (3, [9, 3]), (16, [32, 32])] {
        let shape = [2, 3, height, width];
        let pixels = random(shape.iter().product(), 7);
        let patches = height / side * (width / side);
        let places = [(0..patches).rev().collect(), (0..patches).collect::<Vec<_>>()].map(|mut places: Vec<usize>| {
            places.rotate_left(1);
            places.truncate(patches.div_ceil(2));
            places
        });
        let cut = PatchCut {
            patch_px: side,
            mean: [0.5, 0.4, 0.3],
            deviation: [0.2, 0.3, 0.4],
        };
        let cut_up = |device: &Device| numbers(bridge::patches(put(&pixels, shape, device), cut, &places));
        let Some([plain, fast]) = both(cut_up) else { return };
        assert_close(&plain, &fast, 1e-6, &format!("patches of {side}"));
    }
}

fn config(knobs: &[(&str, &str)]) -> RunConfig {
    let set = knobs
        .iter()
        .map(|(knob, value)| ((*knob).to_owned(), (*value).to_owned()))
        .collect();
    let settings = Settings {
        preset: Some("tiny"),
        set,
        ..Settings::default()
    };
    settings.resolve().unwrap()
}

#[test]
fn a_drawing_is_burns() {
    let residual = [("target", "residual"), ("fill_to_decoder", "true")];
    let sets: [&[(&str, &str)]; 4] = [
        &[("target", "normalised")],
        &residual,
        &[residual[0], residual[1], ("overlap", "true")],
        &[residual[0], residual[1], ("corrector_dim", "8")],
    ];
    for set in sets {
        let config = config(set);
        let drawn = |device: &Device| {
            let model = methods::build(&config, device).unwrap().for_answers();
            numbers(model.complete(&batch(&config, 3, device)).unwrap())
        };
        let Some([plain, fast]) = both(drawn) else { return };
        assert_close(&plain, &fast, 1e-4, &format!("{set:?}"));
    }
}

#[test]
fn they_serve_answers_and_no_training() {
    let Some(gpu) = gpu() else { return };
    let _held = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    use_plain(false);
    let x = put(&[1.0], [1], &gpu);
    assert!(answers(&x) && !serves(&x));
    assert!(!answers(&put(&[1.0], [1], &gpu.clone().autodiff())));
    use_plain(true);
    assert!(!answers(&x));
    use_plain(false);
}
