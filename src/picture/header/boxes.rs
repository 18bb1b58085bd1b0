//! AVIF and HEIC: `meta` / `iprp` / `ipco` / `ispe` boxes hold width and height, one for the whole and one for each tile
//! and thumbnail; the largest counts.

use super::{Header, Kind, array, be32};

/// Properties of tens of thousands of items would be an attack.
const MOST_BOXES: usize = 10_000;

pub(super) fn read(bytes: &[u8]) -> Option<Header> {
    let brand = array::<4>(bytes, 8)?;
    let still = [b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1", b"heim", b"heis", b"hevc"];
    if !still.contains(&&brand) {
        return None;
    }
    let mut largest = (0, 0);
    let mut left = MOST_BOXES;
    let whole = walk(bytes, &mut largest, &mut left)?;
    let (width, height) = largest;
    let moves = &brand == b"avis" || &brand == b"msf1";
    Some(Header {
        kind: Kind::Boxes,
        width,
        height,
        moves,
        cut_short: !whole,
    })
}

/// Goes through boxes; false where the last one is cut. `None` where there are too many.
fn walk(bytes: &[u8], largest: &mut (u64, u64), left: &mut usize) -> Option<bool> {
    let mut at = 0;
    while let (Some(size), Some(name)) = (be32(bytes, at), array::<4>(bytes, at + 4)) {
        *left = left.checked_sub(1)?;
        let (header, size) = match size {
            0 => (8, bytes.len() - at),
            1 => (16, usize::try_from(u64::from_be_bytes(array(bytes, at + 8)?)).ok()?),
            size => (8, size as usize),
        };
        let end = at.checked_add(size)?;
        if size < header || end > bytes.len() {
            return Some(false);
        }
        let inside = &bytes[at + header..end];
        match &name {
            // A full box: version and flags before its boxes.
            b"meta" => {
                walk(inside.get(4..)?, largest, left)?;
            }
            b"iprp" | b"ipco" => {
                walk(inside, largest, left)?;
            }
            b"ispe" => {
                let size = (u64::from(be32(inside, 4)?), u64::from(be32(inside, 8)?));
                if size.0 * size.1 > largest.0 * largest.1 {
                    *largest = size;
                }
            }
            _ => {}
        }
        at = end;
    }
    Some(true)
}
