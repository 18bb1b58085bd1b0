//! `darkroom eval knn`.

use serde_json::json;

use super::sets::{self, Set, Sets, chance, percent};
use crate::{
    cli::{
        open,
        out::{Failure, Out, Outcome},
    },
    probes::{Knn, retrieve},
};

/// What `eval knn` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(flatten)]
    sets: sets::Args,
    /// Neighbours that vote: 200 in Wu et al. and lightly's tables, 20 in DINO's
    #[arg(long, value_name = "N", default_value_t = Knn::BENCHMARK.k, value_parser = open::whole::<usize>)]
    k: usize,
    /// What cosines are divided by: 0.1 in Wu et al. and lightly's tables, 0.07 in DINO's
    #[arg(long, value_name = "T", default_value_t = Knn::BENCHMARK.temperature)]
    temperature: f32,
    /// Rank all pictures for each as well: recall among the nearest, and mean average precision
    #[arg(long)]
    retrieval: bool,
}

/// Where recall is read.
const AMONG: [usize; 3] = [1, 5, 10];

/// Gives each picture the class of its neighbours.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let is_temperature = args.temperature.is_finite() && args.temperature > 0.0;
    if args.k == 0 || !is_temperature {
        return Err(Failure::Usage(
            "--k takes one neighbour or more, --temperature a number above 0".into(),
        ));
    }
    let Sets { train, test } = args.sets.sets()?;
    let (rows, labels): (Vec<usize>, Vec<usize>) = known(&train).unzip();
    let bank = train.embeddings.select(&rows);
    let knn = Knn {
        k: args.k,
        temperature: args.temperature,
    };
    let accuracy = knn.accuracy((&bank, &labels), (&test.embeddings, &test.labels));
    let accuracy =
        accuracy.ok_or_else(|| Failure::Failed("no picture of known class on both sides: there is nothing to vote on".into()))?;
    let retrieval = args
        .retrieval
        .then(|| retrieve((&bank, &labels), Some((&test.embeddings, &test.labels)), &AMONG))
        .transpose()?;
    let (bank, queries, chance) = (labels.len(), known(&test).count(), chance(&test.labels));
    if args.sets.asked.json {
        let mut answer = json!({
            "probe": "knn", "k": args.k, "temperature": args.temperature, "accuracy": accuracy, "chance": chance, "bank": bank,
            "queries": queries, "dim": test.embeddings.dim(),
        });
        if let Some(found) = &retrieval {
            let recall = found.recall.iter().map(|(k, share)| (k.to_string(), json!(share)));
            answer["recall"] = recall.collect::<serde_json::Map<_, _>>().into();
            answer["mean_average_precision"] = json!(found.mean_average_precision);
        }
        return out.json(&answer);
    }
    let few = if bank < args.k {
        format!(", of which {bank} vote")
    } else {
        String::new()
    };
    out.line(format_args!(
        "kNN (k = {}{few}, T = {}): {} of {queries} pictures get their class from their neighbours among {bank}; the commonest class is {}",
        args.k,
        args.temperature,
        percent(accuracy),
        percent(chance)
    ))?;
    if let Some(found) = retrieval {
        let recall = found
            .recall
            .iter()
            .map(|(k, share)| format!("one of its class among the nearest {k}: {}", percent(*share)));
        recall.into_iter().try_for_each(|line| out.line(line))?;
        out.line(format_args!("mean average precision: {:.4}", found.mean_average_precision))?;
    }
    Ok(())
}

/// Rows with a class, and which.
fn known(set: &Set) -> impl Iterator<Item = (usize, usize)> {
    set.labels.iter().enumerate().filter_map(|(row, label)| Some((row, (*label)?)))
}
