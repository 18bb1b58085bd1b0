//! A plain folder of pictures, or several together. Subfolders are classes where there are any; none are needed.

mod walk;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use walk::Walk;

use super::{Built, DataError, MAX_PICTURE_BYTES, Sample, Skipped, Source, beyond, regular, spec::has_ending};
use crate::picture;

/// Endings of the files that are taken for pictures, in any case.
pub const ENDINGS: [&str; 6] = ["jpg", "jpeg", "png", "webp", "gif", "bmp"];

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

/// What the folders and picture files hold, where they hold anything.
fn walk(spec: &str, roots: &[PathBuf]) -> Result<Walk, DataError> {
    let walk = walk::walk(roots)?;
    if walk.found.is_empty() && walk.skipped.count == 0 {
        let endings = ENDINGS.join(", ");
        let why = match walk.others {
            0 => format!("it is empty; put pictures there ({endings})"),
            n => format!("none of its {n} file(s) is a picture ({endings})"),
        };
        return Err(DataError::Empty { spec: spec.into(), why });
    }
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
