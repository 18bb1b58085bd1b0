//! Pictures into files.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use super::Rgb8;

/// The picture as a PNG file. Empty for a picture that holds no pixel.
#[must_use]
pub fn encode_png(picture: &Rgb8) -> Vec<u8> {
    let mut bytes = Vec::new();
    let size = (u32::try_from(picture.width), u32::try_from(picture.height));
    if let (Ok(width), Ok(height)) = size {
        let written = PngEncoder::new(&mut bytes).write_image(&picture.pixels, width, height, ExtendedColorType::Rgb8);
        if written.is_err() {
            bytes.clear();
        }
    }
    bytes
}
