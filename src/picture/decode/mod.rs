//! Files into pictures.
//!
//! A file is read as hostile. Its header is looked at first, by code of our own: what it declares decides whether a
//! decoder is let near it at all.

mod convert;
mod cost;

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbImage,
    codecs::png::PngDecoder,
    error::{ImageFormatHint, LimitErrorKind, UnsupportedErrorKind},
    metadata::Orientation,
};

use self::cost::Cost;
use super::{
    PictureError, Rgb8,
    header::{self, Header, Kind},
};

/// Largest file taken: 64 MiB.
pub const MAX_BYTES: usize = 64 << 20;
/// Most pixels that a header may declare.
const MAX_PIXELS: u64 = 100_000_000;
/// Larger pictures are shrunk by a whole factor while they are opened: no model sees more, and memory is not endless.
const KEPT_PIXELS: usize = 25_000_000;

/// A picture out of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Upright, opaque.
    pub picture: Rgb8,
    /// What a person should know of it; mostly nothing.
    pub notes: Vec<String>,
}

/// Opens a picture file: PNG or JPEG, with the feature `decode-all` WebP, GIF and BMP too, whatever its name says.
///
/// Turned upright as EXIF says, what is transparent laid over white, of an animation the first frame; grey, 16-bit and
/// CMYK become 8-bit RGB. Takes at most 512 MiB, the file's own bytes included; and about two seconds; files that would take more are refused.
///
/// # Errors
/// A sentence that names `name` and says what to do.
pub fn decode(bytes: &[u8], name: &str) -> Result<Decoded, PictureError> {
    decode_over(bytes, name, 255)
}

/// The same of a mask, in which white is hidden: what is transparent is laid over black, and is not.
///
/// # Errors
/// As [`decode`].
pub fn decode_mask(bytes: &[u8], name: &str) -> Result<Decoded, PictureError> {
    decode_over(bytes, name, 0)
}

/// What is transparent is laid over a grey `ground`, 0 to 255.
fn decode_over(bytes: &[u8], name: &str, ground: u8) -> Result<Decoded, PictureError> {
    let header = examine(bytes, name)?;
    let cost = affordable_as(bytes, &header, 0, name)?;
    let failed = |error: ImageError| explain(name, &error);
    let mut decoder = open(bytes, &header).map_err(failed)?;
    let (width, height) = decoder.dimensions();
    let (larger, other) = (
        u64::from(width) > header.width || u64::from(height) > header.height,
        (u64::from(width), u64::from(height)) != (header.width, header.height),
    );
    // All that has been allowed so far was for the size that our own reading of the header found. A GIF's frame and what
    // lies on a WebP's canvas may be larger than the whole, which is what the decoder names.
    if larger || (other && header.kind == Kind::Jpeg) {
        return Err(PictureError::Damaged {
            name: name.into(),
            reason: format!("it says two sizes, {} x {} and {width} x {height}", header.width, header.height),
        });
    }
    in_memory(&cost, &header, decoder.total_bytes(), name)?;
    // A picture lying on its side is better than none.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let colour = decoder.color_type();
    let mut raw = vec![0; usize::try_from(decoder.total_bytes()).unwrap_or(0)];
    decoder.read_image(&mut raw).map_err(failed)?;
    let picture = Rgb8::new(width as usize, height as usize, convert::to_rgb(raw, colour, ground))?;
    let mut notes = Vec::new();
    if header.moves {
        notes.push("an animation: its first frame is taken".into());
    }
    let (picture, factor) = convert::shrunk(picture, KEPT_PIXELS);
    if factor > 1 {
        notes.push(format!("{width} x {height} pixels, taken at 1/{factor} of their size"));
    }
    Ok(Decoded {
        picture: upright(picture, orientation)?,
        notes,
    })
}

/// Whether another decoder, one that makes four bytes of a pixel, may be let near a file: what [`decode`] would refuse as
/// too slow or too large for memory takes others as long. A kind that is not known here passes.
///
/// # Errors
/// A sentence that names `name` and says what to do.
pub fn affordable(bytes: &[u8], name: &str) -> Result<(), PictureError> {
    let Some(header) = header::sniff(bytes) else { return Ok(()) };
    affordable_as(bytes, &header, 4 * cost::pixels(&header), name).map(|_| ())
}

/// The same for a decoder that hands over `raw` bytes.
fn affordable_as(bytes: &[u8], header: &Header, raw: u64, name: &str) -> Result<Cost, PictureError> {
    let cost = Cost::of(bytes, header);
    in_memory(&cost, header, raw, name)?;
    in_time(&cost, header, name)?;
    if cost.broken {
        return Err(PictureError::Damaged {
            name: name.into(),
            reason: "its tables of codes contradict themselves".into(),
        });
    }
    Ok(cost)
}

fn in_time(cost: &Cost, header: &Header, name: &str) -> Result<(), PictureError> {
    if cost.ns <= cost::MAX_NS {
        return Ok(());
    }
    Err(PictureError::TooSlow {
        name: name.into(),
        kind: match header.kind {
            Kind::Jpeg => "JPEG in many scans or with many tables",
            _ => "WebP",
        },
        width: header.width,
        height: header.height,
    })
}

/// `raw` is the size of what the decoder hands over.
fn in_memory(cost: &Cost, header: &Header, raw: u64, name: &str) -> Result<(), PictureError> {
    let memory = cost.memory(raw);
    if memory <= cost::MAX_MEMORY {
        return Ok(());
    }
    Err(PictureError::TooCostly {
        name: name.into(),
        width: header.width,
        height: header.height,
        megabytes: memory >> 20,
    })
}

/// Looks at a file's header without decoding anything: whether it is a picture of a size that is taken here.
///
/// # Errors
/// Zero bytes, too many bytes, no picture, too many pixels, or cut short: a sentence that names `name`.
pub fn examine(bytes: &[u8], name: &str) -> Result<Header, PictureError> {
    let name = || name.to_owned();
    if bytes.is_empty() {
        return Err(PictureError::Empty { name: name() });
    }
    if bytes.len() > MAX_BYTES {
        return Err(PictureError::FileTooLarge {
            name: name(),
            limit: MAX_BYTES as u64 >> 20,
        });
    }
    let Some(header) = header::sniff(bytes) else {
        return Err(match format_of(bytes) {
            // The first bytes are right, but there is no telling the size.
            Some(_) if bytes.len() < 64 => PictureError::CutShort { name: name() },
            Some(format) => PictureError::Damaged {
                name: name(),
                reason: format!("a {format} whose size cannot be told"),
            },
            None => PictureError::NotAPicture {
                name: name(),
                looks_like: looks_like(bytes).into(),
            },
        });
    };
    if header.width.saturating_mul(header.height) > MAX_PIXELS {
        return Err(PictureError::TooManyPixels {
            name: name(),
            width: header.width,
            height: header.height,
        });
    }
    if header.kind == Kind::Boxes {
        return Err(PictureError::NotAPicture {
            name: name(),
            looks_like: "AVIF or HEIC, which only browsers open".into(),
        });
    }
    if header.cut_short {
        return Err(PictureError::CutShort { name: name() });
    }
    Ok(header)
}

fn open<'a>(bytes: &'a [u8], header: &Header) -> Result<Box<dyn ImageDecoder + 'a>, ImageError> {
    let format = match header.kind {
        // Texts and profiles inside a PNG may be bombs of their own.
        Kind::Png => {
            let mut limits = Limits::default();
            limits.max_alloc = Some(cost::png_limit(bytes, header));
            return Ok(Box::new(PngDecoder::with_limits(Cursor::new(bytes), limits)?));
        }
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Gif => ImageFormat::Gif,
        Kind::WebP => ImageFormat::WebP,
        Kind::Bmp | Kind::Boxes => ImageFormat::Bmp,
    };
    Ok(Box::new(ImageReader::with_format(Cursor::new(bytes), format).into_decoder()?))
}

fn upright(picture: Rgb8, orientation: Orientation) -> Result<Rgb8, PictureError> {
    if orientation == Orientation::NoTransforms {
        return Ok(picture);
    }
    let Rgb8 { width, height, pixels } = picture;
    let Some(picture) = RgbImage::from_raw(width as u32, height as u32, pixels) else {
        return Err(PictureError::Length { width, height, length: 0 });
    };
    let mut picture = DynamicImage::ImageRgb8(picture);
    picture.apply_orientation(orientation);
    Rgb8::new(picture.width() as usize, picture.height() as usize, picture.into_rgb8().into_raw())
}

/// The format that the first bytes promise.
fn format_of(bytes: &[u8]) -> Option<&'static str> {
    let known: [(&[u8], &str); 5] = [
        (b"\x89PNG", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF8", "GIF"),
        (b"RIFF", "WebP"),
        (b"BM", "BMP"),
    ];
    known
        .into_iter()
        .find(|(start, _)| bytes.starts_with(start))
        .map(|(_, format)| format)
}

/// What a file that is no picture looks like, for the sentence about it.
fn looks_like(bytes: &[u8]) -> &'static str {
    let known: [(&[u8], &str); 7] = [
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"II*\0", "a TIFF or a camera's raw file"),
        (b"MM\0*", "a TIFF or a camera's raw file"),
        (b"8BPS", "a Photoshop document"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
    ];
    if let Some((_, what)) = known.into_iter().find(|(start, _)| bytes.starts_with(start)) {
        return what;
    }
    if bytes.get(4..8) == Some(b"ftyp") {
        return "a film, AVIF or HEIC";
    }
    let start = &bytes[..bytes.len().min(512)];
    let text = start.iter().all(|&byte| byte >= 32 || matches!(byte, b'\n' | b'\r' | b'\t'));
    match text {
        true if start.windows(4).any(|word| word == b"<svg") => "SVG, a drawing in text",
        true => "text",
        false => "its first bytes belong to no known format",
    }
}

fn explain(name: &str, error: &ImageError) -> PictureError {
    let name = name.to_owned();
    let message = error.to_string();
    let ended = [
        "nexpected end",
        "UnexpectedEof",
        "failed to fill",
        "NoMoreImageData",
        "remature end",
        "EOF",
    ];
    match error {
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => PictureError::CutShort { name },
        ImageError::Decoding(_) if ended.iter().any(|words| message.contains(words)) => PictureError::CutShort { name },
        ImageError::Limits(error) if error.kind() == LimitErrorKind::InsufficientMemory => PictureError::Damaged {
            name,
            reason: "its texts or colour profile would fill the memory".into(),
        },
        ImageError::Unsupported(error) => {
            let format = match error.format_hint() {
                ImageFormatHint::Exact(format) => format!("{format:?}"),
                _ => "file".into(),
            };
            let what = match error.kind() {
                UnsupportedErrorKind::GenericFeature(what) => what,
                UnsupportedErrorKind::Color(colour) => format!("its colours ({colour:?}) are of no kind known here"),
                _ => "a kind that is not opened here; save it as PNG or JPEG".into(),
            };
            PictureError::Damaged {
                name,
                reason: format!("{format}: {what}"),
            }
        }
        _ => PictureError::Damaged { name, reason: message },
    }
}

#[cfg(all(test, feature = "decode-all"))]
#[path = "tests/hostile.rs"]
mod hostile;
#[cfg(all(test, feature = "decode-all"))]
#[path = "tests/samples.rs"]
mod samples;
#[cfg(all(test, feature = "decode-all"))]
mod tests;
