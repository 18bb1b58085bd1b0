//! How runs begin, and how they are gone on with.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{CONFIG_FILE, Checkpoint, CheckpointError, Control, Event, Progress, Summary, TrainError, run::Run, settings};
use crate::{
    config::RunConfig,
    data::{LoaderConfig, regular},
    device::OpenDevice,
    methods::{self, AnyMethod, ViewPlan},
    platform::atomic,
    protocol::ModelCard,
    weights,
};

/// The largest weights that a run starts from, bytes.
const MOST_BYTES: u64 = 8 << 30;

/// The file that keeps a second run out of a folder.
const LOCK_FILE: &str = "lock";

/// Trains what `config` says in a new `folder`; `command` is what was typed, for the model's card.
///
/// # Errors
/// [`TrainError`]; the last checkpoint stays.
pub fn run(
    config: RunConfig,
    folder: &Path,
    command: &str,
    control: &Control,
    events: &mut dyn FnMut(Event),
) -> Result<Summary, TrainError> {
    if folder.join(CONFIG_FILE).exists() {
        return Err(TrainError::RunExists(folder.into()));
    }
    keep_others(folder)?;
    let progress = Progress {
        command: command.into(),
        ..Progress::default()
    };
    let run = Run::start(config, folder, progress, control, events)?;
    let text = toml::to_string(run.config()).map_err(|e| TrainError::Setting(e.to_string()))?;
    let path = folder.join(CONFIG_FILE);
    atomic::write(&path, &[text.as_bytes()]).map_err(TrainError::writing(path))?;
    run.into_its_end()
}

/// Files that a run writes over, in its folder.
const WRITTEN: [&str; 6] = [
    "weights.safetensors",
    "metrics.jsonl",
    "validation.jsonl",
    "curves.svg",
    "picture.png",
    LOCK_FILE,
];

/// Folders of a run in which it writes, and removes, what begins with `step-`.
const NUMBERED: [&str; 2] = ["checkpoints", "pictures"];

/// Refuses a folder in which files of others would be written over: weights that the run starts from, a picture.
fn keep_others(folder: &Path) -> Result<(), TrainError> {
    let holds_any = |path: &PathBuf| fs::metadata(path).is_ok_and(|about| about.len() > 0) && !is_left_lock(path);
    let numbered = NUMBERED.iter().filter_map(|name| fs::read_dir(folder.join(name)).ok());
    let numbered = numbered
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b"step-"));
    let lost = WRITTEN.iter().map(|name| folder.join(name)).find(holds_any);
    match lost.or_else(|| numbered.map(|entry| entry.path()).next()) {
        Some(path) => Err(TrainError::Setting(format!(
            "{} would be written over, and `{}` is no run folder: it holds no {CONFIG_FILE}; choose another --out",
            path.display(),
            folder.display()
        ))),
        None => Ok(()),
    }
}

/// Whether this is the lock of a run that ended before it had written its configuration: a process's number.
fn is_left_lock(path: &Path) -> bool {
    path.ends_with(LOCK_FILE) && regular::read(path, 20).is_ok_and(|id| id.iter().all(u8::is_ascii_digit))
}

/// Goes on with the run in `folder`, exactly, from its last whole checkpoint to its own end. On another device
/// (`elsewhere`) the numbers differ by rounding, and precision is f32 on the CPU.
///
/// # Errors
/// [`TrainError`]; the last checkpoint stays.
pub fn resume(folder: &Path, elsewhere: Option<&str>, control: &Control, events: &mut dyn FnMut(Event)) -> Result<Summary, TrainError> {
    let path = folder.join(CONFIG_FILE);
    if !path.is_file() {
        return Err(TrainError::NoRun(folder.into()));
    }
    let mut config = settings::read(&path)?;
    if let Some(device) = elsewhere {
        config.device = device.into();
        if device == "cpu" {
            config.precision = "f32".into();
        }
    }
    let checkpoints = folder.join("checkpoints");
    if Checkpoint::never(&checkpoints).map_err(TrainError::reading(&checkpoints))? {
        // Stopped before its first checkpoint was whole: the beginning is where it stands.
        let note = format!(
            "`{}` holds no checkpoint: the run starts again from its beginning",
            folder.display()
        );
        events(Event::Warning(note));
        return Run::start(config, folder, Progress::default(), control, events)?.into_its_end();
    }
    let (checkpoint, path, notes) = Checkpoint::last(&checkpoints)?;
    notes.into_iter().for_each(|note| events(Event::Warning(note)));
    let Checkpoint { progress, tensors } = checkpoint;
    if progress.step >= config.steps && config.steps > 0 {
        let step = progress.step;
        let note = format!(
            "the run in `{}` is finished, at step {step}: nothing is left to train",
            folder.display()
        );
        events(Event::Warning(note));
    }
    let mut run = Run::start(config, folder, progress, control, events)?;
    run.restore(tensors).map_err(|why| CheckpointError::Other { path, why })?;
    run.into_its_end()
}

/// How batches are made from `step` to the end of the run.
pub(super) fn batches(config: &RunConfig, plan: &ViewPlan, step: u64) -> LoaderConfig {
    let micro = config.accumulate.max(1) as u64;
    LoaderConfig {
        batch: config.batch,
        size_px: plan.size_px,
        patch_px: plan.patch_px,
        masks: plan.masks.clone(),
        fill: plan.fill,
        recipes: plan.recipes.clone(),
        crop: config.crop,
        flip: config.flip,
        mix_scenes: config.mix_scenes,
        seed: config.seed,
        threads: config.threads,
        start_step: step * micro,
        steps: Some(config.steps * micro),
        ..LoaderConfig::default()
    }
}

/// The network at the run's beginning, with what the weights it starts from say of their own training. A run that
/// goes on has both in its checkpoint.
pub(super) fn first(
    config: &RunConfig,
    progress: &Progress,
    on: &OpenDevice,
    events: &mut dyn FnMut(Event),
) -> Result<(AnyMethod, Option<ModelCard>), TrainError> {
    let device = on.device.clone().autodiff();
    if config.from.is_empty() || progress.step > 0 {
        let model = methods::build(config, &device).map_err(|e| TrainError::Method(e.to_string()))?;
        return Ok((model, None));
    }
    let bytes = regular::read(Path::new(&config.from), MOST_BYTES).map_err(TrainError::reading(&config.from))?;
    let started = weights::onto(config, &bytes, &config.from, &device).map_err(|e| TrainError::Weights(e.to_string()))?;
    if !started.new.is_empty() {
        let new = started.new.join(", ");
        events(Event::Warning(format!(
            "{} was made without {new}: that begins as chance draws it",
            config.from
        )));
    }
    if let Some(stretch) = started.stretched {
        events(Event::Warning(format!(
            "{} was made for pictures of {} x {} patches, and this run has {} x {}: its positions were stretched",
            config.from, stretch.from.rows, stretch.from.columns, stretch.to.rows, stretch.to.columns
        )));
    }
    Ok((started.method, started.header.map(|header| header.card)))
}

/// Why a method of labels does not begin where pictures have no classes.
pub(super) fn nothing_to_learn(data: &str, method: &str) -> String {
    format!(
        "{data} has no classes, and {method} learns from nothing else: give a folder with a folder a class, a source with labels, or another method"
    )
}

/// What is left out where pictures have no classes.
pub(super) fn without_classes(data: &str) -> String {
    format!("{data} has no classes (a folder with a folder a class has): kNN and the linear probe are left out, the rest goes on")
}
