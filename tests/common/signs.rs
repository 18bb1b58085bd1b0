//! What each way of breaking a method looks like, for the test that holds each to it and the benchmark that tells.

use darkroom::{
    config::RunConfig,
    methods::{self, MethodCard, Sign, sign::LOSS},
    probes::Instruments,
    train::{self, Control, Event, Validated, settings::Settings},
};

/// Pictures of a run.
const PICTURES: usize = 400;
/// Steps within which a collapse that is one shows.
pub const STEPS: u64 = 200;

/// Every preset that takes something away: its method's name, its own, and what is seen then.
pub fn breaks() -> impl Iterator<Item = (&'static str, &'static str, Sign)> {
    let of = |card: &'static MethodCard| {
        let broken = card.presets.iter().filter_map(|preset| Some((preset.name, preset.sign?)));
        broken.map(move |(preset, sign)| (card.name, preset, sign))
    };
    methods::cards().iter().flat_map(of)
}

/// Trains a preset and answers what was measured last, beside the first loss and the last.
pub fn broken(method: &str, preset: &str, seed: u64) -> (Validated, [f32; 2]) {
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
        seed,
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
    // A method that has to see all pictures first has no loss until then.
    let first = losses.iter().position(|loss| *loss != 0.0).unwrap();
    (last.unwrap(), [losses[first], losses[losses.len() - 1]])
}

/// The instruments of a measurement.
pub fn of(found: &Validated) -> &Instruments {
    found.instruments.as_ref().unwrap()
}

/// What the instrument of a sign says.
fn read(sign: &Sign, found: &Validated, losses: [f32; 2]) -> f32 {
    if sign.instrument == LOSS {
        return losses[1];
    }
    let readings = of(found).readings();
    let reading = readings.iter().find(|reading| reading.name == sign.instrument);
    reading
        .unwrap_or_else(|| panic!("no instrument is called {}", sign.instrument))
        .value
        .unwrap()
}

/// Whether a run that ended so shows it.
pub fn is_shown(sign: &Sign, found: &Validated, losses: [f32; 2]) -> bool {
    sign.is_shown(read(sign, found, losses), losses)
}
