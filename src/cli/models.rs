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
    predict::{block_on, predict},
    protocol::ShippedModel,
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
    #[arg(long)]
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
        Some(What::Convert { from, to, names, dtype }) => convert(from, to, names, dtype),
        Some(What::Index { folder }) => index(folder),
        Some(What::First { folder, models }) => first::draw(folder, models),
    }
}

fn convert(from: &Path, to: &Path, names: &str, dtype: &str) -> Outcome {
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
    let converted = weights::convert(&open::bytes(from)?, &from.display().to_string(), names, dtype)?;
    open::write(to, &converted)?;
    say(format_args!("{}: {}", to.display(), bytes(converted.len() as u64)));
    Ok(())
}

/// Weights of a folder, by name.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::Failed(format!("{} cannot be read: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "safetensors"))
        .collect();
    files.sort();
    Ok(files)
}

fn index(folder: &Path) -> Outcome {
    let mut shipped = Vec::new();
    for file in files(folder)? {
        let content = open::bytes(&file)?;
        let (opened, _) = open::model(&file, "cpu")?;
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let title = opened.header.map(|header| header.card.title).unwrap_or_default();
        shipped.push(ShippedModel {
            name: stem,
            title,
            file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            bytes: content.len() as u64,
            sha256: Sha256::digest(&content).iter().map(|byte| format!("{byte:02x}")).collect(),
        });
    }
    let text = serde_json::to_string_pretty(&shipped).map_err(Failure::from_error)?;
    let path = folder.join("index.json");
    open::write(&path, format!("{text}\n").as_bytes())?;
    say(format_args!("{}: {} models", path.display(), shipped.len()));
    Ok(())
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
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|model| {
            vec![
                format!("  {}", model["name"].as_str().unwrap_or_default()),
                format!("{} px", model["size_px"]),
                format!("{} parameters", grouped(model["parameters"].as_u64().unwrap_or(0))),
                bytes(model["bytes"].as_u64().unwrap_or(0)),
                format!("{:.1} ms a prediction", model["prediction_ms"].as_f64().unwrap_or(f64::NAN)),
            ]
        })
        .collect();
    out.table(&rows)
}

/// Parameters, size and the measured cost of one prediction on the CPU: the quickest of five.
fn describe(file: &Path) -> Result<serde_json::Value, Failure> {
    let size = open::bytes(file)?.len();
    let (opened, on) = open::model(file, "cpu")?;
    let views = opened.method.views();
    let grid = Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(1, 1));
    let mask = MaskKind::Random(0.75).draw(grid, 0, 0);
    let picture = Picture::grey(views.size_px, views.size_px, 0.5);
    let mut quickest = f32::INFINITY;
    for _ in 0..5 {
        quickest = quickest.min(block_on(predict(&opened.method, &picture, &mask, &on.device))?.network_ms);
    }
    let parameters: usize = weights::state(&opened.method).iter().map(|(_, data)| data.num_elements()).sum();
    Ok(json!({
        "name": file.file_stem().unwrap_or_default().to_string_lossy(), "bytes": size, "size_px": views.size_px, "patch_px": views.patch_px,
        "parameters": parameters, "prediction_ms": quickest, "card": opened.header.map(|header| header.card),
    }))
}
