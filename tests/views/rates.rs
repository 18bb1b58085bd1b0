//! How often a change happens, and how strong it is.

use darkroom::{
    picture::{Picture, Rgb8},
    views::{Blur, Jitter, Kernel, RandomResizedCrop, Recipe, Views},
};

const DRAWS: u64 = 10_000;

/// Two pixels, bright and dark, of two colours.
fn pair() -> Rgb8 {
    Rgb8::new(2, 2, [[250, 120, 30, 20, 60, 200]; 2].concat()).unwrap()
}

fn whole(flip: f32) -> Recipe {
    Recipe {
        aspect: [1.0, 1.0],
        ..Recipe::plain(2, [1.0, 1.0], flip)
    }
}

/// The part of the draws whose view is another than without.
fn rate(recipe: &Recipe) -> f64 {
    let (views, plain) = (recipe.views(), whole(0.0).views().make(&pair(), 0, 0));
    (0..DRAWS).filter(|position| views.make(&pair(), 1, *position) != plain).count() as f64 / DRAWS as f64
}

#[track_caller]
fn near(found: f64, expected: f64, deviation: f64) {
    let error = deviation / (DRAWS as f64).sqrt();
    assert!((found - expected).abs() <= 4.0 * error, "{found} is far from {expected}");
}

#[test]
fn each_change_happens_as_often_as_its_recipe_says() {
    let of = |p: f32| {
        [
            whole(p),
            Recipe {
                jitter: Some(Jitter::new(p, [0.4, 0.4, 0.2, 0.1])),
                ..whole(0.0)
            },
            Recipe { grey: p, ..whole(0.0) },
            Recipe {
                blur: Some(Blur {
                    p,
                    sigma: [0.5, 2.0],
                    kernel: Kernel::Taps(3),
                }),
                ..whole(0.0)
            },
            Recipe { solarise: p, ..whole(0.0) },
        ]
    };
    for p in [0.1, 0.5, 0.8] {
        for recipe in of(p) {
            let p = f64::from(p);
            near(rate(&recipe), p, (p * (1.0 - p)).sqrt());
        }
    }
    for (never, always) in of(0.0).iter().zip(of(1.0)) {
        assert_eq!((rate(never), rate(&always)), (0.0, 1.0));
    }
}

#[test]
fn factors_are_uniform_in_their_range() {
    let grey = Rgb8::new(1, 1, vec![102; 3]).unwrap();
    let views = Views::new(RandomResizedCrop::new(1, [1.0, 1.0])).then(Jitter::new(1.0, [0.8, 0.0, 0.0, 0.0]));
    let factors: Vec<f64> = (0..DRAWS)
        .map(|position| f64::from(views.make(&grey, 2, position).pixels[0]) / 0.4)
        .collect();
    assert!(factors.iter().all(|factor| (0.1999..=1.8001).contains(factor)));
    let deviation = 1.6 / 12f64.sqrt();
    near(factors.iter().sum::<f64>() / DRAWS as f64, 1.0, deviation);
    let below = factors.iter().filter(|factor| **factor < 0.6).count() as f64 / DRAWS as f64;
    near(below, 0.25, (0.25f64 * 0.75).sqrt());
}

#[test]
fn a_strength_above_one_never_makes_negatives() {
    let views = Views::new(RandomResizedCrop::new(2, [1.0, 1.0])).then(Jitter::new(1.0, [1.5, 1.5, 1.5, 0.5]));
    let values = (0..1000).flat_map(|position| views.make(&pair(), 0, position).pixels);
    assert!(values.into_iter().all(|value| (0.0..=1.0).contains(&value)));
}

#[test]
fn hue_turns_both_ways_and_by_no_more_than_its_strength() {
    let red = Rgb8::new(1, 1, vec![255, 0, 0]).unwrap();
    let views = Views::new(RandomResizedCrop::new(1, [1.0, 1.0])).then(Jitter::new(1.0, [0.0, 0.0, 0.0, 0.1]));
    let turned: Vec<Picture> = (0..1000).map(|position| views.make(&red, 0, position)).collect();
    let [green, blue] = [1, 2].map(|channel| turned.iter().map(move |view| view.pixels[channel]));
    // A sixth of the circle from red is yellow or magenta.
    assert!(green.clone().chain(blue.clone()).all(|value| (0.0..=0.6001).contains(&value)));
    assert!(green.filter(|value| *value > 0.3).count() > 100);
    assert!(blue.filter(|value| *value > 0.3).count() > 100);
}

#[test]
fn operations_come_in_either_order_equally_often() {
    // Saturation keeps a pixel's grey, and turning its hue keeps its largest and its smallest channel. So where the hue
    // comes last, one factor towards the grey of the colour as it was explains both channels; else hardly ever.
    let colour = [153u8, 102, 77];
    let views = Views::new(RandomResizedCrop::new(1, [1.0, 1.0])).then(Jitter::new(1.0, [0.0, 0.0, 0.5, 0.5]));
    let start = colour.map(|byte| f32::from(byte) / 255.0);
    let grey = 0.2989 * start[0] + 0.587 * start[1] + 0.114 * start[2];
    let hue_last = |position: &u64| {
        let view = views.make(&Rgb8::new(1, 1, colour.to_vec()).unwrap(), 3, *position).pixels;
        let (most, least) = (
            view.iter().fold(0.0, |a: f32, b| a.max(*b)),
            view.iter().fold(1.0, |a: f32, b| a.min(*b)),
        );
        let factor = (most - least) / (start[0] - start[2]);
        (most - (factor * start[0] + (1.0 - factor) * grey)).abs() < 1e-5
    };
    near((0..DRAWS).filter(hue_last).count() as f64 / DRAWS as f64, 0.5, 0.5);
}
