#![allow(clippy::unwrap_used)]

use burn::tensor::Device;

use super::{Places, Plan, SCENE_PX, SCENES, Session, WATCHED, host, scene, trainable};
use crate::{
    data::Sample,
    learn::{Numbers, read_later},
    methods::Method,
    predict::{block_on, embed},
    protocol::together::{Measured, TrainSettings},
    weights,
};

fn settings(method: &str) -> TrainSettings {
    TrainSettings {
        method: method.into(),
        ids: Vec::new(),
        bond: 0.9,
        seed: 3,
        steps: 0,
        paused: false,
        safeguard: true,
    }
}

fn samples(count: u64) -> Vec<Sample> {
    (0..count).map(|index| scene(3, index, 0.9)).collect()
}

fn session(method: &str) -> Session {
    Session::new(&settings(method), samples(96), &host()).unwrap()
}

/// A step as a worker takes it.
pub(super) fn step(session: &mut Session) -> Result<Numbers, String> {
    let outcome = session.step()?;
    let (.., numbers) = block_on(read_later(vec![outcome]))?.remove(0);
    session.learnt(numbers)
}

/// The switch as a worker throws it.
fn switch(session: &mut Session, safeguard: bool) {
    if let Some(standing) = session.standing(safeguard) {
        let stood = block_on(standing.later()).unwrap();
        session.switch(safeguard, stood).unwrap();
    }
}

fn measure(session: &mut Session) -> (Measured, Vec<f32>) {
    let (network, watched) = (session.network(), session.watched());
    let embedded = block_on(embed(&network, &watched, &Device::flex(), |_| ())).unwrap();
    let places = Places::default().of(&embedded).unwrap();
    let at = session.at();
    (session.measure(&embedded, at), places)
}

/// How far the watched pictures are apart, in what is healthy; and the largest of their spectrum.
fn apart(session: &mut Session) -> (f32, f32) {
    let (measured, _) = measure(session);
    let apart = measured.deviation.unwrap_or(measured.spread.unwrap() / measured.healthy_spread);
    (apart, measured.spectrum[0])
}

#[test]
fn everything_in_the_list_trains_is_broken_and_mended() {
    let list = trainable();
    assert!(list.len() > 12 && list.iter().filter(|method| method.switch.is_some()).count() > 7);
    for method in list {
        let said = method.switch.iter().chain([&method.stops_collapse, &method.summary]);
        assert!(
            said.into_iter().all(|words| words.ends_with('.') && !words.contains("Break it")),
            "{}",
            method.name
        );
        let mut session = session(&method.name);
        for _ in 0..3 {
            step(&mut session).unwrap();
        }
        switch(&mut session, false);
        assert_eq!(session.safeguard(), method.switch.is_none(), "{}", method.name);
        for _ in 0..3 {
            step(&mut session).unwrap();
        }
        switch(&mut session, true);
        let numbers = step(&mut session).unwrap();
        assert!(numbers.loss.is_finite() && session.safeguard(), "{}", method.name);
        assert_eq!(session.done(), 7, "{}", method.name);
        let (measured, places) = measure(&mut session);
        assert_eq!((measured.pictures, places.len()), (WATCHED, 2 * WATCHED));
        assert!(!measured.verdict.is_empty(), "{}", method.name);
        assert!(session.plan().words().iter().any(|(name, _)| name == "backbone"), "{}", method.name);
    }
}

#[test]
fn the_same_settings_give_the_same_run() {
    let losses = || {
        let mut session = session(&trainable()[0].name);
        [(); 4].map(|()| step(&mut session).unwrap().loss)
    };
    assert_eq!(losses(), losses());
}

#[test]
fn the_switch_carries_weights_over_to_the_bit() {
    for method in trainable().into_iter().filter(|method| method.switch.is_some()) {
        let mut session = session(&method.name);
        for _ in 0..2 {
            step(&mut session).unwrap();
        }
        let before = measure(&mut session);
        switch(&mut session, false);
        let after = measure(&mut session);
        assert_eq!(before.1, after.1, "{}: the watched pictures stay where they are", method.name);
        assert_eq!(before.0.spread, after.0.spread, "{}", method.name);
    }
}

#[test]
fn a_run_may_begin_without_what_stops_collapse_where_there_is_something_to_take_away() {
    for method in trainable() {
        let settings = TrainSettings {
            safeguard: false,
            ..settings(&method.name)
        };
        let mut without = Session::new(&settings, samples(96), &host()).unwrap();
        assert_eq!(without.safeguard(), method.switch.is_none(), "{}", method.name);
        let lost = step(&mut without).unwrap().loss;
        if ["simclr", "vicreg"].contains(&method.name.as_str()) {
            let whole = step(&mut session(&method.name)).unwrap().loss;
            assert_ne!(lost, whole, "{}: it learns something else from its first step on", method.name);
        }
        switch(&mut without, true);
        let mended = step(&mut without).unwrap().loss;
        assert!(lost.is_finite() && mended.is_finite() && without.safeguard(), "{}", method.name);
    }
}

#[test]
fn what_is_saved_opens_and_says_the_same() {
    for method in trainable() {
        let mut session = session(&method.name);
        step(&mut session).unwrap();
        switch(&mut session, false);
        let (name, bytes) = block_on(session.left().file()).unwrap();
        let opened = weights::from_bytes(&bytes, &name, &Device::flex()).unwrap();
        let card = opened.header.unwrap().card;
        assert_eq!((card.method.as_str(), card.steps), (method.name.as_str(), 1));
        let picture = &session.watched()[0];
        let say = |network| {
            let told = block_on(embed(network, std::slice::from_ref(picture), &Device::flex(), |_| ())).unwrap();
            told.projections.values().to_vec()
        };
        assert_eq!(say(&opened.method), say(&session.network()), "{}", method.name);
        assert_eq!(opened.method.views().size_px, picture.width);
    }
}

#[test]
fn a_run_on_few_pictures_of_ones_own_says_what_it_can_do() {
    for count in [0, 1, 2, 5] {
        for method in trainable() {
            match Session::new(&settings(&method.name), samples(count), &host()) {
                Err(sentence) => assert!(sentence.len() > 20, "{}: {sentence}", method.name),
                Ok(mut session) => {
                    assert!(count > 0, "{}", method.name);
                    assert!(step(&mut session).is_ok_and(|numbers| numbers.loss.is_finite()), "{}", method.name);
                }
            }
        }
    }
    let unknown = Plan::of(&settings("none"), 64).unwrap_err();
    assert!(unknown.contains("none"), "{unknown}");
    assert_eq!(samples(1)[0].picture.width, SCENE_PX);
}

#[test]
fn what_is_doubtful_of_a_run_is_said_of_few_pictures_and_not_of_the_rooms_own() {
    let doubts = |count: u64| -> Vec<String> {
        let runs = trainable()
            .into_iter()
            .filter_map(|method| Session::new(&settings(&method.name), samples(count), &host()).ok());
        runs.flat_map(|session| session.doubts().to_vec()).collect()
    };
    assert_eq!(doubts(SCENES), Vec::<String>::new());
    let few = doubts(6);
    assert!(few.iter().any(|doubt| doubt.contains("than the 6 pictures")), "{few:?}");
}

#[test]
fn without_its_safeguard_a_run_collapses_before_ones_eyes() {
    for name in ["simclr", "vicreg"] {
        let mut session = session(name);
        (0..40).for_each(|_| drop(step(&mut session).unwrap()));
        let (healthy, before) = apart(&mut session);
        switch(&mut session, false);
        (0..70).for_each(|_| drop(step(&mut session).unwrap()));
        let (broken, after) = apart(&mut session);
        assert!(healthy > 0.5 && broken < 0.2, "{name}: {healthy} to {broken}");
        assert!(
            after < 0.5 * before,
            "{name}: the spectrum falls, and does not only change its shape: {before} to {after}"
        );
    }
}
