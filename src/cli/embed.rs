//! `darkroom embed`.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::{
    open,
    out::{Failure, Out, Outcome, bar, grouped, say},
    tables::{self, Row, Table},
};
use crate::{
    data::{Square, Squares},
    methods::Method,
    picture::Picture,
    predict::{Embedded, block_on, embed},
};

/// What `embed` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Weights: ours or a published checkpoint
    model: PathBuf,
    /// `scenes`, a folder of pictures, tar shards or CIFAR binary files
    source: String,
    /// Where the embeddings go: a .safetensors, .npy or .parquet file
    #[arg(short, long, value_name = "FILE", default_value = "embeddings.safetensors")]
    out: PathBuf,
    /// Through the projector as well: what the method compares, in place of what it is kept for
    #[arg(long)]
    projected: bool,
    /// At most so many pictures; 0 takes all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<usize>)]
    count: usize,
    /// Seed of the scenes
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<u64>)]
    seed: u64,
    #[command(flatten)]
    asked: open::Asked,
}

/// Pictures decoded, and so held, at once.
const AT_ONCE: usize = 1024;

/// Writes one embedding a picture.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let write = tables::writer(&args.out)?; // before hours of work
    open::keep(&[&args.model], &args.source, &args.out)?;
    let (opened, on) = open::model(&args.model, &args.asked.device)?;
    let size_px = opened.method.views().size_px;
    let source = open::source(&args.source, args.seed, size_px)?;
    let most = if args.count == 0 {
        source.len()
    } else {
        args.count.min(source.len())
    };
    let bar = bar(most);
    let mut squares = Squares::new(source.clone(), size_px);
    let mut table = Table::default();
    loop {
        let left = most - table.rows.len();
        let round: Vec<Square> = squares.by_ref().take(left.min(AT_ONCE)).collect();
        if round.is_empty() {
            break;
        }
        let pictures: Vec<Picture> = round.iter().map(|square| square.picture.clone()).collect();
        let before = table.rows.len();
        let embedded = block_on(embed(&opened.method, &pictures, &on.device, |done| {
            bar.set_position((before + done) as u64)
        }))?;
        let Embedded {
            embeddings, projections, ..
        } = embedded;
        if args.projected && before == 0 && projections == embeddings {
            bar.suspend(|| {
                say(format_args!(
                    "{} has no projector: these are its embeddings as they are",
                    args.model.display()
                ))
            });
        }
        let chosen = if args.projected { projections } else { embeddings };
        table.dim = chosen.dim();
        table.values.extend_from_slice(chosen.values());
        table.rows.extend(round.into_iter().map(|square| Row {
            index: square.index,
            name: square.name,
            label: square.label,
        }));
    }
    bar.finish_and_clear();
    if let Some(sentence) = squares.skipped().sentence() {
        say(format_args!("{}: {sentence}", args.source));
    }
    if table.rows.is_empty() {
        return Err(Failure::Failed(format!("{} holds no picture to embed", args.source)));
    }
    if let Some(row) = table
        .values
        .chunks(table.dim.max(1))
        .position(|row| row.iter().any(|x| !x.is_finite()))
    {
        return Err(Failure::Failed(format!(
            "{} gives {} an embedding that is no number, so that nothing was written: its weights are damaged, or its training diverged; take an earlier checkpoint's",
            args.model.display(),
            table.rows[row].name
        )));
    }
    write(&table)?;
    tell(args, &table, &args.out, out)
}

fn tell(args: &Args, table: &Table, path: &Path, out: &mut Out) -> Outcome {
    let labelled = table.rows.iter().filter(|row| row.label.is_some()).count();
    if args.asked.json {
        return out.json(&json!({
            "file": path, "pictures": table.rows.len(), "dim": table.dim, "labelled": labelled, "projected": args.projected,
        }));
    }
    out.line(format_args!(
        "{}: {} embeddings of {} numbers, {} with a label",
        path.display(),
        grouped(table.rows.len() as u64),
        table.dim,
        grouped(labelled as u64)
    ))
}
