//! What comparisons of kernels share: numbers to compare them on, and how far apart two lists may be.

use burn::tensor::{Device, Tensor, TensorData};
use darkroom::{
    chance::Chance,
    config::RunConfig,
    mask::{Grid, MaskKind},
    methods::{AnyMethod, Batch, Method},
};

/// Deviates of the normal distribution.
pub fn random(count: usize, index: u64) -> Vec<f32> {
    let mut chance = Chance::new(5, "kernels", index);
    (0..count).map(|_| chance.normal()).collect()
}

/// Equal numbers whose sums are rounded, and so their mean: one on its way to another kernel may be off by its last bit.
pub const UNEVEN: &str = "all equal and rounded";

/// Ordinary numbers, and those that rounding and exponentials stumble over.
pub fn inputs(count: usize) -> Vec<(&'static str, Vec<f32>)> {
    let usual = random(count, 1);
    let scaled = |by: f32| usual.iter().map(|x| by * x).collect();
    vec![
        ("ordinary", usual.clone()),
        ("large", scaled(1e4)),
        ("huge", scaled(1e15)),
        ("tiny", scaled(1e-6)),
        ("one is none", {
            let mut numbers = usual.clone();
            numbers[count / 2] = f32::NAN;
            numbers
        }),
        ("negative zero", vec![-0.0; count]),
        ("all equal", vec![0.75; count]),
        (UNEVEN, vec![0.7; count]),
    ]
}

/// Says what is further apart than `tolerance` of the largest finite number that there should be.
pub fn close(wanted: &[f32], found: &[f32], tolerance: f32, what: &str) -> Result<(), String> {
    let finite = wanted.iter().filter(|x| x.is_finite());
    let largest = finite.fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
    within(wanted, found, tolerance * largest, what)
}

/// Says what is further apart than that.
pub fn within(wanted: &[f32], found: &[f32], most: f32, what: &str) -> Result<(), String> {
    if wanted.len() != found.len() {
        return Err(format!("{what}: {} numbers and {}", wanted.len(), found.len()));
    }
    for (index, (a, b)) in wanted.iter().zip(found).enumerate() {
        let is_close = (a - b).abs() <= most || a == b || (a.is_nan() && b.is_nan());
        if !is_close {
            return Err(format!("{what}: number {index} is {a} and {b}, more than {most} apart"));
        }
    }
    Ok(())
}

/// A batch of a configuration's pictures on the device.
pub fn batch(config: &RunConfig, count: usize, device: &Device) -> Batch {
    let plan = AnyMethod::plan(config).unwrap();
    let side = plan.size_px / plan.patch_px;
    let pixels = |index| {
        random(count * 3 * plan.size_px * plan.size_px, index)
            .iter()
            .map(|x| 0.5 + 0.2 * x)
            .collect()
    };
    let put = |pixels: Vec<f32>| Tensor::from_data(TensorData::new(pixels, [count, 3, plan.size_px, plan.size_px]), device);
    let grid = Grid { rows: side, columns: side };
    let masks = (0..count).map(|index| MaskKind::Random(0.6).draw(grid, 3, index as u64)).collect();
    Batch {
        fill: plan.fill.then(|| put(pixels(9))),
        ..Batch::plain(put(pixels(8)), masks)
    }
}
