//! Goes through folders: which pictures there are, what each is called, which folder names its class.

use std::{
    collections::HashSet,
    ffi::OsStr,
    fs::{DirEntry, FileType},
    path::{Component, Path, PathBuf},
};

use super::{is_picture, slashed};
use crate::data::{DataError, Skipped};

/// A picture file, its name, the folder that names its class.
pub struct Found {
    pub path: PathBuf,
    pub name: PathBuf,
    pub class: Option<String>,
    pub bytes: u64,
    /// Its place: below its root, which goes by its own name. Where pictures stand first decides what is held out of them and in
    /// what order they come.
    key: PathBuf,
}

/// What was found.
#[derive(Default)]
pub struct Walk {
    /// By their place below their root, component by component and byte by byte; no name twice.
    pub found: Vec<Found>,
    pub skipped: Skipped,
    /// Files that have no picture's name.
    pub others: usize,
    /// Real folders that were gone through: none is a second time, however many links lead to it.
    seen: HashSet<PathBuf>,
    /// Links to folders, not gone through yet.
    links: Vec<Folder>,
}

/// A folder to go through.
struct Folder {
    path: PathBuf,
    /// What pictures in it are called by.
    name: PathBuf,
    /// Begins their [`Found::key`].
    key: PathBuf,
    /// That of pictures that lie in it.
    class: Option<String>,
    /// Whether folders in it are classes.
    is_root: bool,
}

/// Goes through folders and picture files, which are the roots.
///
/// A picture's class is the folder right below its root that it lies in. What lies in the root itself has none where there is
/// one root; of several, the root's own name, so that class folders may be named one by one, by a glob or by `::`.
///
/// Links are followed after every real folder, in the order of their names, and links found on the way after these: a folder that
/// lies below a root is called by its own path, and not by a link's. A root that lies in another is a part of that one.
///
/// # Errors
/// A root that cannot be read. What cannot be read further down is skipped.
pub fn walk(roots: &[PathBuf]) -> Result<Walk, DataError> {
    let mut walk = Walk::default();
    let mut folders = Vec::new();
    let roots = &outermost(roots);
    let are_several = roots.len() > 1;
    for (root, name) in roots.iter().zip(names(roots)) {
        let own = own_name(root).filter(|_| are_several);
        let key = PathBuf::from(own.clone().unwrap_or_default());
        if !root.is_dir() {
            walk.file(root, [name.clone(), if are_several { key } else { name }], None);
        } else if walk.is_new(root)? {
            folders.push(Folder {
                path: root.clone(),
                name,
                key,
                class: own,
                is_root: true,
            });
        }
    }
    for root in &folders {
        let inside = walk.inside(root)?;
        walk.below(inside);
    }
    while !walk.links.is_empty() {
        let mut links = std::mem::take(&mut walk.links);
        links.sort_by(|a, b| a.key.cmp(&b.key).then(a.name.cmp(&b.name)));
        links.into_iter().for_each(|link| walk.below(vec![link]));
    }
    walk.found.sort_by(|a, b| a.key.cmp(&b.key).then(a.name.cmp(&b.name)));
    walk.found.dedup_by(|a, b| a.name == b.name); // a file that was named twice
    Ok(walk)
}

impl Walk {
    /// Goes through folders and all real ones below them.
    fn below(&mut self, mut left: Vec<Folder>) {
        left.reverse(); // the first is taken first
        while let Some(folder) = left.pop() {
            let inside = match self.is_new(&folder.path) {
                Ok(true) => self.inside(&folder),
                Ok(false) => continue,
                Err(error) => Err(error),
            };
            match inside {
                Ok(inside) => left.extend(inside.into_iter().rev()),
                Err(error) => self.skipped.add(error.to_string()),
            }
        }
    }

    /// Whether a folder was not gone through yet; from now on it was.
    fn is_new(&mut self, folder: &Path) -> Result<bool, DataError> {
        let real = folder.canonicalize().map_err(unread(folder))?;
        Ok(self.seen.insert(real))
    }

    /// Takes the files of a folder, and gives the real folders in it.
    fn inside(&mut self, folder: &Folder) -> Result<Vec<Folder>, DataError> {
        let kind = |entry: DirEntry| (entry.path(), entry.file_type().ok());
        let read = std::fs::read_dir(&folder.path).map_err(unread(&folder.path))?;
        let entries: Result<Vec<(PathBuf, Option<FileType>)>, _> = read.map(|entry| entry.map(kind)).collect();
        let mut entries = entries.map_err(unread(&folder.path))?;
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let mut folders = Vec::new();
        for (path, kind) in entries {
            let Some(last) = path.file_name().filter(|name| !is_hidden(name)) else {
                continue;
            };
            let [name, key] = [&folder.name, &folder.key].map(|above| above.join(last));
            if !path.is_dir() {
                self.file(&path, [name, key], folder.class.clone());
                continue;
            }
            let class = if folder.is_root {
                Some(last.to_string_lossy().into_owned())
            } else {
                folder.class.clone()
            };
            let list = if kind.is_some_and(|kind| kind.is_symlink()) {
                &mut self.links
            } else {
                &mut folders
            };
            list.push(Folder {
                path,
                name,
                key,
                class,
                is_root: false,
            });
        }
        Ok(folders)
    }

    fn file(&mut self, path: &Path, [name, key]: [PathBuf; 2], class: Option<String>) {
        if !is_picture(path) {
            self.others += 1;
            return;
        }
        match path.metadata() {
            Ok(meta) if meta.is_file() => self.found.push(Found {
                path: path.into(),
                name,
                class,
                bytes: meta.len(),
                key,
            }),
            Ok(_) => self.skipped.add(format!("{}: not a regular file", slashed(&name))),
            Err(error) => self.skipped.add(format!("{}: {error}", slashed(&name))),
        }
    }
}

/// The roots but for those that lie in another, and those that were named before.
fn outermost(roots: &[PathBuf]) -> Vec<PathBuf> {
    if roots.len() < 2 || !roots.iter().any(|root| root.is_dir()) {
        return roots.to_vec();
    }
    let real: Vec<PathBuf> = roots
        .iter()
        .map(|root| root.canonicalize().unwrap_or_else(|_| root.clone()))
        .collect();
    let folders: HashSet<&Path> = real.iter().map(PathBuf::as_path).filter(|root| root.is_dir()).collect();
    let mut named = HashSet::new();
    let is_outermost = |real: &Path| !real.ancestors().skip(1).any(|above| folders.contains(above));
    let kept = roots
        .iter()
        .zip(&real)
        .filter(|(_, real)| is_outermost(real) && named.insert(real.as_path()));
    kept.map(|(root, _)| root.clone()).collect()
}

/// What pictures of each root are called by: nothing where there is one folder; of several the way from the deepest folder
/// that holds them all, so that pictures of `A/train` and of `B/train` have names of their own.
fn names(roots: &[PathBuf]) -> Vec<PathBuf> {
    if let [root] = roots {
        let name = if root.is_dir() { None } else { root.file_name() };
        return vec![name.map(PathBuf::from).unwrap_or_default()];
    }
    let whole: Vec<PathBuf> = roots
        .iter()
        .map(|root| std::path::absolute(root).unwrap_or_else(|_| root.clone()))
        .collect();
    let above = |path: &PathBuf| path.parent().map(Path::to_owned).unwrap_or_default();
    let first = whole.first().map(above).unwrap_or_default();
    let shared = |path: &PathBuf| first.components().zip(above(path).components()).take_while(|(a, b)| a == b).count();
    let shared = whole.iter().map(shared).min().unwrap_or(0);
    let is_named = |part: &Component<'_>| matches!(part, Component::Prefix(_) | Component::Normal(_) | Component::ParentDir);
    whole
        .iter()
        .map(|path| path.components().skip(shared).filter(is_named).collect())
        .collect()
}

/// A folder's own name, of `.` and `..` too.
fn own_name(folder: &Path) -> Option<String> {
    let real = || folder.canonicalize().ok()?.file_name().map(OsStr::to_owned);
    let name = folder.file_name().map(OsStr::to_owned).or_else(real)?;
    Some(name.to_string_lossy().into_owned())
}

fn unread(path: &Path) -> impl Fn(std::io::Error) -> DataError {
    let path = path.to_owned();
    move |error| DataError::Read { path: path.clone(), error }
}

fn is_hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
