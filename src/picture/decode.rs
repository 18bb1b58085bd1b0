//! Files into pictures.

use std::io::Cursor;

use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, Limits, error::LimitErrorKind};

use super::{PictureError, Rgb8};

/// Largest file taken.
const MAX_BYTES: usize = 64 << 20;
/// Most pixels taken.
const MAX_PIXELS: u64 = 100_000_000;
/// Most memory that opening may take.
const MAX_MEMORY: u64 = 512 << 20;

/// A picture out of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Upright, opaque.
    pub picture: Rgb8,
    /// What a person should know of it; mostly nothing.
    pub notes: Vec<String>,
}

/// Opens a picture file: PNG, JPEG, WebP, GIF or BMP, whatever its name says.
///
/// # Errors
/// A sentence that names `name` and says what to do.
pub fn decode(bytes: &[u8], name: &str) -> Result<Decoded, PictureError> {
    let name = || name.to_owned();
    if bytes.is_empty() {
        return Err(PictureError::Empty { name: name() });
    }
    if bytes.len() > MAX_BYTES {
        return Err(PictureError::FileTooLarge {
            name: name(),
            megabytes: bytes.len() as u64 >> 20,
            limit: MAX_BYTES as u64 >> 20,
        });
    }
    let format = image::guess_format(bytes).map_err(|_| PictureError::NotAPicture {
        name: name(),
        looks_like: "unknown bytes".into(),
    })?;
    let failed = |error: ImageError| explain(name(), &error);
    let mut decoder = image::ImageReader::with_format(Cursor::new(bytes), format)
        .into_decoder()
        .map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = (u64::from(width), u64::from(height));
    if width * height > MAX_PIXELS {
        return Err(PictureError::TooManyPixels {
            name: name(),
            width,
            height,
        });
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    decoder.set_limits(limits).map_err(failed)?;
    let orientation = decoder.orientation().unwrap_or(image::metadata::Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(failed)?;
    picture.apply_orientation(orientation);
    let mut notes = Vec::new();
    if format == ImageFormat::Gif {
        notes.push("the first frame of an animation".into());
    }
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixels = if picture.color().has_alpha() {
        over_white(picture.into_rgba8().into_raw())
    } else {
        picture.into_rgb8().into_raw()
    };
    Ok(Decoded {
        picture: Rgb8::new(width, height, pixels)?,
        notes,
    })
}

/// Lays RGBA over white, in place.
fn over_white(mut pixels: Vec<u8>) -> Vec<u8> {
    for i in 0..pixels.len() / 4 {
        let alpha = u32::from(pixels[4 * i + 3]);
        for channel in 0..3 {
            let value = u32::from(pixels[4 * i + channel]);
            pixels[3 * i + channel] = ((value * alpha + 255 * (255 - alpha) + 127) / 255) as u8;
        }
    }
    pixels.truncate(pixels.len() / 4 * 3);
    pixels
}

fn explain(name: String, error: &ImageError) -> PictureError {
    let cut = |error: &std::io::Error| error.kind() == std::io::ErrorKind::UnexpectedEof;
    match error {
        ImageError::IoError(error) if cut(error) => PictureError::CutShort { name },
        ImageError::Limits(error) if error.kind() == LimitErrorKind::InsufficientMemory => PictureError::TooCostly {
            name,
            width: 0,
            height: 0,
            what: "large".into(),
            limit: "512 MiB of memory",
        },
        _ => PictureError::Damaged {
            name,
            reason: error.to_string(),
        },
    }
}
