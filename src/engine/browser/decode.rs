//! Files into pictures: the browser's decoders first, which know more formats, then our own.

use std::rc::Rc;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, ImageBitmap, ImageBitmapOptions, ImageOrientation, OffscreenCanvas, OffscreenCanvasRenderingContext2d,
};

use super::{
    answer::{said, scope},
    decoder::Frame,
};
use crate::{
    engine::{
        gate::Gate,
        kept,
        sniff::{self, Header, Kind},
    },
    picture::{self, PictureError, Rgb8},
    platform::web,
};

/// Largest file taken.
const MOST_BYTES: usize = 64 << 20;
/// Most pixels taken.
const MOST_PIXELS: u64 = 100_000_000;

/// Pixels that browsers decode for us at once: four photographs of a camera.
const AT_ONCE_PIXELS: u64 = 50_000_000;

thread_local! {
    static DECODERS: Rc<Gate> = Rc::new(Gate::new(AT_ONCE_PIXELS));
}

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

/// Opens a picture file, to keep it with this longest side: see [`kept`].
///
/// # Errors
/// A sentence that names the file and says what to do.
pub async fn open(bytes: &Uint8Array, name: &str, longest_px: usize) -> Result<Opened, String> {
    let length = bytes.length() as usize;
    if length > MOST_BYTES {
        let limit = MOST_BYTES as u64 >> 20;
        return Err(PictureError::FileTooLarge { name: name.into(), limit }.to_string());
    }
    let header = examined(bytes, name)?;
    let by_browser = match header {
        Some(header) => by_browser(bytes, header, longest_px).await.ok(),
        None => None,
    };
    match by_browser {
        Some(opened) => Ok(opened),
        None => by_ourselves(&bytes.to_vec(), name, longest_px).map_err(|reason| reason.to_string()),
    }
}

/// What a file's header says, where a decoder may be let near it. The copy that is looked at is gone before anything is waited for:
/// wasm memory never shrinks.
fn examined(bytes: &Uint8Array, name: &str) -> Result<Option<Header>, String> {
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
    Ok(header)
}

/// A picture that is already here, made small enough to keep.
pub fn keep(picture: Rgb8, notes: Vec<String>, longest_px: usize) -> Opened {
    let size = [picture.width, picture.height];
    let picture = fit(picture, size, longest_px);
    Opened { picture, size, notes }
}

/// A picture that was of this size in its file, no larger than it is kept.
pub fn fit(picture: Rgb8, size: [usize; 2], longest_px: usize) -> Rgb8 {
    let [width, height] = kept::size(size, longest_px);
    if picture.width <= width && picture.height <= height {
        picture
    } else {
        picture.thumbnail(width.max(height))
    }
}

fn by_ourselves(bytes: &[u8], name: &str, longest_px: usize) -> Result<Opened, PictureError> {
    let decoded = picture::decode(bytes, name)?;
    Ok(keep(decoded.picture, decoded.notes, longest_px))
}

async fn by_browser(bytes: &Uint8Array, header: Header, longest_px: usize) -> Result<Opened, String> {
    let declared = [header.width as usize, header.height as usize];
    // Each takes four bytes a pixel until it is small.
    let inside = DECODERS.with(Rc::clone);
    let pass = inside.pass(header.width.saturating_mul(header.height)).await;
    let frame = match kept::in_eighths(declared, longest_px) {
        Some(size) if header.kind == Kind::Jpeg && !header.cut_short => Frame::of_jpeg(bytes, size).await,
        _ => None,
    };
    let (picture, size) = match frame {
        Some(frame) => {
            let size = kept::upright(declared, frame.size());
            (draw(frame.size(), size, longest_px, |pen, to| frame.draw(pen, to))?, size)
        }
        None => by_bitmap(bytes, header, longest_px).await?,
    };
    drop(pass);
    let mut notes = Vec::new();
    if header.moves {
        notes.push("the first frame of several".into());
    }
    if header.cut_short {
        notes.push("the file is cut short: a part of the picture may be missing".into());
    }
    Ok(Opened { picture, size, notes })
}

/// A picture and its file's size, by way of a bitmap, which the browser makes smaller as it decodes it, beside everything else.
async fn by_bitmap(bytes: &Uint8Array, header: Header, longest_px: usize) -> Result<(Rgb8, [usize; 2]), String> {
    let bag = BlobPropertyBag::new();
    bag.set_type(header.kind.media_type());
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(bytes), &bag).map_err(|e| said(&e))?;
    let options = ImageBitmapOptions::new();
    options.set_image_orientation(ImageOrientation::FromImage);
    let declared = [header.width as usize, header.height as usize];
    // What others declare may not be what is shown.
    let is_sure = matches!(header.kind, Kind::Jpeg | Kind::Png | Kind::WebP);
    let resized = if is_sure { kept::one_side(declared, longest_px) } else { None };
    if let Some([width, height]) = resized {
        // The other side follows from the picture's shape.
        match height {
            0 => options.set_resize_width(width as u32),
            _ => options.set_resize_height(height as u32),
        }
        let _ = js_sys::Reflect::set(&options, &"resizeQuality".into(), &"high".into());
    }
    let promise = scope()?
        .create_image_bitmap_with_blob_and_image_bitmap_options(&blob, &options)
        .map_err(|e| said(&e))?;
    let bitmap: ImageBitmap = JsFuture::from(promise).await.map_err(|e| said(&e))?.unchecked_into();
    let shown = [bitmap.width() as usize, bitmap.height() as usize];
    let size = if resized.is_some() { kept::upright(declared, shown) } else { shown };
    let drawn = draw(shown, size, longest_px, |pen, [width, height]| {
        pen.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height)
    });
    bitmap.close();
    Ok((drawn?, size))
}

/// Lays what is `shown` over white, at the size that is kept of a picture of `size` and no larger than it is, and reads the pixels back.
fn draw(
    shown: [usize; 2],
    size: [usize; 2],
    longest_px: usize,
    lay: impl Fn(&OffscreenCanvasRenderingContext2d, [f64; 2]) -> Result<(), JsValue>,
) -> Result<Rgb8, String> {
    if shown[0] as u64 * shown[1] as u64 > MOST_PIXELS {
        return Err("more pixels than its header declares".into());
    }
    let kept = kept::size(size, longest_px);
    let [width, height] = if shown[0] < kept[0] { shown } else { kept };
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
    lay(&context, [width as f64, height as f64]).map_err(|e| said(&e))?;
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
