//! From what was typed after `--data` to an open source.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use rayon::prelude::*;

use super::{Built, DataError, OpenOptions, Opened, Skipped, Subset, cifar, folder, scenes, webdataset};

/// Most paths that one `--data` may name through braces and globs.
const MAX_PATHS: usize = 100_000;

/// Opens a data source:
///
/// | typed | is |
/// |---|---|
/// | `scenes`, `scenes?bond=0.9&count=50000&seed=1` | the procedural worlds |
/// | `pictures/` | a folder of pictures, its subfolders the classes where there are any |
/// | `shard-{000..099}.tar`, `train-*.tar`, a folder of tars | WebDataset shards |
/// | `data_batch_{1..5}.bin`, a folder of them | CIFAR-10 or CIFAR-100, binary version |
///
/// Several paths may be joined by `::`. Each folder's subfolders are its classes, and classes of one name are one class;
/// pictures that lie in one of several folders itself are of a class of that folder's name, as in `cats::dogs`.
///
/// # Errors
/// A sentence when nothing is there, when it cannot be read, or when no picture in it can.
pub fn open(spec: &str, options: &OpenOptions) -> Result<Opened, DataError> {
    let spec = spec.trim();
    let wrong = |why: &str| DataError::Spec {
        spec: spec.into(),
        why: why.into(),
    };
    if spec.is_empty() {
        return Err(wrong("is empty; give `scenes`, a folder of pictures, tar shards or CIFAR files"));
    }
    if is_scenes(spec) {
        return Ok(Opened {
            source: Arc::new(scenes::Scenes::open(spec, options)?),
            skipped: Skipped::default(),
            notes: Vec::new(),
        });
    }
    if spec.contains("::")
        && spec
            .split("::")
            .any(|part| part.split('?').next() == Some("scenes") && !Path::new(part).exists())
    {
        return Err(wrong(
            "joins `scenes` to files; name the files alone, and mix scenes in with --set mix_scenes=0.3",
        ));
    }
    let paths = find(spec)?;
    let built = match kind_of(spec, &paths)? {
        Kind::Tar(files) => webdataset::open(spec, &files)?,
        Kind::Cifar(files, note) => cifar::open(spec, &files, note)?,
        Kind::Folder => folder::open(spec, &paths)?,
    };
    check(spec, built, options.check_bytes)
}

fn is_scenes(spec: &str) -> bool {
    spec == "scenes" || spec.starts_with("scenes?")
}

/// Whether a source of these words reads `path`, where there is such a file: to write there would destroy a picture.
#[must_use]
pub fn reads(spec: &str, path: &Path) -> bool {
    let spec = spec.trim();
    let (false, Ok(path)) = (is_scenes(spec), path.canonicalize()) else {
        return false;
    };
    // Words that open nothing read nothing: whoever opens them says what is wrong.
    let Ok(paths) = find(spec) else { return false };
    let files = match kind_of(spec, &paths) {
        Ok(Kind::Tar(files) | Kind::Cifar(files, _)) => files,
        Ok(Kind::Folder) => folder::files(&paths),
        Err(_) => return false,
    };
    files.iter().any(|file| file.canonicalize().is_ok_and(|file| file == path))
}

enum Kind {
    Tar(Vec<PathBuf>),
    Cifar(Vec<PathBuf>, Option<String>),
    Folder,
}

fn kind_of(spec: &str, paths: &[PathBuf]) -> Result<Kind, DataError> {
    if let [folder] = paths
        && folder.is_dir()
    {
        let files = files_in(folder)?;
        if let Some((files, note)) = cifar::files_of(&files) {
            return Ok(Kind::Cifar(files, note));
        }
        let tars: Vec<PathBuf> = files.iter().filter(|f| has_ending(f, "tar")).cloned().collect();
        let is_pictures = tars.is_empty() || files.iter().any(|f| folder::is_picture(f));
        return Ok(if is_pictures { Kind::Folder } else { Kind::Tar(tars) });
    }
    let all = |ending| paths.iter().all(|p| has_ending(p, ending));
    let any = |ending| paths.iter().any(|p| has_ending(p, ending));
    if all("tar") {
        return Ok(Kind::Tar(paths.to_vec()));
    }
    if all("bin") {
        return Ok(Kind::Cifar(paths.to_vec(), None));
    }
    let wrong = |why: String| Err(DataError::Spec { spec: spec.into(), why });
    if let Some(packed) = paths
        .iter()
        .find(|p| ["gz", "tgz", "zst", "xz", "bz2", "zip"].iter().any(|e| has_ending(p, e)))
    {
        return wrong(format!(
            "`{}` is compressed; unpack it first (shards are read in place, as plain .tar)",
            packed.display()
        ));
    }
    if any("tar") || any("bin") {
        return wrong("names files of several kinds; give tar shards alone, CIFAR .bin files alone, or a folder".into());
    }
    match paths.iter().find(|p| !p.is_dir() && !folder::is_picture(p)) {
        Some(other) => wrong(format!(
            "`{}` is neither a folder, a .tar, a CIFAR .bin nor a picture ({})",
            other.display(),
            folder::ENDINGS.join(", ")
        )),
        None => Ok(Kind::Folder),
    }
}

/// Whether a path ends in `.ending`, in any case.
pub(super) fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case(ending))
}

/// Files directly in a folder, by name.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let read = |error| DataError::Read {
        path: folder.into(),
        error,
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(read)? {
        let path = entry.map_err(read)?.path();
        let is_hidden = path.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The paths a spec names: `::` joins, braces and globs expand, each part sorted on its own.
fn find(spec: &str) -> Result<Vec<PathBuf>, DataError> {
    let mut found = Vec::new();
    for part in spec.split("::") {
        let literal = PathBuf::from(part);
        if literal.exists() {
            found.push(literal);
            continue;
        }
        let names = expand_braces(part).map_err(|why| DataError::Spec { spec: spec.into(), why })?;
        for name in names {
            find_one(spec, &name, &mut found)?;
        }
    }
    Ok(found)
}

fn find_one(spec: &str, name: &str, found: &mut Vec<PathBuf>) -> Result<(), DataError> {
    let path = PathBuf::from(name);
    match path.try_exists() {
        Ok(true) => {
            found.push(path);
            return Ok(());
        }
        Err(error) => return Err(DataError::Read { path, error }),
        Ok(false) => {}
    }
    if !name.contains(['*', '?', '[']) {
        return Err(DataError::NotFound(path));
    }
    let wrong = |why: String| DataError::Spec { spec: spec.into(), why };
    let matches = glob::glob(name).map_err(|e| wrong(format!("`{name}` is no pattern: {e}")))?;
    let before = found.len();
    for path in matches {
        found.push(path.map_err(|e| DataError::Read {
            path: e.path().into(),
            error: e.into(),
        })?);
        if found.len() > MAX_PATHS {
            return Err(wrong(format!("names more than {MAX_PATHS} files; give the folder above them")));
        }
    }
    if found.len() == before {
        return Err(wrong(format!("nothing matches `{name}`; check the path")));
    }
    found.get_mut(before..).unwrap_or_default().sort();
    Ok(())
}

/// Expands `{000..099}` (zero-padded where the bounds are) and `{a,b}`, as shells do; braces do not nest.
///
/// # Errors
/// A sentence when a range is no range, or more than 100,000 names come out.
pub fn expand_braces(pattern: &str) -> Result<Vec<String>, String> {
    let Some((head, rest)) = pattern.split_once('{') else {
        return Ok(vec![pattern.into()]);
    };
    let Some((inner, tail)) = rest.split_once('}') else {
        return Err(format!(
            "`{pattern}` opens a brace and does not close it; write for instance shard-{{000..099}}.tar"
        ));
    };
    let tails = expand_braces(tail)?;
    let middles = if inner.contains("..") {
        range(inner)?
    } else {
        inner.split(',').map(String::from).collect()
    };
    if middles.len().saturating_mul(tails.len()) > MAX_PATHS {
        return Err(format!("`{pattern}` names more than {MAX_PATHS} files"));
    }
    Ok(middles
        .iter()
        .flat_map(|m| tails.iter().map(move |t| format!("{head}{m}{t}")))
        .collect())
}

fn range(inner: &str) -> Result<Vec<String>, String> {
    let wrong = || format!("`{{{inner}}}` is no range; write for instance {{000..099}}");
    let (first, last) = inner.split_once("..").ok_or_else(wrong)?;
    let (a, b): (u64, u64) = (first.parse().map_err(|_| wrong())?, last.parse().map_err(|_| wrong())?);
    if a > b {
        return Err(format!("`{{{inner}}}` runs backwards; write the smaller number first"));
    }
    if b - a >= MAX_PATHS as u64 {
        return Err(format!("`{{{inner}}}` names more than {MAX_PATHS} files"));
    }
    let is_padded = [first, last].iter().any(|n| n.len() > 1 && n.starts_with('0'));
    let width = if is_padded { first.len().max(last.len()).min(64) } else { 0 };
    Ok((a..=b).map(|n| format!("{n:0width$}")).collect())
}

/// Decodes every picture of a small source once and leaves the broken ones out.
fn check(spec: &str, built: Built, check_bytes: u64) -> Result<Opened, DataError> {
    let Built {
        mut source,
        mut skipped,
        notes,
        bytes,
    } = built;
    if bytes.is_some_and(|b| b <= check_bytes) {
        let faults: Vec<Option<String>> = (0..source.len())
            .into_par_iter()
            .map(|i| source.get(i).err().map(|e| e.to_string()))
            .collect();
        let good: Vec<usize> = faults.iter().enumerate().filter(|(_, f)| f.is_none()).map(|(i, _)| i).collect();
        faults.into_iter().flatten().for_each(|fault| skipped.add(fault));
        if good.len() < source.len() {
            source = Arc::new(Subset::new(source, good));
        }
    }
    if source.is_empty() {
        let why = skipped.sentence().unwrap_or_else(|| "it is empty".into());
        return Err(DataError::Empty { spec: spec.into(), why });
    }
    Ok(Opened { source, skipped, notes })
}
