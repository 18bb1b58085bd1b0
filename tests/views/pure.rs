//! A view depends on seed, position and its own number, and on nothing else.

use darkroom::views::{Flip, Grey, Jitter, RandomResizedCrop, Recipe, Solarise, Views, crop, flip, multi_crop, seed_of_view, views_of};

use crate::made;

/// FNV-1a.
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

#[test]
fn crops_and_flips_are_what_they_always_were() {
    let views = Views::new(RandomResizedCrop::new(24, [0.2, 1.0])).then(Flip { p: 0.5 });
    let bytes = (0..16).flat_map(|position| views.make(&made(60, 45), 7, position).to_rgb8().pixels);
    assert_eq!(
        hash(&bytes.collect::<Vec<u8>>()),
        0xd608_5375_6e96_562f,
        "runs of older versions go on with other views"
    );
    let recipe = Recipe::plain(24, [0.2, 1.0], 0.5).views();
    assert!((0..16).all(|position| recipe.make(&made(60, 45), 7, position) == views.make(&made(60, 45), 7, position)));
}

#[test]
fn the_same_seed_and_position_give_the_same_view_and_others_another() {
    let picture = made(40, 50);
    let view = |seed, position| Recipe::simclr(32, 1.0).views().make(&picture, seed, position);
    assert_eq!(view(1, 2), view(1, 2));
    assert_ne!(view(1, 2), view(1, 3));
    assert_ne!(view(1, 2), view(2, 2));
}

#[test]
fn views_of_one_picture_differ_and_the_first_is_what_it_is_alone() {
    let picture = made(40, 50);
    let [first, second] = Recipe::byol(32);
    let recipes = multi_crop(&[first.clone(), second], &Recipe::dino_local(16), 3);
    let views: Vec<Views> = recipes.iter().map(Recipe::views).collect();
    let made = views_of(&views, &picture, 5, 9);
    assert_eq!(made.iter().map(|view| view.width).collect::<Vec<_>>(), [32, 32, 16, 16, 16]);
    assert_eq!(made[0], first.views().make(&picture, 5, 9));
    assert_eq!(made[3], views[3].make(&picture, seed_of_view(5, 3), 9));
    assert!(made[2] != made[3] && made[3] != made[4], "three views of one recipe");
}

#[test]
fn a_further_change_leaves_the_draws_of_the_others() {
    let picture = made(40, 50);
    let start = || Views::new(RandomResizedCrop::new(16, [0.2, 1.0]));
    let jitter = Jitter::new(1.0, [0.4, 0.4, 0.4, 0.1]);
    for position in 0..20 {
        let alone = start().then(jitter).make(&picture, 3, position);
        let unlucky = start().then(Grey { p: 0.0 }).then(jitter).then(Solarise { p: 0.0 });
        assert_eq!(alone, unlucky.make(&picture, 3, position));
        let mut mirrored = start().then(Flip { p: 1.0 }).then(jitter).make(&picture, 3, position);
        flip::mirror(&mut mirrored);
        let off = mirrored.pixels.iter().zip(&alone.pixels).map(|(a, b)| (a - b).abs());
        assert!(off.fold(0.0, f32::max) < 1e-5, "the same colours, mirrored");
    }
}

#[test]
fn a_strength_of_zero_leaves_the_draws_of_the_others() {
    let picture = made(8, 8);
    let start = || Views::new(RandomResizedCrop::new(8, [1.0, 1.0]));
    for position in 0..20 {
        // Brightness that a jitter of nothing else draws is brightness that a jitter of hues draws too: a grey has no hue.
        let alone = start().then(Grey { p: 1.0 }).then(Jitter::new(1.0, [0.4, 0.0, 0.0, 0.0]));
        let beside = start().then(Grey { p: 1.0 }).then(Jitter::new(1.0, [0.4, 0.0, 0.0, 0.5]));
        assert_eq!(alone.make(&picture, 0, position), beside.make(&picture, 0, position));
    }
}

#[test]
fn a_crop_by_hand_is_the_picture_where_it_is_all_of_it() {
    let picture = made(20, 20);
    let all = crop::Rectangle::middle(20, 20, 1.0);
    assert_eq!(crop::cut(&picture, all, 20).to_rgb8(), picture);
    let quarter = crop::Rectangle::middle(20, 20, 0.25);
    assert_eq!((quarter.x, quarter.y, quarter.width, quarter.height), (5, 5, 10, 10));
    let view = crop::cut(&picture, quarter, 10).to_rgb8();
    assert_eq!((view.at(0, 0), view.at(9, 9)), (picture.at(5, 5), picture.at(14, 14)));
}
