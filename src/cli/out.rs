//! Standard output and standard error, and how a command fails.

use std::{
    borrow::Cow,
    fmt::Display,
    io::{self, BufWriter, ErrorKind, StdoutLock, Write},
    process::ExitCode,
};

use indicatif::ProgressBar;
use serde::Serialize;

use crate::{data::DataError, device::DeviceError, mask::MaskError, methods::MethodError, train::TrainError};

/// Standard output. Writing to it can fail (a closed pipe, a full disk), which `println!` would answer with a panic.
pub struct Out(BufWriter<StdoutLock<'static>>);

/// How a command ends early.
#[derive(Debug)]
pub enum Failure {
    /// A sentence for standard error; exit status 1.
    Failed(String),
    /// What was typed cannot be; exit status 2.
    Usage(String),
    /// Whoever read our output has left: nothing to say, and nothing wrong.
    ReaderLeft,
    /// A person stopped it, and everything is saved; exit status 130, as shells expect.
    Interrupted,
}

/// What a command answers.
pub type Outcome = Result<(), Failure>;

impl Out {
    /// Takes standard output for the rest of the program.
    pub fn new() -> Self {
        Self(BufWriter::new(io::stdout().lock()))
    }

    /// A line.
    pub fn line(&mut self, text: impl Display) -> Outcome {
        writeln!(self.0, "{}", harmless(&text.to_string())).map_err(Failure::from_output)
    }

    /// A value as JSON, the only thing on standard output.
    pub fn json(&mut self, value: &impl Serialize) -> Outcome {
        let text =
            serde_json::to_string_pretty(value).map_err(|e| Failure::Failed(format!("the answer cannot be written as JSON: {e}")))?;
        self.line(text)
    }

    /// Rows with their columns lined up: the first to the left, the others to the right.
    pub fn table(&mut self, rows: &[Vec<String>]) -> Outcome {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            rows.iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in rows {
            let cells = row.iter().zip(&widths).enumerate();
            let cells: Vec<String> = cells
                .map(|(i, (cell, &w))| if i == 0 { format!("{cell:<w$}") } else { format!("{cell:>w$}") })
                .collect();
            self.line(cells.join("  ").trim_end())?;
        }
        Ok(())
    }

    /// Hands everything to the reader.
    pub fn flush(&mut self) -> Outcome {
        self.0.flush().map_err(Failure::from_output)
    }
}

/// A line of words on standard error. Failing to say it is no reason to stop.
pub fn say(text: impl Display) {
    let _ = writeln!(io::stderr(), "{}", harmless(&text.to_string()));
}

/// A bar over so many pictures on standard error, on a terminal only.
pub fn bar(pictures: usize) -> ProgressBar {
    ProgressBar::new(pictures as u64)
}

/// What terminals do not act on: names and values out of foreign files may hold their control sequences.
fn harmless(text: &str) -> Cow<'_, str> {
    let acts = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if text.chars().any(acts) {
        text.replace(acts, "\u{fffd}").into()
    } else {
        text.into()
    }
}

impl Failure {
    /// From any error's own sentence.
    pub fn from_error(error: impl Display) -> Self {
        Self::Failed(error.to_string())
    }

    fn from_output(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::ReaderLeft,
            _ => Self::Failed(format!("cannot write to standard output: {error}")),
        }
    }

    /// Says it, once, and answers the exit status.
    pub fn report(self) -> ExitCode {
        match self {
            Self::Failed(sentence) => {
                say(format_args!("darkroom: {sentence}"));
                ExitCode::from(1)
            }
            Self::Usage(sentence) => {
                say(format_args!("darkroom: {sentence}"));
                ExitCode::from(2)
            }
            Self::ReaderLeft => ExitCode::SUCCESS,
            Self::Interrupted => ExitCode::from(130),
        }
    }
}

impl<E: std::error::Error + 'static> From<E> for Failure {
    /// The error's own sentence; of what cannot be as it was typed, with the exit status for that.
    fn from(error: E) -> Self {
        let sentence = error.to_string();
        if is_of_words(&error) {
            Self::Usage(sentence)
        } else {
            Self::Failed(sentence)
        }
    }
}

/// Whether an error is about what was typed, rather than about what was found.
fn is_of_words(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = error.downcast_ref::<TrainError>() {
        return error.is_of_words();
    }
    if let Some(error) = error.downcast_ref::<DataError>() {
        return error.is_of_words();
    }
    if let Some(error) = error.downcast_ref::<DeviceError>() {
        return error.is_of_words();
    }
    error.is::<MethodError>() || error.is::<MaskError>()
}

/// `5658` as `5,658`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Seconds as `1 h 05 min`, `2 min 09 s` or `41 s`.
pub fn time(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        3600.. => format!("{} h {:02} min", whole / 3600, whole / 60 % 60),
        60.. => format!("{} min {:02} s", whole / 60, whole % 60),
        _ => format!("{whole} s"),
    }
}

/// Bytes as `7.5 MB`.
pub fn bytes(count: u64) -> String {
    match count {
        0..1_000 => format!("{count} B"),
        1_000..1_000_000 => format!("{:.1} kB", count as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", count as f64 / 1e6),
        _ => format!("{:.2} GB", count as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(
            [0, 999, 1000, 5658, 1_234_567].map(grouped),
            ["0", "999", "1,000", "5,658", "1,234,567"]
        );
        assert_eq!([3.2, 61.0, 3900.0].map(time), ["3 s", "1 min 01 s", "1 h 05 min"]);
        assert_eq!([12, 7_460_000].map(bytes), ["12 B", "7.5 MB"]);
    }
}
