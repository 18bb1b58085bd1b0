//! Where the members of a tar archive lie, so that any of them can be read on its own.
//!
//! Every header is taken as hostile: checksums are compared, sizes are added with care and compared with the file's
//! length, names are bounded. What lies behind the first broken header is not guessed at.

use std::io::{self, Read, Seek, SeekFrom};

use tar::{EntryType, Header, PaxExtensions};

const BLOCK: u64 = 512;

/// Longest name, and longest block of extended headers, bytes.
const MAX_EXTENSION: u64 = 1 << 16;

/// How [`TarIndex::broken`] begins where not even the first header is one.
pub(super) const NO_TAR: &str = "it is no tar archive";

/// A regular file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Path as written in the archive.
    pub name: String,
    /// Where its bytes start in the archive.
    pub offset: u64,
    /// How many bytes.
    pub size: u64,
}

/// What an archive holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TarIndex {
    /// Its regular files, in their order.
    pub members: Vec<Member>,
    /// Where and why reading stopped before the archive's end.
    pub broken: Option<String>,
}

/// Names and sizes that an extension header gives to the next member.
#[derive(Default)]
struct Next {
    name: Option<String>,
    size: Option<u64>,
}

/// Reads the headers of an archive of `length` bytes. Never fails: a broken archive gives what lies before the break.
pub fn read(archive: &mut (impl Read + Seek), length: u64) -> TarIndex {
    let mut index = TarIndex::default();
    if let Err(why) = walk(archive, length, &mut index.members) {
        index.broken = Some(why);
    }
    index
}

fn walk(archive: &mut (impl Read + Seek), length: u64, members: &mut Vec<Member>) -> Result<(), String> {
    let (mut at, mut zeros, mut next) = (0u64, 0, Next::default());
    let mut block = [0u8; BLOCK as usize];
    while at < length {
        if length - at < BLOCK {
            return Err(format!("cut short inside a header, at byte {at}"));
        }
        read_at(archive, at, &mut block).map_err(|e| format!("{e} at byte {at}"))?;
        at += BLOCK;
        if block.iter().all(|&b| b == 0) {
            zeros += 1;
            if zeros == 2 {
                return Ok(());
            }
            continue;
        }
        zeros = 0;
        let header = Header::from_byte_slice(&block);
        if header.cksum().ok() != Some(checksum(&block)) {
            let what = if at == BLOCK { NO_TAR } else { "the header is damaged" };
            return Err(format!("{what} (wrong checksum at byte {})", at - BLOCK));
        }
        let kind = header.entry_type();
        let has_bytes = !matches!(
            kind,
            EntryType::Directory | EntryType::Link | EntryType::Symlink | EntryType::Char | EntryType::Block | EntryType::Fifo
        );
        let written = if has_bytes {
            header.entry_size().map_err(|e| format!("{e} at byte {}", at - BLOCK))?
        } else {
            0
        };
        let is_extension = matches!(
            kind,
            EntryType::XHeader | EntryType::XGlobalHeader | EntryType::GNULongName | EntryType::GNULongLink
        );
        let size = next.size.filter(|_| has_bytes && !is_extension).unwrap_or(written);
        let end = at.checked_add(size).filter(|&end| end <= length);
        let Some(end) = end else {
            return Err(format!("cut short inside `{}`", name_of(header, &next)));
        };
        if is_extension {
            extend(archive, kind, at, size, &mut next)?;
        } else {
            if matches!(kind, EntryType::Regular | EntryType::Continuous) {
                members.push(Member {
                    name: name_of(header, &next),
                    offset: at,
                    size,
                });
            }
            next = Next::default();
        }
        at = end.checked_next_multiple_of(BLOCK).ok_or(NO_TAR)?;
    }
    Ok(())
}

fn name_of(header: &Header, next: &Next) -> String {
    next.name
        .clone()
        .unwrap_or_else(|| String::from_utf8_lossy(&header.path_bytes()).into_owned())
}

/// The sum of a header's bytes, its own checksum field taken as spaces.
fn checksum(block: &[u8; BLOCK as usize]) -> u32 {
    block
        .iter()
        .enumerate()
        .map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u32::from(b) })
        .sum()
}

fn read_at(archive: &mut (impl Read + Seek), at: u64, bytes: &mut [u8]) -> io::Result<()> {
    archive.seek(SeekFrom::Start(at))?;
    archive.read_exact(bytes)
}

/// Reads a long name (GNU) or extended header (pax) for the member that follows.
fn extend(archive: &mut (impl Read + Seek), kind: EntryType, at: u64, size: u64, next: &mut Next) -> Result<(), String> {
    if matches!(kind, EntryType::XGlobalHeader | EntryType::GNULongLink) {
        return Ok(());
    }
    if size > MAX_EXTENSION {
        return Err(format!("an extended header of {size} bytes at byte {at}"));
    }
    let mut bytes = vec![0; size as usize];
    read_at(archive, at, &mut bytes).map_err(|e| format!("{e} at byte {at}"))?;
    if kind == EntryType::GNULongName {
        let name = bytes.split(|&b| b == 0).next().unwrap_or_default();
        next.name = Some(String::from_utf8_lossy(name).into_owned());
        return Ok(());
    }
    for pair in PaxExtensions::new(&bytes).flatten() {
        match pair.key_bytes() {
            b"path" => next.name = Some(String::from_utf8_lossy(pair.value_bytes()).into_owned()),
            b"size" => next.size = pair.value().ok().and_then(|v| v.parse().ok()).or(next.size),
            _ => {}
        }
    }
    Ok(())
}
