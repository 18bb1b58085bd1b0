//! What several commands open: a model on a device, a data source.

use std::{
    fs,
    io::{self, ErrorKind, Read},
    path::Path,
    str::FromStr,
    sync::Arc,
};

use super::out::{Failure, bytes as size, say};
use crate::{
    data::{self, OpenOptions, Skipped, Source, regular},
    device::{self, OpenDevice},
    methods::Method,
    picture::{Decoded, MAX_BYTES, decode, decode_mask},
    platform::atomic,
    predict::{block_on, self_test},
    weights::{self, Opened, check::TOLERANCE},
};

/// The largest published network in single precision is a third of this.
const MAX_WEIGHTS_BYTES: u64 = 8 << 30;

/// What every command takes that asks a model.
#[derive(clap::Args)]
pub struct Asked {
    /// auto, cpu, webgpu, vulkan, metal or cuda
    #[arg(long, value_name = "NAME", default_value = "auto")]
    pub device: String,
    /// Print JSON, alone on standard output
    #[arg(long)]
    pub json: bool,
}

/// The model in `file`, on the device of that name.
pub fn model(file: &Path, device: &str) -> Result<(Opened, OpenDevice), Failure> {
    let bytes = bytes(file)?;
    let on = device::open(device, "f32")?;
    let opened = weights::from_bytes(&bytes, &file.display().to_string(), &on.device)?;
    if let Some(note) = &opened.note {
        say(format_args!("{}: {note}", file.display()));
    }
    if let Some(doubt) = doubt(file, &opened, &on) {
        say(format_args!("warning: {doubt}"));
    }
    Ok((opened, on))
}

/// Refuses weights that fail their own self-test on the CPU: what is made of them would carry a new one, and pass it.
pub fn keeps_its_word(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let on = device::open("cpu", "f32")?;
    let opened = weights::from_bytes(bytes, &file.display().to_string(), &on.device)?;
    doubt(file, &opened, &on).map_or(Ok(()), |doubt| Err(Failure::Failed(doubt)))
}

/// The same for a command that shows what a model draws.
pub fn drawing(file: &Path, device: &str) -> Result<(Opened, OpenDevice), Failure> {
    let (opened, on) = model(file, device)?;
    if opened.method.draws() {
        return Ok((opened, on));
    }
    let (file, title) = (file.display(), opened.method.card().title);
    Err(Failure::Failed(format!(
        "{file} draws nothing: {title} puts pictures near each other. `darkroom similar {file} PICTURE FOLDER` names the nearest, \
         `darkroom embed {file} SOURCE` writes embeddings, `darkroom eval knn --model {file} --data SOURCE` measures them"
    )))
}

/// What a file that fails its own self-test deserves: its numbers are finite and fit, and are not those it was written with.
fn doubt(file: &Path, opened: &Opened, on: &OpenDevice) -> Option<String> {
    let test = opened.header.as_ref()?.check.as_ref()?;
    let answer = block_on(self_test(&opened.method, &on.device));
    let error = answer.map_or(f32::INFINITY, |answer| test.error(&answer));
    let off = if error.is_finite() {
        format!("off by {:.1} %", f64::from(error) * 100.0)
    } else {
        "no number".into()
    };
    (error > TOLERANCE).then(|| {
        let or = if on.is_host() { "" } else { ", or try --device cpu" };
        format!(
            "{} fails its self-test on {}: the answer stored with it comes out {off}. Do not trust what it says; download or copy the \
             file again{or}",
            file.display(),
            on.name
        )
    })
}

/// A file of weights, or a sentence that names it. Devices and pipes, which may never end, are not asked.
pub fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::Failed(format!("{} cannot be read: {why}", file.display()));
    let about = fs::metadata(file).map_err(|error| unreadable(file, &error))?;
    if !about.is_file() {
        return Err(failed("it is no file; give a file of weights, .safetensors".into()));
    }
    if about.len() > MAX_WEIGHTS_BYTES {
        return Err(failed(format!("it has {}, more than any weights known here", size(about.len()))));
    }
    fs::read(file).map_err(|error| unreadable(file, &error))
}

/// Why a file or folder cannot be read, and what may have been meant.
pub fn unreadable(file: &Path, error: &io::Error) -> Failure {
    let why = regular::unread(file, error);
    Failure::Failed(format!("{} cannot be read: {why}", file.display()))
}

/// A picture file, decoded. No more of it is read than a picture may have.
pub fn picture(file: &Path) -> Result<Decoded, Failure> {
    Ok(decode(&bytes_of(file)?, &file.display().to_string())?)
}

/// A mask's file, decoded.
pub fn mask(file: &Path) -> Result<Decoded, Failure> {
    Ok(decode_mask(&bytes_of(file)?, &file.display().to_string())?)
}

fn bytes_of(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    regular::open(file)
        .and_then(|file| file.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(file, &error))?;
    Ok(bytes)
}

/// Writes `bytes` as a whole, or says why that failed. A folder of which only the last part is missing is made.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |why: String| Failure::Failed(format!("{} cannot be written: {why}", file.display()));
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists());
    if let Some(folder) = folder {
        fs::create_dir(folder).map_err(|error| match error.kind() {
            ErrorKind::NotFound => failed(format!("there is no folder {}; make it first", folder.display())),
            _ => failed(format!("its folder cannot be made: {error}; choose another place")),
        })?;
    }
    atomic::write(file, &[bytes]).map_err(|error| failed(format!("{error}; choose another place")))
}

/// Refuses to write over the file that is read, which would be lost.
pub fn keep_source(source: &Path, to: &Path) -> Result<(), Failure> {
    let is_source = matches!((source.canonicalize(), to.canonicalize()), (Ok(a), Ok(b)) if a == b);
    if is_source {
        return Err(lost(to));
    }
    Ok(())
}

/// The same of everything that a command reads: single files, and the pictures of a data source.
pub fn keep(files: &[&Path], spec: &str, to: &Path) -> Result<(), Failure> {
    files.iter().try_for_each(|file| keep_source(file, to))?;
    if data::reads(spec, to) {
        return Err(lost(to));
    }
    Ok(())
}

/// What is said of an output that would take an input's place.
pub fn lost(to: &Path) -> Failure {
    Failure::Usage(format!("{} is what is read, and would be lost; choose another place", to.display()))
}

/// A whole number from 0, as arguments take it.
pub fn whole<T: FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| match text.strip_prefix('-') {
        Some(_) => "it takes a whole number from 0",
        None => "it takes a whole number that is not too large",
    })
}

/// Refuses a name that promises another kind of picture than what is written.
pub fn is_for_png(file: &Path) -> Result<(), Failure> {
    match file.extension() {
        Some(ending) if !ending.eq_ignore_ascii_case("png") => Err(Failure::Usage(format!(
            "{} would hold a PNG under another name; write {}",
            file.display(),
            file.with_extension("png").display()
        ))),
        _ => Ok(()),
    }
}

/// The pictures that `spec` names; what was left out is said.
pub fn source(spec: &str, seed: u64, size_px: usize) -> Result<Arc<dyn Source>, Failure> {
    source_and_skipped(spec, seed, size_px).map(|(source, _)| source)
}

/// The same with what was left out.
pub fn source_and_skipped(spec: &str, seed: u64, size_px: usize) -> Result<(Arc<dyn Source>, Skipped), Failure> {
    let options = OpenOptions {
        seed,
        size_px,
        ..OpenOptions::default()
    };
    let opened = data::open(spec, &options)?;
    opened
        .notes
        .into_iter()
        .chain(opened.skipped.sentence())
        .for_each(|note| say(format_args!("{spec}: {note}")));
    Ok((opened.source, opened.skipped))
}
