//! Pictures: decoding, orientation, squares, resizing, patches, the plain fills and PSNR.
//!
//! Knows nothing of models. Two forms: [`Rgb8`] as decoded and shown, [`Picture`] as models see it.

#[cfg(feature = "decode")]
mod decode;
#[cfg(feature = "decode")]
mod encode;
mod error;
pub mod fill;
mod frame;
pub mod header;
pub mod measure;
#[cfg(feature = "decode")]
mod resize;

#[cfg(feature = "decode")]
pub use decode::{Decoded, MAX_BYTES, affordable, decode, decode_mask, examine};
#[cfg(feature = "decode")]
pub use encode::encode_png;
pub use error::PictureError;
pub use frame::Frame;
#[cfg(feature = "decode")]
pub(crate) use resize::FilterType;

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

impl Rgb8 {
    /// A picture of these bytes.
    ///
    /// # Errors
    /// When there are not `3 * width * height` of them, or none at all.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Result<Self, PictureError> {
        check_length(width, height, pixels.len())?;
        Ok(Self { width, height, pixels })
    }

    /// Red, green and blue of a pixel; black outside the picture.
    #[must_use]
    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let start = 3 * (y * self.width + x);
        let pixel = if x < self.width { self.pixels.get(start..start + 3) } else { None };
        pixel.map_or([0; 3], |pixel| [pixel[0], pixel[1], pixel[2]])
    }
}

impl Picture {
    /// A picture of these values, `[3, height, width]`.
    ///
    /// # Errors
    /// When there are not `3 * width * height` of them, or none at all.
    pub fn new(width: usize, height: usize, pixels: Vec<f32>) -> Result<Self, PictureError> {
        check_length(width, height, pixels.len())?;
        Ok(Self { width, height, pixels })
    }

    /// One grey everywhere.
    #[must_use]
    pub fn grey(width: usize, height: usize, value: f32) -> Self {
        Self {
            width,
            height,
            pixels: vec![value; 3 * width * height],
        }
    }

    /// Pixels in one channel's plane.
    #[must_use]
    pub const fn plane(&self) -> usize {
        self.width * self.height
    }

    /// Bytes over 255.
    #[must_use]
    pub fn from_rgb8(picture: &Rgb8) -> Self {
        let plane = picture.width * picture.height;
        let mut pixels = vec![0.0; 3 * plane];
        let (red, rest) = pixels.split_at_mut(plane);
        let (green, blue) = rest.split_at_mut(plane);
        for (((pixel, red), green), blue) in picture.pixels.chunks_exact(3).zip(red).zip(green).zip(blue) {
            *red = f32::from(pixel[0]) / 255.0;
            *green = f32::from(pixel[1]) / 255.0;
            *blue = f32::from(pixel[2]) / 255.0;
        }
        Self {
            width: picture.width,
            height: picture.height,
            pixels,
        }
    }

    /// Clamped to 0..1 and rounded to bytes; what is no number becomes black.
    #[must_use]
    pub fn to_rgb8(&self) -> Rgb8 {
        let plane = self.plane();
        let byte = |value: f32| (value.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
        let mut pixels = vec![0; 3 * plane];
        for (i, pixel) in pixels.chunks_exact_mut(3).enumerate() {
            for (channel, out) in pixel.iter_mut().enumerate() {
                *out = byte(self.pixels[channel * plane + i]);
            }
        }
        Rgb8 {
            width: self.width,
            height: self.height,
            pixels,
        }
    }
}

fn check_length(width: usize, height: usize, length: usize) -> Result<(), PictureError> {
    let expected = width.checked_mul(height).and_then(|pixels| pixels.checked_mul(3));
    if expected == Some(length) && length > 0 {
        Ok(())
    } else {
        Err(PictureError::Length { width, height, length })
    }
}

#[cfg(test)]
mod tests;
