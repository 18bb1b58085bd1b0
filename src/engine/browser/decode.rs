//! Files into pictures: the browser's decoders first, which know more formats, then our own.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, ImageBitmap, ImageBitmapOptions, ImageOrientation, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};

use super::answer::{said, scope};
use crate::{
    engine::sniff::{self, Header},
    picture::{self, PictureError, Rgb8},
    platform::web,
};

/// Largest file taken.
const MOST_BYTES: usize = 64 << 20;
/// Most pixels taken.
const MOST_PIXELS: u64 = 100_000_000;
/// Longest side kept of a picture of usual shape: more than any model looks at, little enough for a strip full of pictures.
const KEPT_PX: f64 = 2048.0;
/// Longest side that every browser's canvas takes.
const CANVAS_PX: f64 = 16_384.0;

/// A picture as the engine keeps it.
#[derive(Debug)]
pub struct Opened {
    /// Upright, opaque, perhaps smaller than the file's.
    pub picture: Rgb8,
    /// The file's own size after turning, pixels.
    pub size: [usize; 2],
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Opens a picture file.
///
/// # Errors
/// A sentence that names the file and says what to do.
pub async fn open(bytes: &Uint8Array, name: &str) -> Result<Opened, String> {
    let length = bytes.length() as usize;
    if length > MOST_BYTES {
        let limit = MOST_BYTES as u64 >> 20;
        return Err(PictureError::FileTooLarge { name: name.into(), limit }.to_string());
    }
    let inside = bytes.to_vec();
    let header = sniff::sniff(&inside);
    if let Some(Header { width, height, .. }) = header
        && width.saturating_mul(height) > MOST_PIXELS
    {
        return Err(PictureError::TooManyPixels {
            name: name.into(),
            width,
            height,
        }
        .to_string());
    }
    picture::affordable(&inside, name).map_err(|reason| reason.to_string())?;
    let by_browser = match header {
        Some(header) => by_browser(bytes, header).await.ok(),
        None => None,
    };
    match by_browser {
        Some(opened) => Ok(opened),
        None => by_ourselves(&inside, name).map_err(|reason| reason.to_string()),
    }
}

/// A picture that is already here, made small enough to keep.
pub fn keep(picture: Rgb8, notes: Vec<String>) -> Opened {
    let size = [picture.width, picture.height];
    let [width, height] = kept_size(size);
    let picture = if [width, height] == size {
        picture
    } else {
        picture.thumbnail(width.max(height))
    };
    Opened { picture, size, notes }
}

fn by_ourselves(bytes: &[u8], name: &str) -> Result<Opened, PictureError> {
    let decoded = picture::decode(bytes, name)?;
    Ok(keep(decoded.picture, decoded.notes))
}

async fn by_browser(bytes: &Uint8Array, header: Header) -> Result<Opened, String> {
    let bag = BlobPropertyBag::new();
    bag.set_type(header.kind.media_type());
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &bag).map_err(|e| said(&e))?;
    let options = ImageBitmapOptions::new();
    options.set_image_orientation(ImageOrientation::FromImage);
    let promise = scope()?
        .create_image_bitmap_with_blob_and_image_bitmap_options(&blob, &options)
        .map_err(|e| said(&e))?;
    let bitmap: ImageBitmap = JsFuture::from(promise).await.map_err(|e| said(&e))?.unchecked_into();
    let drawn = draw(&bitmap);
    let size = [bitmap.width() as usize, bitmap.height() as usize];
    bitmap.close();
    let mut notes = Vec::new();
    if header.moves {
        notes.push("the first frame of several".into());
    }
    if header.cut_short {
        notes.push("the file is cut short: a part of the picture may be missing".into());
    }
    Ok(Opened {
        picture: drawn?,
        size,
        notes,
    })
}

/// Draws a bitmap over white, at the size that is kept, and reads the pixels back.
fn draw(bitmap: &ImageBitmap) -> Result<Rgb8, String> {
    let size = [bitmap.width() as usize, bitmap.height() as usize];
    if size[0] as u64 * size[1] as u64 > MOST_PIXELS {
        return Err("more pixels than its header declares".into());
    }
    let [width, height] = kept_size(size);
    let canvas = OffscreenCanvas::new(width as u32, height as u32).map_err(|e| said(&e))?;
    let settings = js_sys::Object::new();
    for key in ["willReadFrequently", "desynchronized"] {
        let _ = js_sys::Reflect::set(&settings, &key.into(), &JsValue::from(key == "willReadFrequently"));
    }
    let context = canvas.get_context_with_context_options("2d", &settings).map_err(|e| said(&e))?;
    let context: OffscreenCanvasRenderingContext2d = context.ok_or("no canvas")?.unchecked_into();
    let _ = js_sys::Reflect::set(&context, &"imageSmoothingQuality".into(), &"high".into());
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, width as f64, height as f64);
    context
        .draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, width as f64, height as f64)
        .map_err(|e| said(&e))?;
    let data = context
        .get_image_data(0.0, 0.0, width as f64, height as f64)
        .map_err(|e| said(&e))?;
    let rgba = web::get(&data, "data").unchecked_into::<js_sys::Uint8ClampedArray>().to_vec();
    Rgb8::new(width, height, without_alpha(rgba)).map_err(|e| e.to_string())
}

/// RGB out of RGBA, in place.
fn without_alpha(mut rgba: Vec<u8>) -> Vec<u8> {
    let pixels = rgba.len() / 4;
    for i in 0..pixels {
        rgba.copy_within(4 * i..4 * i + 3, 3 * i);
    }
    rgba.truncate(3 * pixels);
    rgba.shrink_to_fit();
    rgba
}

/// What is kept of a picture of this size. A narrow one may be longer, so that its short side keeps some pixels.
fn kept_size([width, height]: [usize; 2]) -> [usize; 2] {
    let (long, short) = (width.max(height) as f64, width.min(height) as f64);
    let by_area = (KEPT_PX * KEPT_PX * 0.75 / (long * short)).sqrt();
    let scale = by_area.max(KEPT_PX / long).min(CANVAS_PX / long).min(1.0);
    [width, height].map(|side| ((side as f64 * scale).round() as usize).max(1))
}
