//! `darkroom eval linear`.

use serde_json::json;

use super::sets::{self, Sets, chance, percent};
use crate::{
    cli::out::{Failure, Out, Outcome},
    names::nearest,
    probes::{
        LinearProbe,
        linear::{PROTOCOLS, Protocol, Top},
    },
};

/// What `eval linear` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    sets: sets::Args,
    /// How the probe is trained, by the paper or program that has it so: lightly, SimCLR, MoCo, DINO, MAE, …
    #[arg(long, value_name = "NAME", default_value = PROTOCOLS[0].name)]
    protocol: String,
}

/// Trains a plane on the embeddings of one set and measures it on both.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let protocol = named(&args.protocol)?;
    let Sets { train, test } = args.sets.sets()?;
    let score = LinearProbe::score(
        (&train.embeddings, &train.labels),
        (&test.embeddings, &test.labels),
        &protocol,
        args.sets.seed,
    )?;
    let chance = chance(&test.labels);
    let counts = [&train, &test].map(|set| set.labels.iter().flatten().count());
    if args.sets.asked.json {
        let top = |top: Top| json!({ "top1": top.one, "top5": top.five });
        return out.json(&json!({
            "probe": "linear", "protocol": protocol, "seed": args.sets.seed, "train": top(score.train), "test": score.test.map(top),
            "loss": score.loss, "chance": chance, "train_pictures": counts[0], "test_pictures": counts[1], "dim": train.embeddings.dim(),
        }));
    }
    out.line(format_args!("linear probe as in {} ({})", protocol.name, protocol.source))?;
    if let Some(differs) = protocol.differs {
        out.line(format_args!("not as there: {differs}"))?;
    }
    let head = ["share of pictures told right", "first", "first five", "pictures"]
        .map(str::to_owned)
        .to_vec();
    let row = |name: &str, top: Top, count: usize| vec![name.to_owned(), percent(top.one), percent(top.five), count.to_string()];
    let mut rows = vec![head, row("  learned from", score.train, counts[0])];
    rows.extend(score.test.map(|top| row("  others", top, counts[1])));
    out.table(&rows)?;
    out.line(format_args!("the commonest class is {} of the others", percent(chance)))
}

fn named(name: &str) -> Result<Protocol, Failure> {
    Protocol::named(name).ok_or_else(|| {
        let list: Vec<&str> = PROTOCOLS.iter().map(|protocol| protocol.name).collect();
        let known = list.join(", ");
        match nearest(name, list) {
            Some(near) => Failure::Usage(format!(
                "there is no protocol \"{name}\"; did you mean \"{near}\"? They are {known}"
            )),
            None => Failure::Usage(format!("there is no protocol \"{name}\"; they are {known}")),
        }
    })
}
