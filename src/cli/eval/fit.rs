//! `darkroom eval fit`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::sets;
use crate::{
    chance::Chance,
    cli::{
        open,
        out::{Failure, Out, Outcome, bar, say},
    },
    data::{Square, Squares},
    mask::Grid,
    methods::Method,
    picture::Rgb8,
    predict::{
        PredictError, block_on,
        together::{MOST, Question, Tally, fit, hole},
    },
};

/// Pictures whose parts are tried in the others' holes, spread over the source: the same for every hole.
const POOL: usize = 64;

/// What `eval fit` takes.
#[derive(clap::Args)]
pub struct Args {
    /// Weights of a model that predicts a part's embedding (I-JEPA) or draws it (a masked autoencoder)
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// `scenes`, a folder of pictures, tar shards or CIFAR binary files
    #[arg(long, value_name = "SOURCE", default_value = "scenes?count=500")]
    data: String,
    /// At most so many pictures, spread over the source; 0 takes all
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = open::whole::<usize>)]
    count: usize,
    /// Parts to choose from: the right one, one from elsewhere in the picture, one from another picture, and so on in turn
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = open::whole::<usize>)]
    candidates: usize,
    /// Seed of the holes, of the parts, and of the scenes
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<u64>)]
    seed: u64,
    #[command(flatten)]
    asked: open::Asked,
}

/// Cuts a hole into each picture and asks which part fits.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    if !(2..=MOST).contains(&args.candidates) {
        return Err(Failure::Usage(format!("--candidates takes 2 to {MOST}, the right part among them")));
    }
    let (opened, on) = open::model(&args.model, &args.asked.device)?;
    let model = &opened.method;
    if !model.predicts() && !model.draws() {
        return Err(Failure::Failed(format!(
            "{} neither predicts the embedding of a part that it cannot see nor draws it, so no part fits better than another; take \
             a model by I-JEPA or a masked autoencoder",
            args.model.display()
        )));
    }
    let views = model.views();
    let grid = Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(1, 1));
    let source = sets::spread(open::source(&args.data, args.seed, views.size_px)?, args.count);
    let pool: Vec<(String, Rgb8)> = Squares::new(sets::spread(source.clone(), POOL), views.size_px)
        .map(|square| (square.name, square.picture.to_rgb8()))
        .collect();
    let bar = bar(source.len());
    let mut squares = Squares::new(source, views.size_px);
    let mut tally = Tally::default();
    for (number, Square { index, name, picture, .. }) in (0..).zip(squares.by_ref()) {
        let picture = picture.to_rgb8();
        let others: Vec<(u32, &Rgb8)> = (0..)
            .zip(&pool)
            .filter(|(_, (other, _))| *other != name)
            .map(|(id, (_, other))| (id, other))
            .collect();
        let question = Question {
            picture: &picture,
            frame: picture.centre_frame(),
            hole: &hole(grid, args.seed, number),
            others: &others,
            seed: Chance::new(args.seed, "parts", number).bits(),
            count: args.candidates,
        };
        let fitted = block_on(fit(&question, Some(model), Some(model), &on.device)).map_err(|error| match error {
            PredictError::NotFinite => sets::no_number(&args.model, index, &args.data, "energy"),
            other => other.into(),
        })?;
        tally.add(&fitted.candidates, |candidate| candidate.joint.or(candidate.drawn));
        bar.set_position(number + 1);
    }
    bar.finish_and_clear();
    if let Some(sentence) = squares.skipped().sentence() {
        say(format_args!("{}: {sentence}", args.data));
    }
    let Some((first, chance)) = tally.first().zip(tally.chance()) else {
        return Err(Failure::Failed(format!("{} holds no picture to measure on", args.data)));
    };
    let energy = if model.predicts() { "embeddings" } else { "pixels" };
    if args.asked.json {
        return out.json(&as_json(args, &tally, energy));
    }
    let percent = |share: f64| sets::percent(share as f32);
    out.line(format_args!(
        "by {energy}: of {} holes the right part fits best in {}, by lot in {}; mean rank {:.2} of {}",
        tally.holes,
        percent(first),
        percent(chance),
        tally.rank().unwrap_or_default(),
        args.candidates
    ))?;
    let against = [
        ("elsewhere in the picture", tally.before_elsewhere()),
        ("another picture", tally.before_others()),
    ];
    let line = |(what, share): (&str, Option<f64>)| Some(format!("better than a part from {what}: {}, by lot 50.0 %", percent(share?)));
    against.into_iter().filter_map(line).try_for_each(|line| out.line(line))
}

fn as_json(args: &Args, tally: &Tally, energy: &str) -> Value {
    json!({
        "probe": "fit", "energy": energy, "holes": tally.holes, "candidates": args.candidates, "seed": args.seed,
        "first": tally.first(), "chance": tally.chance(), "mean_rank": tally.rank(),
        "before_elsewhere": tally.before_elsewhere(), "before_others": tally.before_others(),
    })
}
