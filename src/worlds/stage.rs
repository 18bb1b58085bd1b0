//! The stage: a scene while it is painted. Back to front: sky, clouds, land and water, then everything that stands
//! about, far things first, each with its shadow and its reflection.

use super::{
    canvas::{Canvas, Sprite},
    colour::Colour,
    noise::{smooth, unit},
    palette::Light,
    pen::Pen,
    scene::{Scene, Screen},
    screens,
    shapes::Bounds,
    water::Water,
};

/// How a thing is painted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Figure {
    /// Paints it, standing at the origin, about 1 high, facing right.
    pub draw: fn(&mut Pen, &Look),
    /// A box that holds all of it: left, bottom, right, top.
    pub reach: Bounds,
}

/// What differs between two things of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    pub colour: Colour,
    /// For whatever else varies.
    pub seed: u32,
    /// Moves legs, sails and wheels: one turn per unit.
    pub phase: f32,
    /// Width per height, for what comes in any.
    pub wide: f32,
}

impl Look {
    /// The look's own number `k`, 0..1.
    pub fn vary(&self, k: i32) -> f32 {
        unit(k, 77, self.seed)
    }
}

/// What a thing stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    Ground,
    Water,
    Air,
}

/// A thing at a place.
#[derive(Clone, Copy)]
pub(super) struct Item {
    /// Whether it is the scene's main object.
    pub main: bool,
    pub figure: Figure,
    pub x: f32,
    /// Where it stands, `y` down: lower is nearer and painted later.
    pub y: f32,
    /// Local unit in the picture.
    pub size: f32,
    pub facing: f32,
    pub on: On,
    pub look: Look,
    pub haze: f32,
}

impl Item {
    /// Left, top, right, bottom of its own box in the picture.
    pub fn bounds(&self) -> [f32; 4] {
        let Bounds(l, b, r, t) = self.figure.reach;
        let (l, r) = if self.facing < 0.0 { (-r, -l) } else { (l, r) };
        [
            self.x + l * self.size,
            self.y - t * self.size,
            self.x + r * self.size,
            self.y - b * self.size,
        ]
    }
}

/// A scene while it is painted.
pub(super) struct Stage<'a> {
    pub scene: &'a Scene,
    pub light: Light,
    pub canvas: Canvas,
    pub items: Vec<Item>,
    /// The water that things may stand in.
    pub water: Option<Water>,
    /// How much of each pixel still shows the main object, where someone wants to know.
    pub watched: Option<Vec<f32>>,
    store: Vec<[f32; 4]>,
}

impl<'a> Stage<'a> {
    pub fn new(scene: &'a Scene, size_px: usize) -> Self {
        let light = scene.light();
        Self {
            scene,
            light,
            canvas: Canvas::new(size_px),
            items: Vec::new(),
            water: None,
            watched: None,
            store: Vec::new(),
        }
    }

    /// A number of this scene's setting, 0..1, under a name of its own.
    pub fn vary(&self, k: i32) -> f32 {
        unit(k, 5, self.scene.seeds.land)
    }

    /// A seed for a part of the land.
    pub fn seed(&self, k: u32) -> u32 {
        self.scene.seeds.land.wrapping_add(k.wrapping_mul(0x9e37_79b9))
    }

    /// How much haze lies before a thing that stands at `y`.
    pub fn haze_at(&self, y: f32) -> f32 {
        let h = self.scene.horizon;
        (0.10 + 0.40 * self.scene.haze) * smooth(h + 0.34, h - 0.02, y)
    }

    /// Hands in a thing that stands about.
    pub fn put(&mut self, figure: Figure, [x, y]: [f32; 2], size: f32, colour: Colour, seed: u32) {
        let facing = if seed & 1 == 0 { 1.0 } else { -1.0 };
        let haze = self.haze_at(y);
        let look = Look {
            colour,
            seed,
            phase: self.scene.time,
            wide: 1.0,
        };
        self.items.push(Item {
            main: false,
            figure,
            x,
            y,
            size,
            facing,
            on: On::Ground,
            look,
            haze,
        });
    }

    /// Hands in what the main object passes behind.
    pub fn screen(&mut self, screen: &Screen) {
        self.put(screen.kind.figure(), [screen.x, screen.y], screen.size, screen.kind.colour(), 2);
        let (air, water) = (screen.kind == screens::Kind::Bank, self.water.is_some_and(|w| w.bottom >= 1.0));
        if let Some(item) = self.items.last_mut() {
            item.look.wide = screen.wide;
            item.on = if air {
                On::Air
            } else if water {
                On::Water
            } else {
                On::Ground
            };
        }
    }

    /// Paints everything that was handed in.
    pub fn paint_items(&mut self) {
        let mut items = std::mem::take(&mut self.items);
        // Stable: what was handed in first stays behind among equals.
        items.sort_by(|a, b| a.y.total_cmp(&b.y));
        for item in &items {
            self.paint_item(item);
        }
    }

    /// Paints one thing: shadow, reflection, itself.
    pub fn paint_item(&mut self, item: &Item) {
        let store = std::mem::take(&mut self.store);
        let mut sprite = Sprite::over(&self.canvas, item.bounds(), store);
        if sprite.width > 0 && sprite.height > 0 {
            let mut pen = Pen {
                sprite: &mut sprite,
                light: &self.light,
                origin: [item.x, item.y],
                scale: item.size,
                facing: item.facing,
                turn: [1.0, 0.0],
                haze: item.haze,
            };
            (item.figure.draw)(&mut pen, &item.look);
            match item.on {
                On::Ground => self.shadow(item, &sprite),
                On::Water => self.reflect(item, &sprite),
                On::Air => {}
            }
            self.canvas.lay(&sprite);
            if let Some(mask) = &mut self.watched {
                sprite.watch(mask, self.canvas.size, item.main);
            }
        }
        self.store = sprite.pixels;
    }

    /// The shadow on level ground: the thing laid flat, away from the light, fading with its length.
    fn shadow(&mut self, item: &Item, sprite: &Sprite) {
        let light = &self.light;
        let [left, top, right, _] = item.bounds();
        let height = item.y - top;
        let length = 0.14 + 0.34 * (1.0 - light.height) * (1.0 - light.height);
        let lean = ((item.x - light.sun[0]) * 1.5).clamp(-1.0, 1.0) * (0.35 + 0.65 * (1.0 - light.height));
        let strength = if light.moon { 0.30 } else { 0.42 } * (1.0 - 0.8 * item.haze);
        let colour = light.shade;
        let reach = lean * height;
        let soft = 0.06;
        let span = [
            (left).min(left + reach),
            item.y - 0.004,
            right.max(right + reach),
            item.y + length * height,
        ];
        self.canvas_shadow(span, |x, y| {
            let up = ((y - item.y) / length).max(0.0);
            let [.., a] = sprite.sample(x - lean * up, item.y - up - 0.002);
            let fade = 1.0 - smooth(0.2 * height, height + soft, up) * 0.75;
            (colour, a * strength * fade)
        });
    }

    fn canvas_shadow(&mut self, span: [f32; 4], paint: impl Fn(f32, f32) -> (Colour, f32)) {
        let [left, top, right, bottom] = span;
        let columns = self.canvas.span(left, right);
        for j in self.canvas.span(top, bottom) {
            let y = self.canvas.centre(j);
            for i in columns.clone() {
                let (tint, a) = paint(self.canvas.centre(i), y);
                if a > 0.0 {
                    let p = &mut self.canvas.pixels[j * self.canvas.size + i];
                    *p = p.mix(*p * tint, a.min(1.0));
                }
            }
        }
    }

    /// The thing upside down in the water under it, shaken by the waves.
    fn reflect(&mut self, item: &Item, sprite: &Sprite) {
        let Some(water) = self.water else { return };
        let [left, top, right, _] = item.bounds();
        let height = item.y - top;
        let px = self.canvas.px;
        let strength = 0.55 - 0.2 * water.rough;
        let columns = self.canvas.span(left - 0.03, right + 0.03);
        for j in self.canvas.span(item.y, item.y + 0.8 * height) {
            let y = self.canvas.centre(j);
            let waves = water.row(y, px);
            let up = (y - item.y).max(0.0) / 0.8;
            let shake = waves.seen * (0.004 + 0.016 * water.rough) * (0.4 + 2.0 * (up / height).min(1.0));
            let fade = strength * smooth(1.1 * height, 0.0, up) * ((y - item.y) / px + 0.5).clamp(0.0, 1.0);
            for i in columns.clone() {
                let x = self.canvas.centre(i);
                let [r, g, b, a] = sprite.sample(x + shake * waves.at(x), item.y - up);
                if a > 0.0 {
                    let p = &mut self.canvas.pixels[j * self.canvas.size + i];
                    *p = *p * (1.0 - a * fade) + Colour { r, g, b } * (0.86 * fade);
                }
            }
        }
    }
}
