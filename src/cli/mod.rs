//! The command line: one file per command. Results go to standard output, words on the way to standard error.

mod data;
mod embed;
mod eval;
mod first;
mod methods;
mod models;
mod open;
mod out;
mod predict;
mod presets;
mod progress;
mod similar;
mod tables;
mod train;

use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use out::{Failure, Out, say};

use crate::kernels::{self, Level};

/// Hide parts of pictures and see what a model predicts there: train such models, use them, measure them.
#[derive(Parser)]
#[command(name = "darkroom", version, arg_required_else_help = true, max_term_width = 110)]
struct Cli {
    /// Leave our own kernels out and compute forward and back with Burn's alone: slower, for comparison
    #[arg(long, global = true)]
    plain_kernels: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train a model; without arguments a small one on procedural scenes, in about two minutes on two cores.
    Train(Box<train::Args>),
    /// Hide a part of pictures and draw what a model predicts there.
    Predict(predict::Args),
    /// Measure a model over pictures, beside the plain fills.
    Eval(eval::Args),
    /// Show what a data source holds.
    Data(data::Args),
    /// List the methods, and what keeps each from collapsing.
    Methods(methods::Args),
    /// Write one embedding a picture: safetensors, NumPy or Parquet.
    Embed(embed::Args),
    /// Name the pictures nearest to another one.
    Similar(similar::Args),
    /// List presets and models, convert weights, write an index of models.
    Models(models::Args),
}

/// Runs the program: exit status 0, 1 for what failed, 2 for what was typed wrong, 130 for Ctrl-C.
#[must_use]
pub fn main() -> ExitCode {
    let parsed = with_negatives(Cli::command()).try_get_matches();
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let status = u8::try_from(error.exit_code()).unwrap_or(2);
            let _ = error.print(); // nobody is left to tell when that fails
            return ExitCode::from(status);
        }
    };
    kernels::bridge::use_plain(cli.plain_kernels);
    if let (Some(word), false) = (std::env::var_os(Level::ASKED), Level::is_asked()) {
        let known = Level::words().join(", ");
        say(format_args!(
            "{}={} asks for nothing: set it to one of {known}",
            Level::ASKED,
            word.display()
        ));
    }
    let mut out = Out::new();
    let outcome = match cli.command {
        Command::Train(args) => train::run(&args, &mut out),
        Command::Predict(args) => predict::run(&args, &mut out),
        Command::Eval(args) => eval::run(&args, &mut out),
        Command::Data(args) => data::run(&args, &mut out),
        Command::Methods(args) => methods::run(&args, &mut out),
        Command::Embed(args) => embed::run(&args, &mut out),
        Command::Similar(args) => similar::run(&args, &mut out),
        Command::Models(args) => models::run(&args, &mut out),
    };
    outcome
        .and_then(|()| out.flush())
        .map_or_else(Failure::report, |()| ExitCode::SUCCESS)
}

/// So that `--seed -1` is told what is wrong with the number, and not taken for an option named `-1`.
fn with_negatives(command: clap::Command) -> clap::Command {
    let taking = |arg: clap::Arg| {
        let takes = arg.get_action().takes_values();
        if takes { arg.allow_negative_numbers(true) } else { arg }
    };
    command.mut_args(taking).mut_subcommands(with_negatives)
}
