//! Squares and thumbnails, by Lanczos filters of three lobes.

use std::cell::RefCell;

use fast_image_resize::{
    ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};

use super::{Frame, Picture, Rgb8};

thread_local! {
    // Keeps its row buffers between pictures.
    static RESIZER: RefCell<Resizer> = RefCell::new(Resizer::new());
}

impl Rgb8 {
    /// What `frame` shows of the picture, `size_px` pixels a side, smaller or larger than it was.
    #[must_use]
    pub fn square(&self, frame: Frame, size_px: usize) -> Picture {
        Picture::from_rgb8(&self.square_rgb8(frame, size_px))
    }

    /// The same in bytes.
    #[must_use]
    pub fn square_rgb8(&self, frame: Frame, size_px: usize) -> Self {
        let Frame { x, y, side } = frame.within(self.width, self.height);
        let whole = x.fract() == 0.0 && y.fract() == 0.0;
        if whole && side == size_px as f32 {
            return self.cut(x as usize, y as usize, size_px, size_px);
        }
        self.resized([x, y, side, side], size_px, size_px)
    }

    /// The whole picture with its long side at most `long_side_px` pixels; never enlarged.
    #[must_use]
    pub fn thumbnail(&self, long_side_px: usize) -> Self {
        let long = self.width.max(self.height);
        if long <= long_side_px {
            return self.clone();
        }
        let scaled = |side: usize| ((side as f64 * long_side_px as f64 / long as f64).round() as usize).max(1);
        self.resized(
            [0.0, 0.0, self.width as f32, self.height as f32],
            scaled(self.width),
            scaled(self.height),
        )
    }

    /// The rectangle `[x, y, width, height]` of the picture, which must lie within it, at another size.
    pub(crate) fn resized(&self, [x, y, box_width, box_height]: [f32; 4], width: usize, height: usize) -> Self {
        // A wide picture must first lose its length: a thousandfold reduction in one go is what the filter does anyway.
        let options = ResizeOptions::new()
            .use_alpha(false)
            .crop(f64::from(x), f64::from(y), f64::from(box_width), f64::from(box_height));
        let (width, height) = (width.max(1), height.max(1));
        let mut pixels = vec![0; 3 * width * height];
        // Typed: the untyped form brings every pixel format's code and half a megabyte of tables into the engine.
        let source = TypedImageRef::<U8x3>::from_buffer(self.width as u32, self.height as u32, &self.pixels);
        let out = TypedImage::<U8x3>::from_buffer(width as u32, height as u32, &mut pixels);
        let done = match (source, out) {
            (Ok(source), Ok(mut out)) => RESIZER.with_borrow_mut(|resizer| resizer.resize_typed(&source, &mut out, &options).is_ok()),
            _ => false,
        };
        debug_assert!(done, "a frame within the picture can be resized");
        Self { width, height, pixels }
    }

    /// A rectangle of the picture as it is.
    fn cut(&self, x: usize, y: usize, width: usize, height: usize) -> Self {
        let row = |row: usize| {
            let start = 3 * (row * self.width + x);
            &self.pixels[start..start + 3 * width]
        };
        Self {
            width,
            height,
            pixels: (y..y + height).flat_map(row).copied().collect(),
        }
    }
}
