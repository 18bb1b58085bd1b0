//! Each operation against torchvision's formulas, which `make_case.py` worked out.

use darkroom::{
    picture::{Picture, Rgb8},
    views::{
        blur,
        crop::{self, Rectangle},
        flip, grey, jitter, solarise, turn,
    },
};
use safetensors::SafeTensors;

const CASE: &[u8] = include_bytes!("case.safetensors");
const WIDTH: usize = 8;
const HEIGHT: usize = 6;

fn numbers(name: &str) -> Vec<f32> {
    let case = SafeTensors::deserialize(CASE).unwrap();
    let tensor = case.tensor(name).unwrap();
    let numbers = tensor.data().as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four));
    numbers.collect()
}

fn read(name: &str) -> Picture {
    Picture::new(WIDTH, HEIGHT, numbers(name)).unwrap()
}

fn off(ours: &Picture, theirs: &Picture) -> f32 {
    let differences = ours.pixels.iter().zip(&theirs.pixels).map(|(ours, theirs)| (ours - theirs).abs());
    differences.fold(0.0, |most, off| if off.is_nan() { f32::INFINITY } else { most.max(off) })
}

/// Applies an operation with every strength that the case has of it.
#[track_caller]
fn compare(operation: &str, count: usize, change: impl Fn(&mut Picture, &[f32])) {
    let names = SafeTensors::deserialize(CASE).unwrap();
    let strengths = names
        .names()
        .into_iter()
        .filter_map(|name| Some((name, name.strip_prefix(operation)?.strip_prefix('=')?)));
    let mut compared = 0;
    for (name, strengths) in strengths {
        let strengths: Vec<f32> = strengths.split(',').map(|strength| strength.parse().unwrap()).collect();
        let mut picture = read("picture");
        change(&mut picture, &strengths);
        let off = off(&picture, &read(name));
        assert!(off < 1e-5, "{name} is off by {off:e}");
        compared += 1;
    }
    assert_eq!(compared, count, "strengths of {operation}");
}

/// Ours rounds to bytes between rows and columns, and at the end.
const RESAMPLED: f32 = 2.0 / 255.0;

#[test]
fn crops_are_torchvisions_and_nothing_beside_them_shines_in() {
    let planes = numbers("large");
    let pixels = (0..20 * 24).flat_map(|at| [0, 1, 2].map(|channel| planes[channel * 20 * 24 + at] as u8));
    let large = Rgb8::new(24, 20, pixels.collect()).unwrap();
    let case = SafeTensors::deserialize(CASE).unwrap();
    let places: Vec<&str> = case.names().into_iter().filter(|name| name.starts_with("crop=")).collect();
    assert_eq!(places.len(), 5);
    for name in places {
        let place: Vec<usize> = name[5..].split(',').map(|side| side.parse().unwrap()).collect();
        let &[x, y, width, height, size_px] = place.as_slice() else {
            panic!("{name}")
        };
        let ours = crop::cut(&large, Rectangle { x, y, width, height }, size_px);
        let off = off(&ours, &Picture::new(size_px, size_px, numbers(name)).unwrap());
        assert!(off <= RESAMPLED, "{name} is off by {} of 255", 255.0 * off);
    }
}

#[test]
fn brightness_contrast_and_saturation_are_torchvisions() {
    compare("brightness", 4, |picture, strength| jitter::brightness(picture, strength[0]));
    compare("contrast", 4, |picture, strength| jitter::contrast(picture, strength[0]));
    compare("saturation", 4, |picture, strength| jitter::saturation(picture, strength[0]));
}

#[test]
fn hues_are_torchvisions() {
    compare("hue", 6, |picture, turn| jitter::hue(picture, turn[0]));
}

#[test]
fn one_operation_after_another_is_torchvisions() {
    let mut picture = read("picture");
    jitter::brightness(&mut picture, 1.6);
    jitter::hue(&mut picture, 0.1);
    jitter::contrast(&mut picture, 0.5);
    jitter::saturation(&mut picture, 1.7);
    assert!(off(&picture, &read("jitter")) < 1e-5);
}

#[test]
fn greys_and_solarised_pictures_are_torchvisions() {
    let mut picture = read("picture");
    grey::apply(&mut picture);
    assert!(off(&picture, &read("grey")) < 1e-5);
    compare("solarise", 3, |picture, threshold| solarise::apply(picture, threshold[0]));
}

#[test]
fn blurred_pictures_are_torchvisions() {
    compare("blur", 5, |picture, strength| {
        blur::cut_off(picture, strength[0], strength[1] as usize)
    });
    let mut picture = read("picture");
    blur::gaussian(&mut picture, 1.2);
    assert!(off(&picture, &read("blur=1.2,5")) < 1e-5, "four deviations of 1.2 are five pixels");
}

#[test]
fn turned_pictures_are_torchs() {
    compare("rotate", 6, |picture, degrees| *picture = turn::rotate(picture, degrees[0]));
}

#[test]
fn half_a_turn_and_a_mirror_are_a_mirror_upside_down() {
    let picture = read("picture");
    let mut turned = turn::rotate(&picture, 180.0);
    flip::mirror(&mut turned);
    let rows = picture
        .pixels
        .chunks(WIDTH * HEIGHT)
        .flat_map(|plane| plane.rchunks(WIDTH))
        .flatten();
    let upside_down = Picture::new(WIDTH, HEIGHT, rows.copied().collect()).unwrap();
    assert!(off(&turned, &upside_down) < 1e-5);
}
