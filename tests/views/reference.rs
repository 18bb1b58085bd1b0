//! Each operation against torchvision's formulas, which `make_case.py` worked out.

use darkroom::{
    picture::Picture,
    views::{blur, flip, grey, jitter, solarise, turn},
};
use safetensors::SafeTensors;

const CASE: &[u8] = include_bytes!("case.safetensors");
const WIDTH: usize = 8;
const HEIGHT: usize = 6;

fn read(name: &str) -> Picture {
    let case = SafeTensors::deserialize(CASE).unwrap();
    let tensor = case.tensor(name).unwrap();
    let numbers = tensor.data().as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four));
    Picture::new(WIDTH, HEIGHT, numbers.collect()).unwrap()
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
