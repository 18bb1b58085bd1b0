//! A plain folder of pictures. Subfolders are classes where there are any; none are needed.

use std::{
    collections::BTreeSet,
    ffi::OsStr,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Built, DataError, MAX_PICTURE_BYTES, Sample, Skipped, Source, beyond, regular, spec::has_ending};
use crate::picture;

/// Endings of the files that are taken for pictures, in any case.
pub const ENDINGS: [&str; 6] = ["jpg", "jpeg", "png", "webp", "gif", "bmp"];

/// Folders below folders that are followed.
const MAX_DEPTH: usize = 32;

/// Whether a file's ending is a picture's.
#[must_use]
pub fn is_picture(path: &Path) -> bool {
    ENDINGS.iter().any(|ending| has_ending(path, ending))
}

struct Entry {
    path: PathBuf,
    name: String,
    label: Option<usize>,
}

/// Picture files, sorted by path, component by component and byte by byte.
struct Folder {
    spec: String,
    entries: Vec<Entry>,
    classes: Vec<String>,
}

/// A picture file, its name below its root, the folder that names its class.
struct Found {
    path: PathBuf,
    name: PathBuf,
    class: Option<String>,
    bytes: u64,
}

/// Picture files below `folder`, at any depth and in the order of a source: where each is, and its path below the folder.
/// With them, what has a picture's name and is no file.
///
/// # Errors
/// When the folder cannot be read, or holds nothing that has a picture's name.
pub fn list(folder: &Path) -> Result<(Vec<[PathBuf; 2]>, Skipped), DataError> {
    let Walk { found, skipped, .. } = walk(&folder.display().to_string(), &[folder.into()])?;
    Ok((found.into_iter().map(|file| [file.path, file.name]).collect(), skipped))
}

/// All files that a source of these folders and picture files reads; none where it cannot be opened.
pub(super) fn files(roots: &[PathBuf]) -> Vec<PathBuf> {
    let found = walk("", roots).map(|walk| walk.found).unwrap_or_default();
    found.into_iter().map(|file| file.path).collect()
}

/// Goes through folders and picture files, and sorts what it finds.
fn walk(spec: &str, roots: &[PathBuf]) -> Result<Walk, DataError> {
    let mut walk = Walk::default();
    for root in roots {
        let prefix = if roots.len() > 1 {
            root.file_name().map(PathBuf::from).unwrap_or_default()
        } else {
            PathBuf::new()
        };
        if root.is_dir() {
            walk.folder(root, &prefix, 0)?;
        } else {
            walk.file(root, Path::new(root.file_name().unwrap_or_default()));
        }
    }
    if walk.found.is_empty() && walk.skipped.count == 0 {
        let endings = ENDINGS.join(", ");
        let why = match walk.others {
            0 => format!("it is empty; put pictures there ({endings})"),
            n => format!("none of its {n} file(s) is a picture ({endings})"),
        };
        return Err(DataError::Empty { spec: spec.into(), why });
    }
    walk.found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(walk)
}

/// Opens one folder, or several folders and picture files together.
pub(super) fn open(spec: &str, roots: &[PathBuf]) -> Result<Built, DataError> {
    let Walk { found, skipped, .. } = walk(spec, roots)?;
    let classes: Vec<String> = found
        .iter()
        .filter_map(|f| f.class.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    let bytes = found.iter().map(|f| f.bytes).sum();
    let entries = found
        .into_iter()
        .map(|f| Entry {
            label: f.class.and_then(|c| classes.binary_search(&c).ok()),
            name: slashed(&f.name),
            path: f.path,
        })
        .collect();
    let source = Arc::new(Folder {
        spec: spec.into(),
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

/// A path with `/` on every system: names are the same everywhere.
fn slashed(path: &Path) -> String {
    path.components()
        .map(|c| c.as_os_str().to_string_lossy())
        .collect::<Vec<_>>()
        .join("/")
}

#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    skipped: Skipped,
    others: usize,
    above: Vec<PathBuf>,
}

impl Walk {
    /// Everything below `path`. A folder that cannot be read is an error at the top, and skipped further down.
    fn folder(&mut self, path: &Path, name: &Path, depth: usize) -> Result<(), DataError> {
        let read = |error| DataError::Read { path: path.into(), error };
        let real = path.canonicalize().map_err(read)?;
        if depth > MAX_DEPTH || self.above.contains(&real) {
            return Ok(()); // a link that leads back up
        }
        let mut inside: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path).map_err(read)? {
            inside.push(entry.map_err(read)?.path());
        }
        inside.sort();
        self.above.push(real);
        for path in inside {
            let Some(last) = path.file_name().filter(|n| !is_hidden(n)) else {
                continue;
            };
            let name = name.join(last);
            if path.is_dir() {
                if let Err(error) = self.folder(&path, &name, depth + 1) {
                    self.skipped.add(error.to_string());
                }
            } else {
                self.file(&path, &name);
            }
        }
        self.above.pop();
        Ok(())
    }

    fn file(&mut self, path: &Path, name: &Path) {
        if !is_picture(path) {
            self.others += 1;
            return;
        }
        match path.metadata() {
            Ok(meta) if meta.is_file() => {
                let mut parts = name.components();
                let first = parts.next().map(|c| c.as_os_str().to_string_lossy().into_owned());
                let class = first.filter(|_| parts.next().is_some());
                self.found.push(Found {
                    path: path.into(),
                    name: name.into(),
                    class,
                    bytes: meta.len(),
                });
            }
            Ok(_) => self.skipped.add(format!("{}: not a regular file", slashed(name))),
            Err(error) => self.skipped.add(format!("{}: {error}", slashed(name))),
        }
    }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

impl Source for Folder {
    fn name(&self) -> &str {
        &self.spec
    }

    fn len(&self) -> usize {
        self.entries.len()
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        let entry = self.entries.get(index).ok_or_else(|| beyond(self, index))?;
        let bytes = regular::read(&entry.path, MAX_PICTURE_BYTES).map_err(|error| DataError::Broken {
            name: entry.name.clone(),
            why: error.to_string(),
        })?;
        sample(&bytes, entry.name.clone(), entry.label)
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> Option<usize> {
        self.entries.get(index)?.label
    }
}

/// Decodes one stored picture.
pub(super) fn sample(bytes: &[u8], name: String, label: Option<usize>) -> Result<Sample, DataError> {
    let picture = picture::decode(bytes, &name)?.picture;
    Ok(Sample {
        picture,
        label,
        name,
        factors: Vec::new(),
    })
}
