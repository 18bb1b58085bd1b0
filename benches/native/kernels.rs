//! Each kernel beside what Burn composes of its own operations: the same tensors in turn, in this process.

use std::time::Instant;

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use darkroom::{
    kernels::bridge::{self, AimTensors, MapTensors, NormTensors, PatchCut},
    mask::Grid,
    nn::{
        BatchNorm, Block, BlockConfig, Builder, Conv, Drawn, LayerNorm, Linear, Order, Overlap, overlap::CORNERS, packed, patches::patchify,
    },
};
use serde_json::json;

use crate::Outcome;

/// Shapes of the `photos` model's encoder in training: 64 pictures, a quarter of 64 patches and the class token kept.
const BATCH: usize = 64;
const TOKENS: usize = 17;
const DIM: usize = 192;
const HEADS: usize = 3;
/// Under the roots of its norms.
const EPSILON: f64 = 1e-6;
/// Maps of the first stage of a ResNet-18 with CIFAR's stem: 32 pictures, channels last.
const CHANNELS: usize = 64;
const MAPS: [usize; 4] = [32, 32, 32, CHANNELS];
/// Side of its pictures and patches, pixels.
const SIZE_PX: usize = 128;
const PATCH_PX: usize = 16;
/// Patches of a picture, and numbers in one.
const PLACES: usize = (SIZE_PX / PATCH_PX).pow(2);
const VALUES: usize = 3 * PATCH_PX * PATCH_PX;
const OVERLAP: Overlap = Overlap {
    grid: Grid {
        rows: SIZE_PX / PATCH_PX,
        columns: SIZE_PX / PATCH_PX,
    },
    patch_px: PATCH_PX,
    is_folded: false,
};

/// One kernel: its name, and a run of it that ends with its numbers in memory.
struct Case {
    name: &'static str,
    run: Box<dyn Fn()>,
}

/// Times every kernel `rounds` times on each side, and prints a line of JSON.
pub fn time(rounds: &str) -> Outcome {
    let rounds: usize = rounds.parse()?;
    let cases: Vec<serde_json::Value> = cases().iter().map(|case| measured(case, rounds)).collect();
    println!("{}", json!({ "kernels": cases }));
    Ok(())
}

fn measured(case: &Case, rounds: usize) -> serde_json::Value {
    let timed = |plain: bool| {
        bridge::use_plain(plain);
        let start = Instant::now();
        (case.run)();
        start.elapsed().as_secs_f64() * 1e3
    };
    for plain in [false, true] {
        timed(plain); // buffers, pools
    }
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..2 * rounds {
        let side = round % 2;
        times[side].push(timed(side == 1));
    }
    bridge::use_plain(false);
    let [ours, plain] = times;
    json!({ "name": case.name, "ours": ours, "plain": plain })
}

fn numbers<const D: usize>(shape: [usize; D], device: &Device) -> Tensor<D> {
    let count = shape.iter().product::<usize>();
    let values = (0..count).map(|at| (at as f32 * 0.7311).sin()).collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// Forward, and forward with backward, of a layer of a network on the CPU.
fn both_ways<M, F, const D: usize>(names: [&'static str; 2], make: impl Fn(&Device) -> M, shape: [usize; D], forward: F) -> [Case; 2]
where
    M: Module + 'static,
    F: Fn(&M, Tensor<D>) -> Tensor<D> + Copy + 'static,
{
    let [plain, trained] = [Device::flex(), Device::flex().autodiff()];
    let (layer, x) = (make(&plain), numbers(shape, &plain));
    let (learner, seen) = (make(&trained), numbers(shape, &trained).require_grad());
    [
        Case {
            name: names[0],
            run: Box::new(move || drop(forward(&layer, x.clone()).into_data())),
        },
        Case {
            name: names[1],
            run: Box::new(move || {
                let gradients = forward(&learner, seen.clone()).square().sum().backward();
                drop(seen.grad(&gradients).map(Tensor::into_data));
            }),
        },
    ]
}

fn cases() -> Vec<Case> {
    let shape = [BATCH, TOKENS, DIM];
    let block = BlockConfig {
        dim: DIM,
        heads: HEADS,
        hidden: 4 * DIM,
        epsilon: EPSILON,
        layer_scale: false,
    };
    let source = Drawn { seed: 1 };
    let mut cases = Vec::new();
    cases.extend(both_ways(
        ["product, 1088 x 192 by 192 x 768", "product, forward and backward"],
        move |device| Linear::new(Builder::new(&mut { source }, device), [DIM, 4 * DIM], true, 1.0),
        shape,
        |layer: &Linear, x| layer.forward(x),
    ));
    cases.extend(both_ways(
        ["layer norm, 1088 rows of 192", "layer norm, forward and backward"],
        move |device| LayerNorm::new(Builder::new(&mut { source }, device), DIM, EPSILON),
        shape,
        |layer: &LayerNorm, x| layer.forward(x),
    ));
    cases.extend(both_ways(
        [
            "transformer layer (attention, MLP, norms)",
            "transformer layer, forward and backward",
        ],
        move |device| Block::new(Builder::new(&mut { source }, device), block),
        shape,
        |layer: &Block, x| layer.forward(x),
    ));
    cases.extend(both_ways(
        ["attention with its norm", "attention with its norm, forward and backward"],
        move |device| Block::new(Builder::new(&mut { source }, device), block),
        shape,
        attend,
    ));
    cases.extend(both_ways(
        ["MLP with its norm", "MLP with its norm, forward and backward"],
        move |device| Block::new(Builder::new(&mut { source }, device), block),
        shape,
        think,
    ));
    cases.extend(both_ways(
        ["GELU of 1088 x 768 numbers", "GELU, forward and backward"],
        |_| Vec::<Linear>::new(),
        [BATCH, TOKENS, 4 * DIM],
        |_: &Vec<Linear>, x| bridge::gelu(x),
    ));
    cases.extend(both_ways(
        [
            "convolution, 3 x 3, 64 channels, 32 maps of 32 px",
            "convolution, forward and backward",
        ],
        move |device| Conv::new(Builder::new(&mut { source }, device), [CHANNELS, CHANNELS, 3], 1),
        MAPS,
        |layer: &Conv, x| layer.forward(x),
    ));
    cases.extend(both_ways(
        ["batch norm and ReLU, the same maps", "batch norm and ReLU, forward and backward"],
        move |device| BatchNorm::new(Builder::new(&mut { source }, device), CHANNELS, true, 1.0),
        MAPS,
        |layer: &BatchNorm, x| layer.forward_relu(x),
    ));
    cases.extend(both_ways(
        [
            "overlapping patches drawn by their tokens, 64 pictures",
            "overlapping patches, forward and backward",
        ],
        move |device| Linear::new(Builder::new(&mut { source }, device), [CORNERS * DIM, VALUES], true, 1.0),
        [BATCH, 1 + PLACES, DIM],
        |draw: &Linear, tokens| OVERLAP.draw(tokens, draw, PLACES, &Order::all_kept(BATCH, PLACES)),
    ));
    cases.push(laid_out());
    cases.push(patches());
    cases.push(cells());
    cases.push(errors());
    cases
}

fn tensors(map: &Linear) -> Option<MapTensors> {
    Some((map.weight.val(), map.bias.as_ref()?.val()))
}

fn norm(of: &LayerNorm) -> NormTensors {
    NormTensors {
        weight: of.weight.val(),
        bias: of.bias.val(),
        epsilon: EPSILON,
    }
}

/// The first half of a layer.
fn attend(block: &Block, x: Tensor<3>) -> Tensor<3> {
    match (bridge::serves(&x), tensors(&block.attention.qkv), tensors(&block.attention.output)) {
        (true, Some(qkv), Some(output)) => bridge::attention(x, norm(&block.norm1), [qkv, output], HEADS),
        _ => x.clone() + block.attention.forward(block.norm1.forward(x)),
    }
}

/// The second half.
fn think(block: &Block, x: Tensor<3>) -> Tensor<3> {
    match (bridge::serves(&x), tensors(&block.up), tensors(&block.down)) {
        (true, Some(up), Some(down)) => bridge::mlp(x, norm(&block.norm2), [up, down]),
        _ => x.clone() + block.down.forward(bridge::gelu(block.up.forward(block.norm2.forward(x)))),
    }
}

/// A product by a weight that was laid out once, as networks that only answer have it.
fn laid_out() -> Case {
    let device = Device::flex();
    let layer = || Linear::new(Builder::new(&mut Drawn { seed: 1 }, &device), [DIM, 4 * DIM], true, 1.0);
    let (plain, packed) = (layer(), packed(layer()));
    let x = numbers([BATCH, TOKENS, DIM], &device);
    Case {
        name: "product by a weight laid out once",
        run: Box::new(move || {
            let layer = if bridge::serves(&x) { &packed } else { &plain };
            drop(layer.forward(x.clone()).into_data());
        }),
    }
}

fn patches() -> Case {
    let pictures = numbers([BATCH, 3, SIZE_PX, SIZE_PX], &Device::flex());
    let places: Vec<Vec<usize>> = vec![(0..PLACES).collect(); BATCH];
    let cut = PatchCut {
        patch_px: PATCH_PX,
        mean: [0.485, 0.456, 0.406],
        deviation: [0.229, 0.224, 0.225],
    };
    let channels = |values: [f32; 3]| Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), &Device::flex());
    let (mean, deviation) = (channels(cut.mean), channels(cut.deviation));
    Case {
        name: "pictures into standardised patches, 64 of 128 px",
        run: Box::new(move || {
            let cut_up = if bridge::serves(&pictures) {
                bridge::patches(pictures.clone(), cut, &places)
            } else {
                patchify((pictures.clone() - mean.clone()) / deviation.clone(), PATCH_PX)
            };
            drop(cut_up.into_data());
        }),
    }
}

fn cells() -> Case {
    let pictures = numbers([BATCH, 3, SIZE_PX, SIZE_PX], &Device::flex());
    Case {
        name: "pictures into patches that overlap, 64 of 128 px",
        run: Box::new(move || drop(OVERLAP.cells(pictures.clone()).into_data())),
    }
}

fn errors() -> Case {
    let [said, truth] = [[BATCH, 48, VALUES]; 2].map(|shape| numbers(shape, &Device::flex()));
    Case {
        name: "mean squared error of 48 patches of 64 pictures",
        run: Box::new(move || {
            let errors = if bridge::serves(&said) {
                let aim = AimTensors {
                    truth: truth.clone(),
                    less: None,
                };
                bridge::errors(said.clone(), aim)
            } else {
                (said.clone() - truth.clone()).square().mean_dim(2).mean_dim(1).flatten(0, 2)
            };
            drop(errors.into_data());
        }),
    }
}
