//! `darkroom eval`: what a model draws, beside the plain fills; with a probe's name, what its embeddings are worth, or whether
//! it tells which part fits a hole.

mod fit;
mod knn;
mod linear;
mod rank;
mod sets;

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::{
    open,
    out::{Failure, Out, Outcome, bar, say},
};
use crate::{
    data::Squares,
    mask::{Grid, MaskError, MaskKind},
    methods::Method,
    picture::Picture,
    predict::{PredictError, block_on, evaluate},
    protocol::Psnr,
};

/// What `eval` takes.
#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Args {
    #[command(subcommand)]
    probe: Option<Probe>,
    /// Weights: ours, or a published ViT-MAE checkpoint
    #[arg(long, value_name = "FILE", required = true)]
    model: Option<PathBuf>,
    /// `scenes`, a folder of pictures, tar shards or CIFAR binary files
    #[arg(long, value_name = "SOURCE", default_value = "scenes?count=500")]
    data: String,
    /// Kinds of mask, with commas between
    #[arg(long, value_name = "KINDS", default_value = "random:0.75,random:0.5,block,half")]
    masks: String,
    /// At most so many pictures; 0 takes all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<usize>)]
    count: usize,
    /// Seed of the random masks, and of the scenes
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<u64>)]
    seed: u64,
    #[command(flatten)]
    asked: open::Asked,
}

/// What else can be measured.
#[derive(clap::Subcommand)]
enum Probe {
    /// Do a picture's neighbours tell its class? Weighted k nearest neighbours (Wu et al., 2018)
    Knn(knn::Args),
    /// Does a plane tell the classes apart? Logistic regression on frozen embeddings, as a paper has it
    Linear(linear::Args),
    /// How do embeddings lie, and in how many directions do they differ? Needs no classes
    Rank(rank::Args),
    /// Is the right part for a hole told from wrong ones? For models that predict a part's embedding or draw it
    Fit(fit::Args),
}

/// Measures a model over pictures.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    match &args.probe {
        Some(Probe::Knn(args)) => knn::run(args, out),
        Some(Probe::Linear(args)) => linear::run(args, out),
        Some(Probe::Rank(args)) => rank::run(args, out),
        Some(Probe::Fit(args)) => fit::run(args, out),
        None => drawing(args, out),
    }
}

/// Measures what a model draws, beside the plain fills.
fn drawing(args: &Args, out: &mut Out) -> Outcome {
    let Some(model) = &args.model else {
        return Err(Failure::Usage("--model FILE is missing: the weights to measure".into()));
    };
    let names: Vec<&str> = args.masks.split(',').map(str::trim).collect();
    let kinds: Vec<MaskKind> = names
        .iter()
        .map(|name| name.parse())
        .collect::<Result<_, MaskError>>()
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let (opened, on) = open::drawing(model, &args.asked.device)?;
    let views = opened.method.views();
    let size_px = views.size_px;
    let grid = Grid::of(size_px, views.patch_px).unwrap_or(Grid::new(1, 1));
    let hides_nothing = |kind: &MaskKind| kind.draw(grid, args.seed, 0).hidden_count() == 0;
    if let Some((name, _)) = names.iter().zip(&kinds).find(|(_, kind)| hides_nothing(kind)) {
        return Err(Failure::Usage(format!(
            "--masks {name} hides nothing of the {} x {} patches of this model, so that there is nothing to measure; leave it out, or \
             hide more",
            grid.columns, grid.rows
        )));
    }
    let source = open::source(&args.data, args.seed, size_px)?;
    let most = if args.count == 0 {
        source.len()
    } else {
        args.count.min(source.len())
    };
    let bar = bar(most);
    let mut squares = Squares::new(source, size_px);
    let pictures = squares
        .by_ref()
        .take(most)
        .map(|square| Ok::<Picture, PredictError>(square.picture));
    let (count, psnr) = block_on(evaluate(&opened.method, pictures, &kinds, args.seed, &on.device, |done| {
        bar.set_position(done)
    }))?;
    bar.finish_and_clear();
    if let Some(sentence) = squares.skipped().sentence() {
        say(format_args!("{}: {sentence}", args.data));
    }
    if count == 0 {
        return Err(Failure::Failed(format!("{} holds no picture to measure on", args.data)));
    }
    let rows: Vec<(&str, Psnr)> = names.iter().zip(psnr).filter_map(|(name, psnr)| Some((*name, psnr?))).collect();
    if args.asked.json {
        out.json(&as_json(count, &rows))
    } else {
        as_table(count, &rows, out)
    }
}

fn as_json(count: u64, rows: &[(&str, Psnr)]) -> Value {
    let masks: Map<String, Value> = rows
        .iter()
        .map(|(name, p)| {
            (
                (*name).to_owned(),
                json!({ "model": rounded(p.model), "mean": rounded(p.mean), "smooth": rounded(p.smooth) }),
            )
        })
        .collect();
    json!({ "pictures": count, "masks": masks })
}

/// A thousandth of a dB is finer than anyone can see.
fn rounded(db: f32) -> f64 {
    (f64::from(db) * 1e3).round() / 1e3
}

fn as_table(count: u64, rows: &[(&str, Psnr)], out: &mut Out) -> Outcome {
    out.line(format_args!(
        "PSNR over the hidden pixels in dB, mean over {count} pictures; higher is better"
    ))?;
    let head = ["hidden", "model", "smooth", "mean"].map(str::to_owned).to_vec();
    let body = rows.iter().map(|(name, p)| {
        let db = |value: f32| format!("{value:.2}");
        vec![(*name).to_owned(), db(p.model), db(p.smooth), db(p.mean)]
    });
    out.table(&std::iter::once(head).chain(body).collect::<Vec<_>>())
}
