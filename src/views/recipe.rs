use super::{Flip, RandomResizedCrop, Views};

/// How one view of a picture is made.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Side of the view, pixels.
    pub size_px: usize,
    /// Smallest and largest part of the picture's area, 0..1.
    pub area: [f32; 2],
    /// Probability of a horizontal flip.
    pub flip: f32,
}

impl Recipe {
    /// The view's crop and changes.
    #[must_use]
    pub fn views(&self) -> Views {
        Views::new(RandomResizedCrop::new(self.size_px, self.area)).then(Flip { p: self.flip })
    }
}
