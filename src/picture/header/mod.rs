//! What a picture file's header says, read before any decoder is let near it: kind, declared size, whether it moves,
//! whether its end is there. The browser's decoders have no limit of ours, so this is where bombs are refused.

mod boxes;
mod gif;
pub(super) mod jpeg;
mod png;
pub(super) mod webp;

/// Kinds whose size we can read, and which browsers may decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PNG, APNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    WebP,
    /// Windows bitmap.
    Bmp,
    /// AVIF, HEIC and their kin: boxes of ISO/IEC 14496-12.
    Boxes,
}

impl Kind {
    /// Its media type, which the browser is told.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
            Self::Bmp => "image/bmp",
            Self::Boxes => "image/avif",
        }
    }
}

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The format.
    pub kind: Kind,
    /// Declared pixels in a row, before any turning.
    pub width: u64,
    /// Declared rows, before any turning.
    pub height: u64,
    /// More than one frame.
    pub moves: bool,
    /// The file ends before the picture does.
    pub cut_short: bool,
}

/// Reads a header. `None` for an unknown format or one whose size cannot be found: no browser decoder should get it.
pub fn sniff(bytes: &[u8]) -> Option<Header> {
    let header = match bytes {
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => png::read(bytes)?,
        [0xff, 0xd8, 0xff, ..] => jpeg::read(bytes)?,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => gif::read(bytes)?,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => webp::read(bytes)?,
        [b'B', b'M', ..] => bmp(bytes)?,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => boxes::read(bytes)?,
        _ => return None,
    };
    (header.width > 0 && header.height > 0).then_some(header)
}

fn bmp(bytes: &[u8]) -> Option<Header> {
    let (width, height) = match le32(bytes, 14)? {
        12 => (u64::from(le16(bytes, 18)?), u64::from(le16(bytes, 20)?)),
        // A negative height means rows from the top.
        _ => (
            u64::from((le32(bytes, 18)? as i32).unsigned_abs()),
            u64::from((le32(bytes, 22)? as i32).unsigned_abs()),
        ),
    };
    let cut_short = u64::from(le32(bytes, 2)?) > bytes.len() as u64;
    Some(Header {
        kind: Kind::Bmp,
        width,
        height,
        moves: false,
        cut_short,
    })
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(array(bytes, at)?))
}

fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(array(bytes, at)?))
}

fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(array(bytes, at)?))
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(array(bytes, at)?))
}

#[cfg(test)]
mod tests;
