//! The decoder of WebCodecs (<https://www.w3.org/TR/webcodecs/#imagedecoder-interface>), where a browser has it: it makes a large JPEG
//! smaller while it decodes it, in the cosines that a JPEG consists of, which takes half the time.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::OffscreenCanvasRenderingContext2d;

use crate::platform::web;

#[wasm_bindgen]
extern "C" {
    type ImageDecoder;
    #[wasm_bindgen(constructor, catch)]
    fn new(init: &Object) -> Result<ImageDecoder, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn decode(this: &ImageDecoder) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method)]
    fn close(this: &ImageDecoder);

    type VideoFrame;
    #[wasm_bindgen(method, getter, js_name = displayWidth)]
    fn width(this: &VideoFrame) -> u32;
    #[wasm_bindgen(method, getter, js_name = displayHeight)]
    fn height(this: &VideoFrame) -> u32;
    #[wasm_bindgen(method)]
    fn close(this: &VideoFrame);
}

/// A picture that was decoded; gives its memory back when dropped.
pub struct Frame(VideoFrame);

impl Frame {
    /// Decodes a JPEG to about the size `[width, height]`, in which it lies as its file has it. It is shown upright. `None` where the
    /// browser has no such decoder, or one that does not know which way is up.
    pub async fn of_jpeg(bytes: &Uint8Array, [width, height]: [usize; 2]) -> Option<Self> {
        if !knows_what_is_up() {
            return None;
        }
        let init = Object::new();
        let settings: [(&str, JsValue); 4] = [
            ("type", "image/jpeg".into()),
            ("data", bytes.into()),
            ("desiredWidth", (width as f64).into()),
            ("desiredHeight", (height as f64).into()),
        ];
        for (key, value) in settings {
            Reflect::set(&init, &key.into(), &value).ok()?;
        }
        let decoder = ImageDecoder::new(&init).ok()?;
        let decoded = match decoder.decode() {
            Ok(promise) => JsFuture::from(promise).await,
            Err(refused) => Err(refused),
        };
        decoder.close();
        let frame = web::get(&decoded.ok()?, "image");
        frame.is_object().then(|| Self(frame.unchecked_into()))
    }

    /// As it is shown: `[width, height]`, pixels.
    pub fn size(&self) -> [usize; 2] {
        [self.0.width() as usize, self.0.height() as usize]
    }

    /// Draws it over all of a canvas of this size.
    ///
    /// # Errors
    /// What the browser says.
    pub fn draw(&self, context: &OffscreenCanvasRenderingContext2d, [width, height]: [f64; 2]) -> Result<(), JsValue> {
        let draw: Function = Reflect::get(context, &"drawImage".into())?.dyn_into()?;
        let arguments = Array::of5(self.0.as_ref(), &0.into(), &0.into(), &width.into(), &height.into());
        draw.apply(context, &arguments).map(drop)
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Whether frames have a rotation: browsers whose frames have none leave a photograph as it lies in its file.
fn knows_what_is_up() -> bool {
    let global = js_sys::global();
    let frame = web::get(&web::get(&global, "VideoFrame"), "prototype");
    let is_there = |of: &JsValue, name: &str| of.is_object() && Reflect::has(of, &name.into()).unwrap_or(false);
    is_there(&frame, "rotation") && is_there(&global, "ImageDecoder")
}
