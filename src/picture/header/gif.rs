//! GIF: a screen, then blocks; a frame may be larger than the screen.

use super::{Header, Kind, le16};

pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let mut width = u64::from(le16(bytes, 6)?);
    let mut height = u64::from(le16(bytes, 8)?);
    let mut frames = 0;
    let mut ended = false;
    let mut at = 13 + table(*bytes.get(10)?);
    while let Some(&block) = bytes.get(at) {
        match block {
            0x21 => at = skip(bytes, at + 2),
            0x2c => {
                let edge = |from: usize, side: usize| Some(u64::from(le16(bytes, from)?) + u64::from(le16(bytes, side)?));
                let (Some(right), Some(lower), Some(&flags)) = (edge(at + 1, at + 5), edge(at + 3, at + 7), bytes.get(at + 9)) else {
                    break;
                };
                (width, height) = (width.max(right), height.max(lower));
                frames += 1;
                at = skip(bytes, at + 11 + table(flags));
            }
            end => {
                ended = end == 0x3b;
                break;
            }
        }
    }
    Some(Header {
        kind: Kind::Gif,
        width,
        height,
        moves: frames > 1,
        cut_short: !ended,
    })
}

/// Bytes of a colour table, from its flags.
fn table(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

/// Past a chain of sub-blocks, or past the end of the file.
fn skip(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&length) = bytes.get(at) {
        at += 1 + usize::from(length);
        if length == 0 {
            return at;
        }
    }
    bytes.len()
}
