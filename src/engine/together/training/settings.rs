//! Which methods can be trained in the room, and how they are set: by their own presets, whole and broken.

use crate::{
    config::RunConfig,
    learn::set::apply_preset,
    methods::{AnyMethod, Method, MethodCard, Preset, cards},
    protocol::together::{TrainSettings, Trainable},
};

/// The preset that a run in the room begins with: a network for which seconds are enough.
const PRESET: &str = "tiny";
/// Pictures in a batch.
const BATCH: usize = 32;
/// Steps that schedules reckon with where a run goes on until it is told to stop: what rises over a run (a teacher's
/// momentum, a temperature) then rises over about this many.
const STEPS: u64 = 20_000;
/// Part of a run in which the learning rate warms up, in steps.
const WARM_UP: f64 = 20.0;

/// Methods that can be trained here: those that embed, and that have a preset for a small network.
#[must_use]
pub fn trainable() -> Vec<Trainable> {
    let fitting = cards().iter().filter(|card| has_place(card));
    fitting
        .map(|card| Trainable {
            name: card.name.into(),
            title: card.title.into(),
            family: card.family.into(),
            stops_collapse: card.stops_collapse.into(),
            summary: card.summary.into(),
            switch: breaking(card).map(taken_away),
        })
        .collect()
}

fn has_place(card: &MethodCard) -> bool {
    card.family != "masked" && card.presets.iter().any(|preset| preset.name == PRESET)
}

/// The preset that takes away what stops collapse: the first whose name says so. Where taking a teacher away (`without-…`)
/// shows nothing in so small a network, there is no switch to wait behind.
fn breaking(card: &MethodCard) -> Option<&'static Preset> {
    card.presets.iter().find(|preset| preset.name.starts_with("break-"))
}

/// What a preset takes away, and what to watch for then.
fn taken_away(preset: &Preset) -> String {
    let sign = preset.sign.map(|sign| format!(" Watch for this: {sign}.")).unwrap_or_default();
    without_label(preset.help) + &sign
}

/// A preset's sentence without the label that lists give it.
fn without_label(help: &str) -> String {
    let said = match help.split_once(": ") {
        Some((label, said)) if label.starts_with("Break it") => said,
        _ => help,
    };
    let mut letters = said.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// How a run is set, with what stops collapse and without it.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// With it.
    pub whole: RunConfig,
    /// Without it; `None` where there is nothing to take away.
    pub broken: Option<RunConfig>,
}

impl Plan {
    /// Of a run on so many pictures.
    ///
    /// # Errors
    /// A method that is not in the list, or that cannot be trained on so few pictures: a sentence.
    pub fn of(settings: &TrainSettings, pictures: usize) -> Result<Self, String> {
        let card = cards().iter().find(|card| card.name == settings.method && has_place(card));
        let card = card.ok_or_else(|| format!("{} cannot be trained here: choose another method.", settings.method))?;
        let set = |preset: &str| -> Result<RunConfig, String> {
            let mut config = RunConfig {
                method: card.name.into(),
                ..RunConfig::default()
            };
            apply_preset(&mut config, card, preset).map_err(|why| why.to_string())?;
            let config = in_the_room(config, settings, pictures);
            AnyMethod::plan(&config).map_err(|why| format!("{} cannot be trained on these pictures: {why}", card.title))?;
            Ok(config)
        };
        Ok(Self {
            whole: set(PRESET)?,
            broken: breaking(card).map(|preset| set(preset.name)).transpose()?,
        })
    }

    /// As it is set with what stops collapse, or without it where there is something to take away.
    #[must_use]
    pub fn with(&self, safeguard: bool) -> &RunConfig {
        match &self.broken {
            Some(broken) if !safeguard => broken,
            _ => &self.whole,
        }
    }

    /// What was set, for people: run fields first, then the method's knobs.
    #[must_use]
    pub fn words(&self) -> Vec<(String, String)> {
        let config = &self.whole;
        let run = [
            ("batch", config.batch.to_string()),
            ("optimiser", config.optimiser.clone()),
            ("base_lr", config.base_lr.to_string()),
            ("weight_decay", config.weight_decay.to_string()),
        ];
        let run = run.into_iter().map(|(name, value)| (name.to_owned(), value));
        let text = |value: &toml::Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        run.chain(config.knobs.iter().map(|(name, value)| (name.clone(), text(value))))
            .collect()
    }
}

/// A preset's settings as a run in the room has them.
fn in_the_room(preset: RunConfig, settings: &TrainSettings, pictures: usize) -> RunConfig {
    let steps = if settings.steps > 0 { settings.steps } else { STEPS };
    RunConfig {
        batch: BATCH.min(pictures.max(1)),
        steps,
        // An open end has nothing to cool down for.
        schedule: "constant".into(),
        warmup: (WARM_UP / steps as f64).min(1.0),
        average: 0.0,
        seed: settings.seed,
        pictures,
        data: if settings.ids.is_empty() {
            "scenes".into()
        } else {
            "pictures".into()
        },
        export: "f32".into(),
        ..preset
    }
}
