//! `darkroom eval rank`.

use serde_json::json;

use super::sets;
use crate::{
    cli::out::{Out, Outcome},
    data::Squares,
    methods::Method,
    picture::Picture,
    predict::{block_on, embed},
    probes::{Instruments, Seen, verdict},
    train::{VIEWED, two_views},
};

/// What `eval rank` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    sets: sets::Args,
}

/// Reads every instrument that needs no classes, on --val-data where that is given.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let sets = &args.sets;
    let (model, on) = sets.open()?;
    let plan = model.views();
    let spec = sets.val_data.as_ref().unwrap_or(&sets.data);
    let source = sets.source(spec, plan.size_px)?;
    let squares: Vec<_> = Squares::new(source.clone(), plan.size_px).take(VIEWED).collect();
    let views = two_views(&plan, &squares, &source, sets.seed);
    let embedded = |pictures: &Vec<Picture>| block_on(embed(&model, pictures, &on.device, |_| ()));
    let views = views.iter().map(embedded).collect::<Result<Vec<_>, _>>()?;
    let (embedded, _) = sets.embed_all(&model, &on, source, spec)?;
    let found = embedded.instruments(&views);
    if let Some(row) = found.bad_row {
        return Err(sets.no_number(row, spec));
    }
    let said = verdict(&[Seen {
        step: 0,
        loss: 0.0, // of no training
        instruments: found.without_spectrum(),
    }]);
    if sets.asked.json {
        return out.json(&json!({
            "probe": "rank", "pictures": found.rows, "viewed": squares.len().min(VIEWED), "dim": found.ranked_dim(), "width": found.dim,
            "instruments": found, "readings": found.readings(), "verdict": said,
        }));
    }
    out.line(format_args!(
        "{} pictures; projections of {} numbers, ranks off embeddings of {}",
        found.rows,
        found.dim,
        found.ranked_dim()
    ))?;
    table(&found, out)?;
    spectrum(&found, out)?;
    out.line(said.sentence)
}

/// Deviations along principal axes that are printed.
const SHOWN: usize = 12;

/// The largest deviations along principal axes, and what each would be if pictures differed evenly in every direction.
fn spectrum(found: &Instruments, out: &mut Out) -> Outcome {
    if found.spectrum.is_empty() {
        return Ok(());
    }
    let shown: Vec<String> = found.spectrum.iter().take(SHOWN).map(|value| format!("{value:.3}")).collect();
    let rest = if found.spectrum.len() > SHOWN { " …" } else { "" };
    let directions = found.dim.min(found.rows.saturating_sub(1)).max(1);
    out.line(format_args!(
        "  deviations along the principal axes, of projections of length 1: {}{rest}; {:.3} each if pictures differed evenly in {directions} directions",
        shown.join(" "),
        (directions as f64).sqrt().recip()
    ))
}

/// A line an instrument that had something to read.
fn table(found: &Instruments, out: &mut Out) -> Outcome {
    let readings = found.readings();
    let name = readings.iter().map(|reading| reading.name.len()).max().unwrap_or(0);
    let unit = readings.iter().map(|reading| reading.unit.len()).max().unwrap_or(0);
    for reading in readings {
        if let Some(value) = reading.value {
            out.line(format_args!(
                "  {:name$}  {value:>9.4} {:unit$}  {}",
                reading.name, reading.unit, reading.healthy
            ))?;
        }
    }
    Ok(())
}
