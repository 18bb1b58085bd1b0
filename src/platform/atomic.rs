//! Files that are whole or absent, whatever happens while they are written.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// How a file is called while it is written.
const UNFINISHED: &str = ".unfinished";

/// Writes `parts`, one after another, beside `path`, syncs, renames over `path` and syncs the folder: at every moment
/// `path` is the old file or the new one.
///
/// # Errors
/// What the system says; the unfinished file is removed.
pub fn write(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    // What a link leads to is replaced, not the link; a terminal, a pipe or `/dev/null` is nothing to rename over.
    let there = fs::canonicalize(path);
    let path = there.as_deref().unwrap_or(path);
    if fs::metadata(path).is_ok_and(|about| !about.is_file() && !about.is_dir()) {
        let mut special = fs::OpenOptions::new().write(true).open(path)?;
        return parts.iter().try_for_each(|part| special.write_all(part));
    }
    let unfinished = unfinished(path);
    let written = fill(&unfinished, parts).and_then(|()| fs::rename(&unfinished, path));
    if written.is_err() {
        let _ = fs::remove_file(&unfinished); // the first error is the one to tell
    }
    written?;
    sync_folder(path)
}

fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(UNFINISHED);
    name.into()
}

fn fill(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let mut file = File::create(path)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()
}

/// A rename is safe only when the folder is.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// Other systems do not open folders as files.
#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Whether this is called as a file is while it is written: what a killed process left.
#[must_use]
pub fn is_unfinished(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(UNFINISHED.as_bytes())
}

/// Removes what a killed process left unfinished in `folder`.
pub fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if is_unfinished(&path) {
            let _ = fs::remove_file(path); // harmless when it stays
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, &[b"one"]).unwrap();
        write(&path, &[b"t", b"wo"]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(write(folder.path(), &[b"three"]).is_err(), "a folder is no file");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_stays_a_link_and_a_device_a_device() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("a"), folder.path().join("link"));
        write(&path, &[b"one"]).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write(&link, &[b"two"]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        write(Path::new("/dev/null"), &[b"gone"]).unwrap();
        assert!(!fs::metadata("/dev/null").unwrap().is_file());
    }
}
