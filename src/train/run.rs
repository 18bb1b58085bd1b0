//! The loop. What it does is in the rooms around it; what it says is one stream of events.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    Checkpoint, Control, Event, Numbers, Progress, Started, StepLine, Summary, TrainError, Trainer,
    begin::{batches, first, nothing_to_learn, without_classes},
    checkpoint::Tensors,
    export::{self, Exported},
    files::Files,
    lock::Lock,
    measures::{Found, Measures, Moment},
    online::Online,
    pictures::{Pictures, other_classes},
    read,
    rhythm::{Rate, every, steps_of},
    settings,
};
use crate::{
    config::RunConfig,
    data::{HostBatch, Loader, LoaderConfig},
    device::{self, OpenDevice},
    learn::{Features, Outcome},
    methods::{AnyMethod, Method},
};

/// Steps whose numbers a GPU may owe: reading them is the only time the loop waits for it.
const STEPS_OWED: usize = 20;

/// A run under way.
pub(super) struct Run<'a> {
    config: RunConfig,
    folder: PathBuf,
    control: &'a Control,
    events: &'a mut dyn FnMut(Event),
    files: Files,
    _lock: Lock,
    on: OpenDevice,
    trainer: Trainer,
    loader: Loader,
    measures: Measures,
    online: Online,
    pictures_in_data: usize,
    steps: u64,
    owed: Vec<Outcome>,
    progress: Progress,
    picture: Option<PathBuf>,
    begun: Instant,
    begun_pictures: u64,
    rate: Rate,
}

impl<'a> Run<'a> {
    /// Opens everything that `config` asks for.
    ///
    /// # Errors
    /// [`TrainError`].
    pub(super) fn start(
        mut config: RunConfig,
        folder: &Path,
        progress: Progress,
        control: &'a Control,
        events: &'a mut dyn FnMut(Event),
    ) -> Result<Self, TrainError> {
        settings::check(&config)?;
        let plan = AnyMethod::plan(&config).map_err(|e| TrainError::Method(e.to_string()))?;
        let on = device::open(&config.device, &config.precision)?;
        let pictures = Pictures::open(&config, plan.size_px, events)?;
        let pictures_in_data = pictures.train.len();
        if progress.step > 0 && config.pictures != pictures_in_data {
            events(Event::Warning(format!(
                "the run began with {} pictures in {}, and there are {pictures_in_data} now: it goes on with other batches than it would have had, \
                 and what it held out may be among them",
                config.pictures, config.data
            )));
        }
        config.pictures = pictures_in_data;
        let steps = steps_of(&config, pictures_in_data)?;
        config.steps = steps;
        // Before there is a folder, and before anything large is made: what cannot be loaded leaves nothing.
        let loading = LoaderConfig {
            // A GPU does it in no time, and the processor has decoding and cutting to do.
            leave_colours: !on.is_host(),
            gives_way: on.is_host(),
            ..batches(&config, &plan, progress.step)
        };
        let loader = Loader::start(pictures.train.clone(), loading)?;
        let (model, before) = first(&config, &progress, &on, events)?;
        let draws = model.draws();
        let measures = Measures::new(&config, &plan, &pictures, draws)?;
        let classes = pictures.train.classes().len();
        if model.card().wants_labels() && classes == 0 {
            return Err(TrainError::Setting(nothing_to_learn(&config.data, model.name())));
        }
        if !draws && classes == 0 {
            events(Event::Warning(without_classes(&config.data)));
        }
        let others = if draws || config.val_data.is_empty() {
            None
        } else {
            other_classes(&pictures)
        };
        let few = (!draws && pictures_in_data < config.batch).then(|| {
            format!(
                "{pictures_in_data} pictures do not fill a batch of {}: it holds some of them more than once, as strangers to themselves",
                config.batch
            )
        });
        for doubt in model.doubts(config.batch, classes).into_iter().chain(few).chain(others) {
            events(Event::Warning(doubt));
        }
        let online = Online::new(if draws { 0 } else { classes }, config.seed);
        let mut trainer = Trainer::new(model, &config, steps, &on);
        trainer.leave_features(online.every(on.is_host()));
        fs::create_dir_all(folder).map_err(TrainError::writing(folder))?;
        let lock = Lock::take(folder)?;
        let files = Files::open(folder, progress.step)?;
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
            validation_pictures: measures.len(),
            steps,
            from_step: progress.step,
        };
        events(Event::Started(Box::new(started)));
        let begun_pictures = progress.pictures;
        let rate = Rate::new(progress.pictures);
        let folder = folder.to_owned();
        let (begun, owed, picture) = (Instant::now(), Vec::new(), None);
        Ok(Self {
            config,
            folder,
            control,
            events,
            files,
            _lock: lock,
            on,
            trainer,
            loader,
            measures,
            online,
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

    /// Goes on from a checkpoint instead of the beginning.
    ///
    /// # Errors
    /// A sentence that names a tensor that does not fit.
    pub(super) fn restore(&mut self, mut tensors: Tensors) -> Result<(), String> {
        self.online.restore(&mut tensors)?;
        self.trainer.restore(self.progress.step, tensors, &self.on)
    }

    /// Its configuration, as resolved.
    pub(super) fn config(&self) -> &RunConfig {
        &self.config
    }

    /// Trains to the end, or until it is stopped.
    ///
    /// # Errors
    /// [`TrainError`]; the last checkpoint stays.
    pub(super) fn into_its_end(mut self) -> Result<Summary, TrainError> {
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
            for features in &numbers.features {
                let learned = self.online.feed(features);
                learned.map_err(|why| TrainError::Predict(format!("the linear probe beside the training: {why}")))?;
            }
            let pictures = step * a_step;
            let diverged = (!numbers.loss.is_finite()).then(|| self.diverged(step, numbers.loss, culprit(&numbers)));
            let Numbers {
                loss,
                parts,
                gradient_norm,
                ..
            } = numbers;
            self.emit(Event::Step(StepLine {
                step,
                loss,
                parts,
                lr,
                gradient_norm,
                linear: self.online.accuracy(),
                epoch: pictures as f64 / self.pictures_in_data.max(1) as f64,
                pictures,
                pictures_per_s,
            }))?;
            if let Some(error) = diverged {
                self.files.flush()?;
                return Err(error);
            }
            self.progress.loss = Some(loss);
            self.progress.first_loss = self.progress.first_loss.or((loss != 0.0).then_some(loss));
        }
        self.files.flush()
    }

    /// Numbers that are none, with what is left to go on from.
    fn diverged(&self, step: u64, loss: f32, what: String) -> TrainError {
        let good = Checkpoint::last(&self.folder.join("checkpoints")).ok();
        TrainError::Diverged {
            step,
            loss,
            what,
            good: good.map(|(checkpoint, path, _)| (checkpoint.progress.step, path)),
            base_lr: self.config.base_lr,
            in_half: self.config.precision != "f32",
        }
    }

    /// Measures the moving average on the validation pictures and draws the held-out examples.
    fn measure(&mut self) -> Result<(), TrainError> {
        self.settle_debts()?;
        let step = self.trainer.done();
        let model = self.trainer.averaged();
        let moment = Moment {
            step,
            folder: &self.folder,
            linear: self.online.accuracy(),
        };
        let Found { validated, picture } = self.measures.measure(&model, &self.on.device, &moment, &mut self.progress)?;
        self.progress.curve.extend(validated.figure().map(|figure| [step as f64, figure]));
        self.progress.validated = Some(validated.clone());
        self.emit(Event::Validated(validated))?;
        if let Some(path) = picture {
            self.picture = Some(self.folder.join("picture.png"));
            self.emit(Event::Picture { step, path })?;
        }
        self.rate.skip(self.progress.pictures);
        Ok(())
    }

    /// Writes a checkpoint. One that cannot be written is said, and the one before it stays; the run goes on. Weights that
    /// are no numbers are not written.
    fn save(&mut self) -> Result<(), TrainError> {
        self.settle_debts()?;
        self.progress.step = self.trainer.done();
        if let Some(sentence) = self.files.sync()? {
            self.emit(Event::Warning(sentence))?;
        }
        let mut tensors = self.trainer.tensors();
        // The loss may still be a number where a step has made weights that are none.
        if let Some((name, _)) = tensors
            .iter()
            .find(|(_, (_, values))| !values.iter().all(|value| value.is_finite()))
        {
            let loss = self.progress.loss.unwrap_or(f32::NAN);
            return Err(self.diverged(self.progress.step, loss, format!(", and {name} holds a value that is no number")));
        }
        tensors.extend(self.online.tensors());
        let checkpoint = Checkpoint {
            progress: self.progress.clone(),
            tensors,
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
        let measured = self.progress.validated.as_ref();
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
            validation: measured.map(|found| found.psnr.clone()).unwrap_or_default(),
            instruments: measured.and_then(|found| found.instruments.clone()),
            verdict: measured.and_then(|found| found.verdict.clone()),
            draws: self.measures.draws(),
            weights: exported.weights,
            curves: self.folder.join("curves.svg"),
            picture: self.picture.clone(),
        }
    }
}

/// Which term made a loss no number, as the end of a clause.
fn culprit(numbers: &Numbers) -> String {
    let part = numbers.parts.iter().find(|(_, value)| !value.is_finite());
    let term = match part {
        Some((name, value)) => format!(", by its part {name} ({value})"),
        None if numbers.parts.is_empty() => ", by its only term".into(),
        None => ", while each of its parts is a number: their weights are too large".into(),
    };
    let is_wild = |features: &Features| features.values.iter().any(|value| !value.is_finite());
    match numbers.features.iter().any(is_wild) {
        true => term + ", and so are the embeddings that it compares",
        false => term,
    }
}
