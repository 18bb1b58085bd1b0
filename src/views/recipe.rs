use super::{Blur, Change, Drawn, Flip, Grey, Jigsaw, Jitter, RandomResizedCrop, Solarise, Views};

use crate::chance::Chance;

/// How one view of a picture is made: crop, flip, jitter, grey, blur, solarise, in this order, BYOL's and DINO's. The
/// papers' recipes are constructors; where one flips last, as MoCo and SimSiam do, that changes nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipe {
    /// Side of the view, pixels.
    pub size_px: usize,
    /// Smallest and largest part of the picture's area, 0..1.
    pub area: [f32; 2],
    /// Smallest and largest width over height of that part.
    pub aspect: [f32; 2],
    /// Probability of a horizontal flip.
    pub flip: f32,
    /// Colour jitter, with its probability.
    pub jitter: Option<Jitter>,
    /// Probability of losing the colours.
    pub grey: f32,
    /// Gaussian blur, with its probability.
    pub blur: Option<Blur>,
    /// Probability of being solarised.
    pub solarise: f32,
    /// Cut into a puzzle and shown with its tiles side by side, out of order.
    pub jigsaw: Option<Jigsaw>,
}

impl Recipe {
    /// A random resized crop of aspect ratios from 3:4 to 4:3, and a flip.
    #[must_use]
    pub const fn plain(size_px: usize, area: [f32; 2], flip: f32) -> Self {
        Self {
            size_px,
            area,
            aspect: [3.0 / 4.0, 4.0 / 3.0],
            flip,
            jitter: None,
            grey: 0.0,
            blur: None,
            solarise: 0.0,
            jigsaw: None,
        }
    }

    /// Without blur, as many leave it out on pictures as small as CIFAR's.
    #[must_use]
    pub fn without_blur(self) -> Self {
        Self { blur: None, ..self }
    }

    /// The view's crop and flip alone.
    #[must_use]
    pub fn shape(&self) -> Views {
        let views = Views::new(RandomResizedCrop {
            size_px: self.size_px,
            area: self.area,
            aspect: self.aspect,
        });
        if self.flip > 0.0 {
            views.then(Flip { p: self.flip })
        } else {
            views
        }
    }

    /// What [`Recipe::views`] does to the colours of a view at `position`, for whoever has its [`Recipe::shape`].
    #[must_use]
    pub fn colours(&self, seed: u64, position: u64) -> Drawn {
        let chance = |change: &dyn Change| Chance::new(seed, change.name(), position);
        let (grey, solarise) = (Grey { p: self.grey }, Solarise { p: self.solarise });
        Drawn {
            jitter: self.jitter.and_then(|jitter| jitter.draw(&mut chance(&jitter))),
            is_grey: grey.draw(&mut chance(&grey)),
            blur: self.blur.and_then(|blur| blur.draw(&mut chance(&blur), [self.size_px; 2])),
            is_solarised: solarise.draw(&mut chance(&solarise)),
        }
    }

    /// The view's crop and changes. What never happens is left out.
    #[must_use]
    pub fn views(&self) -> Views {
        let mut views = self.shape();
        if let Some(jitter) = self.jitter {
            views = views.then(jitter);
        }
        if self.grey > 0.0 {
            views = views.then(Grey { p: self.grey });
        }
        if let Some(blur) = self.blur {
            views = views.then(blur);
        }
        if self.solarise > 0.0 {
            views = views.then(Solarise { p: self.solarise });
        }
        match self.jigsaw {
            Some(jigsaw) => views.cut(jigsaw),
            None => views,
        }
    }
}

/// Multi-crop (Caron et al. 2020, Sec. 3.3): a few views of most of a picture, then `count` small ones of little of it.
#[must_use]
pub fn multi_crop(global: &[Recipe], local: &Recipe, count: usize) -> Vec<Recipe> {
    global.iter().chain(std::iter::repeat_n(local, count)).cloned().collect()
}
