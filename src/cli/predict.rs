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
    data::{Skipped, is_picture},
    device::OpenDevice,
    mask::{Grid, Mask, MaskKind},
    methods::{AnyMethod, Method},
    picture::{Decoded, Picture, Rgb8, encode_png},
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
    /// Where the panels go, side by side: the picture, what the model sees, what it draws, the drawing set in. A folder for a folder,
    /// which gets NAME.png for each file
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
    /// A picture file where there is one, or where the text looks like one.
    fn new(text: &str) -> Result<Self, Failure> {
        let path = Path::new(text);
        if path.is_file() || is_picture(path) {
            return Ok(Self::Painted(open::mask(path)?.picture));
        }
        text.parse()
            .map(Self::Kind)
            .map_err(|error: crate::mask::MaskError| Failure::Usage(error.to_string()))
    }

    /// The mask for one picture. A painted one is square, or of the picture's own size and cut to the same square.
    fn mask(&self, name: &str, picture: &Rgb8, grid: Grid, seed: u64, index: u64) -> Result<Mask, Failure> {
        let painted = match self {
            Self::Kind(kind) => return Ok(kind.draw(grid, seed, index)),
            Self::Painted(painted) => painted,
        };
        let (width, height) = (painted.width, painted.height);
        if (width, height) == (picture.width, picture.height) {
            let side = width.min(height);
            let square = painted.square(painted.centre_frame(), side).to_rgb8();
            return Ok(Mask::from_picture(&square, grid));
        }
        if !grid.takes(width, height) {
            return Err(Failure::Usage(format!(
                "the mask {name} is {width} x {height} pixels, which cannot be scaled to a square of {} x {} patches: make it square, or as large as the picture ({} x {})",
                grid.columns, grid.rows, picture.width, picture.height
            )));
        }
        Ok(Mask::from_picture(painted, grid))
    }
}

/// Hides a part of pictures and draws what a model predicts there.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let hide = Hide::new(&args.hide)?;
    let is_folder = args.picture.is_dir();
    if let Some(out) = args.out.as_deref().filter(|_| !is_folder) {
        open::is_for_png(out)?;
    }
    let (opened, on) = open::drawing(&args.model, &args.device)?;
    let files = if is_folder {
        files_in(&args.picture)?
    } else {
        vec![args.picture.clone()]
    };
    let job = Job {
        args,
        hide,
        model: &opened.method,
        on: &on,
        is_folder,
    };
    let mut answers = Vec::new();
    let mut skipped = Skipped::default();
    for (index, file) in files.iter().enumerate() {
        // One broken file of many is counted, and the others go on.
        match open::picture(file) {
            Ok(decoded) => answers.push(job.one(file, decoded, index as u64)?),
            Err(Failure::Failed(why)) if is_folder => skipped.add(why),
            Err(failure) => return Err(failure),
        }
    }
    let sentence = skipped.sentence();
    if answers.is_empty() {
        let why = sentence.unwrap_or_else(|| "it is empty".into());
        return Err(Failure::Failed(format!(
            "{} holds no picture that can be read: {why}",
            args.picture.display()
        )));
    }
    if let Some(sentence) = sentence {
        say(format_args!("{}: {sentence}", args.picture.display()));
    }
    if args.json {
        return out.json(&answers);
    }
    answers.iter().try_for_each(|answer| out.line(words(answer)))?;
    if args.out.is_none() && args.panels.is_none() {
        out.flush()?;
        say("No picture was written: -o out.png writes what it sees and what it draws, side by side");
    }
    Ok(())
}

fn files_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| open::unreadable(folder, &error))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file() && path.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b".")))
        .collect();
    files.sort();
    Ok(files)
}

/// What is the same for every picture of a call.
struct Job<'a> {
    args: &'a Args,
    hide: Hide,
    model: &'a AnyMethod,
    on: &'a OpenDevice,
    is_folder: bool,
}

impl Job<'_> {
    fn one(&self, file: &Path, decoded: Decoded, index: u64) -> Result<serde_json::Value, Failure> {
        let Decoded { picture, notes } = decoded;
        let name = file.display().to_string();
        notes.iter().for_each(|note| say(format_args!("{name}: {note}")));
        let views = self.model.views();
        let grid = Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(1, 1));
        let mask = self.hide.mask(&self.args.hide, &picture, grid, self.args.seed, index)?;
        let picture = picture.square(picture.centre_frame(), views.size_px);
        let predicted = block_on(predict(self.model, &picture, &mask, &self.on.device))?;
        self.write(file, &panels(&picture, &mask, &predicted))?;
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

    /// The panels side by side, and each by itself: of a folder's pictures under each one's name.
    fn write(&self, file: &Path, panels: &[(&str, Rgb8)]) -> Outcome {
        let of_folder = |folder: &Path| folder.join(file.file_name().unwrap_or_default());
        if let Some(out) = &self.args.out {
            let mut path = out.clone();
            if self.is_folder {
                make_folder(out)?;
                path = of_folder(out);
                path.as_mut_os_string().push(".png");
            }
            let columns: Vec<[Rgb8; 1]> = panels.iter().map(|(_, panel)| [panel.clone()]).collect();
            write_beside(file, &path, &together(&columns)?)?;
        }
        if let Some(folder) = &self.args.panels {
            let folder = if self.is_folder { of_folder(folder) } else { folder.clone() };
            make_folder(&folder)?;
            for (panel, picture) in panels {
                write_beside(file, &folder.join(format!("{panel}.png")), picture)?;
            }
        }
        Ok(())
    }
}

/// Writes a picture, but never over the one that it was made from.
fn write_beside(source: &Path, path: &Path, picture: &Rgb8) -> Outcome {
    open::keep_source(source, path)?;
    open::write(path, &encode_png(picture))
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
