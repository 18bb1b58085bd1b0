//! A contact sheet: some pictures of a source at a glance.

use std::sync::Arc;

use super::{DataError, Source, Squares, Subset};
use crate::picture::Rgb8;

/// Largest side of a sheet, pixels.
const MAX_SIDE_PX: usize = 16_384;

/// `count` pictures spread evenly over the source, their middle squares at `px` a side, in rows of `columns`, on
/// white, two pixels apart. Broken ones are left out.
///
/// # Errors
/// When no picture can be read, or the sheet would be larger than 16,384 pixels a side.
pub fn contact_sheet(source: &Arc<dyn Source>, count: usize, columns: usize, px: usize) -> Result<Rgb8, DataError> {
    const GAP_PX: usize = 2;
    let chosen: Arc<dyn Source> = Arc::new(Subset::spread(source.clone(), count));
    let columns = columns.clamp(1, chosen.len().max(1));
    let rows = chosen.len().div_ceil(columns);
    let side = |n: usize| {
        px.checked_add(GAP_PX)
            .and_then(|cell| cell.checked_mul(n))
            .map(|s| s + GAP_PX)
            .filter(|&s| s <= MAX_SIDE_PX)
    };
    let (Some(width), Some(_)) = (side(columns), side(rows)) else {
        return Err(DataError::Config(format!(
            "a sheet of {rows} rows and {columns} columns of {px} pixels is too large; ask for fewer or smaller pictures"
        )));
    };
    let tiles: Vec<Rgb8> = Squares::new(chosen, px.max(1)).map(|square| square.picture.to_rgb8()).collect();
    if tiles.is_empty() {
        return Err(DataError::Empty {
            spec: source.name().into(),
            why: "none of those chosen for the sheet can be read".into(),
        });
    }
    let height = tiles.len().div_ceil(columns) * (px + GAP_PX) + GAP_PX;
    let mut pixels = vec![255u8; 3 * width * height];
    for (number, tile) in tiles.iter().enumerate() {
        let (left, top) = (number % columns * (px + GAP_PX) + GAP_PX, number / columns * (px + GAP_PX) + GAP_PX);
        for (y, row) in tile.pixels.chunks_exact(3 * tile.width).enumerate() {
            let start = 3 * ((top + y) * width + left);
            if let Some(place) = pixels.get_mut(start..start + row.len()) {
                place.copy_from_slice(row);
            }
        }
    }
    Ok(Rgb8::new(width, height, pixels)?)
}
