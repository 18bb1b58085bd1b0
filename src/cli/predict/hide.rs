//! What `--hide` says: a kind of mask, or a painted one.

use std::path::Path;

use crate::{
    cli::{open, out::Failure},
    data::is_picture,
    mask::{Grid, Mask, MaskKind},
    picture::Rgb8,
};

/// A mask by its kind, or painted.
pub enum Hide {
    Kind(MaskKind),
    Painted(Rgb8),
}

impl Hide {
    /// A picture file where there is one, or where the text looks like one.
    pub fn new(text: &str) -> Result<Self, Failure> {
        let path = Path::new(text);
        if path.is_file() || is_picture(path) {
            return Ok(Self::Painted(open::mask(path)?.picture));
        }
        text.parse()
            .map(Self::Kind)
            .map_err(|error: crate::mask::MaskError| Failure::Usage(error.to_string()))
    }

    /// The mask for one picture. A painted one is square, or of the picture's own size and cut to the same square.
    pub fn mask(&self, name: &str, picture: &Rgb8, grid: Grid, seed: u64, index: u64) -> Result<Mask, Failure> {
        let painted = match self {
            Self::Kind(kind) => return Ok(kind.draw(grid, seed, index)),
            Self::Painted(painted) => painted,
        };
        let mask = scaled(painted, name, picture, grid)?;
        if mask.hidden_count() == grid.len() {
            return Err(Failure::Usage(format!(
                "the mask {name} hides everything: leave at least one of the {} x {} patches black, so that there is something to predict \
                 from",
                grid.columns, grid.rows
            )));
        }
        Ok(mask)
    }
}

/// A painted mask on the model's patches.
fn scaled(painted: &Rgb8, name: &str, picture: &Rgb8, grid: Grid) -> Result<Mask, Failure> {
    let (width, height) = (painted.width, painted.height);
    if (width, height) == (picture.width, picture.height) {
        let side = width.min(height);
        let square = painted.square(painted.centre_frame(), side).to_rgb8();
        return Ok(Mask::from_picture(&square, grid));
    }
    if !grid.takes(width, height) {
        return Err(Failure::Usage(format!(
            "the mask {name} is {width} x {height} pixels, which cannot be scaled to a square of {} x {} patches: make it square, or as large as the picture ({} x {})",
            grid.columns, grid.rows, picture.width, picture.height
        )));
    }
    Ok(Mask::from_picture(painted, grid))
}
