#![allow(clippy::unwrap_used)]
use proptest::prelude::*;

use super::*;
use crate::{
    chance::Chance,
    mask::{Grid, MaskKind},
};

/// A picture with a slope, a hill and noise.
fn picture(width: usize, height: usize, seed: u64) -> Picture {
    let mut chance = Chance::new(seed, "test picture", 0);
    let (across, down) = (chance.range(-4.0..4.0), chance.range(-4.0..4.0));
    let value = |i: usize, noise: f32| {
        let (x, y) = ((i % width) as f32 / width as f32, (i / width % height) as f32 / height as f32);
        0.5 + 0.25 * libm::sinf(across * x + down * y * y) + 0.25 * (noise - 0.5)
    };
    Picture::new(width, height, (0..3 * width * height).map(|i| value(i, chance.unit())).collect()).unwrap()
}

fn hidden_pixels(mask: &Mask, width: usize, height: usize) -> Vec<bool> {
    let mut hidden = vec![false; width * height];
    mask.each_hidden_run(width, height, |run| hidden[run].fill(true));
    hidden
}

fn neighbours(i: usize, width: usize, height: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (i % width, i / width);
    let exists = [y > 0, x > 0, x + 1 < width, y + 1 < height];
    let around = [i.wrapping_sub(width), i.wrapping_sub(1), i + 1, i + width];
    around.into_iter().zip(exists).filter(|&(_, exists)| exists).map(|(j, _)| j)
}

/// The same fill by conjugate gradients in 64 bits: slow, simple, exact.
fn exact(picture: &Picture, mask: &Mask) -> Vec<f64> {
    let (width, height) = (picture.width, picture.height);
    let hidden = hidden_pixels(mask, width, height);
    let unknown: Vec<usize> = (0..width * height).filter(|&i| hidden[i]).collect();
    let mut values: Vec<f64> = picture.pixels.iter().map(|&value| f64::from(value)).collect();
    for plane in values.chunks_exact_mut(width * height) {
        unknown.iter().for_each(|&i| plane[i] = 0.5);
        // `sum of (u_i - u_j)` over the neighbours; 0 in visible pixels for a direction.
        let apply = |u: &[f64]| -> Vec<f64> {
            unknown
                .iter()
                .map(|&i| neighbours(i, width, height).map(|j| u[i] - u[j]).sum())
                .collect()
        };
        let mut residual: Vec<f64> = apply(plane).iter().map(|value| -value).collect();
        let mut direction = vec![0.0; width * height];
        unknown.iter().zip(&residual).for_each(|(&i, &r)| direction[i] = r);
        let square = |values: &[f64]| values.iter().map(|value| value * value).sum::<f64>();
        let mut size = square(&residual);
        while size > 1e-22 {
            let applied = apply(&direction);
            let step = size / unknown.iter().zip(&applied).map(|(&i, a)| direction[i] * a).sum::<f64>();
            for (k, &i) in unknown.iter().enumerate() {
                plane[i] += step * direction[i];
                residual[k] -= step * applied[k];
            }
            let next = square(&residual);
            for (k, &i) in unknown.iter().enumerate() {
                direction[i] = residual[k] + next / size * direction[i];
            }
            size = next;
        }
    }
    values
}

/// Largest and root mean squared error of the smooth fill against the exact one.
fn errors(picture: &Picture, mask: &Mask) -> (f64, f64) {
    let (exact, filled) = (exact(picture, mask), smooth(picture, mask));
    let differences: Vec<f64> = exact.iter().zip(&filled.pixels).map(|(a, &b)| (a - f64::from(b)).abs()).collect();
    let hidden = 3 * hidden_pixels(mask, picture.width, picture.height)
        .iter()
        .filter(|&&hidden| hidden)
        .count();
    let squares: f64 = differences.iter().map(|d| d * d).sum();
    (differences.into_iter().fold(0.0, f64::max), (squares / hidden.max(1) as f64).sqrt())
}

#[test]
fn the_smooth_fill_equals_an_exact_solution_on_every_mask() {
    for (size, patch) in [
        (64, 8),
        (64, 16),
        (48, 4),
        (56, 14),
        (49, 7),
        (45, 9),
        (40, 1),
        (30, 5),
        (6, 2),
        (3, 1),
    ] {
        let grid = Grid::of(size, patch).unwrap();
        for kind in [
            "random:0.75",
            "random:0.98",
            "random:0.3",
            "half:right",
            "half:upper",
            "block",
            "outside-block",
            "checkerboard",
        ] {
            let mask = kind.parse::<MaskKind>().unwrap().draw(grid, 3, size as u64);
            let (largest, typical) = errors(&picture(size, size, patch as u64), &mask);
            assert!(
                largest < 1e-3 && typical < 2e-4,
                "{size} px, patches of {patch}, {kind}: off by {largest:.1e}, typically {typical:.1e}"
            );
        }
    }
}

#[test]
fn the_smooth_fill_takes_pictures_that_are_not_square_and_patches_that_do_not_divide_them() {
    for (width, height, rows, columns) in [
        (70, 33, 3, 5),
        (33, 70, 7, 2),
        (128, 9, 3, 8),
        (200, 1, 1, 10),
        (1, 37, 5, 1),
        (2, 2, 2, 2),
        (31, 17, 40, 50),
    ] {
        for seed in 0..3 {
            let mask = MaskKind::Random(0.75).draw(Grid::new(rows, columns), seed, 0);
            let (largest, _) = errors(&picture(width, height, seed), &mask);
            assert!(
                largest < 1e-3,
                "{width} x {height} px, {rows} x {columns} patches, seed {seed}: off by {largest:.1e}"
            );
        }
    }
}

#[test]
fn a_straight_slope_goes_on_as_a_straight_slope() {
    let slope = |i: usize| (i % 64) as f32 / 64.0;
    let picture = Picture::new(64, 64, (0..3 * 64 * 64).map(slope).collect()).unwrap();
    let middle = Mask::by(Grid::new(8, 8), |_, column| (2..6).contains(&column));
    let filled = smooth(&picture, &middle);
    let worst = filled
        .pixels
        .iter()
        .zip(&picture.pixels)
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max);
    assert!(worst < 1e-3, "off by {worst}");
}

#[test]
fn where_nothing_is_visible_fills_are_grey_and_where_nothing_is_hidden_they_change_nothing() {
    let picture = picture(24, 24, 1);
    let none = Mask::none(Grid::new(3, 3));
    for fill in [mean, smooth] {
        assert_eq!(fill(&picture, &none), picture);
        assert_eq!(fill(&picture, &none.inverted()), Picture::grey(24, 24, 0.5));
    }
}

#[test]
fn the_mean_fill_is_the_mean_of_what_is_visible() {
    let pixels = [[0.0, 0.2, 0.9, 0.9], [1.0, 0.5, 0.0, 0.0], [0.3, 0.3, 0.1, 0.1]].concat();
    let picture = Picture::new(4, 1, pixels).unwrap();
    let filled = mean(&picture, &Mask::from_hidden(Grid::new(1, 2), &[1]));
    let expected = [[0.0, 0.2, 0.1, 0.1], [1.0, 0.5, 0.75, 0.75], [0.3, 0.3, 0.3, 0.3]].concat();
    assert!(
        filled.pixels.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-6),
        "{:?}",
        filled.pixels
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn fills_never_look_at_what_is_hidden(seed in any::<u64>(), columns in 1usize..9, rows in 1usize..9, patch in 1usize..9, ratio in 0.0f32..1.0) {
        let (width, height) = (columns * patch, rows * patch);
        let mask = MaskKind::Random(ratio).draw(Grid::new(rows, columns), seed, 0);
        let picture = picture(width, height, seed);
        let other = mask.set_in(&picture, &Picture::grey(width, height, 7.0));
        let hidden = hidden_pixels(&mask, width, height);
        for fill in [mean, smooth] {
            let filled = fill(&picture, &mask);
            prop_assert_eq!(&filled, &fill(&other, &mask));
            let (low, high) = picture.pixels.iter().fold((1f32, 0f32), |(low, high), &v| (low.min(v), high.max(v)));
            for (i, (&out, &given)) in filled.pixels.iter().zip(&picture.pixels).enumerate() {
                let right = if hidden[i % (width * height)] { (low - 1e-3..=high + 1e-3).contains(&out) } else { out == given };
                prop_assert!(right || mask.kept().is_empty());
            }
        }
    }

    #[test]
    fn one_fill_leaves_no_trace_in_the_next(seed in any::<u64>(), sizes in prop::collection::vec((1usize..40, 1usize..40), 2..5)) {
        // The grids are kept between calls; a fresh thread has none.
        for (i, (width, height)) in sizes.into_iter().enumerate() {
            let mask = MaskKind::Random(0.7).draw(Grid::new(4, 4), seed, i as u64);
            let picture = picture(width, height, seed);
            let here = smooth(&picture, &mask);
            let fresh = std::thread::spawn(move || smooth(&picture, &mask)).join().unwrap();
            prop_assert_eq!(here, fresh);
        }
    }
}
