//! What a JPEG costs: its scans, and the coefficients that are kept when there are several.

use super::super::super::header::jpeg::{Segment, segments};

/// What opening costs beside the file's bytes and its pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Cost {
    /// Bytes kept.
    pub memory: u64,
    /// Nanoseconds.
    pub ns: u64,
}

/// Part of the picture's colours.
struct Component {
    id: u8,
    /// Blocks of 8 x 8 values.
    blocks: u64,
}

struct Frame<'a> {
    components: Vec<Component>,
    /// In several scans, each of which goes through the picture.
    several: bool,
    /// From inside the first scan's header to the file's end.
    scans: &'a [u8],
    /// Bytes of Huffman tables before the first scan.
    tables: u64,
    /// Texts before the first scan.
    texts: u64,
    /// Bytes of other segments before the first scan, of which the decoder may keep copies.
    segments: u64,
}

/// Measured. The decoder reads what stands before the first scan three times, which takes 60 ns for each byte of Huffman
/// tables, and compares each text with all before it. Of several scans each takes 30 ns for every block it goes through.
pub(super) fn cost(bytes: &[u8], width: u64, height: u64) -> Cost {
    // Without a frame or a scan the decoder stops before anything is decoded.
    let Some(frame) = frame(bytes, width, height) else {
        return Cost::default();
    };
    let head = 3 * (60 * frame.tables + 3 * frame.texts * frame.texts);
    if !frame.several {
        return Cost {
            memory: frame.segments,
            ns: head,
        };
    }
    let (file, pixels) = (bytes.len() as u64, width * height);
    let components = frame.components.len() as u64;
    Cost {
        // Two bytes for each value, sides rounded up to whole blocks; and there may be segments between scans.
        memory: file + 2 * components * (pixels + pixels / 8),
        ns: head + 30 * blocks(&frame) + 5 * pixels + 60 * file,
    }
}

/// The blocks that all scans together go through.
fn blocks(frame: &Frame) -> u64 {
    let all = || frame.components.iter().map(|component| component.blocks).sum::<u64>();
    let of = |scan: &[u8]| {
        let ids = (1..=usize::from(*scan.first()?)).map(|i| scan.get(2 * i - 1));
        let named = ids.map(|id| frame.components.iter().find(|component| Some(&component.id) == id));
        named.map(|component| Some(component?.blocks)).sum::<Option<u64>>()
    };
    // What looks like a scan inside other segments counts too: a decoder may be led there. But a scan whose length is not
    // that of its components stops the decoder.
    let later = frame.scans.windows(5).enumerate().filter_map(|(at, start)| match start {
        [0xff, 0xda, 0, length, components @ 1..=4] if *length == 6 + 2 * components => frame.scans.get(at + 4..),
        _ => None,
    });
    std::iter::once(frame.scans)
        .chain(later)
        .map(|scan| of(scan).unwrap_or_else(all))
        .sum()
}

fn frame(bytes: &[u8], width: u64, height: u64) -> Option<Frame<'_>> {
    let (mut components, mut progressive) = (None, false);
    let (mut tables, mut texts, mut kept) = (0, 0, 0);
    for Segment { marker, inside } in segments(bytes) {
        let inside = inside?;
        let length = inside.len() as u64;
        match marker {
            0xc0..=0xc2 => {
                progressive = marker == 0xc2;
                components = Some(components_of(inside, width, height)?);
            }
            0xc4 => tables += length,
            0xda => {
                let components: Vec<Component> = components?;
                return Some(Frame {
                    several: progressive || usize::from(*inside.first()?) < components.len(),
                    components,
                    scans: inside,
                    tables,
                    texts,
                    segments: kept,
                });
            }
            0xe1 => (texts, kept) = (texts + 1, kept + 2 * length),
            _ => kept += length,
        }
    }
    None
}

/// From inside a start of frame.
fn components_of(frame: &[u8], width: u64, height: u64) -> Option<Vec<Component>> {
    let listed: Vec<&[u8]> = frame.get(6..)?.chunks_exact(3).take((*frame.get(5)?).into()).collect();
    let (across, down) = (
        |part: &[u8]| u64::from(part[1] >> 4).max(1),
        |part: &[u8]| u64::from(part[1] & 15).max(1),
    );
    let widest = listed.iter().map(|part| across(part)).max()?;
    let tallest = listed.iter().map(|part| down(part)).max()?;
    let component = |part: &&[u8]| Component {
        id: part[0],
        blocks: (width * across(part)).div_ceil(8 * widest) * (height * down(part)).div_ceil(8 * tallest),
    };
    Some(listed.iter().map(component).collect())
}
