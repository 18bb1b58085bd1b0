//! Squares and thumbnails, by Lanczos filters of three lobes.

use std::cell::RefCell;

use fast_image_resize::{
    PixelType, ResizeOptions, Resizer,
    images::{Image, ImageRef},
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
        let mut out = Image::new(width.max(1) as u32, height.max(1) as u32, PixelType::U8x3);
        let source = ImageRef::new(self.width as u32, self.height as u32, &self.pixels, PixelType::U8x3);
        let done = source.is_ok_and(|source| RESIZER.with_borrow_mut(|resizer| resizer.resize(&source, &mut out, &options).is_ok()));
        debug_assert!(done, "a frame within the picture can be resized");
        Self {
            width: width.max(1),
            height: height.max(1),
            pixels: out.into_vec(),
        }
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
