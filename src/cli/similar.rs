//! `darkroom similar`.

use std::path::PathBuf;

use serde::Serialize;

use super::{
    open,
    out::{Failure, Out, Outcome, bar, grouped, say},
};
use crate::{
    data::{Square, Squares},
    methods::Method,
    picture::{Picture, encode_png},
    predict::{Embedded, block_on, embed},
    probes::{Embeddings, nearest},
    train::together,
};

/// What `similar` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Weights: ours or a published checkpoint
    model: PathBuf,
    /// The picture to look for
    query: PathBuf,
    /// Where to look: a folder of pictures, `scenes`, tar shards or CIFAR binary files
    source: String,
    /// How many to name
    #[arg(short = 'n', long, value_name = "N", default_value_t = 9, value_parser = open::whole::<usize>)]
    count: usize,
    /// A picture of the query and its nearest, in order: nearest.png when absent, none with --json
    #[arg(short, long, value_name = "PNG")]
    out: Option<PathBuf>,
    /// Seed of the scenes
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<u64>)]
    seed: u64,
    #[command(flatten)]
    asked: open::Asked,
}

/// Pictures decoded, and so held, at once.
const AT_ONCE: usize = 1024;

/// A picture that was found.
#[derive(Serialize)]
struct Found {
    name: String,
    index: usize,
    /// Cosine of the two embeddings, -1..1.
    cosine: f32,
    /// Squared distance of the two projections, each of length 1: 0..4.
    energy: f32,
}

/// Names the pictures nearest to another one.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    if args.count == 0 {
        return Err(Failure::Usage("-n cannot be 0: it takes 1 picture or more to name".into()));
    }
    let picture = picture(args);
    if let Some(path) = &picture {
        open::is_for_png(path)?;
        open::keep(&[&args.model, &args.query], &args.source, path)?;
    }
    let (opened, on) = open::model(&args.model, &args.asked.device)?;
    let size_px = opened.method.views().size_px;
    let decoded = open::picture(&args.query)?.picture;
    let query = decoded.square(decoded.centre_frame(), size_px);
    let of_query = block_on(embed(&opened.method, std::slice::from_ref(&query), &on.device, |_| ()))?;
    if of_query.embeddings.first_bad_row().is_some() {
        return Err(Failure::Failed(format!(
            "{} gives an embedding of {} that is no number",
            args.model.display(),
            args.query.display()
        )));
    }
    let source = open::source(&args.source, args.seed, size_px)?;
    let bar = bar(source.len());
    let mut squares = Squares::new(source, size_px);
    // Of each round the best are kept: a folder may be larger than memory.
    let mut found: Vec<(Found, Picture)> = Vec::new();
    let mut no_numbers = 0_u64;
    loop {
        let round: Vec<Square> = squares.by_ref().take(AT_ONCE).collect();
        if round.is_empty() {
            break;
        }
        let pictures: Vec<Picture> = round.iter().map(|square| square.picture.clone()).collect();
        let embedded = block_on(embed(&opened.method, &pictures, &on.device, |_| ()))?;
        bar.inc(round.len() as u64);
        let rows = embedded.embeddings.values().chunks(embedded.embeddings.dim().max(1));
        no_numbers += rows.filter(|row| row.iter().any(|x| !x.is_finite())).count() as u64;
        found.extend(best(&of_query, &embedded, round, args.count));
        found.sort_by(|(a, _), (b, _)| b.cosine.total_cmp(&a.cosine));
        found.truncate(args.count);
    }
    bar.finish_and_clear();
    if let Some(sentence) = squares.skipped().sentence() {
        say(format_args!("{}: {sentence}", args.source));
    }
    if no_numbers > 0 {
        say(format_args!(
            "{}: {} gives {} of its pictures embeddings that are no numbers; they are left out",
            args.source,
            args.model.display(),
            grouped(no_numbers)
        ));
    }
    if found.is_empty() {
        return Err(Failure::Failed(format!("{} holds no picture to compare with", args.source)));
    }
    if let Some(path) = &picture {
        let columns = std::iter::once(&query).chain(found.iter().map(|(_, picture)| picture));
        let columns: Vec<_> = columns.map(|picture| [picture.to_rgb8()]).collect();
        open::write(path, &encode_png(&together(&columns)?))?;
    }
    tell(args, &found.into_iter().map(|(found, _)| found).collect::<Vec<_>>(), out)
}

/// Where the picture goes, if anywhere.
fn picture(args: &Args) -> Option<PathBuf> {
    let usual = || (!args.asked.json).then(|| PathBuf::from("nearest.png"));
    args.out.clone().or_else(usual)
}

fn best(query: &Embedded, embedded: &Embedded, round: Vec<Square>, count: usize) -> Vec<(Found, Picture)> {
    let near = nearest(query.embeddings.row(0), &embedded.embeddings, count);
    let mut squares: Vec<Option<Square>> = round.into_iter().map(Some).collect();
    let of = |(row, cosine): (usize, f32)| {
        let square = squares.get_mut(row)?.take()?;
        let found = Found {
            energy: energy(&query.projections, &embedded.projections, row),
            name: square.name,
            index: square.index,
            cosine,
        };
        Some((found, square.picture))
    };
    near.into_iter().filter_map(of).collect()
}

fn energy(query: &Embeddings, projections: &Embeddings, row: usize) -> f32 {
    let cosine = nearest(query.row(0), &projections.select(&[row]), 1)
        .first()
        .map_or(0.0, |found| found.1);
    2.0 - 2.0 * cosine
}

fn tell(args: &Args, found: &[Found], out: &mut Out) -> Outcome {
    if args.asked.json {
        return out.json(&found);
    }
    let head = ["nearest", "cosine", "energy"].map(str::to_owned).to_vec();
    let row = |found: &Found| vec![found.name.clone(), format!("{:.4}", found.cosine), format!("{:.4}", found.energy)];
    out.table(&std::iter::once(head).chain(found.iter().map(row)).collect::<Vec<_>>())?;
    match picture(args) {
        Some(path) => out.line(format_args!("picture  {}", path.display())),
        None => Ok(()),
    }
}
