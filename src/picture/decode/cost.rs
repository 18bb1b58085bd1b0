//! What opening a file would cost, from its header and as much of its tables as it takes to know.

mod jpeg;
mod lossless;

use super::super::header::{
    Header, Kind,
    webp::{Packed, parts},
};

/// Most memory that opening may take, the file's bytes included.
pub(super) const MAX_MEMORY: u64 = 512 << 20;
/// Most memory that a PNG's texts and profile may take.
const PNG_EXTRAS: u64 = 32 << 20;
/// Decoders' small change: tables, rows, windows.
const OVERHEAD: u64 = 8 << 20;

/// Longest that opening may take, nanoseconds of one core of a present-day machine.
pub(super) const MAX_NS: u64 = 1_700_000_000;
/// Tables of a lossless WebP, bytes that one row goes through, and nanoseconds that a pixel then takes, measured: a processor
/// has the smaller ones at hand and waits for the larger. Encoders come to some hundred kilobytes.
const WAITS: [(u64, u64); 2] = [(8 << 20, 570), (2 << 20, 105)];

/// What opening a file costs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cost {
    file: u64,
    pixels: u64,
    /// Bytes that the decoder takes beside the file and what it hands over.
    inside: u64,
    /// Nanoseconds that opening the file takes, measured. Three kinds reach seconds within the limits of size and memory:
    /// lossy WebP, alone or in an extended file; JPEGs that come in many scans, each of which goes through the whole
    /// picture; and lossless WebP of more tables than a processor has at hand.
    pub ns: u64,
    /// The file contradicts itself in a way that is not left to the decoder.
    pub broken: bool,
}

impl Cost {
    pub fn of(bytes: &[u8], header: &Header) -> Self {
        let (file, pixels) = (bytes.len() as u64, pixels(header));
        let mut cost = Self {
            file,
            pixels,
            inside: 0,
            ns: 0,
            broken: false,
        };
        match header.kind {
            Kind::Png => cost.inside = PNG_EXTRAS + png_rows(bytes, header),
            Kind::Jpeg => {
                let jpeg = jpeg::cost(bytes, header.width, header.height);
                // The decoder keeps its own copy of the file.
                (cost.inside, cost.ns) = (file.saturating_add(jpeg.memory), jpeg.ns);
            }
            // A frame of its own, laid on the screen afterwards.
            Kind::Gif => cost.inside = 4 * pixels,
            Kind::WebP => cost.webp(bytes, header),
            Kind::Bmp | Kind::Boxes => cost.inside = file,
        }
        cost
    }

    fn webp(&mut self, bytes: &[u8], header: &Header) {
        let pixels = self.pixels;
        let parts = parts(bytes);
        let has = |wanted: fn(&Packed) -> bool| parts.iter().any(|(packed, _)| wanted(packed));
        let (lossy, alpha) = (
            has(|packed| matches!(packed, Packed::Lossy)),
            has(|packed| matches!(packed, Packed::Alpha(..))),
        );
        self.inside = match (lossy, alpha) {
            _ if header.moves => 8 * pixels,
            (true, false) => 2 * pixels,
            // RGBA beside its own transforms.
            (false, _) => 6 * pixels,
            // The alpha plane is unpacked as such a picture.
            (true, true) => 15 * pixels / 2,
        };
        if lossy {
            self.ns = 13 * pixels + 57 * parts.iter().map(|(_, data)| data.len() as u64).sum::<u64>();
        }
        if self.memory(3 * pixels) > MAX_MEMORY {
            return;
        }
        let tables = lossless::tables(&parts, MAX_MEMORY);
        self.inside += tables.bytes;
        self.broken = tables.broken;
        let waits = WAITS.iter().find(|(bytes, _)| tables.row_bytes > *bytes);
        self.ns += waits.map_or(0, |(_, ns)| ns * pixels);
    }

    /// Bytes that opening the file takes at its peak, the file's own included. `raw` is the size of what the decoder hands
    /// over.
    pub fn memory(&self, raw: u64) -> u64 {
        // Grey becomes RGB in a new buffer, all else in place.
        let widened = if raw < 3 * self.pixels { 3 * self.pixels } else { 0 };
        self.file + OVERHEAD + self.inside + raw + widened
    }
}

/// Pixels that a header declares; so many that no limit lets them pass are not told apart.
pub(super) fn pixels(header: &Header) -> u64 {
    header.width.saturating_mul(header.height).min(1 << 40)
}

/// What the decoder of a PNG may take beside the rows' own buffers, and for one row as it hands it over.
pub(super) fn png_limit(bytes: &[u8], header: &Header) -> u64 {
    PNG_EXTRAS + png_row(bytes, header)
}

/// Bytes of a PNG's row as it is handed over.
fn png_row(bytes: &[u8], header: &Header) -> u64 {
    let channels = match bytes.get(25) {
        Some(0) => 2,
        // Grey, or a palette, with what is transparent.
        _ => 4,
    };
    let deep = if bytes.get(24) == Some(&16) { 2 } else { 1 };
    (header.width * channels).saturating_mul(deep)
}

/// Bytes of the decoder's buffers of rows: four, in a vector that grows by doubling, one set aside and one handed over.
fn png_rows(bytes: &[u8], header: &Header) -> u64 {
    (2 * header.height.min(4) + 2) * png_row(bytes, header)
}
