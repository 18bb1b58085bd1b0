//! What each way of breaking a method looks like, for the test that holds each to it and the benchmark that tells.

use darkroom::{
    config::RunConfig,
    methods::{self, MethodCard},
    probes::{Instruments, verdict::State},
    train::{self, Control, Event, Validated, settings::Settings},
};

/// Pictures of a run.
const PICTURES: usize = 400;
/// Steps within which a collapse that is one shows.
pub const STEPS: u64 = 200;

/// The presets that break a method: its name and theirs.
pub fn breaks() -> impl Iterator<Item = (&'static str, &'static str)> {
    let of = |card: &'static MethodCard| card.presets.iter().map(move |preset| (card.name, preset.name));
    methods::cards()
        .iter()
        .flat_map(of)
        .filter(|(_, preset)| preset.starts_with("break-"))
}

/// Trains a preset and answers what was measured last, beside the last loss and the first.
pub fn broken(method: &str, preset: &str) -> (Validated, [f32; 2]) {
    let card = methods::cards().iter().find(|card| card.name == method).unwrap();
    let settings = Settings {
        method: Some(card.name),
        preset: Some(preset),
        ..Settings::default()
    };
    let config = RunConfig {
        steps: STEPS,
        validate_every: 50,
        checkpoint_every: 1000,
        device: "cpu".into(),
        data: format!("scenes?count={PICTURES}"),
        ..settings.resolve().unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let (mut last, mut losses) = (None, Vec::new());
    let mut observe = |event: Event| match event {
        Event::Validated(validated) => last = Some(validated),
        Event::Step(line) => losses.push(line.loss),
        _ => {}
    };
    train::run(config, &folder.path().join("run"), "", &Control::new(), &mut observe).unwrap();
    (last.unwrap(), [losses[0], losses[losses.len() - 1]])
}

/// What the instruments must say of a preset that breaks a method.
pub enum Sign {
    /// Every picture on one point, or on the way there, while the loss looks well.
    Dead,
    /// Something else, in its own words.
    Says(&'static str, fn(&Validated) -> bool),
}

/// The instruments of a measurement.
pub fn of(found: &Validated) -> &Instruments {
    found.instruments.as_ref().unwrap()
}

/// On the way to one point.
const CLOSE: Sign = Sign::Says("close together", |found| of(found).mean_cosine.unwrap() > 0.8);

/// The sign of each preset.
pub const SIGNS: &[(&str, &str, Sign)] = &[
    ("simclr", "break-negatives", Sign::Dead),
    ("moco", "break-negatives", CLOSE),
    ("instdisc", "break-negatives", CLOSE),
    ("pirl", "break-negatives", CLOSE),
    ("byol", "break-predictor", Sign::Dead),
    ("byol", "break-both", Sign::Dead),
    ("vicreg", "break-1-0-0", Sign::Dead),
    (
        "vicreg",
        "break-0-25-1",
        Sign::Says("views apart", |found| of(found).alignment.unwrap() > 0.95),
    ),
    (
        "vicreg",
        "break-1-10-1",
        Sign::Says("views apart", |found| of(found).alignment.unwrap() > 0.85),
    ),
    (
        "vicreg",
        "break-10-1-1",
        Sign::Says("small deviations", |found| of(found).deviation.unwrap() < 0.2),
    ),
    (
        "simsiam",
        "break-predictor",
        Sign::Says("few points", |found| of(found).twins.unwrap() > 0.2),
    ),
    ("vicreg", "break-variance", Sign::Dead),
    ("lejepa", "break-sigreg", Sign::Dead),
    ("lejepa", "break-weight", Sign::Dead),
    (
        "vicreg",
        "break-1-200-3",
        Sign::Says("views apart", |found| of(found).alignment.unwrap() > 0.85),
    ),
    (
        "simsiam",
        "break-stop-gradient",
        Sign::Says("few points", |found| of(found).twins.unwrap() > 0.2),
    ),
    (
        "dino",
        "break-centre",
        Sign::Says("one direction", |found| of(found).mean_cosine.unwrap() > 0.95),
    ),
    (
        "dino",
        "break-centre-pace",
        Sign::Says("one direction", |found| of(found).mean_cosine.unwrap() > 0.9),
    ),
    (
        "dino",
        "break-sharpening",
        Sign::Says("few points", |found| of(found).twins.unwrap() > 0.25),
    ),
    (
        "vicreg",
        "break-weights",
        Sign::Says("small deviations", |found| of(found).deviation.unwrap() < 0.5),
    ),
    (
        "vicreg",
        "break-covariance",
        Sign::Says("a low rank", |found| of(found).effective_rank.unwrap() < 5.0),
    ),
    (
        "barlow",
        "break-invariance",
        Sign::Says("views apart", |found| of(found).alignment.unwrap() > 0.4),
    ),
    (
        "barlow",
        "break-redundancy",
        Sign::Says("a low rank", |found| of(found).effective_rank.unwrap() < 4.5),
    ),
    (
        "swav",
        "break-balance",
        Sign::Says("one prototype for all", |found| of(found).mean_cosine.unwrap() > 0.9),
    ),
];

impl Sign {
    /// Of a preset.
    pub fn of(method: &str, preset: &str) -> Option<&'static Self> {
        SIGNS
            .iter()
            .find(|sign| (sign.0, sign.1) == (method, preset))
            .map(|(_, _, sign)| sign)
    }

    /// In words.
    pub fn words(&self) -> &'static str {
        match self {
            Self::Dead => "one point, while the loss falls",
            Self::Says(what, _) => what,
        }
    }

    /// Whether a run that ended so showed it.
    pub fn shows(&self, found: &Validated, [first, last]: [f32; 2]) -> bool {
        match self {
            Self::Dead => {
                found
                    .verdict
                    .as_ref()
                    .is_some_and(|verdict| matches!(verdict.state, State::Complete | State::Dying))
                    && last < first
            }
            Self::Says(_, holds) => holds(found),
        }
    }
}
