//! A run's events as a bar on a terminal, or as a line now and then where there is none.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::out::{grouped, say};
use crate::train::{Event, Started, StepLine, Validated};

/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(15);

/// Shows what a run says, on standard error.
pub struct Progress {
    bar: ProgressBar,
    is_quiet: bool,
    steps: u64,
    said: Instant,
    figure: String,
}

impl Progress {
    /// Says nothing but warnings when `is_quiet`.
    pub fn new(is_quiet: bool) -> Self {
        let bar = if is_quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::no_length()
        };
        Self {
            bar,
            is_quiet,
            steps: 0,
            said: Instant::now(),
            figure: String::new(),
        }
    }

    /// Shows one event.
    pub fn observe(&mut self, event: &Event) {
        match event {
            Event::Started(started) => self.started(started),
            Event::Step(line) => self.step(line),
            Event::Validated(validated) => self.validated(validated),
            Event::Warning(sentence) => self.always(&format!("note: {sentence}")),
            Event::Checkpoint { .. } | Event::Picture { .. } => {}
            Event::Finished(_) => self.bar.finish_and_clear(),
        }
    }

    fn started(&mut self, started: &Started) {
        let Started {
            config,
            device,
            parameters,
            pictures,
            validation_pictures,
            steps,
            from_step,
            folder,
        } = started;
        self.words(&format!(
            "{} on {}: {} pictures, {} to measure on; {} parameters; {device}",
            config.method,
            config.data,
            grouped(*pictures as u64),
            grouped(*validation_pictures as u64),
            grouped(*parameters as u64)
        ));
        let from = if *from_step > 0 {
            format!(", going on from step {}", grouped(*from_step))
        } else {
            String::new()
        };
        self.words(&format!("{} steps into {}{from}", grouped(*steps), folder.display()));
        self.steps = *steps;
        self.bar.set_length(*steps);
        let style = ProgressStyle::with_template("{bar:28} {pos}/{len}  {msg}  {eta} left");
        self.bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        self.bar.set_position(*from_step);
        self.bar.reset_eta();
    }

    fn step(&mut self, line: &StepLine) {
        let linear = line
            .linear
            .map(|share| format!("  linear {:.1} %", 100.0 * share))
            .unwrap_or_default();
        let message = format!(
            "loss {:.4}  {:.0} pictures/s{}{linear}",
            line.loss, line.pictures_per_s, self.figure
        );
        if self.bar.is_hidden() {
            if self.said.elapsed() >= LINE_EVERY {
                self.words(&format!("step {}/{}  {message}", line.step, self.steps));
            }
            return;
        }
        self.bar.set_message(message);
        self.bar.set_position(line.step);
    }

    fn validated(&mut self, validated: &Validated) {
        if let Some(db) = validated.mean_db() {
            self.figure = format!("  validation {db:.2} dB");
            let masks = validated
                .psnr
                .iter()
                .map(|(mask, p)| format!("{mask} {:.2} (smooth {:.2})", p.model, p.smooth));
            self.line(validated.step, &format!("PSNR, dB: {}", masks.collect::<Vec<_>>().join("  ")));
        }
        if let Some(found) = &validated.instruments {
            let readings = found.readings();
            let said = readings
                .iter()
                .filter_map(|reading| Some(format!("{} {:.3}", reading.name, reading.value?)));
            self.words(&format!("step {}  {}", validated.step, said.collect::<Vec<_>>().join("  ")));
            self.figure = match (found.knn, found.spread) {
                (Some(knn), _) => format!("  kNN {:.1} %", 100.0 * knn),
                (None, Some(spread)) => format!("  spread {spread:.3} of {:.3}", found.healthy_spread),
                (None, None) => String::new(),
            };
        }
        if let Some(verdict) = &validated.verdict {
            self.words(&format!("step {}  {}", validated.step, verdict.sentence));
        }
    }

    /// A measurement, where no bar shows it.
    fn line(&mut self, step: u64, text: &str) {
        if self.bar.is_hidden() {
            self.words(&format!("step {step}  {text}"));
        }
    }

    fn words(&mut self, text: &str) {
        if !self.is_quiet {
            self.always(text);
        }
    }

    fn always(&mut self, text: &str) {
        self.said = Instant::now();
        self.bar.suspend(|| say(text));
    }
}
