//! Settings: one file each. Each paints its land and water from the far to the near, and hands in what stands about.

pub(super) mod beach;
pub(super) mod desert;
pub(super) mod forest;
pub(super) mod lake;
pub(super) mod meadow;
pub(super) mod sea;
pub(super) mod snow;
pub(super) mod town;

use super::{
    colour::Colour,
    ground::{Ground, Soil},
    land,
    noise::unit,
    props,
    ridge::{Kind, Ridge},
    stage::{On, Stage},
};

impl Stage<'_> {
    /// A ridge whose foot lies on the horizon plus `drop`.
    fn ridge(&self, k: u32, kind: Kind, [drop, height]: [f32; 2], hills: f32, colour: u32, haze: f32) -> Ridge {
        let s = self.scene;
        Ridge {
            kind,
            base: s.horizon + drop,
            height,
            hills,
            colour: Colour::hex(colour),
            haze: (haze * (0.75 + 0.5 * s.haze)).min(0.95),
            seed: self.seed(k),
        }
    }

    /// Ridges down to `foot` below the horizon.
    fn ridges(&mut self, ridges: &[Ridge], foot: f32) {
        land::paint(&mut self.canvas, &self.light, ridges, self.scene.horizon + foot);
    }

    /// Ground whose far edge is the top of a low ridge.
    fn ground(&mut self, soil: Soil, edge: &Ridge, colour: u32) {
        let tops = edge.tops(self.canvas.size);
        let ground = Ground {
            soil,
            tops: &tops,
            colour: Colour::hex(colour),
            seed: self.seed(90),
        };
        ground.paint(&mut self.canvas, &self.light);
    }

    /// Chance `k` of the things that stand about, 0..1, for thing number `i`.
    fn thing(&self, i: i32, k: i32) -> f32 {
        unit(i, k, self.scene.seeds.things)
    }

    /// A place for thing `i` between two depths, `half` wide to each side, kept clear of the main object: `[x, y]`.
    fn spot(&self, i: i32, [from, to]: [f32; 2], half: f32) -> [f32; 2] {
        let y = from + (to - from) * self.thing(i, 1);
        let x = 1.1 * self.thing(i, 2) - 0.05;
        let [left, right] = self.scene.clear;
        let clear = 0.5 * (right - left) + half;
        let middle = 0.5 * (left + right);
        let away = x - middle;
        if y < self.scene.object.y - 0.02 || away.abs() > clear {
            return [x, y];
        }
        // Pushed out to the nearer side, spread over what is free there.
        let side = if away < 0.0 { -1.0 } else { 1.0 };
        let free = if side < 0.0 { middle - clear } else { 1.0 - middle - clear };
        [middle + side * (clear + (away.abs() / clear) * free.max(0.05)), y]
    }

    /// Things of one kind scattered between two depths, smaller where they are farther.
    fn scatter(&mut self, figure: super::stage::Figure, count: i32, depth: [f32; 2], size: [f32; 2], colours: [u32; 2], salt: i32) {
        for k in 0..count {
            let i = salt * 64 + k;
            let full = size[0] + (size[1] - size[0]) * self.thing(i, 3);
            let reach = 0.4 * (figure.reach.2 - figure.reach.0) * full;
            let [x, y] = self.spot(i, depth, reach);
            let near = (y - self.scene.horizon) / (1.0 - self.scene.horizon);
            let colour = Colour::hex(colours[0]).mix(Colour::hex(colours[1]), self.thing(i, 4));
            let size = full * (0.35 + 0.75 * near.max(0.0));
            self.put(figure, [x, y], size, colour, super::noise::hash(i, 6, self.scene.seeds.things));
        }
    }

    /// A few gulls or swallows in the sky.
    fn birds(&mut self, count: i32, colour: u32) {
        for k in 0..count {
            let i = 3000 + k;
            let [x, y] = [0.1 + 0.8 * self.thing(i, 2), self.scene.horizon * (0.25 + 0.5 * self.thing(i, 1))];
            let size = 0.012 + 0.012 * self.thing(i, 3);
            self.put(props::GULL, [x, y], size, Colour::hex(colour), i as u32);
            if let Some(bird) = self.items.last_mut() {
                bird.on = On::Air;
            }
        }
    }

    /// Lays what flies before water is painted, so that the water mirrors it; it is laid again in its turn.
    fn flyers_for_mirror(&mut self) {
        let main = self.scene.main_item();
        if main.on == On::Air {
            self.paint_item(&main);
        }
    }
}
