//! `darkroom models`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    first, open,
    out::{Failure, Out, Outcome, bytes, grouped, say},
    presets,
};
use crate::{
    mask::{Grid, MaskKind},
    methods::{self, Method, Names},
    picture::Picture,
    platform::now_ms,
    predict::{block_on, embed, predict},
    protocol::{EmbeddingCard, ShippedModel},
    weights::{self, Dtype},
};

/// Where the weights lie that ship with the page.
const SHIPPED: &str = "public/models";

/// What `models` takes.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: Option<What>,
    /// Folder of weights to list; public/models when absent
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
    /// Print JSON, alone on standard output
    #[arg(long, global = true)]
    json: bool,
}

#[derive(clap::Subcommand)]
enum What {
    /// Write ours from a published checkpoint, or the reverse
    Convert {
        /// Weights to read
        from: PathBuf,
        /// Where the converted weights go
        to: PathBuf,
        /// Names to write: darkroom, hf (Hugging Face) or original (the paper's code)
        #[arg(long, value_name = "NAMES", default_value = "darkroom")]
        names: String,
        /// Precision: f32 or f16
        #[arg(long, value_name = "NAME", default_value = "f16")]
        dtype: String,
    },
    /// Write the index of a folder of weights, for the page
    Index {
        /// Folder of weights; index.json is written there
        #[arg(default_value = SHIPPED)]
        folder: PathBuf,
    },
    /// Draw what a visitor of the page sees before the engine answers
    First {
        /// Where the pictures and their numbers go
        folder: PathBuf,
        /// Folder of weights
        #[arg(long, value_name = "FOLDER", default_value = SHIPPED)]
        models: PathBuf,
    },
}

/// Lists presets and weights, converts, or writes an index.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    match &args.what {
        None => list(args, out),
        Some(What::Convert { from, to, names, dtype }) => {
            let length = convert(from, to, names, dtype)?;
            if args.json {
                return out.json(&json!({ "file": to, "bytes": length, "names": names, "dtype": dtype }));
            }
            say(format_args!("{}: {}", to.display(), bytes(length as u64)));
            Ok(())
        }
        Some(What::Index { folder }) => {
            let (path, shipped) = index(folder)?;
            if args.json {
                return out.json(&json!(shipped));
            }
            say(format_args!("{}: {} models", path.display(), shipped.len()));
            Ok(())
        }
        Some(What::First { folder, models }) => {
            first::draw(folder, models)?;
            if args.json {
                return out.json(&json!({ "folder": folder }));
            }
            Ok(())
        }
    }
}

/// Writes the converted weights and gives their length.
fn convert(from: &Path, to: &Path, names: &str, dtype: &str) -> Result<usize, Failure> {
    let names = match names {
        "darkroom" => None,
        "hf" => Some(Names::HuggingFace),
        "original" => Some(Names::Original),
        typed => {
            return Err(Failure::Usage(format!(
                "there are no names \"{typed}\"; they are darkroom, hf or original"
            )));
        }
    };
    let dtype = match dtype {
        "f32" => Dtype::F32,
        "f16" => Dtype::F16,
        typed => {
            return Err(Failure::Usage(format!(
                "there is no precision \"{typed}\" to convert to; it is f32 or f16"
            )));
        }
    };
    open::keep_source(from, to)?;
    let bytes = open::bytes(from)?;
    open::keeps_its_word(from, &bytes)?;
    let converted = weights::convert(&bytes, &from.display().to_string(), names, dtype)?;
    open::write(to, &converted)?;
    Ok(converted.len())
}

/// Weights of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| open::unreadable(folder, &error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "safetensors"))
        .collect();
    files.sort();
    Ok(files)
}

/// Writes the index and gives its place and what it lists.
fn index(folder: &Path) -> Result<(PathBuf, Vec<ShippedModel>), Failure> {
    let mut shipped = Vec::new();
    for file in files(folder)? {
        let content = open::bytes(&file)?;
        let (opened, _) = open::model(&file, "cpu")?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let draws = opened.method.draws();
        let title = opened.header.map(|header| header.card.title).unwrap_or_default();
        shipped.push(ShippedModel {
            name: stem,
            title,
            file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            bytes: content.len() as u64,
            sha256: Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect(),
            draws,
        });
    }
    let text = serde_json::to_string_pretty(&shipped).map_err(Failure::from_error)?;
    let path = folder.join("index.json");
    open::write(&path, format!("{text}\n").as_bytes())?;
    Ok((path, shipped))
}

fn list(args: &Args, out: &mut Out) -> Outcome {
    let folder = args.folder.as_deref().unwrap_or(Path::new(SHIPPED));
    let mut found = Vec::new();
    if args.folder.is_some() || folder.is_dir() {
        for file in files(folder)? {
            match describe(&file) {
                Ok(model) => found.push(model),
                Err(Failure::Failed(why)) => say(format_args!("{why} (left out)")),
                Err(failure) => return Err(failure),
            }
        }
    }
    if args.json {
        let presets = presets::all()?;
        return out.json(&json!({ "methods": methods::cards(), "presets": presets, "weights": found }));
    }
    presets::tell(out)?;
    out.line(format_args!("weights in {}:", folder.display()))?;
    if found.is_empty() {
        return out.line("  none; `darkroom train` makes some");
    }
    out.table(&found.iter().map(row).collect::<Vec<_>>())?;
    for model in &found {
        let card: Option<EmbeddingCard> = serde_json::from_value(model["card"]["embeddings"].clone()).ok();
        if let Some(card) = card {
            out.line(format_args!("  {}: {}", model["name"].as_str().unwrap_or_default(), worth(&card)))?;
        }
    }
    Ok(())
}

fn row(model: &serde_json::Value) -> Vec<String> {
    let ms = |what: &str, name: &str| model[name].as_f64().map(|ms| format!("{ms:.1} ms {what}"));
    let cost = ms("a prediction", "prediction_ms").or_else(|| ms("an embedding", "embedding_ms"));
    vec![
        format!("  {}", model["name"].as_str().unwrap_or_default()),
        format!("{} px", model["size_px"]),
        format!("{} parameters", grouped(model["parameters"].as_u64().unwrap_or(0))),
        bytes(model["bytes"].as_u64().unwrap_or(0)),
        cost.unwrap_or_default(),
    ]
}

/// What a model's embeddings were worth when it was trained.
fn worth(card: &EmbeddingCard) -> String {
    let percent = |name: &str, share: Option<f32>| share.map(|share| format!("{name} {:.1} %", 100.0 * share));
    let spread = card
        .spread
        .map(|spread| format!("spread {spread:.3} of {:.3}", card.healthy_spread));
    let rank = card.rank_me.map(|rank| format!("RankMe {rank:.1} of {}", card.highest_rank));
    let facts = [percent("kNN", card.knn), percent("linear probe", card.linear), spread, rank];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    format!("{} ({})", facts.join(", "), card.verdict)
}

/// Parameters, size and the measured cost of one prediction on the CPU, of one embedding where nothing is drawn: the
/// quickest of five.
fn describe(file: &Path) -> Result<serde_json::Value, Failure> {
    let size = open::bytes(file)?.len();
    let (opened, on) = open::model(file, "cpu")?;
    let views = opened.method.views();
    let grid = Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(1, 1));
    let mask = MaskKind::Random(0.75).draw(grid, 0, 0);
    let picture = Picture::grey(views.size_px, views.size_px, 0.5);
    let draws = opened.method.draws();
    let mut quickest = f32::INFINITY;
    for _ in 0..5 {
        let ms = if draws {
            block_on(predict(&opened.method, &picture, &mask, &on.device))?.network_ms
        } else {
            let start = now_ms();
            block_on(embed(&opened.method, std::slice::from_ref(&picture), &on.device, |_| ()))?;
            (now_ms() - start) as f32
        };
        quickest = quickest.min(ms);
    }
    let cost = if draws { "prediction_ms" } else { "embedding_ms" };
    let parameters: usize = weights::state(&opened.method).iter().map(|(_, data)| data.num_elements()).sum();
    Ok(json!({
        "name": file.file_stem().unwrap_or_default().to_string_lossy(), "bytes": size, "size_px": views.size_px, "patch_px": views.patch_px,
        "parameters": parameters, cost: quickest, "card": opened.header.map(|header| header.card),
    }))
}
