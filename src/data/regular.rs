//! Files that end: a pipe that nobody writes to, or a device, would keep whoever reads it for ever, or fill memory.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use crate::names;

/// Names of a folder that are looked at for a near one.
const MOST_NAMES: usize = 10_000;

/// Opens a file, and neither a folder nor what may never end.
///
/// # Errors
/// What the system says, with its number; without one a whole clause of ours, which says what to do.
pub fn open(path: &Path) -> io::Result<File> {
    let about = match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Err(io::Error::other(absent(path))),
        about => about?,
    };
    if about.is_dir() {
        return Err(io::Error::other("it is a folder; give a file"));
    }
    if !about.is_file() {
        return Err(io::Error::other("it is a pipe or a device, which may never end; give a file"));
    }
    File::open(path)
}

/// The bytes of a file that has at most `most`.
///
/// # Errors
/// As [`open`]; and for a larger one.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it is larger than {} MB; give another file", most >> 20)));
    }
    Ok(bytes)
}

/// Whether an error of reading is a clause of [`open`] or [`read`], to which nothing is to be added.
#[must_use]
pub fn is_told(error: &io::Error) -> bool {
    error.raw_os_error().is_none() && error.get_ref().is_some()
}

/// What the system said of reading `path`, and what to do about it.
#[must_use]
pub fn unread(path: &Path, error: &io::Error) -> String {
    let advice = match error.kind() {
        ErrorKind::NotFound => return absent(path),
        _ if is_told(error) => return error.to_string(),
        ErrorKind::PermissionDenied => "check its permissions",
        ErrorKind::NotADirectory => "a part of this path is a file; check the path",
        ErrorKind::InvalidFilename => "check the path",
        _ => "check the path and its permissions",
    };
    format!("{error}; {advice}")
}

/// What the system said of writing to `path`, and what to do about it.
#[must_use]
pub fn unwritten(error: &io::Error) -> String {
    let advice = match error.kind() {
        _ if is_told(error) => return error.to_string(),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => "check the permissions there, or choose another place",
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => "a folder is wanted where something else stands; choose another place",
        ErrorKind::IsADirectory => "a folder stands there; choose another place",
        ErrorKind::InvalidFilename => "choose another name",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some room",
        _ => "choose another place",
    };
    format!("{error}; {advice}")
}

/// What to say of a path that leads nowhere: which one may have been meant, or to look again.
#[must_use]
pub fn absent(path: &Path) -> String {
    match dangling(path).or_else(|| Some(format!("did you mean \"{}\"?", nearest(path)?.display()))) {
        Some(instead) => format!("there is no such file or folder; {instead}"),
        None => "there is no such file or folder; check the path".into(),
    }
}

/// What to say of a link that leads nowhere.
#[must_use]
pub fn dangling(path: &Path) -> Option<String> {
    let target = fs::read_link(path).ok()?;
    Some(format!(
        "it is a link to {}, where there is nothing; check where it leads",
        target.display()
    ))
}

/// What stands beside `path` under the name nearest to its own, with its folder as it was typed.
#[must_use]
pub fn nearest(path: &Path) -> Option<PathBuf> {
    let beside = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let typed = path.file_name()?.to_string_lossy();
    let mut known: Vec<String> = fs::read_dir(beside.unwrap_or(Path::new(".")))
        .ok()?
        .take(MOST_NAMES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    known.sort();
    let name = names::nearest(&typed, known.iter().map(String::as_str))?;
    Some(beside.map_or_else(|| name.into(), |folder| folder.join(name)))
}
