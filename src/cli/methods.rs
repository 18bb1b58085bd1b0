//! `darkroom methods`.

use super::out::{Out, Outcome};
use crate::methods::{self, MethodCard};

/// What `methods` takes.
#[derive(clap::Args)]
pub struct Args {
    /// One method, with its knobs and presets
    name: Option<String>,
    /// Print JSON, alone on standard output
    #[arg(long)]
    json: bool,
}

/// Lists the methods and what keeps each from collapsing.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let cards = match &args.name {
        Some(name) => std::slice::from_ref(card(name)?),
        None => methods::cards(),
    };
    if args.json {
        return out.json(&cards);
    }
    match (&args.name, cards.first()) {
        (Some(_), Some(card)) => one(card, out),
        _ => table(cards, out),
    }
}

fn card(name: &str) -> Result<&'static MethodCard, methods::MethodError> {
    let known = || methods::cards().iter().map(|card| card.name);
    methods::cards()
        .iter()
        .find(|card| card.name == name)
        .ok_or_else(|| methods::MethodError::unknown_method(name, known()))
}

fn table(cards: &[MethodCard], out: &mut Out) -> Outcome {
    let mut family = "";
    let width = cards.iter().map(|card| card.name.len()).max().unwrap_or(0);
    for card in cards {
        if card.family != family {
            family = card.family;
            out.line(family)?;
        }
        out.line(format_args!("  {:width$}  {}: {}", card.name, card.title, card.stops_collapse))?;
    }
    out.line("`darkroom methods NAME` lists a method's knobs and presets; `darkroom train NAME` trains it.")
}

fn one(card: &MethodCard, out: &mut Out) -> Outcome {
    out.line(format_args!("{} ({}): {}", card.name, card.family, card.title))?;
    out.line(card.paper)?;
    out.line("")?;
    out.line(card.summary)?;
    out.line(format_args!("What stops collapse: {}", card.stops_collapse))?;
    out.line("")?;
    out.line("Knobs, for --set NAME=VALUE:")?;
    let width = card.knobs.iter().map(|knob| knob.name.len()).max().unwrap_or(0);
    for knob in card.knobs {
        let unit = if knob.unit.is_empty() {
            String::new()
        } else {
            format!(" {}", knob.unit)
        };
        out.line(format_args!("  {:width$}  {} [{}{unit}]", knob.name, knob.help, knob.default))?;
    }
    out.line("")?;
    out.line("Presets, for --preset NAME:")?;
    let width = card.presets.iter().map(|preset| preset.name.len()).max().unwrap_or(0);
    for preset in card.presets {
        out.line(format_args!("  {:width$}  {}", preset.name, preset.help))?;
        if let Some(sign) = preset.sign {
            out.line(format_args!("  {:width$}  Its sign: {sign}.", ""))?;
        }
    }
    if card.presets.iter().any(|preset| preset.name.starts_with("cifar")) {
        out.line("")?;
        out.line("What a preset says was reached “there” was measured there: lightly's kNN, say, is the best of all epochs, of the test")?;
        out.line("pictures by all that were trained on. Here `probe` pictures vote on `val_count` held out, at the end of the run.")?;
    }
    Ok(())
}
