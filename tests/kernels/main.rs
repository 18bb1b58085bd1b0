//! The CPU's kernels against Burn's own composition, against slopes, and against themselves on other numbers of threads.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

#[cfg(feature = "shaders")]
mod gpu;
mod maps;
#[cfg(feature = "shaders")]
mod on_gpus;
mod packed;
mod patches;
mod shared;

use std::sync::{Mutex, PoisonError};

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};
use darkroom::{
    kernels::{
        Level,
        attention::Attention,
        bridge::{self, use_plain},
        functions::{gelu, gelu_backward},
        mlp::Mlp,
        norm::Norm,
        product::{Ending, Packed, View, product},
        rows::Map,
        softmax::soften,
    },
    methods::{self, Method, Step},
    nn::{Block, BlockConfig, Builder, Drawn, LayerNorm, Linear},
    train::settings::Settings,
};
use shared::{UNEVEN, batch, inputs, random};

/// Which kernels run is one switch for the process.
static SWITCH: Mutex<()> = Mutex::new(());

/// What `work` gives with Burn's own kernels and with ours.
fn both<T>(work: impl Fn() -> T) -> [T; 2] {
    let _held = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    use_plain(true);
    let plain = work();
    use_plain(false);
    [plain, work()]
}

#[track_caller]
fn assert_close(a: &[f32], b: &[f32], tolerance: f32, what: &str) {
    shared::close(a, b, tolerance, what).unwrap();
}

#[track_caller]
fn assert_within(a: &[f32], b: &[f32], most: f32, what: &str) {
    shared::within(a, b, most, what).unwrap();
}

fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_into_vec::<f32>().unwrap()
}

/// Gradients of a module in visiting order.
struct Read<'a> {
    gradients: &'a Gradients,
    found: Vec<Vec<f32>>,
}

impl ModuleVisitor for Read<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.found.extend(param.val().grad(self.gradients).map(numbers));
    }
}

/// What a module makes of `x`, and the gradients by `x` and the module's numbers of a sum with fixed weights.
fn there_and_back<M: Module>(module: &M, x: &[f32], shape: [usize; 3], forward: impl Fn(&M, Tensor<3>) -> Tensor<3>) -> Vec<Vec<f32>> {
    let device = Device::flex().autodiff();
    let x = Tensor::<3>::from_data(TensorData::new(x.to_vec(), shape), &device).require_grad();
    let y = forward(module, x.clone());
    let weights = Tensor::<3>::from_data(TensorData::new(random(y.shape().num_elements(), 77), y.dims()), &device);
    let gradients = (y.clone() * weights).sum().backward();
    let mut read = Read {
        gradients: &gradients,
        found: vec![numbers(y.inner()), numbers(x.grad(&gradients).unwrap())],
    };
    module.visit(&mut read);
    read.found
}

#[track_caller]
fn assert_same_way<M: Module>(module: &M, shape: [usize; 3], tolerance: f32, forward: impl Fn(&M, Tensor<3>) -> Tensor<3>) {
    assert_same_for(inputs(shape.iter().product()), module, shape, tolerance, forward);
}

#[track_caller]
fn assert_same_for<M: Module>(
    inputs: Vec<(&'static str, Vec<f32>)>,
    module: &M,
    shape: [usize; 3],
    tolerance: f32,
    forward: impl Fn(&M, Tensor<3>) -> Tensor<3>,
) {
    for (kind, x) in inputs {
        let [plain, fast] = both(|| there_and_back(module, &x, shape, &forward));
        assert_eq!(plain.len(), fast.len());
        for (index, (plain, fast)) in plain.iter().zip(&fast).enumerate() {
            let what = format!("{kind} {shape:?}, part {index}");
            if kind.starts_with("all equal") {
                // What is left of equal numbers without their mean is rounding, a thousandfold.
                let largest = plain.iter().fold(1.0, |most: f32, x| most.max(x.abs()));
                assert_within(plain, fast, 1e-3 * largest, &what);
            } else {
                assert_close(plain, fast, tolerance, &what);
            }
        }
    }
}

fn builder(source: &mut Drawn) -> Builder<'_> {
    let device = Box::leak(Box::new(Device::flex().autodiff()));
    Builder::new(source, device)
}

#[test]
fn maps_and_norms_are_burns() {
    for ([batch, tokens, from], to) in [([1, 1, 1], 1), ([2, 3, 7], 5), ([3, 41, 16], 33), ([1, 130, 24], 100)] {
        for bias in [true, false] {
            let map = Linear::new(builder(&mut Drawn { seed: 1 }), [from, to], bias, 1.0);
            assert_same_way(&map, [batch, tokens, from], 2e-6, |map, x| map.forward(x));
        }
        let norm = LayerNorm::new(builder(&mut Drawn { seed: 2 }), from, 1e-6);
        let forward = |norm: &LayerNorm, x| norm.forward(x);
        if from > 1 {
            assert_same_way(&norm, [batch, tokens, from], 2e-3, forward);
        }
    }
}

#[test]
fn gelu_is_burns() {
    for shape in [[1, 1, 1], [2, 3, 7], [1, 130, 257]] {
        let nothing = LayerNorm::new(builder(&mut Drawn { seed: 2 }), 1, 1e-6);
        assert_same_way(&nothing, shape, 2e-6, |_, x| bridge::gelu(x));
    }
}

#[test]
fn layers_are_burns() {
    let sizes = [
        ([1, 1, 4], 1, 4),
        ([2, 3, 12], 3, 20),
        ([3, 17, 24], 2, 7),
        ([1, 131, 16], 4, 40),
        ([5, 65, 8], 1, 33),
    ];
    for (shape, heads, hidden) in sizes {
        let config = BlockConfig {
            dim: shape[2],
            heads,
            hidden,
            epsilon: 1e-6,
            layer_scale: false,
        };
        let block = Block::new(builder(&mut Drawn { seed: 3 }), config);
        // Two norms follow each other: a last bit of the mean of equal numbers comes out a millionfold, whoever rounds it.
        let mut inputs = inputs(shape.iter().product());
        inputs.retain(|(kind, _)| *kind != UNEVEN);
        assert_same_for(inputs, &block, shape, 5e-4, |block, x| block.forward(x));
    }
}

/// Loss and gradients of a step.
fn step(knobs: &[(&str, &str)]) -> (f32, Vec<Vec<f32>>) {
    let set = knobs
        .iter()
        .map(|(knob, value)| ((*knob).to_owned(), (*value).to_owned()))
        .collect();
    let settings = Settings {
        preset: Some("tiny"),
        set,
        ..Settings::default()
    };
    let device = Device::flex().autodiff();
    let model = methods::build(&settings.resolve().unwrap(), &device).unwrap();
    let batch = batch(&settings.resolve().unwrap(), 5, &device);
    let loss = model.loss(&batch, Step { index: 0, of: 1 }).total;
    let gradients = loss.backward();
    let mut read = Read {
        gradients: &gradients,
        found: vec![],
    };
    model.visit(&mut read);
    (loss.inner().into_scalar::<f32>(), read.found)
}

/// Knobs that take different ways through a masked autoencoder.
fn ways() -> [Vec<(&'static str, &'static str)>; 6] {
    let residual = vec![("target", "residual"), ("fill_to_decoder", "true")];
    let and = |knob: (&'static str, &'static str)| [residual.as_slice(), &[knob]].concat();
    [
        vec![("target", "pixels")],
        vec![("target", "normalised")],
        residual.clone(),
        and(("balance", "true")),
        and(("overlap", "true")),
        and(("corrector_dim", "8")),
    ]
}

#[test]
fn a_whole_step_is_burns() {
    for set in ways() {
        let [(plain, plain_gradients), (fast, gradients)] = both(|| step(&set));
        assert!((plain - fast).abs() <= 1e-4 * plain.abs(), "{set:?}: {plain} and {fast}");
        assert_eq!(plain_gradients.len(), gradients.len());
        for (index, (plain, fast)) in plain_gradients.iter().zip(&gradients).enumerate() {
            assert_close(plain, fast, 1e-4, &format!("{set:?}, gradient {index}"));
        }
    }
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let _held = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    for set in ways() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| step(&set))
        };
        let (loss, gradients) = on(1);
        for threads in [2, 3, 5] {
            let (other, others) = on(threads);
            assert_eq!(loss.to_bits(), other.to_bits(), "{set:?}, {threads} threads");
            assert_eq!(gradients, others, "{set:?}, {threads} threads");
        }
    }
}

#[test]
fn all_of_this_holds_with_the_instructions_of_lesser_processors() {
    if std::env::var_os(Level::ASKED).is_some() {
        return;
    }
    for level in Level::below(Level::best()) {
        let mut again = std::process::Command::new(std::env::current_exe().unwrap());
        // The GPU's kernels are the same whatever the processor.
        let ran = again.env(Level::ASKED, level).args(["--skip", "gpu"]).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{level}:\n{said}");
        assert!(said.contains("test result: ok"), "{level}:\n{said}");
    }
}

#[test]
fn products_are_sums_of_products() {
    for (index, [rows, depth, columns]) in [[1, 1, 1], [3, 5, 7], [6, 16, 16], [13, 400, 33], [65, 31, 65], [7, 0, 3]]
        .into_iter()
        .enumerate()
    {
        let (a, b) = (random(rows * depth, index as u64), random(depth * columns, 100 + index as u64));
        let (bias, add) = (random(columns, 200), random(rows * columns, 300));
        let expected: Vec<f32> = (0..rows * columns)
            .map(|at| {
                let (row, column) = (at / columns, at % columns);
                let sum: f64 = (0..depth)
                    .map(|k| f64::from(a[row * depth + k]) * f64::from(b[k * columns + column]))
                    .sum();
                (sum + f64::from(bias[column]) + f64::from(add[at])) as f32
            })
            .collect();
        let turn = |values: &[f32], rows: usize, columns: usize| -> Vec<f32> {
            (0..rows * columns).map(|at| values[at % rows * columns + at / rows]).collect()
        };
        let (a_turned, b_turned) = (turn(&a, rows, depth), turn(&b, depth, columns));
        let lefts = [
            View::strided(&a, rows, depth, depth),
            View::strided(&a_turned, depth, rows, rows).turned(),
        ];
        let rights = [
            View::strided(&b, depth, columns, columns),
            View::strided(&b_turned, columns, depth, depth).turned(),
        ];
        for (left, right) in lefts.into_iter().flat_map(|left| rights.map(|right| (left, right))) {
            let ending = Ending {
                bias: Some(&bias),
                add: Some(&add),
                keep: false,
            };
            let mut out = vec![f32::NAN; rows * columns];
            product(&mut out, left, &Packed::new(right), ending);
            assert_close(&expected, &out, 2e-6, &format!("{rows} x {depth} x {columns}"));
            let mut more = out.clone();
            product(
                &mut more,
                left,
                &Packed::shared(right),
                Ending {
                    keep: true,
                    ..Ending::default()
                },
            );
            let twice: Vec<f32> = out
                .iter()
                .zip(0..)
                .map(|(out, at): (&f32, usize)| 2.0 * out - bias[at % columns] - add[at])
                .collect();
            assert_close(&twice, &more, 4e-6, "added to what was there");
        }
    }
}

#[test]
fn a_part_of_a_larger_matrix_is_multiplied_where_it_lies() {
    let (large, right) = (random(9 * 11, 1), random(4 * 5, 2));
    let part = View::new(&large, 11).rows(2, 6).columns(3, 4);
    let copied: Vec<f32> = (0..6).flat_map(|row| large[(row + 2) * 11 + 3..][..4].to_vec()).collect();
    let right = Packed::new(View::new(&right, 5));
    let [mut out, mut expected] = [vec![0.0; 30], vec![0.0; 30]];
    product(&mut out, part, &right, Ending::default());
    product(&mut expected, View::new(&copied, 4), &right, Ending::default());
    assert_eq!(out, expected);
}

#[test]
fn gelu_and_its_slope_are_those_of_the_error_function() {
    let x: Vec<f32> = (-12_000..=12_000)
        .map(|i| i as f32 * 1e-3)
        .chain([-0.0, 1e-30, -1e4, 1e4, 3e38, -3e38])
        .collect();
    let [mut value, mut again, mut slope] = [x.clone(), x.clone(), vec![1.0; x.len()]];
    gelu(&mut value, &x);
    gelu_backward(&mut again, &mut slope);
    assert_eq!(value, again);
    for ((x, value), slope) in x.iter().zip(value).zip(slope) {
        let x = f64::from(*x);
        let share = 0.5 * libm::erfc(-x / std::f64::consts::SQRT_2);
        let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
        assert!(
            (f64::from(value) - x * share).abs() <= 3e-7 * x.abs().max(1e-3),
            "gelu({x}) is {value}"
        );
        assert!(
            (f64::from(slope) - (share + x * density)).abs() <= 1e-6,
            "its slope at {x} is {slope}"
        );
    }
    let mut odd = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY];
    let from = odd;
    gelu(&mut odd, &from);
    assert!(odd[0].is_nan() && odd[1] == f32::INFINITY, "{odd:?}");
}

#[test]
fn softmax_holds_for_scores_of_any_size() {
    let rows = [
        vec![0.0, -1e4, 1e4],
        vec![1e30, 1e30, -1e30],
        vec![-3.0, -3.0, -3.0],
        vec![1.0, f32::NAN, 0.0],
    ];
    let mut all = rows.concat();
    let mut sums = vec![0.0; rows.len()];
    soften(&mut all, &mut sums, 0.5);
    assert_eq!(all[..3], [0.0, 0.0, 1.0]);
    assert_eq!(all[3..6], [0.5, 0.5, 0.0]);
    assert_close(&all[6..9], &[1.0 / 3.0; 3], 1e-6, "equal scores");
    assert!(all[9..].iter().all(|x| x.is_nan()), "no number stays none: {:?}", &all[9..]);
}

/// How the sum of what came out, weighted, changes along `way`, by differences and by the gradient.
fn assert_slope(x: &[f32], gradient: &[f32], weights: &[f32], forward: impl Fn(&[f32]) -> Vec<f32>) {
    const AHEAD: f32 = 1e-3;
    let way = random(x.len(), 41);
    let moved = |by: f32| -> f64 {
        let x: Vec<f32> = x.iter().zip(&way).map(|(x, way)| x + by * way).collect();
        forward(&x)
            .iter()
            .zip(weights)
            .map(|(y, weight)| f64::from(*y) * f64::from(*weight))
            .sum()
    };
    let found = (moved(AHEAD) - moved(-AHEAD)) / f64::from(2.0 * AHEAD);
    let expected: f64 = gradient.iter().zip(&way).map(|(g, way)| f64::from(*g) * f64::from(*way)).sum();
    let size: f64 = gradient.iter().map(|g| f64::from(*g).powi(2)).sum::<f64>().sqrt();
    assert!(
        (found - expected).abs() < 0.01 * size,
        "{found} by differences, {expected} by the gradient of size {size}"
    );
}

#[test]
fn gradients_are_slopes() {
    let (batch, tokens, dim, heads, hidden) = (2, 9, 6, 3, 11);
    let (x, gradient) = (random(batch * tokens * dim, 1), random(batch * tokens * dim, 2));
    let (weight, bias) = (random(dim, 3), random(dim, 4));
    let norm = Norm {
        weight: &weight,
        bias: &bias,
        epsilon: 1e-6,
    };
    let [wide, wide_bias, narrow] = [random(dim * hidden, 5), random(hidden, 6), random(hidden * dim, 7)];
    let mlp = Mlp {
        norm,
        up: Map {
            weight: &wide,
            packed: false,
            bias: Some(&wide_bias),
            shape: [dim, hidden],
        },
        down: Map {
            weight: &narrow,
            packed: false,
            bias: Some(&bias),
            shape: [hidden, dim],
        },
    };
    let by = mlp.backward(mlp.forward(&x).1, &x, &gradient);
    assert_slope(&x, &by.x, &gradient, |x| mlp.predict(x));
    assert_slope(&wide, &by.up[0], &gradient, |weight| {
        let up = Map { weight, ..mlp.up };
        Mlp { up, ..mlp }.predict(&x)
    });
    let [qkv, qkv_bias, output] = [random(dim * 3 * dim, 8), random(3 * dim, 9), random(dim * dim, 10)];
    let attention = Attention {
        norm,
        qkv: Map {
            weight: &qkv,
            packed: false,
            bias: Some(&qkv_bias),
            shape: [dim, 3 * dim],
        },
        output: Map {
            weight: &output,
            packed: false,
            bias: Some(&bias),
            shape: [dim, dim],
        },
        heads,
        tokens,
    };
    let by = attention.backward(&attention.forward(&x).1, &x, &gradient);
    assert_slope(&x, &by.x, &gradient, |x| attention.forward(x).0);
    assert_slope(&qkv, &by.qkv[0], &gradient, |weight| {
        let qkv = Map { weight, ..attention.qkv };
        Attention { qkv, ..attention }.forward(&x).0
    });
}
