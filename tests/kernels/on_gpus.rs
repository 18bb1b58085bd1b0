//! The shaders against Burn's own composition on the CPU, norms against double precision, number by number: natively (`gpu.rs`) and in a
//! browser (`shaders.rs`), where reading from a device takes a promise.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use darkroom::{
    config::RunConfig,
    kernels::bridge::{self, PatchCut, answers, serves, use_plain},
    learn::set::{apply, apply_preset, card_of},
    methods::{self, Method},
    nn::{Block, BlockConfig, Builder, Drawn, LayerNorm, Linear},
};

use super::shared::{batch, close, inputs, random};

/// The comparisons by name, and a function that runs one: what it returns says what is apart.
macro_rules! comparisons {
    ($($name:ident),+ $(,)?) => {
        /// What there is to compare.
        pub const NAMES: &[&str] = &[$(stringify!($name)),+];

        /// Compares on this device.
        pub async fn compare(name: &str, gpu: &Device) -> Result<(), String> {
            match name {
                $(stringify!($name) => $name(gpu).await,)+
                _ => Err(format!("nothing is called {name}")),
            }
        }
    };
}

comparisons! {
    maps_are_burns,
    norms_are_those_of_double_precision,
    nothing_is_left_of_equal_numbers,
    layers_are_burns,
    attention_of_more_scores_than_are_kept_at_a_time_is_burns,
    patches_are_where_they_belong,
    a_drawing_is_burns,
    they_serve_answers_and_no_training,
}

async fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, String> {
    let data = tensor.into_data_async().await.map_err(|error| error.to_string())?;
    data.try_into_vec::<f32>().map_err(|error| format!("{error:?}"))
}

/// What `work` gives with Burn's own kernels on the CPU, and with ours on the GPU.
async fn both<const D: usize>(gpu: &Device, work: impl Fn(&Device) -> Tensor<D>) -> Result<[Vec<f32>; 2], String> {
    use_plain(true);
    let plain = work(&Device::flex());
    use_plain(false);
    Ok([numbers(plain).await?, numbers(work(gpu)).await?])
}

fn put<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// A module that is made on either device, on every kind of input.
async fn same<M: Module>(
    gpu: &Device,
    kinds: Vec<(&'static str, Vec<f32>)>,
    shape: [usize; 3],
    tolerance: f32,
    make: impl Fn(Builder<'_>) -> M,
    forward: impl Fn(&M, Tensor<3>) -> Tensor<3>,
) -> Result<(), String> {
    let far = random(shape.iter().product(), 2).iter().map(|x| 1e3 + x).collect();
    for (kind, x) in kinds.into_iter().chain([("far from 0", far)]) {
        let there = |device: &Device| {
            let module = make(Builder::new(&mut Drawn { seed: 1 }, device));
            forward(&module, put(&x, shape, device))
        };
        let [plain, fast] = both(gpu, there).await?;
        close(&plain, &fast, tolerance, &format!("{kind} {shape:?}"))?;
    }
    Ok(())
}

/// Every kind but equal numbers: what Burn leaves of those without their mean is rounding, a thousandfold.
fn unequal(count: usize) -> Vec<(&'static str, Vec<f32>)> {
    let mut kinds = inputs(count);
    kinds.retain(|(kind, _)| !kind.starts_with("all equal"));
    kinds
}

async fn maps_are_burns(gpu: &Device) -> Result<(), String> {
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
            let kinds = inputs(shape.iter().product());
            same(gpu, kinds, shape, 1e-5, make, |map, x| map.forward(x)).await?;
        }
    }
    Ok(())
}

/// What Burn's composition makes of numbers that are far from 0 and near each other is less exact than the shader's: double precision
/// judges.
async fn norms_are_those_of_double_precision(gpu: &Device) -> Result<(), String> {
    use_plain(false);
    for shape in [
        [1, 1, 2],
        [2, 3, 7],
        [3, 41, 16],
        [1, 17, 192],
        [2, 5, 132],
        [1, 3, 1_030],
        [1, 32_770, 3],
    ] {
        let count = shape.iter().product();
        let far = random(count, 2).iter().map(|x| 1e3 + x).collect();
        for (kind, x) in inputs(count).into_iter().chain([("far from 0", far)]) {
            let norm = LayerNorm::new(Builder::new(&mut Drawn { seed: 1 }, gpu), shape[2], EPSILON);
            let found = numbers(norm.forward(put(&x, shape, gpu))).await?;
            let exact: Vec<f32> = x.chunks(shape[2]).flat_map(normalised).collect();
            close(&exact, &found, 1e-5, &format!("{kind} {shape:?}"))?;
        }
    }
    Ok(())
}

/// Under the root.
const EPSILON: f64 = 1e-6;

/// A row without its mean, by its deviation.
fn normalised(row: &[f32]) -> Vec<f32> {
    let row: Vec<f64> = row.iter().map(|x| f64::from(*x)).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let middle = mean(&row);
    let apart: Vec<f64> = row.iter().map(|x| x - middle).collect();
    let variance = mean(&apart.iter().map(|x| x * x).collect::<Vec<_>>());
    apart.iter().map(|x| (x / (variance + EPSILON).sqrt()) as f32).collect()
}

async fn nothing_is_left_of_equal_numbers(gpu: &Device) -> Result<(), String> {
    use_plain(false);
    for width in [1, 7, 192, 1_030] {
        let norm = LayerNorm::new(Builder::new(&mut Drawn { seed: 1 }, gpu), width, EPSILON);
        let found = numbers(norm.forward(put(&vec![0.7; 2 * width], [2, width], gpu))).await?;
        if found != vec![0.0; 2 * width] {
            return Err(format!("of {width} equal numbers {found:?} is left"));
        }
    }
    Ok(())
}

fn layer(dim: usize, heads: usize, hidden: usize) -> BlockConfig {
    BlockConfig {
        dim,
        heads,
        hidden,
        epsilon: EPSILON,
        layer_scale: false,
    }
}

async fn layers_are_burns(gpu: &Device) -> Result<(), String> {
    let sizes = [
        ([1, 1, 4], 1, 4),
        ([2, 3, 12], 3, 20),
        ([3, 17, 24], 2, 7),
        ([1, 131, 16], 4, 40),
        ([5, 65, 21], 3, 33),
        ([1, 65, 128], 4, 512),
    ];
    for (shape, heads, hidden) in sizes {
        let make = |at: Builder<'_>| Block::new(at, layer(shape[2], heads, hidden));
        let kinds = unequal(shape.iter().product());
        same(gpu, kinds, shape, 1e-4, make, |block, x| block.forward(x)).await?;
    }
    Ok(())
}

async fn attention_of_more_scores_than_are_kept_at_a_time_is_burns(gpu: &Device) -> Result<(), String> {
    let shape = [9, 1_030, 8];
    let x = random(shape.iter().product(), 6);
    let there = |device: &Device| {
        let block = Block::new(Builder::new(&mut Drawn { seed: 4 }, device), layer(8, 2, 8));
        block.forward(put(&x, shape, device))
    };
    let [plain, fast] = both(gpu, there).await?;
    close(&plain, &fast, 1e-4, "many scores")
}

async fn patches_are_where_they_belong(gpu: &Device) -> Result<(), String> {
    for (side, [height, width]) in [(4, [8, 12]), (3, [9, 3]), (16, [32, 32]), (1, [5, 7])] {
        let shape = [2, 3, height, width];
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
        for (kind, pixels) in inputs(shape.iter().product()) {
            let cut_up = |device: &Device| bridge::patches(put(&pixels, shape, device), cut, &places);
            let [plain, fast] = both(gpu, cut_up).await?;
            close(&plain, &fast, 1e-6, &format!("patches of {side}, {kind}"))?;
        }
    }
    Ok(())
}

fn config(knobs: &[(&str, &str)]) -> Result<RunConfig, String> {
    let mut config = RunConfig::default();
    let card = card_of(&config).map_err(|error| error.to_string())?;
    apply_preset(&mut config, card, "tiny").map_err(|error| error.to_string())?;
    for (knob, value) in knobs {
        apply(&mut config, card, knob, value).map_err(|error| error.to_string())?;
    }
    Ok(config)
}

async fn a_drawing_is_burns(gpu: &Device) -> Result<(), String> {
    let residual = [("target", "residual"), ("fill_to_decoder", "true")];
    let sets: [&[(&str, &str)]; 4] = [
        &[("target", "normalised")],
        &residual,
        &[residual[0], residual[1], ("overlap", "true")],
        &[residual[0], residual[1], ("corrector_dim", "8")],
    ];
    for set in sets {
        let config = config(set)?;
        let drawn = |device: &Device| {
            let model = methods::build(&config, device).unwrap().for_answers();
            model.complete(&batch(&config, 3, device)).unwrap()
        };
        let [plain, fast] = both(gpu, drawn).await?;
        close(&plain, &fast, 1e-4, &format!("{set:?}"))?;
    }
    Ok(())
}

async fn they_serve_answers_and_no_training(gpu: &Device) -> Result<(), String> {
    let x = put(&[1.0], [1], gpu);
    let trained = put(&[1.0], [1], &gpu.clone().autodiff());
    use_plain(false);
    let served = [answers(&x), serves(&x), answers(&trained)];
    use_plain(true);
    let plain = answers(&x);
    use_plain(false);
    match (served, plain) {
        ([true, false, false], false) => Ok(()),
        _ => Err(format!("{served:?}, and when they are off {plain}")),
    }
}
