//! WebP: a RIFF of one of three first chunks.

use super::{Header, Kind, array, le16, le32};

pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let cut_short = u64::from(le32(bytes, 4)?) + 8 > bytes.len() as u64;
    let mut moves = false;
    let (width, height) = match &array::<4>(bytes, 12)? {
        b"VP8 " => (u64::from(le16(bytes, 26)? & 0x3fff), u64::from(le16(bytes, 28)? & 0x3fff)),
        b"VP8L" => {
            let bits = u64::from(le32(bytes, 21)?);
            ((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1)
        }
        b"VP8X" => {
            moves = bytes.get(20)? & 2 != 0;
            let side = |at| array::<3>(bytes, at).map(|[a, b, c]| u64::from(u32::from_le_bytes([a, b, c, 0])) + 1);
            (side(24)?, side(27)?)
        }
        _ => return None,
    };
    Some(Header {
        kind: Kind::WebP,
        width,
        height,
        moves,
        cut_short,
    })
}
