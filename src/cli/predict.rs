//! `darkroom predict`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::json;

use super::{
    open,
    out::{Failure, Out, Outcome, say},
};
use crate::{
    device::OpenDevice,
    mask::{Grid, Mask, MaskKind},
    methods::{AnyMethod, Method},
    picture::{Picture, Rgb8, decode, encode_png},
    predict::{Predicted, block_on, predict},
    train::together,
};

/// What `predict` takes.
#[derive(clap::Args)]
pub struct Args {
    /// A picture, or a folder of pictures
    picture: PathBuf,
    /// Weights: ours, or a published ViT-MAE checkpoint
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// What to hide: random:0.75, half:right, block, outside-block, checkerboard, none, or a mask PNG (white is hidden)
    #[arg(long, value_name = "MASK", default_value = "random:0.75")]
    hide: String,
    /// Seed of the random masks
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Where the panels go, side by side: the picture, what the model sees, what it draws, the drawing set in. A folder for a folder
    #[arg(long, short, value_name = "PNG")]
    out: Option<PathBuf>,
    /// Also writes each panel by itself into this folder: truth.png, seen.png, drawn.png, set-in.png
    #[arg(long, value_name = "FOLDER")]
    panels: Option<PathBuf>,
    /// auto, cpu, webgpu, vulkan, metal or cuda
    #[arg(long, value_name = "NAME", default_value = "auto")]
    device: String,
    /// Print JSON, alone on standard output
    #[arg(long)]
    json: bool,
}

/// A mask by its kind, or painted.
enum Hide {
    Kind(MaskKind),
    Painted(Rgb8),
}

impl Hide {
    fn new(text: &str) -> Result<Self, Failure> {
        let path = Path::new(text);
        if path.is_file() {
            return Ok(Self::Painted(decode(&open::bytes(path)?, text)?.picture));
        }
        text.parse()
            .map(Self::Kind)
            .map_err(|error: crate::mask::MaskError| Failure::Usage(error.to_string()))
    }

    fn mask(&self, grid: Grid, seed: u64, index: u64) -> Mask {
        match self {
            Self::Kind(kind) => kind.draw(grid, seed, index),
            Self::Painted(picture) => Mask::from_picture(picture, grid),
        }
    }
}

/// Hides a part of pictures and draws what a model predicts there.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let hide = Hide::new(&args.hide)?;
    let (opened, on) = open::model(&args.model, &args.device)?;
    let is_folder = args.picture.is_dir();
    let files = if is_folder {
        files_in(&args.picture)?
    } else {
        vec![args.picture.clone()]
    };
    let mut answers = Vec::new();
    let mut failed: Option<Failure> = None;
    for (index, file) in files.iter().enumerate() {
        match one(args, &hide, &opened.method, &on, file, index as u64, is_folder) {
            Ok(answer) => answers.push(answer),
            // One broken file of many is said, and the others go on.
            Err(Failure::Failed(why)) if is_folder => {
                say(format_args!("{why} (skipped)"));
                failed = Some(Failure::Failed(format!(
                    "no file in {} is a picture; the last error: {why}",
                    args.picture.display()
                )));
            }
            Err(failure) => return Err(failure),
        }
    }
    if answers.is_empty() {
        return Err(failed.unwrap_or_else(|| Failure::Failed(format!("{} holds no file", args.picture.display()))));
    }
    if args.json {
        return out.json(&answers);
    }
    answers.iter().try_for_each(|answer| out.line(words(answer)))
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| Failure::Failed(format!("{} cannot be read: {error}", folder.display())))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

fn one(
    args: &Args,
    hide: &Hide,
    model: &AnyMethod,
    on: &OpenDevice,
    file: &Path,
    index: u64,
    is_folder: bool,
) -> Result<serde_json::Value, Failure> {
    let name = file.display().to_string();
    let decoded = decode(&open::bytes(file)?, &name)?;
    decoded.notes.iter().for_each(|note| say(format_args!("{name}: {note}")));
    let views = model.views();
    let grid = Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(1, 1));
    let mask = hide.mask(grid, args.seed, index);
    let picture = decoded.picture.square(decoded.picture.centre_frame(), views.size_px);
    let predicted = block_on(predict(model, &picture, &mask, &on.device))?;
    let panels = panels(&picture, &mask, &predicted);
    if let Some(path) = &args.out {
        let path = if is_folder { in_folder(path, file)? } else { path.clone() };
        let columns: Vec<[Rgb8; 1]> = panels.iter().map(|(_, panel)| [panel.clone()]).collect();
        open::write(&path, &encode_png(&together(&columns)?))?;
    }
    if let Some(folder) = &args.panels {
        make_folder(folder)?;
        for (panel, picture) in &panels {
            open::write(&folder.join(format!("{panel}.png")), &encode_png(picture))?;
        }
    }
    let Predicted {
        energy,
        patch_energy,
        psnr,
        network_ms,
        total_ms,
        ..
    } = predicted;
    Ok(json!({
        "picture": name, "hidden": mask.hidden_count(), "patches": grid.len(), "energy": energy, "patch_energy": patch_energy,
        "psnr": psnr, "network_ms": network_ms, "total_ms": total_ms,
    }))
}

fn in_folder(folder: &Path, file: &Path) -> Result<PathBuf, Failure> {
    make_folder(folder)?;
    Ok(folder.join(file.file_name().unwrap_or_default()).with_extension("png"))
}

fn make_folder(folder: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(|error| Failure::Failed(format!("the folder {} cannot be made: {error}", folder.display())))
}

fn panels(picture: &Picture, mask: &Mask, predicted: &Predicted) -> [(&'static str, Rgb8); 4] {
    let paper = Picture::grey(picture.width, picture.height, 0.5);
    let drawn = &predicted.drawn;
    [
        ("truth", picture.to_rgb8()),
        ("seen", mask.set_in(picture, &paper).to_rgb8()),
        ("drawn", drawn.to_rgb8()),
        ("set-in", mask.set_in(picture, drawn).to_rgb8()),
    ]
}

fn words(answer: &serde_json::Value) -> String {
    let name = answer["picture"].as_str().unwrap_or_default();
    let hidden = format!("{} of {} patches hidden", answer["hidden"], answer["patches"]);
    let db = |which: &str| answer["psnr"][which].as_f64().unwrap_or(f64::NAN);
    match answer["energy"].as_f64() {
        Some(energy) => format!(
            "{name}: {hidden}; energy {energy:.5} (mean squared error of the hidden pixels, lower fits better); PSNR {:.2} dB, smooth fill {:.2}, mean colour {:.2}",
            db("model"),
            db("smooth"),
            db("mean")
        ),
        None => format!("{name}: nothing hidden, so there is no energy"),
    }
}
