//! `darkroom data`.

use std::{ops::RangeInclusive, path::PathBuf};

use serde_json::json;

use super::{
    open,
    out::{Failure, Out, Outcome, bar, grouped, say},
};
use crate::{
    data::{Stats, contact_sheet, stats},
    picture::encode_png,
};

/// What `data` takes.
#[derive(clap::Args)]
pub struct Args {
    /// `scenes`, a folder of pictures, tar shards (`shard-{000..099}.tar`, a glob) or CIFAR binary files
    #[arg(default_value = "scenes?count=1000")]
    source: String,
    /// Where a contact sheet goes
    #[arg(long, value_name = "PNG")]
    sheet: Option<PathBuf>,
    /// Pictures on the contact sheet
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = open::whole::<usize>)]
    count: usize,
    /// Side of a picture on the contact sheet, 8 to 1024
    #[arg(long, value_name = "PX", default_value_t = 96, value_parser = open::whole::<usize>)]
    px: usize,
    /// Seed of the scenes
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<u64>)]
    seed: u64,
    /// Print JSON, alone on standard output
    #[arg(long)]
    json: bool,
}

/// Sides that pictures on a contact sheet may have, pixels.
const SIDES_PX: RangeInclusive<usize> = 8..=1024;

/// Shows what a data source holds.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    if !SIDES_PX.contains(&args.px) {
        return Err(Failure::Usage(format!(
            "--px cannot be {}: a picture on the contact sheet has {} to {} pixels a side",
            args.px,
            SIDES_PX.start(),
            SIDES_PX.end()
        )));
    }
    if let Some(path) = &args.sheet {
        open::is_for_png(path)?;
        open::keep(&[], &args.source, path)?;
        if args.count == 0 {
            return Err(Failure::Usage(
                "--count cannot be 0: a contact sheet shows 1 picture or more".into(),
            ));
        }
    }
    let (source, unopened) = open::source_and_skipped(&args.source, args.seed, 128)?;
    if let Some(path) = &args.sheet {
        let columns = (args.count as f64).sqrt().ceil() as usize;
        let sheet = contact_sheet(&source, args.count, columns.max(1), args.px)?;
        open::write(path, &encode_png(&sheet))?;
        say(format_args!("contact sheet: {}", path.display()));
    }
    let bar = bar(source.len());
    let stats = stats(&*source, || bar.inc(1));
    bar.finish_and_clear();
    if let Some(sentence) = stats.skipped.sentence() {
        say(sentence);
    }
    if args.json {
        out.json(&as_json(&args.source, &stats, unopened.count))
    } else {
        as_words(&args.source, &stats, out)
    }
}

/// `unopened` were left out before there was anything to measure.
fn as_json(source: &str, stats: &Stats, unopened: usize) -> serde_json::Value {
    let classes: serde_json::Map<_, _> = stats.classes.iter().map(|(name, count)| (name.clone(), json!(count))).collect();
    json!({
        "source": source, "pictures": stats.pictures, "skipped": unopened + stats.skipped.count, "smallest_px": stats.smallest_px,
        "largest_px": stats.largest_px, "median_px": stats.median_px, "sizes": stats.sizes, "labelled": stats.labelled,
        "classes": classes, "mean": stats.mean, "std": stats.std,
    })
}

fn as_words(source: &str, stats: &Stats, out: &mut Out) -> Outcome {
    // Smallest and largest are of each side by itself: no picture need have both.
    let side = |at: usize| {
        let [least, most, median] = [stats.smallest_px, stats.largest_px, stats.median_px].map(|sides| sides[at]);
        format!("{least} to {most}, median {median}")
    };
    let three = |values: [f64; 3]| values.map(|value| format!("{value:.5}")).join(" ");
    out.line(format_args!(
        "{source}: {} pictures, {} with a label",
        grouped(stats.pictures as u64),
        grouped(stats.labelled as u64)
    ))?;
    out.line(format_args!("pixels: width {}; height {}", side(0), side(1)))?;
    out.line(format_args!("mean (red, green, blue; 0..1): {}", three(stats.mean)))?;
    out.line(format_args!("standard deviation:            {}", three(stats.std)))?;
    let rows: Vec<Vec<String>> = stats
        .classes
        .iter()
        .map(|(name, count)| vec![format!("  {name}"), grouped(*count as u64)])
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let classes = if rows.len() == 1 { "class" } else { "classes" };
    out.line(format_args!("{} {classes}:", rows.len()))?;
    out.table(&rows)
}
