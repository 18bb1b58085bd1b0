//! Squares in a picture.

use serde::{Deserialize, Serialize};

use super::Rgb8;

/// A square in a picture's own pixels: what the model gets of it. May reach beyond the picture only by rounding.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// Left edge, pixels of the picture.
    pub x: f32,
    /// Top edge, pixels of the picture.
    pub y: f32,
    /// Side, pixels of the picture.
    pub side: f32,
}

impl Frame {
    /// The largest square in the middle of a picture of this size.
    #[must_use]
    pub fn centre(width: usize, height: usize) -> Self {
        let side = width.min(height);
        Self {
            x: (width - side) as f32 / 2.0,
            y: (height - side) as f32 / 2.0,
            side: side as f32,
        }
    }

    /// The nearest frame that lies within a picture of this size and has some area; the centre for what is no number.
    #[must_use]
    pub fn within(self, width: usize, height: usize) -> Self {
        if !(self.x.is_finite() && self.y.is_finite() && self.side.is_finite()) {
            return Self::centre(width, height);
        }
        let longest = width.min(height) as f32;
        let side = self.side.clamp(longest.min(1.0), longest);
        Self {
            x: self.x.clamp(0.0, width as f32 - side),
            y: self.y.clamp(0.0, height as f32 - side),
            side,
        }
    }
}

impl Rgb8 {
    /// The largest square in the middle.
    #[must_use]
    pub fn centre_frame(&self) -> Frame {
        Frame::centre(self.width, self.height)
    }
}
