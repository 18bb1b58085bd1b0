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
    psnr: String,
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
            psnr: String::new(),
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
        let message = format!("loss {:.4}  {:.0} pictures/s{}", line.loss, line.pictures_per_s, self.psnr);
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
        self.psnr = format!("  validation {:.2} dB", validated.mean_db());
        if self.bar.is_hidden() {
            let masks: Vec<String> = validated
                .psnr
                .iter()
                .map(|(mask, p)| format!("{mask} {:.2} (smooth {:.2})", p.model, p.smooth))
                .collect();
            self.words(&format!("step {}  PSNR, dB: {}", validated.step, masks.join("  ")));
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
