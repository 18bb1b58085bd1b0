//! WebP: a RIFF of one of three first chunks. An extended file (`VP8X`) says the size of its canvas, and what lies on it
//! says sizes of its own, which decoders believe before they compare.

use super::{Header, Kind, array, le16, le32};

/// What is packed in a part of the file that a decoder of the first frame unpacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Packed {
    /// `VP8 `.
    Lossy,
    /// `VP8L`.
    Lossless,
    /// `ALPH`: an alpha plane of this size.
    Alpha(u32, u32),
}

pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let cut_short = u64::from(le32(bytes, 4)?) + 8 > bytes.len() as u64;
    let mut moves = false;
    let (mut width, mut height) = match &array::<4>(bytes, 12)? {
        b"VP8 " => lossy_size(bytes.get(20..)?)?,
        b"VP8L" => {
            let bits = u64::from(le32(bytes, 21)?);
            ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8X" => {
            moves = bytes.get(20)? & 2 != 0;
            let (width, height) = canvas(bytes)?;
            (width.into(), height.into())
        }
        _ => return None,
    };
    for (packed, data) in parts(bytes) {
        if let (Packed::Lossy, Some(size)) = (packed, lossy_size(data)) {
            (width, height) = (width.max(size.0), height.max(size.1));
        }
    }
    Some(Header {
        kind: Kind::WebP,
        width,
        height,
        moves,
        cut_short,
    })
}

/// The parts that a decoder of the first frame may unpack, each up to its end or the file's.
pub(in super::super) fn parts(bytes: &[u8]) -> Vec<(Packed, &[u8])> {
    let found = match bytes.get(12..16) {
        Some(b"VP8X") => extended(bytes),
        _ => chunks(bytes, 12).next().and_then(|chunk| Some(vec![known(chunk, (0, 0))?])),
    };
    found.unwrap_or_default()
}

fn extended(bytes: &[u8]) -> Option<Vec<(Packed, &[u8])>> {
    let canvas = canvas(bytes)?;
    let frame = chunks(bytes, 12).find(|(name, _)| name == b"ANMF").map(|(_, frame)| frame);
    // A frame has its place, size and time before its own chunks.
    let inside = frame.into_iter().flat_map(|frame| chunks(frame, 16).take(2));
    if bytes.get(20)? & 2 != 0 {
        let frame = frame?;
        let size = (three(frame, 6)? + 1, three(frame, 9)? + 1);
        return Some(inside.filter_map(|chunk| known(chunk, size)).collect());
    }
    // The first of a name counts, wherever it is.
    let mut parts: Vec<(Packed, &[u8])> = Vec::new();
    for part in chunks(bytes, 12).chain(inside).filter_map(|chunk| known(chunk, canvas)) {
        if parts.iter().all(|(packed, _)| *packed != part.0) {
            parts.push(part);
        }
    }
    Some(parts)
}

fn known((name, data): ([u8; 4], &[u8]), size: (u32, u32)) -> Option<(Packed, &[u8])> {
    let packed = match &name {
        b"VP8 " => Packed::Lossy,
        b"VP8L" => Packed::Lossless,
        b"ALPH" => Packed::Alpha(size.0, size.1),
        _ => return None,
    };
    Some((packed, data))
}

/// Chunks of name, length, data, from `at` on.
fn chunks(bytes: &[u8], mut at: usize) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    std::iter::from_fn(move || {
        let (name, length) = (array(bytes, at)?, le32(bytes, at + 4)? as usize);
        let start = at + 8;
        let end = start.saturating_add(length);
        // A byte is put behind an odd number of them.
        at = end.saturating_add(length & 1);
        Some((name, &bytes[start..end.min(bytes.len())]))
    })
}

fn canvas(bytes: &[u8]) -> Option<(u32, u32)> {
    Some((three(bytes, 24)? + 1, three(bytes, 27)? + 1))
}

fn lossy_size(data: &[u8]) -> Option<(u64, u64)> {
    Some((u64::from(le16(data, 6)? & 0x3fff), u64::from(le16(data, 8)? & 0x3fff)))
}

fn three(bytes: &[u8], at: usize) -> Option<u32> {
    array::<3>(bytes, at).map(|[a, b, c]| u32::from_le_bytes([a, b, c, 0]))
}
