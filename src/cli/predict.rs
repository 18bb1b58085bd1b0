//! `darkroom predict`.

mod hide;

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use hide::Hide;
use indicatif::ProgressBar;
use serde_json::json;

use super::{
    open,
    out::{Failure, Out, Outcome, bar, say},
};
use crate::{
    data::{self, Skipped},
    device::OpenDevice,
    mask::{Grid, Mask},
    methods::{AnyMethod, Method},
    picture::{Decoded, Picture, Rgb8, encode_png},
    predict::{Predicted, block_on, predict},
    train::together,
};

/// What `predict` takes.
#[derive(clap::Args)]
pub struct Args {
    /// A picture, or a folder of pictures, its subfolders with them
    picture: PathBuf,
    /// Weights: ours, or a published ViT-MAE checkpoint
    #[arg(long, value_name = "FILE")]
    model: PathBuf,
    /// What to hide: random:0.75, half:right, block, outside-block, checkerboard, none, or a mask PNG (white is hidden)
    #[arg(long, value_name = "MASK", default_value = "random:0.75")]
    hide: String,
    /// Seed of the random masks
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<u64>)]
    seed: u64,
    /// Where the panels go, side by side: the picture, what the model sees, what it draws, the drawing set in. A folder for a folder,
    /// which gets NAME.png for each file, in subfolders as they are there
    #[arg(long, short, value_name = "PNG")]
    out: Option<PathBuf>,
    /// Also writes each panel by itself into this folder: truth.png, seen.png, drawn.png, set-in.png
    #[arg(long, value_name = "FOLDER")]
    panels: Option<PathBuf>,
    #[command(flatten)]
    asked: open::Asked,
}

/// A picture to predict: where it is, and below a folder of pictures its path from there.
struct Item {
    path: PathBuf,
    below: Option<PathBuf>,
}

/// Hides a part of pictures and draws what a model predicts there.
pub fn run(args: &Args, out: &mut Out) -> Outcome {
    let hide = Hide::new(&args.hide)?;
    let is_folder = args.picture.is_dir();
    if let Some(out) = args.out.as_deref().filter(|_| !is_folder) {
        open::is_for_png(out)?;
    }
    let (items, mut skipped) = items(&args.picture, is_folder)?;
    keep_inputs(args, &items)?;
    let (opened, on) = open::drawing(&args.model, &args.asked.device)?;
    let bar = if is_folder { bar(items.len()) } else { ProgressBar::hidden() };
    let job = Job {
        args,
        hide,
        model: &opened.method,
        on: &on,
        bar: &bar,
    };
    let mut told = Told::default();
    for (index, item) in items.iter().enumerate() {
        // One broken file of many is counted, and the others go on.
        match open::picture(&item.path) {
            Ok(decoded) => told.add(&job, job.one(item, decoded, index as u64)?, out)?,
            Err(Failure::Failed(why)) if is_folder => skipped.add(why),
            Err(failure) => return Err(failure),
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    let sentence = skipped.sentence();
    if told.pictures == 0 {
        let why = sentence.unwrap_or_else(|| "it is empty".into());
        return Err(Failure::Failed(format!(
            "{} holds no picture that can be read: {why}",
            args.picture.display()
        )));
    }
    if let Some(sentence) = sentence {
        say(format_args!("{}: {sentence}", args.picture.display()));
    }
    if args.asked.json {
        return out.json(&told.answers);
    }
    if !args.writes() {
        say("No picture was written: -o out.png writes what it sees and what it draws, side by side");
    }
    Ok(())
}

/// Answers so far: in words each is told when it is there, as JSON all at the end.
#[derive(Default)]
struct Told {
    pictures: usize,
    answers: Vec<serde_json::Value>,
    has_reader_left: bool,
}

impl Told {
    fn add(&mut self, job: &Job<'_>, answer: serde_json::Value, out: &mut Out) -> Outcome {
        self.pictures += 1;
        if job.args.asked.json {
            self.answers.push(answer);
            return Ok(());
        }
        if self.has_reader_left {
            return Ok(());
        }
        match job.bar.suspend(|| out.line(words(&answer)).and_then(|()| out.flush())) {
            // Drawings are wanted though nobody reads the words.
            Err(Failure::ReaderLeft) if job.args.writes() => self.has_reader_left = true,
            outcome => return outcome,
        }
        Ok(())
    }
}

/// The picture, or those of a folder and what has a picture's name there and is no file: the same that `--data` takes of it.
fn items(picture: &Path, is_folder: bool) -> Result<(Vec<Item>, Skipped), Failure> {
    if !is_folder {
        let path = picture.to_owned();
        return Ok((vec![Item { path, below: None }], Skipped::default()));
    }
    let (found, skipped) = data::list(picture)?;
    let item = |[path, below]: [PathBuf; 2]| Item { path, below: Some(below) };
    Ok((found.into_iter().map(item).collect(), skipped))
}

/// Refuses, before anything is drawn, outputs that would take the place of what is read.
fn keep_inputs(args: &Args, items: &[Item]) -> Outcome {
    for folder in [&args.out, &args.panels].into_iter().flatten() {
        if args.picture.is_dir() && matches!((folder.canonicalize(), args.picture.canonicalize()), (Ok(a), Ok(b)) if a == b) {
            return Err(Failure::Usage(format!(
                "{} is the folder that is read, and what is drawn would lie among its pictures; choose another one",
                folder.display()
            )));
        }
    }
    let outputs = items
        .iter()
        .flat_map(|item| args.side_by_side(item).into_iter().chain(args.each(item)));
    let written: Vec<PathBuf> = outputs.filter(|path| path.exists()).collect();
    if written.is_empty() {
        return Ok(());
    }
    let inputs = items
        .iter()
        .map(|item| item.path.as_path())
        .chain([args.model.as_path(), Path::new(&args.hide)]);
    let read: HashSet<PathBuf> = inputs.filter_map(|path| path.canonicalize().ok()).collect();
    let is_read = |path: &&PathBuf| path.canonicalize().is_ok_and(|path| read.contains(&path));
    written.iter().find(is_read).map_or(Ok(()), |path| Err(open::lost(path)))
}

/// Panels, by the names of their files.
const PANELS: [&str; 4] = ["truth", "seen", "drawn", "set-in"];

impl Args {
    /// Whether anything is drawn into files.
    fn writes(&self) -> bool {
        self.out.is_some() || self.panels.is_some()
    }

    /// Where the panels of a picture go side by side. Names of a folder's pictures keep their endings: of `a.jpg` and `a.png`
    /// neither is written over.
    fn side_by_side(&self, item: &Item) -> Option<PathBuf> {
        let out = self.out.as_ref()?;
        let Some(below) = &item.below else { return Some(out.clone()) };
        let mut path = out.join(below);
        path.as_mut_os_string().push(".png");
        Some(path)
    }

    /// Where each goes by itself, in the order of [`PANELS`].
    fn each(&self, item: &Item) -> Vec<PathBuf> {
        let Some(folder) = &self.panels else { return Vec::new() };
        let folder = item.below.as_ref().map_or_else(|| folder.clone(), |below| folder.join(below));
        PANELS.map(|panel| folder.join(format!("{panel}.png"))).into()
    }
}

/// What is the same for every picture of a call.
struct Job<'a> {
    args: &'a Args,
    hide: Hide,
    model: &'a AnyMethod,
    on: &'a OpenDevice,
    bar: &'a ProgressBar,
}

impl Job<'_> {
    fn one(&self, item: &Item, decoded: Decoded, index: u64) -> Result<serde_json::Value, Failure> {
        let Decoded { picture, notes } = decoded;
        let name = item.path.display().to_string();
        for note in &notes {
            self.bar.suspend(|| say(format_args!("{name}: {note}")));
        }
        let views = self.model.views();
        let grid = Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(1, 1));
        let mask = self.hide.mask(&self.args.hide, &picture, grid, self.args.seed, index)?;
        let picture = picture.square(picture.centre_frame(), views.size_px);
        let predicted = block_on(predict(self.model, &picture, &mask, &self.on.device))?;
        self.write(item, &panels(&picture, &mask, &predicted))?;
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

    /// The panels side by side, and each by itself.
    fn write(&self, item: &Item, panels: &[Rgb8; 4]) -> Outcome {
        if let Some(path) = self.args.side_by_side(item) {
            if item.below.is_some() {
                make_folder_of(&path)?;
            }
            let columns = panels.each_ref().map(|panel| [panel.clone()]);
            open::write(&path, &encode_png(&together(&columns)?))?;
        }
        for (path, panel) in self.args.each(item).iter().zip(panels) {
            make_folder_of(path)?;
            open::write(path, &encode_png(panel))?;
        }
        Ok(())
    }
}

fn make_folder_of(file: &Path) -> Outcome {
    let Some(folder) = file.parent() else { return Ok(()) };
    fs::create_dir_all(folder).map_err(|error| {
        let folder = folder.display();
        Failure::Failed(format!("the folder {folder} cannot be made: {error}; choose another place"))
    })
}

/// In the order of [`PANELS`].
fn panels(picture: &Picture, mask: &Mask, predicted: &Predicted) -> [Rgb8; 4] {
    let paper = Picture::grey(picture.width, picture.height, 0.5);
    let drawn = &predicted.drawn;
    [
        picture.to_rgb8(),
        mask.set_in(picture, &paper).to_rgb8(),
        drawn.to_rgb8(),
        mask.set_in(picture, drawn).to_rgb8(),
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
