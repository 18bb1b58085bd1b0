//! One run a folder: the file `lock`, which the system lets go when its process ends, however that comes.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read, Write},
    path::Path,
};

use super::TrainError;

/// The file that is locked.
const LOCK_FILE: &str = "lock";

/// A run folder that is ours until this is dropped.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code)] Option<File>); // held, never read

impl Lock {
    /// Takes the folder. Where the file system knows no locks, nobody is kept out.
    ///
    /// # Errors
    /// [`TrainError::Busy`] where another process has it, [`TrainError::File`] where nothing can be written.
    pub fn take(folder: &Path) -> Result<Self, TrainError> {
        let path = folder.join(LOCK_FILE);
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = file.map_err(TrainError::writing(path))?;
        match file.try_lock() {
            Ok(()) => {
                // Only for the sentence that another run says.
                let _ = file.set_len(0).and_then(|()| write!(file, "{}", std::process::id()));
                Ok(Self(Some(file)))
            }
            Err(TryLockError::WouldBlock) => {
                let mut process = String::new();
                let read = file.take(20).read_to_string(&mut process);
                Err(TrainError::Busy {
                    folder: folder.into(),
                    process: read.ok().map(|_| process).filter(|id| id.parse::<u32>().is_ok()),
                })
            }
            Err(TryLockError::Error(_)) => Ok(Self(None)),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_is_one_run_s_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path()).unwrap();
        let said = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(said.contains("in use by another run"), "{said}");
        #[cfg(unix)]
        assert!(said.contains(&std::process::id().to_string()), "{said}");
        drop(held);
        // What a killed run leaves behind keeps nobody out.
        std::fs::write(folder.path().join(LOCK_FILE), "4000000000").unwrap();
        Lock::take(folder.path()).unwrap();
    }
}
