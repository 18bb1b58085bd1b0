//! What the benchmarks ask of the native program beyond its commands: cases that peers are compared on, and the bare
//! training step. `cargo build --release --example bench`; the scripts of `benches/` call it.
#![allow(clippy::print_stdout, clippy::print_stderr)] // it talks to those scripts

mod breaks;
mod case;
mod drawings;
mod kernels;
#[allow(clippy::unwrap_used)] // a test's, which it is first
#[path = "../../tests/common/signs.rs"]
mod signs;
mod step;
mod tensors;

use std::{error::Error, path::Path, process::ExitCode};

const USAGE: &str = "\
bench case WEIGHTS OUT       a picture (OUT.png), its mask, fill and our drawing (OUT.safetensors), three quarters hidden
bench step PRESET BATCH OUT [DEVICE [PRECISION [BATCHES]]]
                             weights and a batch (OUT.weights.safetensors, OUT.safetensors); then for each number that
                             comes as a line, so many steps of BATCHES batches each, and a line of JSON with their times
bench views METHOD BATCH OUT [NAME=VALUE…]
                             the same with a joint embedding's views, its preset cifar but for these knobs, on the CPU
                             unless one of them is device=NAME
bench drawings WEIGHTS VAL MASKS
                             PSNR of a model's drawings of photographs under fixed masks: a line of JSON a mask
bench breaks                 every preset that breaks a method, and whether it shows its sign: a line of JSON each
bench kernels ROUNDS         every kernel beside Burn's own composition, ROUNDS times each: a line of JSON";

/// What went wrong, for a person.
type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done: Outcome = match words.as_slice() {
        ["case", weights, out] => case::write(Path::new(weights), out),
        ["step", preset, batch, out, more @ ..] => step::masked(preset, batch, out, more),
        ["views", method, batch, out, changes @ ..] => step::views(method, batch, out, changes),
        ["drawings", weights, val, masks] => drawings::measure(Path::new(weights), val, Path::new(masks)),
        ["breaks"] => breaks::tell(),
        ["kernels", rounds] => kernels::time(rounds),
        _ => Err(USAGE.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
