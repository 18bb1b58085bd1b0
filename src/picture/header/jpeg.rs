//! JPEG: segments after `FF xx` markers; the size stands in the start of frame.

use super::{Header, Kind, be16};

/// One segment of a file.
pub(in super::super) struct Segment<'a> {
    /// The byte behind `FF`.
    pub marker: u8,
    /// What stands behind its length, up to its end or the file's; of a scan, all the rest of the file. `None` for markers
    /// that have no length, and for a length that cannot be.
    pub inside: Option<&'a [u8]>,
}

/// The segments up to the first scan or the end, that one included. Markers are found as decoders find them, which pass
/// over whatever stands between two segments: who reads more strictly than they do sees another file.
pub(in super::super) fn segments(bytes: &[u8]) -> impl Iterator<Item = Segment<'_>> {
    let mut rest = bytes.get(2..).unwrap_or_default();
    std::iter::from_fn(move || {
        let found = rest.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xff))?;
        let marker = rest[found + 1];
        let body = &rest[found + 2..];
        rest = &[];
        if matches!(marker, 0x01 | 0xd0..=0xd9) {
            return Some(Segment { marker, inside: None });
        }
        // Cut off inside its length.
        let length = usize::from(be16(body, 0)?);
        if length < 2 {
            return Some(Segment { marker, inside: None });
        }
        let end = length.min(body.len());
        let inside = if marker == 0xda {
            &body[2..]
        } else {
            rest = &body[end..];
            &body[2..end]
        };
        Some(Segment {
            marker,
            inside: Some(inside),
        })
    })
}

/// Whether a marker starts a frame: not the Huffman (C4), reserved (C8) and arithmetic (CC) tables.
const fn starts_frame(marker: u8) -> bool {
    matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf)
}

/// `None` too where two decoders would see two files: with two frames, with markers that some give a length.
pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let (mut size, mut ended) = (None, false);
    for Segment { marker, inside } in segments(bytes) {
        if marker == 0xd9 {
            ended = true;
            break;
        }
        let inside = inside?;
        if marker == 0xda {
            // Cameras append things after the end, so it is looked for, not expected at the last two bytes.
            ended = inside.windows(2).rev().any(|pair| pair == [0xff, 0xd9]);
        }
        if starts_frame(marker) {
            if size.is_some() {
                return None;
            }
            size = Some((be16(inside, 3)?, be16(inside, 1)?));
        }
        // Of these the decoder takes seven bytes where the file says six.
        if marker == 0xe0 && inside.len() == 4 {
            return None;
        }
    }
    let (width, height) = size?;
    Some(Header {
        kind: Kind::Jpeg,
        width: width.into(),
        height: height.into(),
        moves: false,
        cut_short: !ended,
    })
}
