//! Convolutions and batch norms against plain code, against Burn's own composition, and on other numbers of threads.

use std::sync::PoisonError;

use burn::tensor::{Device, Tensor, TensorData};
use darkroom::{
    kernels::{
        batch_norm::{BatchNorm, moments},
        conv::{Conv, Window},
        product::panel_width,
    },
    nn::{self, ResNet, ResNetConfig, resnet::Stem},
};

use crate::{SWITCH, assert_close, assert_same_way, assert_slope, builder, random, there_and_back};
use darkroom::nn::Drawn;

/// Batch, rows, columns, channels in and out, side, stride, padding.
const SIZES: [[usize; 8]; 14] = [
    [2, 5, 7, 3, 5, 3, 1, 1],
    [3, 8, 8, 17, 20, 3, 2, 1],
    [2, 9, 6, 4, 33, 1, 2, 0],
    [1, 15, 14, 3, 8, 7, 2, 3],
    [2, 4, 4, 130, 40, 3, 1, 1],
    [1, 6, 6, 8, 8, 1, 1, 0],
    [1, 3, 3, 2, 2, 2, 3, 0],
    [9, 13, 11, 2, 3, 5, 1, 4],
    [1, 1, 1, 1, 1, 3, 1, 1],
    [1, 5, 6, 130, 32, 3, 1, 1],
    [2, 6, 5, 4, 64, 3, 2, 1],
    [2, 6, 6, 32, 32, 1, 1, 0],
    [2, 6, 6, 32, 64, 1, 2, 0],
    [1, 15, 14, 3, 32, 7, 2, 3],
];

/// The sums as the definition has them: what comes out, and the gradients by `x` and by the weight.
fn plainly(conv: &Conv<'_>, x: &[f32], gradient: &[f32]) -> [Vec<f32>; 3] {
    let ([from, to], [rows, columns], [down, across]) = (conv.channels, conv.size, conv.places());
    let Window { side, stride, padding } = conv.window;
    let mut sums = [vec![0f64; gradient.len()], vec![0f64; x.len()], vec![0f64; conv.weight.len()]];
    for at in 0..gradient.len() {
        let (output, place) = (at % to, at / to);
        let (column, row, picture) = (place % across, place / across % down, place / across / down);
        for tap in 0..from * side * side {
            let (input, ky, kx) = (tap / (side * side), tap / side % side, tap % side);
            let Some((y, x_at)) = (row * stride + ky)
                .checked_sub(padding)
                .zip((column * stride + kx).checked_sub(padding))
            else {
                continue;
            };
            if y < rows && x_at < columns {
                let seen = ((picture * rows + y) * columns + x_at) * from + input;
                let weight = output * from * side * side + tap;
                sums[0][at] += f64::from(x[seen]) * f64::from(conv.weight[weight]);
                sums[1][seen] += f64::from(gradient[at]) * f64::from(conv.weight[weight]);
                sums[2][weight] += f64::from(gradient[at]) * f64::from(x[seen]);
            }
        }
    }
    sums.map(|sums| sums.into_iter().map(|sum| sum as f32).collect())
}

#[test]
fn convolutions_are_sums_over_windows() {
    for size in SIZES {
        let [batch, rows, columns, from, to, side, stride, padding] = size;
        let weight = random(to * from * side * side, 1);
        let conv = Conv {
            packed: false,
            weight: &weight,
            channels: [from, to],
            size: [rows, columns],
            window: Window { side, stride, padding },
        };
        let x = random(batch * rows * columns * from, 2);
        let gradient = random(batch * conv.places().iter().product::<usize>() * to, 3);
        let expected = plainly(&conv, &x, &gradient);
        let found = [conv.forward(&x), conv.backward(&gradient), conv.learn(&x, &gradient)];
        for ((expected, found), what) in expected.iter().zip(&found).zip(["out", "by x", "by weight"]) {
            assert_close(expected, found, 3e-6, &format!("{what} of {size:?}"));
        }
        // For a network that only answers the weight is laid out once; wherever its panels are full.
        let panels = conv.panels();
        assert_eq!(panels.is_some(), to % panel_width() == 0, "{size:?}");
        let packed = panels.map(|weight| {
            Conv {
                weight: &weight,
                packed: true,
                ..conv
            }
            .forward(&x)
        });
        assert!(packed.is_none_or(|packed| packed == found[0]), "{size:?}, packed");
    }
}

/// More places and deeper patches than are taken at a time.
#[test]
fn gradients_of_a_large_convolution_are_slopes() {
    let (from, to, size) = (48, 35, [23, 21]);
    let weight = random(to * from * 9, 1);
    let conv = Conv {
        packed: false,
        weight: &weight,
        channels: [from, to],
        size,
        window: Window {
            side: 3,
            stride: 1,
            padding: 1,
        },
    };
    let (x, gradient) = (random(3 * 23 * 21 * from, 2), random(3 * 23 * 21 * to, 3));
    assert_slope(&x, &conv.backward(&gradient), &gradient, |x| conv.forward(x));
    assert_slope(&weight, &conv.learn(&x, &gradient), &gradient, |weight| {
        Conv { weight, ..conv }.forward(&x)
    });
}

#[test]
fn moments_hold_for_rows_far_from_zero() {
    let (rows, channels) = (5000, 13);
    let near = random(rows * channels, 1);
    let far: Vec<f32> = near.iter().map(|x| 3000.0 + x).collect();
    let plain = |x: &[f32], channel: usize| {
        let values = || x.iter().skip(channel).step_by(channels).map(|x| f64::from(*x));
        let mean = values().sum::<f64>() / rows as f64;
        [mean, values().map(|x| (x - mean).powi(2)).sum::<f64>() / rows as f64]
    };
    for x in [near, far] {
        let found = moments(&x, channels);
        for channel in 0..channels {
            let [mean, variance] = plain(&x, channel);
            assert!((f64::from(found[channel]) - mean).abs() < 1e-6 * mean.abs().max(1.0));
            assert!((f64::from(found[channels + channel]) - variance).abs() < 1e-5 * variance);
        }
    }
    let equal = moments(&vec![0.1; 77 * channels], channels);
    assert_eq!(equal[channels..], vec![0.0; channels], "equal numbers have no variance");
}

#[test]
fn gradients_of_a_batch_norm_are_slopes() {
    let (rows, channels) = (700, 70);
    let (weight, bias) = (random(channels, 3), random(channels, 4));
    let (x, add, gradient) = (random(rows * channels, 1), random(rows * channels, 2), random(rows * channels, 5));
    let norm = BatchNorm {
        moments: &[],
        weight: &weight,
        bias: &bias,
        epsilon: 1e-5,
        relu: false, // a bend has no slope: what ReLU lets through is held against Burn's below
    };
    let forward = |x: &[f32], add: &[f32]| {
        let moments = &moments(x, channels);
        BatchNorm { moments, ..norm }.forward(x, Some(add))
    };
    let kept = moments(&x, channels);
    let norm = BatchNorm { moments: &kept, ..norm };
    let by = norm.backward(&x, &forward(&x, &add), &gradient, true);
    assert_slope(&x, &by.x, &gradient, |x| forward(x, &add));
    assert_slope(&add, &by.added.unwrap(), &gradient, |add| forward(&x, add));
    let of = |weight: &[f32], bias: &[f32]| BatchNorm { weight, bias, ..norm }.forward(&x, Some(&add));
    assert_slope(&weight, &by.weight, &gradient, |weight| of(weight, &bias));
    assert_slope(&bias, &by.bias, &gradient, |bias| of(&weight, bias));
}

#[test]
fn layers_are_burns() {
    for [batch, rows, columns, from, to, side, stride, _] in SIZES {
        let conv = nn::Conv::new(builder(&mut Drawn { seed: 1 }), [to, from, side], stride);
        assert_same_way(&conv, [batch, rows, columns * from], 1e-5, |conv, x| {
            conv.forward(x.reshape([batch, rows, columns, from])).flatten::<3>(2, 3)
        });
    }
    for [batch, rows, channels] in [[2, 3, 5], [1, 300, 33], [1, 1, 4]] {
        for affine in [true, false] {
            let norm = nn::BatchNorm::new(builder(&mut Drawn { seed: 2 }), channels, affine, 0.7);
            let shape = [batch, rows, channels];
            for forward in [
                (|norm, x| norm.forward(x)) as fn(&nn::BatchNorm, Tensor<3>) -> Tensor<3>,
                |norm, x| norm.forward_relu(x),
                |norm, x| norm.forward_add_relu(x.clone(), x.flip([1]) * 0.5),
            ] {
                for (kind, x) in crate::inputs(shape.iter().product()) {
                    let [plain, fast] = crate::both(|| there_and_back(&norm.clone(), &x, shape, forward));
                    // What goes back through a bend at no number is nobody's, and of equal numbers Burn's mean leaves rounding, which
                    // their deviation of almost nothing then enlarges: there the output alone is held.
                    let (parts, tolerance) = match kind {
                        "one is none" => (1, 2e-5),
                        "all equal" | crate::UNEVEN => (1, 1e-3),
                        _ => (plain.len(), 2e-5),
                    };
                    for (plain, fast) in plain.iter().zip(&fast).take(parts) {
                        let largest = plain.iter().fold(1.0, |most: f32, x| most.max(x.abs()));
                        crate::assert_within(plain, fast, tolerance * largest, &format!("norm of {shape:?}, {kind}"));
                    }
                }
            }
        }
    }
}

/// What a step of a small network gives.
fn step() -> Vec<Vec<f32>> {
    let config = ResNetConfig {
        blocks: [1; 4],
        width: 16,
        ..ResNetConfig::resnet18(Stem::Cifar)
    };
    let net = ResNet::new(builder(&mut Drawn { seed: 3 }), config);
    let shape = [5, 3, 20 * 20];
    there_and_back(&net, &random(5 * 3 * 400, 4), shape, |net, x| {
        net.places(x.reshape([5, 3, 20, 20])).flatten::<3>(1, 2)
    })
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    let _held = SWITCH.lock().unwrap_or_else(PoisonError::into_inner);
    let on = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(step);
    let one = on(1);
    for threads in [2, 5] {
        assert!(one == on(threads), "{threads} threads");
    }
}

#[test]
fn a_batch_of_one_row_comes_out_as_the_bias_and_leaves_the_running_variance() {
    let device = Device::flex().autodiff();
    let norm = nn::BatchNorm::new(builder(&mut Drawn { seed: 2 }), 3, true, 1.0);
    let x = Tensor::<2>::from_data(TensorData::new(vec![5.0, -2.0, 0.0], [1, 3]), &device);
    let [plain, fast] = crate::both(|| crate::numbers(norm.forward(x.clone())));
    assert_eq!((plain, fast), (vec![0.0; 3], vec![0.0; 3]));
    assert_eq!(crate::numbers(norm.running_var.value()), [1.0; 3]);
}

#[test]
fn blocks_that_start_at_nothing_let_everything_by() {
    let device = Device::flex();
    let features = |zero_last: bool, blocks: usize| {
        let config = ResNetConfig {
            blocks: [blocks, 1, 1, 1],
            width: 4,
            zero_last,
            ..ResNetConfig::resnet18(Stem::Cifar)
        };
        let net = ResNet::new(nn::Builder::new(&mut Drawn { seed: 3 }, &device), config);
        let x = Tensor::<4>::from_data(TensorData::new(random(2 * 3 * 64, 4), [2, 3, 8, 8]), &device);
        let stem = net.norm.forward_relu(net.stem.forward(x.permute([0, 2, 3, 1])));
        let passed = net.blocks[..blocks].iter().fold(stem.clone(), |x, block| block.forward(x));
        [stem, passed].map(crate::numbers)
    };
    let [stem, passed] = features(true, 3);
    assert_eq!(stem, passed);
    let [stem, passed] = features(false, 1);
    assert_ne!(stem, passed);
}
