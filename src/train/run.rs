//! The loop. What it does is in the rooms around it; what it says is one stream of events.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    CONFIG_FILE, Checkpoint, CheckpointError, Control, Event, Progress, Started, StepLine, Summary, TrainError, Trainer, Validated, atomic,
    export::{self, Exported},
    files::Files,
    pictures::Pictures,
    settings,
    sheet::Sheet,
    step::{Outcome, read},
    validate::Validator,
};
use crate::{
    config::RunConfig,
    data::{HostBatch, Loader, LoaderConfig},
    device::{self, OpenDevice},
    methods::{self, AnyMethod, Method},
    protocol::ModelCard,
    weights,
};

/// Steps whose numbers a GPU may owe: reading them is the only time the loop waits for it.
const STEPS_OWED: usize = 20;

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
    let progress = Progress {
        command: command.into(),
        ..Progress::default()
    };
    let run = Run::start(config, folder, progress, control, events)?;
    let text = toml::to_string(&run.config).map_err(|e| TrainError::Setting(e.to_string()))?;
    let path = folder.join(CONFIG_FILE);
    atomic::write(&path, &[text.as_bytes()]).map_err(TrainError::writing(path))?;
    run.into_its_end()
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
    let has_any = fs::read_dir(&checkpoints).is_ok_and(|mut entries| entries.next().is_some());
    if !has_any {
        // Stopped before its first checkpoint: the beginning is where it stands.
        return Run::start(config, folder, Progress::default(), control, events)?.into_its_end();
    }
    let (checkpoint, path, notes) = Checkpoint::last(&checkpoints)?;
    notes.into_iter().for_each(|note| events(Event::Warning(note)));
    let Checkpoint { progress, tensors } = checkpoint;
    let step = progress.step;
    let mut run = Run::start(config, folder, progress, control, events)?;
    run.trainer
        .restore(step, tensors, &run.on)
        .map_err(|why| CheckpointError::Other { path, why })?;
    run.into_its_end()
}

struct Run<'a> {
    config: RunConfig,
    folder: PathBuf,
    control: &'a Control,
    events: &'a mut dyn FnMut(Event),
    files: Files,
    on: OpenDevice,
    trainer: Trainer,
    loader: Loader,
    validator: Validator,
    sheet: Sheet,
    pictures_in_data: usize,
    steps: u64,
    owed: Vec<Outcome>,
    progress: Progress,
    picture: Option<PathBuf>,
    begun: Instant,
    begun_pictures: u64,
    rate: Rate,
}

/// Pictures a second, lately.
struct Rate {
    since: Instant,
    pictures: u64,
    smooth: f64,
}

impl<'a> Run<'a> {
    fn start(
        mut config: RunConfig,
        folder: &Path,
        progress: Progress,
        control: &'a Control,
        events: &'a mut dyn FnMut(Event),
    ) -> Result<Self, TrainError> {
        let plan = AnyMethod::plan(&config).map_err(|e| TrainError::Method(e.to_string()))?;
        let on = device::open(&config.device, &config.precision)?;
        let pictures = Pictures::open(&config, plan.size_px, events)?;
        let pictures_in_data = pictures.train.len();
        let steps = steps_of(&config, pictures_in_data);
        config.steps = steps;
        let (model, before) = first(&config, &progress, &on)?;
        let trainer = Trainer::new(model, &config, steps, &on);
        fs::create_dir_all(folder).map_err(TrainError::writing(folder))?;
        let files = Files::open(folder, progress.step)?;
        let micro = config.accumulate.max(1) as u64;
        let loader = Loader::start(
            pictures.train,
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
                start_step: progress.step * micro,
                steps: Some(steps * micro),
                ..LoaderConfig::default()
            },
        )?;
        let validator = Validator::new(pictures.validation, plan.size_px, plan.patch_px)?;
        let sheet = Sheet::new(&validator);
        let progress = Progress {
            before: before.or(progress.before),
            ..progress
        };
        let started = Started {
            folder: folder.into(),
            config: config.clone(),
            device: on.name.clone(),
            parameters: trainer.parameters(),
            pictures: pictures_in_data,
            validation_pictures: validator.len(),
            steps,
            from_step: progress.step,
        };
        events(Event::Started(Box::new(started)));
        let begun_pictures = progress.pictures;
        let rate = Rate {
            since: Instant::now(),
            pictures: progress.pictures,
            smooth: 0.0,
        };
        let folder = folder.to_owned();
        let (begun, owed, picture) = (Instant::now(), Vec::new(), None);
        Ok(Self {
            config,
            folder,
            control,
            events,
            files,
            on,
            trainer,
            loader,
            validator,
            sheet,
            pictures_in_data,
            steps,
            owed,
            progress,
            picture,
            begun,
            begun_pictures,
            rate,
        })
    }

    fn into_its_end(mut self) -> Result<Summary, TrainError> {
        let before = self.progress.seconds;
        let validate_every = every(self.config.validate_every, self.steps, 20);
        let checkpoint_every = every(self.config.checkpoint_every, self.steps, 10);
        let mut is_saved = self.trainer.done() > 0;
        while self.trainer.done() < self.steps && !self.control.is_over() {
            let batches = self.next_batches()?;
            let outcome = self.trainer.step(batches);
            self.owed.push(outcome);
            let done = self.trainer.done();
            let owed_at_most = if self.on.is_host() { 1 } else { STEPS_OWED };
            if self.owed.len() >= owed_at_most {
                self.settle_debts()?;
            }
            self.progress.seconds = before + self.begun.elapsed().as_secs_f64();
            if done.is_multiple_of(validate_every) || done == self.steps {
                self.measure()?;
            }
            is_saved = done.is_multiple_of(checkpoint_every) && done != self.steps;
            if is_saved {
                self.save()?;
            }
        }
        self.progress.seconds = before + self.begun.elapsed().as_secs_f64();
        if !is_saved {
            self.save()?;
        }
        let exported = self.export()?;
        let summary = self.summary(exported);
        self.emit(Event::Finished(Box::new(summary.clone())))?;
        Ok(summary)
    }

    fn emit(&mut self, event: Event) -> Result<(), TrainError> {
        self.files.observe(&event)?;
        (self.events)(event);
        Ok(())
    }

    /// The micro-batches of one step.
    fn next_batches(&mut self) -> Result<Vec<HostBatch>, TrainError> {
        let mut batches = Vec::with_capacity(self.config.accumulate);
        for _ in 0..self.config.accumulate.max(1) {
            let batch = self
                .loader
                .next()
                .ok_or_else(|| TrainError::Setting("the loader ended before the run".into()))??;
            self.progress.pictures += batch.masks.len() as u64;
            batches.push(batch);
        }
        Ok(batches)
    }

    /// Reads what the device owes, and says it.
    fn settle_debts(&mut self) -> Result<(), TrainError> {
        let owed = std::mem::take(&mut self.owed);
        let a_step = (self.config.batch * self.config.accumulate.max(1)) as u64;
        let lines = read(owed);
        let pictures_per_s = self.rate.at(self.progress.pictures) as f32;
        for (step, lr, numbers) in lines {
            let pictures = step * a_step;
            let epoch = pictures as f64 / self.pictures_in_data.max(1) as f64;
            let line = StepLine {
                step,
                loss: numbers.loss,
                parts: numbers.parts,
                lr,
                gradient_norm: numbers.gradient_norm,
                epoch,
                pictures,
                pictures_per_s,
            };
            let loss = line.loss;
            self.emit(Event::Step(line))?;
            if !loss.is_finite() {
                self.files.flush()?;
                return Err(TrainError::diverged(step, loss, &self.config));
            }
            self.progress.loss = Some(loss);
        }
        self.files.flush()
    }

    /// Measures the moving average on the validation pictures and draws the held-out examples.
    fn measure(&mut self) -> Result<(), TrainError> {
        self.settle_debts()?;
        let step = self.trainer.done();
        let model = self.trainer.averaged();
        let validated = Validated {
            step,
            psnr: self.validator.measure(&model, &self.on.device)?,
        };
        self.progress.curve.push([step as f64, validated.mean_db()]);
        self.progress.validated = Some(validated.clone());
        self.emit(Event::Validated(validated))?;
        let path = self.sheet.draw(&self.validator, &model, &self.on.device, &self.folder, step)?;
        self.picture = Some(self.folder.join("picture.png"));
        self.emit(Event::Picture { step, path })?;
        self.rate.skip(self.progress.pictures);
        Ok(())
    }

    /// Writes a checkpoint. One that cannot be written is said, and the one before it stays; the run goes on.
    fn save(&mut self) -> Result<(), TrainError> {
        self.settle_debts()?;
        self.progress.step = self.trainer.done();
        if let Some(sentence) = self.files.sync()? {
            self.emit(Event::Warning(sentence))?;
        }
        let checkpoint = Checkpoint {
            progress: self.progress.clone(),
            tensors: self.trainer.tensors(),
        };
        let event = match checkpoint.write(&self.folder.join("checkpoints")) {
            Ok(path) => Event::Checkpoint {
                step: self.progress.step,
                path,
            },
            Err(error) if self.trainer.done() < self.steps && !self.control.is_over() => Event::Warning(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        self.emit(event)?;
        self.rate.skip(self.progress.pictures);
        Ok(())
    }

    fn export(&mut self) -> Result<Exported, TrainError> {
        export::write(&self.folder, &self.config, &self.progress, &self.on, &self.trainer.averaged())
    }

    fn summary(&self, exported: Exported) -> Summary {
        let seconds = self.begun.elapsed().as_secs_f64();
        let complete = self.trainer.done() >= self.steps;
        Summary {
            folder: self.folder.clone(),
            complete,
            interrupted: !complete && self.control.is_stopped(),
            step: self.trainer.done(),
            steps: self.steps,
            loss: self.progress.loss,
            pictures: self.progress.pictures,
            seconds: self.progress.seconds,
            pictures_per_s: (self.progress.pictures - self.begun_pictures) as f64 / seconds.max(1e-9),
            validation: self.progress.validated.as_ref().map(|v| v.psnr.clone()).unwrap_or_default(),
            weights: exported.weights,
            curves: self.folder.join("curves.svg"),
            picture: self.picture.clone(),
        }
    }
}

impl Rate {
    /// Pictures a second since the last asking, smoothed a little.
    fn at(&mut self, pictures: u64) -> f64 {
        let seconds = self.since.elapsed().as_secs_f64();
        let now = (pictures - self.pictures) as f64 / seconds.max(1e-9);
        self.smooth = if self.smooth == 0.0 { now } else { 0.8 * self.smooth + 0.2 * now };
        self.skip(pictures);
        self.smooth
    }

    /// Leaves out the time since the last asking.
    fn skip(&mut self, pictures: u64) {
        self.since = Instant::now();
        self.pictures = pictures;
    }
}

/// The network at the run's beginning, with what the weights it starts from say of their own training. A run that
/// goes on has both in its checkpoint.
fn first(config: &RunConfig, progress: &Progress, on: &OpenDevice) -> Result<(AnyMethod, Option<ModelCard>), TrainError> {
    let device = on.device.clone().autodiff();
    if config.from.is_empty() || progress.step > 0 {
        let model = methods::build(config, &device).map_err(|e| TrainError::Method(e.to_string()))?;
        return Ok((model, None));
    }
    let bytes = fs::read(&config.from).map_err(TrainError::reading(&config.from))?;
    let (model, header) = weights::onto(config, &bytes, &config.from, &device).map_err(|e| TrainError::Weights(e.to_string()))?;
    Ok((model, header.map(|header| header.card)))
}

/// Optimiser steps of the whole run.
fn steps_of(config: &RunConfig, pictures: usize) -> u64 {
    if config.steps > 0 {
        return config.steps;
    }
    let a_step = (config.batch * config.accumulate.max(1)).max(1) as f64;
    ((config.epochs * pictures as f64 / a_step).ceil() as u64).max(1)
}

/// `asked`, or about `times` a run.
fn every(asked: u64, steps: u64, times: u64) -> u64 {
    if asked > 0 { asked } else { steps.div_ceil(times).max(1) }
}
