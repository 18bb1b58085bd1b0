//! Squares and thumbnails, by Lanczos filters of three lobes; and all resizing of bytes there is, so that it is compiled once.

use std::cell::RefCell;

use fast_image_resize::{
    ResizeAlg, ResizeOptions, Resizer,
    images::{TypedCroppedImage, TypedImage, TypedImageRef},
    pixels::U8x3,
};

pub(crate) use fast_image_resize::FilterType;

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
        let frame = [x, y, box_width, box_height].map(f64::from);
        self.resampled([0, 0, self.width, self.height], frame, [width, height], FilterType::Lanczos3)
    }

    /// What `frame` shows of a part of the picture, at another size. Part and frame are `[x, y, width, height]`, the frame within the part
    /// and counted from its corner; the filter sees what lies beside the frame, and nothing that lies beside the part.
    pub(crate) fn resampled(
        &self,
        part: [usize; 4],
        [x, y, box_width, box_height]: [f64; 4],
        size: [usize; 2],
        filter: FilterType,
    ) -> Self {
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(filter))
            .use_alpha(false)
            .crop(x, y, box_width, box_height);
        let [width, height] = size.map(|side| side.max(1));
        let [left, top, part_width, part_height] = part.map(|side| side as u32);
        let mut pixels = vec![0; 3 * width * height];
        // Typed: the untyped form brings every pixel format's code and half a megabyte of tables into the engine. A part even where it is
        // the whole: each kind of source has its code written out for every precision of the filter, a twentieth of this library.
        let source = TypedImageRef::<U8x3>::from_buffer(self.width as u32, self.height as u32, &self.pixels);
        let part = source
            .ok()
            .and_then(|source| TypedCroppedImage::new(source, left, top, part_width, part_height).ok());
        let out = TypedImage::<U8x3>::from_buffer(width as u32, height as u32, &mut pixels);
        let done = match (part, out) {
            (Some(part), Ok(mut out)) => RESIZER.with_borrow_mut(|resizer| resizer.resize_typed(&part, &mut out, &options).is_ok()),
            _ => false,
        };
        debug_assert!(done, "a frame within a part of the picture can be resized");
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
