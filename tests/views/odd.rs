//! Pictures and strengths that nobody planned for.

use darkroom::{
    chance::Chance,
    picture::{Picture, Rgb8},
    views::{Jigsaw, Recipe, blur, crop, grey, jitter, solarise, turn, views_of},
};

use crate::made;

fn every_recipe() -> Vec<Recipe> {
    let mut all = vec![
        Recipe::mae(32),
        Recipe::ijepa(32),
        Recipe::simclr(64, 1.0),
        Recipe::cifar(),
        Recipe::instance_discrimination(32),
        Recipe::moco_v2(48),
        Recipe::simsiam(1),
        Recipe::pirl(32),
        Recipe::pirl_puzzle(33),
        Recipe::vicreg(32),
        Recipe::dino_local(20),
        Recipe::swav_global(40),
        Recipe::swav_local(17),
        Recipe::lejepa_global(32),
        Recipe::lejepa_local(14),
    ];
    for two in [Recipe::byol(32), Recipe::barlow(32), Recipe::dino_global(2)] {
        all.extend(two);
    }
    all
}

#[test]
fn every_recipe_makes_whole_views_of_every_picture() {
    let recipes = every_recipe();
    let views: Vec<_> = recipes.iter().map(Recipe::views).collect();
    for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 2), (3, 200), (200, 150)] {
        let picture = made(width, height);
        for position in 0..12 {
            for (view, recipe) in views_of(&views, &picture, 0, position).iter().zip(&recipes) {
                assert_eq!((view.width, view.height), (recipe.size_px, recipe.size_px));
                assert_eq!(view.pixels.len(), 3 * recipe.size_px * recipe.size_px);
                let within = view.pixels.iter().all(|value| (-1e-6..=1.000_001).contains(value));
                assert!(within, "{width} x {height}, {recipe:?}");
            }
        }
    }
}

#[test]
fn one_colour_stays_that_colour_under_blur_and_turns_at_every_size() {
    for (width, height) in [(1, 1), (1, 9), (9, 1), (2, 3), (33, 40)] {
        let plain = Picture::from_rgb8(&Rgb8::new(width, height, [10, 200, 90].repeat(width * height)).unwrap());
        let mut blurred = plain.clone();
        for (sigma, radius) in [(0.1, 1), (2.0, 11), (50.0, 300)] {
            blur::cut_off(&mut blurred, sigma, radius);
        }
        blur::gaussian(&mut blurred, 1e9);
        let turned = turn::rotate(&plain, 33.0);
        let near = |other: &Picture| plain.pixels.iter().zip(&other.pixels).all(|(a, b)| (a - b).abs() < 1e-5);
        assert!(near(&blurred) && near(&turned), "{width} x {height}");
    }
}

#[test]
fn strengths_that_are_no_numbers_or_mean_nothing_are_survived() {
    let before = Picture::from_rgb8(&made(5, 4));
    for strength in [f32::NAN, f32::INFINITY, -1.0, 0.0, f32::MAX] {
        let mut picture = before.clone();
        blur::gaussian(&mut picture, strength);
        jitter::brightness(&mut picture, strength);
        jitter::contrast(&mut picture, strength);
        jitter::saturation(&mut picture, strength);
        assert!(picture.pixels.iter().all(|value| (0.0..=1.0).contains(value)), "{strength}");
        jitter::hue(&mut picture, strength);
        solarise::apply(&mut picture, strength);
        assert_eq!(turn::rotate(&picture, strength).pixels.len(), before.pixels.len());
    }
    let mut same = before.clone();
    blur::gaussian(&mut same, 0.0);
    blur::cut_off(&mut same, 2.0, 0);
    assert_eq!(same, before, "no blur");
}

#[test]
fn pictures_of_no_pixels_are_survived() {
    let mut none = Picture::grey(0, 0, 0.0);
    blur::gaussian(&mut none, 1.0);
    jitter::contrast(&mut none, 1.0);
    jitter::hue(&mut none, 0.1);
    grey::apply(&mut none);
    assert_eq!(turn::rotate(&none, 10.0), none);
    assert_eq!(Jigsaw::of(0).cut(&none, &mut Chance::new(0, "jigsaw", 0)).tiles.len(), 9);
}

#[test]
fn rectangles_beyond_the_picture_are_brought_back() {
    let picture = made(6, 4);
    let beyond = crop::Rectangle {
        x: 100,
        y: 2,
        width: 50,
        height: 0,
    };
    assert_eq!(crop::cut(&picture, beyond, 3).to_rgb8().at(1, 1), picture.at(5, 2));
}
