//! WebDataset tar shards: files of one sample follow each other and share their name up to the first dot.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;

use super::{Built, DataError, MAX_PICTURE_BYTES, Sample, Skipped, Source, beyond, folder, regular, tar_index};
use crate::platform::file::read_exact_at;

/// Endings of the members that are pictures.
const PICTURES: [&str; 4] = ["jpg", "jpeg", "png", "webp"];

/// Labels from here on are taken for damage: ImageNet's largest version has 21,841 classes.
const MAX_CLASSES: usize = 100_000;

/// Most bytes of a `.cls` member that are read.
const MAX_LABEL_BYTES: usize = 32;

struct Shard {
    name: String,
    file: File,
}

struct Entry {
    shard: u32,
    key: String,
    offset: u64,
    size: u64,
    label: Option<usize>,
}

/// Tar shards, read at offsets.
struct WebDataset {
    spec: String,
    shards: Vec<Shard>,
    entries: Vec<Entry>,
    classes: Vec<String>,
}

/// A sample as found in one shard.
struct Found {
    key: String,
    offset: u64,
    size: u64,
    label: Option<usize>,
}

pub(super) fn open(spec: &str, paths: &[PathBuf]) -> Result<Built, DataError> {
    let read: Vec<_> = paths.par_iter().map(|path| index(path)).collect();
    let (mut shards, mut entries, mut skipped) = (Vec::new(), Vec::new(), Skipped::default());
    for (path, outcome) in paths.iter().zip(read) {
        let (file, found, broken) = match outcome {
            Ok(index) => index,
            Err(error) if paths.len() == 1 => return Err(error),
            Err(error) => {
                skipped.add(error.to_string());
                continue;
            }
        };
        skipped.merge(broken);
        let shard = shards.len() as u32;
        shards.push(Shard {
            name: file_name(path),
            file,
        });
        entries.extend(found.into_iter().map(|f| Entry {
            shard,
            key: f.key,
            offset: f.offset,
            size: f.size,
            label: f.label,
        }));
    }
    if entries.is_empty() {
        let why = skipped
            .sentence()
            .unwrap_or_else(|| format!("no member ends in {}", PICTURES.join(", ")));
        return Err(DataError::Empty { spec: spec.into(), why });
    }
    let bytes = entries.iter().map(|e| e.size).sum();
    let classes = classes(paths, &mut entries);
    let source = Arc::new(WebDataset {
        spec: spec.into(),
        shards,
        entries,
        classes,
    });
    Ok(Built {
        source,
        skipped,
        notes: Vec::new(),
        bytes: Some(bytes),
    })
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// Opens one shard and finds its samples.
fn index(path: &Path) -> Result<(File, Vec<Found>, Skipped), DataError> {
    let read = |error| DataError::Read { path: path.into(), error };
    let file = regular::open(path).map_err(read)?;
    let length = file.metadata().map_err(read)?.len();
    let mut skipped = Skipped::default();
    let found = tar_index::read(&mut BufReader::with_capacity(1 << 14, &file), length);
    let samples = samples(&found.members, &file, &file_name(path), &mut skipped);
    let broken = found.broken.or_else(|| (length == 0).then(|| "it is empty".into()));
    if let Some(why) = broken {
        let unpack = if why.starts_with(tar_index::NO_TAR) {
            ", or unpack it where it is compressed"
        } else {
            ""
        };
        skipped.add(format!("{}: {why}; download or copy it again{unpack}", file_name(path)));
    }
    Ok((file, samples, skipped))
}

/// A member's key (folder and name up to the first dot) and ending (what follows that dot, lower case).
#[must_use]
pub fn split_name(name: &str) -> Option<(&str, String)> {
    let start = name.rfind('/').map_or(0, |i| i + 1);
    let base = name.get(start..)?;
    let dot = base.find('.')?;
    if dot == 0 || base.starts_with("__") {
        return None; // hidden files, and WebDataset's own `__key__`
    }
    Some((name.get(..start + dot)?, base.get(dot + 1..)?.to_ascii_lowercase()))
}

fn samples(members: &[tar_index::Member], file: &File, shard: &str, skipped: &mut Skipped) -> Vec<Found> {
    let mut samples: Vec<Found> = Vec::new();
    let mut labels: Option<(String, Option<usize>)> = None; // a label that comes before its picture
    for member in members {
        let Some((key, ending)) = split_name(&member.name) else { continue };
        if ending == "cls" {
            let label = read_label(file, member);
            match samples.last_mut().filter(|s| s.key == key) {
                Some(sample) => sample.label = label,
                None => labels = Some((key.into(), label)),
            }
        } else if PICTURES.contains(&ending.rsplit('.').next().unwrap_or_default()) {
            if samples.last().is_some_and(|s| s.key == key) {
                continue; // a second picture of the same sample: a depth map, a segmentation
            }
            if member.size == 0 || member.size > MAX_PICTURE_BYTES {
                skipped.add(format!("{shard}/{}: {} bytes", member.name, member.size));
                continue;
            }
            let label = labels.take().filter(|(k, _)| k == key).and_then(|(_, label)| label);
            samples.push(Found {
                key: key.into(),
                offset: member.offset,
                size: member.size,
                label,
            });
        }
    }
    samples
}

fn read_label(file: &File, member: &tar_index::Member) -> Option<usize> {
    let mut bytes = vec![0; usize::try_from(member.size).ok().filter(|&n| n <= MAX_LABEL_BYTES)?];
    read_exact_at(file, &mut bytes, member.offset).ok()?;
    std::str::from_utf8(&bytes)
        .ok()?
        .trim()
        .parse()
        .ok()
        .filter(|&label| label < MAX_CLASSES)
}

/// Names out of `classes.json` beside the first shard when it fits the labels, else the numbers themselves.
fn classes(paths: &[PathBuf], entries: &mut [Entry]) -> Vec<String> {
    let Some(largest) = entries.iter().filter_map(|e| e.label).max() else {
        return Vec::new();
    };
    let listed = paths
        .first()
        .and_then(|p| p.parent())
        .map(|p| p.join("classes.json"))
        .and_then(|p| read_classes(&p));
    match listed {
        Some(names) if names.len() > largest => names,
        _ => (0..=largest).map(|label| label.to_string()).collect(),
    }
}

/// A JSON list of names, or a map from number to name.
fn read_classes(path: &Path) -> Option<Vec<String>> {
    let mut text = String::new();
    regular::open(path).ok()?.take(4 << 20).read_to_string(&mut text).ok()?;
    if let Ok(list) = serde_json::from_str::<Vec<String>>(&text) {
        return Some(list);
    }
    let map: BTreeMap<usize, String> = serde_json::from_str(&text).ok()?;
    let is_dense = map.keys().enumerate().all(|(i, &k)| i == k);
    is_dense.then(|| map.into_values().collect())
}

impl Source for WebDataset {
    fn name(&self) -> &str {
        &self.spec
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        let entry = self.entries.get(index).ok_or_else(|| beyond(self, index))?;
        let shard = self.shards.get(entry.shard as usize).ok_or_else(|| beyond(self, index))?;
        let name = format!("{}/{}", shard.name, entry.key);
        let mut bytes = vec![0; entry.size as usize];
        if let Err(error) = read_exact_at(&shard.file, &mut bytes, entry.offset) {
            return Err(DataError::Broken {
                name,
                why: error.to_string(),
            });
        }
        folder::sample(&bytes, name, entry.label)
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> Option<usize> {
        self.entries.get(index)?.label
    }
}
