//! PNG: chunks of length, type, data, checksum; the first is `IHDR`.

use super::{Header, Kind, array, be32};

pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let (mut width, mut height) = (0, 0);
    let (mut moves, mut ended) = (false, false);
    let mut at = 8;
    while let (Some(length), Some(name)) = (be32(bytes, at), array::<4>(bytes, at + 4)) {
        match &name {
            b"IHDR" if at == 8 => (width, height) = (be32(bytes, 16)?, be32(bytes, 20)?),
            b"acTL" => moves = be32(bytes, at + 8)? > 1,
            b"IEND" => {
                ended = true;
                break;
            }
            _ => {}
        }
        at = at.checked_add(length as usize)?.checked_add(12)?;
    }
    Some(Header {
        kind: Kind::Png,
        width: width.into(),
        height: height.into(),
        moves,
        cut_short: !ended,
    })
}
