//! What opening a file would cost, from its header.

use super::super::header::{Header, Kind};

/// Most memory that opening may take, the file's bytes included.
pub(super) const MAX_MEMORY: u64 = 512 << 20;
/// Most memory that a PNG's texts, profile and row buffers may take.
pub(super) const PNG_EXTRAS: u64 = 32 << 20;
/// Decoders' small change: tables, rows, windows.
const OVERHEAD: u64 = 8 << 20;

/// Longest that opening may take, nanoseconds of one core of a present-day machine.
pub(super) const MAX_NS: u64 = 1_700_000_000;

/// Nanoseconds that opening the file takes, measured. Two kinds reach seconds within the limits of size and memory: lossy
/// WebP, alone or in an extended file, and JPEGs that come in many scans, each of which goes through the whole picture.
pub(super) fn time_ns(bytes: &[u8], header: &Header) -> u64 {
    let (file, pixels) = (bytes.len() as u64, header.width * header.height);
    match header.kind {
        Kind::WebP if bytes.get(12..16) != Some(b"VP8L") => 13 * pixels + 57 * file,
        Kind::Jpeg => match jpeg_scans(bytes) {
            0 | 1 => 0,
            // A block is 64 pixels; colour at half its size adds half as many.
            scans => scans * 20 * pixels * 3 / 2 / 64 + 5 * pixels + 60 * file,
        },
        _ => 0,
    }
}

/// Bytes that opening the file takes at its peak, the file's own included. `raw` is the size of what the decoder hands over.
pub(super) fn memory(bytes: &[u8], header: &Header, raw: u64) -> u64 {
    let (file, pixels) = (bytes.len() as u64, header.width * header.height);
    let inside = match header.kind {
        Kind::Png => PNG_EXTRAS,
        // The decoder keeps its own copy of the file.
        Kind::Jpeg => file + jpeg_coefficients(bytes, pixels),
        // A frame of its own, laid on the screen afterwards.
        Kind::Gif => 4 * pixels,
        Kind::WebP if header.moves => 8 * pixels,
        Kind::WebP if bytes.get(12..16) == Some(b"VP8 ") => 2 * pixels,
        // Lossless: RGBA beside its own transforms; or lossy with an alpha plane.
        Kind::WebP => 6 * pixels,
        Kind::Bmp | Kind::Boxes => file,
    };
    // Grey becomes RGB in a new buffer, all else in place.
    let widened = if raw < 3 * pixels { 3 * pixels } else { 0 };
    file + OVERHEAD + inside + raw + widened
}

/// Bytes of the coefficients that a JPEG decoder has to keep when the picture comes in several scans.
fn jpeg_coefficients(bytes: &[u8], pixels: u64) -> u64 {
    let Some((frame, scan)) = frame_and_scan(bytes) else { return 0 };
    let components = u64::from(frame.components);
    if frame.progressive || u64::from(scan.components) < components {
        // Two bytes each; sides are rounded up to whole blocks.
        2 * components * (pixels + pixels / 8)
    } else {
        0
    }
}

struct Frame {
    progressive: bool,
    components: u8,
}

struct Scan {
    at: usize,
    components: u8,
}

/// How many scans a JPEG has, up to its end or the file's.
fn jpeg_scans(bytes: &[u8]) -> u64 {
    let Some((_, first)) = frame_and_scan(bytes) else { return 0 };
    // Between scans' own bytes 255 is followed by 0 or a restart: a marker is one.
    let markers = bytes[first.at..].windows(2).filter(|pair| pair[0] == 0xff).map(|pair| pair[1]);
    markers
        .take_while(|marker| *marker != 0xd9)
        .filter(|marker| *marker == 0xda)
        .count() as u64
}

/// The start of frame, and the first scan.
fn frame_and_scan(bytes: &[u8]) -> Option<(Frame, Scan)> {
    let mut at = 2;
    let mut frame = None;
    loop {
        match (bytes.get(at)?, bytes.get(at + 1)?) {
            (0xff, 0xff) => at += 1,
            (0xff, 0x01 | 0xd0..=0xd8) => at += 2,
            (0xff, marker) => {
                if matches!(marker, 0xc0..=0xc2) {
                    frame = Some(Frame {
                        progressive: *marker == 0xc2,
                        components: *bytes.get(at + 9)?,
                    });
                }
                if *marker == 0xda {
                    let components = *bytes.get(at + 4)?;
                    return Some((frame?, Scan { at, components }));
                }
                at += 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
            }
            _ => return None,
        }
    }
}
