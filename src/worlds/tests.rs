//! What others rely on: one seed one picture, one composition at every size, balanced classes, factors in range.

use super::{objects::KINDS, scene::FACTORS, *};
use crate::picture::Rgb8;

/// Mean of squares of `size`/`small` pixels, as one would make a picture smaller.
fn reduced(picture: &Rgb8, small: usize) -> Vec<f32> {
    let k = picture.width / small;
    let mut out = vec![0.0; 3 * small * small];
    for y in 0..small * k {
        for x in 0..small * k {
            for c in 0..3 {
                out[3 * ((y / k) * small + x / k) + c] += f32::from(picture.pixels[3 * (y * picture.width + x) + c]) / (k * k) as f32;
            }
        }
    }
    out
}

#[test]
fn pixels_are_those_of_every_other_machine() {
    for (index, size_px, hash) in FINGERPRINTS {
        assert_eq!(
            fingerprint(0, index, size_px),
            hash,
            "scene {index} at {size_px} pixels: 0x{:016x}",
            fingerprint(0, index, size_px)
        );
    }
}

#[test]
fn scenes_are_pure_in_seed_index_and_bond() {
    let scene = Scene::new(3, 17, 0.5);
    assert_eq!(scene, Scene::new(3, 17, 0.5));
    assert_eq!(scene.render(48), Scene::new(3, 17, 0.5).render(48));
    assert_ne!(scene, Scene::new(4, 17, 0.5));
    assert_ne!(scene, Scene::new(3, 18, 0.5));
}

#[test]
fn the_composition_is_the_same_at_every_size() {
    for index in 0..40 {
        let scene = sample(index);
        let small = scene.render(64);
        let large = reduced(&scene.render(128), 64);
        let far = small
            .pixels
            .iter()
            .zip(&large)
            .map(|(a, b)| (f32::from(*a) - b).powi(2))
            .sum::<f32>()
            / large.len() as f32;
        let psnr = 10.0 * (255.0f32 * 255.0 / far).log10();
        assert!(psnr > 27.0, "scene {index}: {psnr} dB between 64 and 128 made small");
    }
}

#[test]
fn any_size_can_be_painted() {
    for size_px in [1, 2, 7, 33, 200] {
        let picture = sample(4).render(size_px);
        assert_eq!(
            (picture.width, picture.height, picture.pixels.len()),
            (size_px, size_px, 3 * size_px * size_px)
        );
    }
    assert_eq!(sample(4).render(0).width, 1);
}

#[test]
fn every_ten_scenes_hold_every_class() {
    for decade in 0..30 {
        let mut seen: Vec<usize> = (0..10).map(|k| Scene::new(9, 10 * decade + k, 0.3).class()).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..10).collect::<Vec<_>>());
    }
    assert_eq!(CLASSES.len(), KINDS.len());
}

#[test]
fn factors_stay_in_their_ranges_and_vary() {
    let scenes: Vec<_> = (0..500).map(|index| Scene::new(1, index, 0.7).factors()).collect();
    for (k, (name, [from, to])) in FACTORS.into_iter().enumerate() {
        let values: Vec<f32> = scenes.iter().map(|f| f[k].1).collect();
        assert!(scenes.iter().all(|f| f[k].0 == name));
        assert!(values.iter().all(|v| (from..=to).contains(v)), "{name}");
        let mean = values.iter().sum::<f32>() / 500.0;
        assert!(values.iter().any(|v| (v - mean).abs() > 0.02 * (to - from)), "{name} does not vary");
    }
}

/// The share of scenes whose object is out of place.
fn strays(bond: f32) -> f32 {
    let out = |index| {
        let scene = Scene::new(5, index, bond);
        !KINDS[scene.class()].homes.contains(&SETTINGS[scene.setting()])
    };
    (0..4000).filter(|&index| out(index)).count() as f32 / 4000.0
}

#[test]
fn bond_makes_stray_objects_rare_but_never_impossible() {
    let free: f32 = KINDS
        .iter()
        .map(|k| 1.0 - k.homes.len() as f32 / SETTINGS.len() as f32)
        .sum::<f32>()
        / 10.0;
    for bond in [0.0, 0.5, 1.0] {
        let expected = free * (1.0 - bond * (1.0 - STRAY));
        let seen = strays(bond);
        assert!(
            (seen - expected).abs() < 0.03,
            "bond {bond}: {seen} out of place, {expected} expected"
        );
        assert!(seen > 0.0);
    }
    assert_eq!(Scene::new(5, 1, 7.0), Scene::new(5, 1, 1.0));
}

#[test]
fn any_object_can_be_placed_anywhere() {
    for class in 0..CLASSES.len() {
        for setting in 0..SETTINGS.len() {
            let scene = Scene::placed(7, 3, class, setting);
            assert_eq!((scene.class(), scene.setting()), (class, setting));
            assert!(
                scene.object_mask(48).into_iter().sum::<f32>() > 0.004 * 2304.0,
                "{}",
                scene.caption()
            );
        }
    }
    assert_eq!(Scene::placed(7, 3, 99, 99), Scene::placed(7, 3, 9, 7));
    // Where the worlds chose that pair themselves it is their scene.
    let own = Scene::new(5, 12, 0.0);
    assert_eq!(Scene::placed(5, 12, own.class(), own.setting()), own);
    assert!((0..SETTINGS.len()).all(|setting| (0..CLASSES.len()).any(|class| belongs(class, setting))));
    assert!(!belongs(99, 0) && !belongs(0, 99));
}

#[test]
fn no_kind_reaches_out_of_its_box() {
    for (class, name) in CLASSES.iter().enumerate() {
        for index in 0..6 {
            let mut scene = Scene::of_class(2, index, 1.0, class);
            scene.object.x = 0.5;
            scene.object.size = 0.30;
            scene.object.y = 0.70;
            let [left, top, right, bottom] = scene.object_box();
            let mask = scene.object_mask(256);
            // A sprite is a pixel larger than its box: what shows there was cut.
            for (k, _) in mask.into_iter().enumerate().filter(|(_, a)| *a > 0.05) {
                let (x, y) = (((k % 256) as f32 + 0.5) / 256.0, ((k / 256) as f32 + 0.5) / 256.0);
                let inside = x > left && x < right && y > top && y < bottom;
                assert!(inside, "{name} {index} reaches out of its box at {x} {y}");
            }
        }
    }
}

#[test]
fn the_object_is_to_be_seen() {
    for index in 0..100 {
        let scene = sample(index);
        let seen: f32 = scene.object_mask(64).into_iter().sum();
        assert!(seen > 0.008 * 4096.0, "scene {index}, {}: {seen} pixels", scene.caption());
    }
}

#[test]
fn a_hidden_part_has_several_right_answers() {
    let scene = sample(9);
    let first = scene.render(64);
    let mut classes = Vec::new();
    for number in 0..12 {
        let other = scene.other(number);
        let picture = other.render(64);
        assert_ne!(picture, first);
        classes.push(other.class());
        // Around both objects the pictures agree; shadows fall below, at most as long as the object is tall.
        let (a, b) = (scene.object_box(), other.object_box());
        let tall = (a[3] - a[1]).max(b[3] - b[1]);
        let (left, right) = (a[0].min(b[0]) - tall - 0.03, a[2].max(b[2]) + tall + 0.03);
        for y in 0..64 {
            for x in (0..64).filter(|x| (*x as f32 / 64.0) < left || (*x as f32 / 64.0) > right) {
                let k = 3 * (y * 64 + x);
                assert_eq!(first.pixels[k..k + 3], picture.pixels[k..k + 3], "answer {number} at {x} {y}");
            }
        }
    }
    classes.sort_unstable();
    classes.dedup();
    assert!(classes.len() > 1, "every answer is of one class");
}

#[test]
fn captions_name_what_is_seen() {
    for index in 0..200 {
        let scene = sample(index);
        let caption = scene.caption();
        assert!(caption.contains(CLASSES[scene.class()]) && caption.ends_with('.'), "{caption}");
    }
    assert_eq!(SAMPLES.map(|i| sample(i).caption()).len(), 8);
}

#[test]
fn a_moving_object_passes_behind_the_screen() {
    for index in 0..12 {
        let sequence = Sequence::new(0, index, BOND, 13, Fate::Passes);
        let seen: Vec<f32> = (0..13).map(|k| sequence.frame(k).object_mask(64).into_iter().sum()).collect();
        let most = seen.iter().copied().fold(0.0, f32::max);
        // A tree may stand before the ends of the path, too.
        assert!(seen[0] > 0.2 * most && seen[12] > 0.2 * most, "sequence {index}: {seen:?}");
        assert!(seen.iter().any(|s| *s < 0.04 * most), "sequence {index} never hides: {seen:?}");
        assert!(sequence.frame(0).object_box()[0] != sequence.frame(12).object_box()[0]);
    }
}

#[test]
fn a_vanishing_object_goes_in_and_never_comes_out() {
    let (passes, vanishes) = (
        Sequence::new(0, 3, BOND, 13, Fate::Passes),
        Sequence::new(0, 3, BOND, 13, Fate::Vanishes),
    );
    assert_eq!(passes.frame(2).render(48), vanishes.frame(2).render(48));
    assert!(vanishes.frame(12).object_mask(48).iter().all(|a| *a == 0.0));
    assert_ne!(passes.frame(12).render(48), vanishes.frame(12).render(48));
}
