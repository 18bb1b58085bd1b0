//! JPEG: segments after `FF xx` markers; the size stands in the start of frame.

use super::{Header, Kind, be16};

pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let mut at = 2;
    let (width, height) = loop {
        let (0xff, marker) = (*bytes.get(at)?, *bytes.get(at + 1)?) else {
            return None;
        };
        match marker {
            // Fill bytes before a marker.
            0xff => at += 1,
            // Markers without a length.
            0x01 | 0xd0..=0xd8 => at += 2,
            // Start of frame, but not the Huffman (C4), reserved (C8) and arithmetic (CC) tables.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => break (be16(bytes, at + 7)?, be16(bytes, at + 5)?),
            // The data or the end before any frame.
            0xd9 | 0xda => return None,
            _ => at += 2 + usize::from(be16(bytes, at + 2)?),
        }
    };
    // Cameras append things after the end, so it is looked for, not expected at the last two bytes.
    let ended = bytes.get(at..)?.windows(2).rev().any(|pair| pair == [0xff, 0xd9]);
    Some(Header {
        kind: Kind::Jpeg,
        width: width.into(),
        height: height.into(),
        moves: false,
        cut_short: !ended,
    })
}
