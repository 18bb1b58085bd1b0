//! The pictures in hand. Their pixels lie outside of wasm memory, which never shrinks; only the one last looked at is inside.

use std::{collections::BTreeMap, rc::Rc};

use js_sys::Uint8Array;

use super::decode::{Opened, fit};
use crate::{
    engine::kept,
    picture::{Frame, Picture, Rgb8},
};

/// What is said of a picture that is not there.
const GONE: &str = "This picture is no longer here: add it again.";

/// All pictures that the page has added.
#[derive(Debug)]
pub struct Pictures {
    /// Longest side of those of usual shape, while they are few, and now.
    few_px: usize,
    longest_px: usize,
    kept: BTreeMap<u32, Kept>,
    inside: Option<(u32, Rgb8)>,
    square: Option<Square>,
}

#[derive(Debug)]
struct Kept {
    pixels: Uint8Array,
    width: usize,
    height: usize,
    /// The file's own size: what frames are given in.
    size: [usize; 2],
}

/// The last square that was cut, which stays the same while a mask is painted.
#[derive(Debug)]
struct Square {
    id: u32,
    frame: Frame,
    size_px: usize,
    picture: Rc<Picture>,
}

impl Pictures {
    /// None yet; while they are few they are kept with this longest side.
    pub fn new(few_px: usize) -> Self {
        Self {
            few_px,
            longest_px: few_px,
            kept: BTreeMap::new(),
            inside: None,
            square: None,
        }
    }

    /// Longest side at which a picture of usual shape is kept now.
    pub fn longest_px(&self) -> usize {
        self.longest_px
    }

    /// Keeps a picture, in place of any of the same number. Where it would find no room, all are kept smaller from then on.
    ///
    /// # Errors
    /// A sentence, where there are too many already.
    pub fn add(&mut self, id: u32, name: &str, opened: Opened) -> Result<(), String> {
        self.remove(id);
        let sizes: Vec<[usize; 2]> = self.kept.values().map(|kept| kept.size).chain([opened.size]).collect();
        let Some(longest_px) = kept::longest(&sizes, self.longest_px) else {
            return Err(format!(
                "{name} finds no room beside the {} pictures already here: remove some and add it again.",
                self.kept.len()
            ));
        };
        if longest_px < self.longest_px {
            self.shrink(longest_px)?;
        }
        // It may have been opened before others came.
        let picture = fit(opened.picture, opened.size, self.longest_px);
        let Rgb8 { width, height, ref pixels } = picture;
        let pixels = Uint8Array::from(pixels.as_slice());
        self.kept.insert(
            id,
            Kept {
                pixels,
                width,
                height,
                size: opened.size,
            },
        );
        self.inside = Some((id, picture));
        Ok(())
    }

    fn shrink(&mut self, longest_px: usize) -> Result<(), String> {
        self.longest_px = longest_px;
        (self.inside, self.square) = (None, None);
        for kept in self.kept.values_mut() {
            let smaller = fit(kept.picture()?, kept.size, longest_px);
            (kept.width, kept.height) = (smaller.width, smaller.height);
            kept.pixels = Uint8Array::from(smaller.pixels.as_slice());
        }
        Ok(())
    }

    /// Forgets a picture.
    pub fn remove(&mut self, id: u32) {
        self.kept.remove(&id);
        if self.kept.is_empty() {
            self.longest_px = self.few_px;
        }
        self.inside.take_if(|(inside, _)| *inside == id);
        self.square.take_if(|square| square.id == id);
    }

    /// What `frame` (in the file's own pixels) shows of a picture, as the model takes it.
    ///
    /// # Errors
    /// A sentence, where there is no such picture.
    pub fn square(&mut self, id: u32, frame: Frame, size_px: usize) -> Result<Rc<Picture>, String> {
        if let Some(square) = &self.square
            && (square.id, square.frame, square.size_px) == (id, frame, size_px)
        {
            return Ok(Rc::clone(&square.picture));
        }
        let frame_kept = self.kept.get(&id).ok_or(GONE)?.frame(frame);
        let picture = Rc::new(self.inside(id)?.square(frame_kept, size_px));
        self.square = Some(Square {
            id,
            frame,
            size_px,
            picture: Rc::clone(&picture),
        });
        Ok(picture)
    }

    /// A picture's pixels, inside of wasm memory.
    fn inside(&mut self, id: u32) -> Result<&Rgb8, String> {
        let kept = self.kept.get(&id).ok_or(GONE)?;
        if self.inside.as_ref().is_none_or(|(inside, _)| *inside != id) {
            // The old one goes before the new one comes: one picture's room is enough.
            self.inside = None;
            self.inside = Some((id, kept.picture()?));
        }
        self.inside.as_ref().map(|(_, picture)| picture).ok_or_else(|| GONE.into())
    }
}

/// What only the room Together asks.
#[cfg(feature = "joint")]
impl Pictures {
    /// Whether there is such a picture.
    pub fn has(&self, id: u32) -> bool {
        self.kept.contains_key(&id)
    }

    /// The largest square in the middle of a picture, in the file's own pixels.
    ///
    /// # Errors
    /// A sentence, where there is no such picture.
    pub fn centre(&self, id: u32) -> Result<Frame, String> {
        let [width, height] = self.kept.get(&id).ok_or(GONE)?.size;
        Ok(Frame::centre(width, height))
    }

    /// A picture as it is kept, and `frame` (in the file's own pixels) in its pixels.
    ///
    /// # Errors
    /// A sentence, where there is no such picture.
    pub fn whole(&mut self, id: u32, frame: Frame) -> Result<(Rgb8, Frame), String> {
        let frame = self.kept.get(&id).ok_or(GONE)?.frame(frame);
        Ok((self.inside(id)?.clone(), frame))
    }
}

impl Kept {
    /// Its pixels, inside of wasm memory.
    fn picture(&self) -> Result<Rgb8, String> {
        Rgb8::new(self.width, self.height, self.pixels.to_vec()).map_err(|e| e.to_string())
    }

    /// A frame in the pixels that are kept. The short side, which bounds the square, sets the scale.
    fn frame(&self, frame: Frame) -> Frame {
        let [across, down] = [self.width as f32 / self.size[0] as f32, self.height as f32 / self.size[1] as f32];
        let scale = if self.width < self.height { across } else { down };
        Frame {
            x: frame.x * across,
            y: frame.y * down,
            side: frame.side * scale,
        }
    }
}

/// RGBA, opaque, of a picture in bytes.
pub fn rgba(picture: &Rgb8) -> Vec<u8> {
    picture
        .pixels
        .chunks_exact(3)
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
        .collect()
}
