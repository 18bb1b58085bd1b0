//! `darkroom train`.

mod told;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use super::{
    open,
    out::{Failure, Out, Outcome, say},
    progress::Progress,
};
use crate::{
    config::RunConfig,
    platform,
    train::{
        self, Control,
        settings::{DEFAULT_PRESET, Settings},
    },
};

/// What `train` takes. Whatever says how to train is also a `--set` name, and a line of `--config`.
#[derive(clap::Args)]
pub struct Args {
    /// Method to train (see `darkroom methods`); `mae` where none is named
    #[arg(value_name = "METHOD")]
    method: Option<String>,
    /// The same
    #[arg(long = "method", value_name = "METHOD", hide = true, conflicts_with = "method")]
    named: Option<String>,
    /// Named settings (see `darkroom methods METHOD`); `small` when neither this nor --config is given
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// A config.toml, such as one of a former run
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sets one field of the run or knob of the method; may be repeated
    #[arg(long, value_name = "KNOB=VALUE")]
    set: Vec<String>,
    /// `scenes`, a folder of pictures, tar shards (`shard-{000..099}.tar`, a glob) or CIFAR binary files
    #[arg(long, value_name = "SOURCE")]
    data: Option<String>,
    /// Pictures to measure on; some of --data are held out when absent
    #[arg(long, value_name = "SOURCE")]
    val_data: Option<String>,
    /// Weights to start from: a .safetensors file of ours or a published one, of the same shape at any picture size, a corrector at its own (parts that it was made without are new); of another method's file the encoder is taken
    #[arg(long, value_name = "FILE")]
    from: Option<String>,
    /// Optimiser steps
    #[arg(long, value_name = "N", conflicts_with = "epochs", value_parser = open::whole::<u64>)]
    steps: Option<u64>,
    /// Passes over the data
    #[arg(long, value_name = "N")]
    epochs: Option<f64>,
    /// Pictures in a batch
    #[arg(long, value_name = "N", value_parser = open::whole::<usize>)]
    batch: Option<usize>,
    /// Batches whose gradients are summed into one step
    #[arg(long, value_name = "N", value_parser = open::whole::<usize>)]
    accumulate: Option<usize>,
    /// Seed of everything
    #[arg(long, value_name = "N", value_parser = open::whole::<u64>)]
    seed: Option<u64>,
    /// auto, cpu, webgpu, vulkan, metal or cuda
    #[arg(long, value_name = "NAME")]
    device: Option<String>,
    /// f32, f16 or bf16; the last two on GPUs
    #[arg(long, value_name = "NAME")]
    precision: Option<String>,
    /// Loader threads; 0 takes every core
    #[arg(long, value_name = "N", value_parser = open::whole::<usize>)]
    threads: Option<usize>,
    /// Run folder; a new one under runs/ when absent
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Go on with a run to its own end: to the bit where it began, to rounding on another kind of processor
    #[arg(
        long,
        value_name = "RUN",
        conflicts_with_all = [
            "method", "named", "preset", "config", "set", "data", "val_data", "from", "steps", "epochs", "batch", "accumulate", "seed", "precision",
            "threads", "out", "checkpoint_every", "validate_every", "name", "title", "attribution", "license", "watts", "export",
        ]
    )]
    resume: Option<PathBuf>,
    /// Steps between checkpoints; about ten a run when absent
    #[arg(long, value_name = "N", value_parser = open::whole::<u64>)]
    checkpoint_every: Option<u64>,
    /// Steps between measurements; about twenty a run when absent
    #[arg(long, value_name = "N", value_parser = open::whole::<u64>)]
    validate_every: Option<u64>,
    /// Save and leave after this many seconds, to be gone on with by --resume
    #[arg(long, value_name = "SECONDS")]
    stop_after_s: Option<f64>,
    /// The model's name, for its card
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// One sentence on the model, for its card
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Whose pictures these are, for the model's card
    #[arg(long, value_name = "TEXT")]
    attribution: Option<String>,
    /// Licence of the weights, for the model's card: CC0-1.0, MIT, …; none is named when absent
    #[arg(long, value_name = "SPDX")]
    license: Option<String>,
    /// Power that the device is taken to draw, for the energy on the model's card
    #[arg(long, value_name = "W")]
    watts: Option<f64>,
    /// Precision of the exported weights: f16 or f32
    #[arg(long, value_name = "NAME")]
    export: Option<String>,
    /// Print the outcome as JSON, alone on standard output
    #[arg(long)]
    json: bool,
    /// No progress
    #[arg(long, short)]
    quiet: bool,
}

/// Trains, or goes on training.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    platform::keep_memory();
    let control = control(args)?;
    let mut progress = Progress::new(args.quiet);
    let mut observe = |event: train::Event| progress.observe(&event);
    let summary = match &args.resume {
        Some(folder) => train::resume(folder, args.device.as_deref(), &control, &mut observe)?,
        None => {
            let config = args.config()?;
            let folder = args.out.clone().map_or_else(|| free_folder(&config.name), Ok)?;
            train::run(config, &folder, &command_line(), &control, &mut observe)?
        }
    };
    if args.json {
        out.json(&summary)?
    } else {
        told::tell(&summary, out)?
    }
    out.flush()?;
    if summary.interrupted { Err(Failure::Interrupted) } else { Ok(()) }
}

/// Stops for Ctrl-C and for the clock. A second Ctrl-C does not wait for the step at hand.
fn control(args: &Args) -> Result<Control, Failure> {
    let mut control = Control::new();
    if let Some(seconds) = args.stop_after_s {
        let time = Duration::try_from_secs_f64(seconds).map_err(|_| {
            Failure::Usage(format!(
                "--stop-after-s cannot be {seconds:?}: it takes seconds, from 0, fewer than 1e19"
            ))
        })?;
        control = control.stop_after(time);
    }
    let stopper = control.clone();
    let handled = ctrlc::set_handler(move || {
        if stopper.is_stopped() {
            std::process::exit(130);
        }
        say("saving; once more leaves at once, with the last checkpoint");
        stopper.stop();
    });
    if let Err(error) = handled {
        say(format_args!("note: Ctrl-C will not save: {error}"));
    }
    Ok(control)
}

impl Args {
    fn config(&self) -> Result<RunConfig, Failure> {
        let mut set = Vec::new();
        for pair in &self.set {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| Failure::Usage(format!("--set {pair} sets nothing; write --set knob=value")))?;
            set.push((name.trim().to_owned(), value.trim().to_owned()));
        }
        let flags = self.flags();
        let is_length = |name: &str| ["steps", "epochs"].contains(&name);
        for (typed, _) in &set {
            let same = |(flag, value): &&(String, String)| flag == typed || (is_length(flag) && is_length(typed) && value != "0");
            if let Some((flag, _)) = flags.iter().rev().find(same) {
                return Err(Failure::Usage(format!(
                    "--set {typed} and --{} say the same thing twice; leave one out",
                    flag.replace('_', "-")
                )));
            }
        }
        set.extend(flags);
        let settings = Settings {
            method: self.method.as_deref().or(self.named.as_deref()),
            preset: self.preset.as_deref(),
            file: self.config.as_deref(),
            set,
        };
        let mut config = settings.resolve()?;
        if config.name.is_empty() {
            let stem = self
                .config
                .as_ref()
                .and_then(|path| path.file_stem())
                .map(|stem| stem.to_string_lossy().into_owned());
            config.name = self.preset.clone().or(stem).unwrap_or_else(|| DEFAULT_PRESET.into());
        }
        Ok(config)
    }

    /// Flags as the settings that they stand for.
    fn flags(&self) -> Vec<(String, String)> {
        let text = |name: &str, value: &Option<String>| value.clone().map(|value| (name.to_owned(), value));
        fn number<T: ToString>(name: &str, value: Option<T>) -> Option<(String, String)> {
            value.map(|value| (name.to_owned(), value.to_string()))
        }
        [
            text("data", &self.data),
            text("val_data", &self.val_data),
            text("from", &self.from),
            number("steps", self.steps.or(self.epochs.map(|_| 0))),
            number("epochs", self.epochs),
            number("batch", self.batch),
            number("accumulate", self.accumulate),
            number("seed", self.seed),
            text("device", &self.device),
            text("precision", &self.precision),
            number("threads", self.threads),
            number("checkpoint_every", self.checkpoint_every),
            number("validate_every", self.validate_every),
            text("name", &self.name),
            text("title", &self.title),
            text("attribution", &self.attribution),
            text("license", &self.license),
            number("watts", self.watts),
            text("export", &self.export),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What was typed, as it could be typed again.
fn command_line() -> String {
    let quoted = |word: String| {
        let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c)) && !word.is_empty();
        if is_plain {
            word
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    let words = std::env::args_os().skip(1).map(|word| quoted(word.to_string_lossy().into_owned()));
    std::iter::once("darkroom".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// The first of `runs/NAME-001`, `runs/NAME-002`, … that is free.
fn free_folder(name: &str) -> Result<PathBuf, Failure> {
    let clean: String = name
        .chars()
        .take(60) // file systems take 255 bytes
        .map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' })
        .collect();
    (1..100_000)
        .map(|number| Path::new("runs").join(format!("{clean}-{number:03}")))
        .find(|folder| !folder.exists())
        .ok_or_else(|| Failure::Failed("runs/ is full; give a folder with --out".into()))
}
