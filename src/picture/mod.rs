//! Pictures: decoding, orientation, squares, resizing, patches, the plain fills and PSNR.
//!
//! Knows nothing of models. Two forms: [`Rgb8`] as decoded and shown, [`Picture`] as models see it.

/// A decoded picture: 8-bit RGB, rows from the top, `3 * width * height` bytes, interleaved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rgb8 {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `[height, width, 3]`.
    pub pixels: Vec<u8>,
}

/// A picture as a model sees it: `[3, height, width]`, planar, values in 0..1.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `[3, height, width]`, 0..1.
    pub pixels: Vec<f32>,
}
