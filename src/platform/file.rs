//! Files: reading at an offset, from any number of threads at once, and what a name may have been meant to be.

use std::{fs, path::Path};
#[cfg(any(unix, windows))]
use std::{fs::File, io};

use crate::names;

/// Names of a folder that are looked at for a near one.
const MOST_NAMES: usize = 10_000;

/// `; did you mean "a.png"?` for the name in the path's folder nearest to the path's own, or nothing.
#[must_use]
pub fn did_you_mean(path: &Path) -> String {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let (Some(typed), Ok(entries)) = (path.file_name(), fs::read_dir(folder)) else {
        return String::new();
    };
    let mut known: Vec<String> = entries
        .take(MOST_NAMES)
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    known.sort();
    names::did_you_mean(&typed.to_string_lossy(), known.iter().map(String::as_str))
}

/// Fills `bytes` from `offset` on, without a cursor and so without a lock.
///
/// # Errors
/// What the system says; `UnexpectedEof` when the file ends before.
#[cfg(unix)]
pub fn read_exact_at(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, offset)
}

/// Fills `bytes` from `offset` on.
///
/// # Errors
/// What the system says; `UnexpectedEof` when the file ends before.
#[cfg(windows)]
pub fn read_exact_at(file: &File, mut bytes: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, offset) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => {
                bytes = bytes.get_mut(n..).unwrap_or_default();
                offset += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
