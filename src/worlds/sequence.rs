//! Sequences: a scene in which the main object goes from one side to the other and passes behind something.
//!
//! While it is hidden, what comes next is known only to who has seen it go in. In a vanishing sequence it never
//! comes out again.

use super::{
    objects::{KINDS, Stands},
    scene::{Scene, Screen},
    screens::{self, WIDEST},
    setting::SETTINGS,
};
use crate::chance::Chance;

/// What becomes of the object behind the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It comes out on the other side.
    Passes,
    /// It is gone once it is wholly hidden.
    Vanishes,
}

/// A row of frames. Pure in `(seed, index, bond, frames)`.
#[derive(Clone, Debug)]
pub struct Sequence {
    first: Scene,
    frames: usize,
    /// Where the object begins and ends, shares of the picture's side.
    path: [f32; 2],
    fate: Fate,
}

impl Sequence {
    /// Sequence number `index` of a world, `frames` long (at least two). The objects are those that move by themselves.
    #[must_use]
    pub fn new(seed: u64, index: u64, bond: f32, frames: usize, fate: Fate) -> Self {
        let movers: Vec<usize> = (0..KINDS.len()).filter(|&k| KINDS[k].moves).collect();
        let mut chance = Chance::new(seed, "worlds.sequence", index);
        let class = movers[chance.below(movers.len())];
        let mut first = Scene::of_class(seed, index ^ (1 << 63), bond, class);
        let kind = &KINDS[class];
        let reach = kind.figure.reach;
        let (left, right) = if first.object.facing < 0.0 {
            (-reach.2, -reach.0)
        } else {
            (reach.0, reach.2)
        };
        let width = right - left;
        // Room for the object on both sides of the screen.
        let size = first.object.size.min(0.26 / width);
        first.object.y -= if kind.stands == Stands::Air {
            first.object.size - size
        } else {
            0.0
        };
        first.object.size = size;
        let (start, end) = (0.02 - left * size, 0.98 - right * size);
        let path = if first.object.facing < 0.0 { [end, start] } else { [start, end] };
        let tall = 1.12 * size * reach.3;
        let x = 0.5 + chance.range(-0.04..0.04);
        let wide = (1.18 * width * size / tall).min(WIDEST);
        let place = &SETTINGS[first.setting];
        let screen = match kind.stands {
            Stands::Air => screens::Kind::Bank,
            _ if place.water || matches!(place.name, "desert" | "beach") => screens::Kind::Stack,
            _ => screens::Kind::Wall,
        };
        let drop = if kind.stands == Stands::Air { 0.03 } else { 0.025 };
        first.screen = Some(Screen {
            kind: screen,
            x,
            y: first.object.y + drop,
            size: tall + drop,
            wide,
        });
        first.clear = [x - 0.6 * wide * tall, x + 0.6 * wide * tall];
        first.object.x = path[0];
        Self {
            first,
            frames: frames.max(2),
            path,
            fate,
        }
    }

    /// How many frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames
    }

    /// Never: a sequence has two frames at least.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        false
    }

    /// What becomes of the object.
    #[must_use]
    pub fn fate(&self) -> Fate {
        self.fate
    }

    /// Frame number `k`, the last one from there on. Only the object, clouds, waves and wings move.
    #[must_use]
    pub fn frame(&self, k: usize) -> Scene {
        let t = k.min(self.frames - 1) as f32 / (self.frames - 1) as f32;
        let mut scene = self.first.clone();
        scene.time = 2.5 * t;
        scene.object.x = self.path[0] + (self.path[1] - self.path[0]) * t;
        if let (Fate::Vanishes, Some(screen)) = (self.fate, scene.screen) {
            let gone = (screen.x - self.path[0]) / (self.path[1] - self.path[0]);
            scene.absent = t >= gone;
        }
        scene
    }
}
