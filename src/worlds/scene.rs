//! A scene: its factors, drawn from chance, and what can be said of it. The picture follows from the factors alone.

use super::{
    draw,
    objects::{KINDS, Stands},
    palette::{Light, night},
    screens,
    setting::SETTINGS,
    stage::{Item, Look, On, Stage},
};
use crate::{chance::Chance, picture::Rgb8};

/// Names and ranges of the continuous factors, in the order of [`Scene::factors`].
pub const FACTORS: [(&str, [f32; 2]); 12] = [
    ("hour", [0.0, 24.0]),
    ("sun_x", [0.0, 1.0]),
    ("clouds", [0.0, 1.0]),
    ("haze", [0.0, 1.0]),
    ("hills", [0.0, 1.0]),
    ("horizon", [0.0, 1.0]),
    ("warmth", [-1.0, 1.0]),
    ("object_x", [0.0, 1.0]),
    ("object_y", [0.0, 1.0]),
    ("object_size", [0.0, 1.0]),
    ("object_hue", [0.0, 1.0]),
    ("object_facing", [-1.0, 1.0]),
];

/// Seeds of the parts of a scene.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seeds {
    pub sky: u32,
    pub land: u32,
    pub things: u32,
    pub object: u32,
}

/// One scene of the procedural worlds. Pure in `(seed, index, bond)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    pub(super) class: usize,
    pub(super) setting: usize,
    pub(super) hour: f32,
    pub(super) sun_x: f32,
    pub(super) clouds: f32,
    pub(super) haze: f32,
    pub(super) hills: f32,
    pub(super) horizon: f32,
    pub(super) warmth: f32,
    pub(super) object: Object,
    pub(super) seeds: Seeds,
    pub(super) bond: f32,
    /// 0 in a picture that stands still; turns of wheels and sails, drift of clouds and waves.
    pub(super) time: f32,
    /// From where to where across the picture nothing else may stand before the object.
    pub(super) clear: [f32; 2],
    /// Something to pass behind.
    pub(super) screen: Option<Screen>,
    /// Whether the main object is gone.
    pub(super) absent: bool,
}

/// Something the main object passes behind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Screen {
    pub kind: screens::Kind,
    pub x: f32,
    pub y: f32,
    pub size: f32,
    /// Width per height.
    pub wide: f32,
}

/// The main object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Object {
    pub x: f32,
    /// Where it stands, `y` down.
    pub y: f32,
    pub size: f32,
    pub hue: f32,
    pub facing: f32,
}

impl Scene {
    /// Scene number `index` of a world. `bond` (0..1, cut to it) is how strongly object and setting go together: at 0
    /// any object stands anywhere, at 1 all but a share of [`super::STRAY`] stand where they belong.
    ///
    /// Ten scenes in a row hold every class once.
    #[must_use]
    pub fn new(seed: u64, index: u64, bond: f32) -> Self {
        let class = Chance::new(seed, "worlds.class", index / 10).permutation(KINDS.len())[(index % 10) as usize];
        Self::of_class(seed, index, bond, class)
    }

    /// The same with a class of one's own choice (cut to the last one).
    #[must_use]
    pub fn of_class(seed: u64, index: u64, bond: f32, class: usize) -> Self {
        let class = class.min(KINDS.len() - 1);
        let bond = bond.clamp(0.0, 1.0);
        let setting = draw::setting(&KINDS[class], bond, &mut Chance::new(seed, "worlds.setting", index));
        Self::composed(seed, index, bond, [class, setting])
    }

    /// The same with class and setting of one's own choice (each cut to the last one), however rare the pair is.
    #[must_use]
    pub fn placed(seed: u64, index: u64, class: usize, setting: usize) -> Self {
        let pair = [class.min(KINDS.len() - 1), setting.min(SETTINGS.len() - 1)];
        Self::composed(seed, index, 0.0, pair)
    }

    /// What chance decides once class and setting are known.
    fn composed(seed: u64, index: u64, bond: f32, [class, setting]: [usize; 2]) -> Self {
        let (kind, place) = (&KINDS[class], &SETTINGS[setting]);
        let mut c = Chance::new(seed, "worlds.sky", index);
        let hour = draw::hour(&mut c);
        let sun_x = 0.5 + 0.38 * (c.range(-1.0..1.0));
        let clouds = c.unit();
        let haze = c.unit();
        let warmth = c.range(-1.0..1.0);
        let mut c = Chance::new(seed, "worlds.land", index);
        let hills = c.unit();
        let horizon = c.range(place.horizon[0]..place.horizon[1]);
        let object = draw::object(kind, place, horizon, &mut Chance::new(seed, "worlds.object", index));
        let mut c = Chance::new(seed, "worlds.seeds", index);
        let mut next = || (c.bits() >> 32) as u32;
        let seeds = Seeds {
            sky: next(),
            land: next(),
            things: next(),
            object: next(),
        };
        let mut scene = Self {
            class,
            setting,
            hour,
            sun_x,
            clouds,
            haze,
            hills,
            horizon,
            warmth,
            object,
            seeds,
            bond,
            time: 0.0,
            clear: [0.0; 2],
            screen: None,
            absent: false,
        };
        let [left, _, right, _] = scene.object_box();
        scene.clear = [left, right];
        scene
    }

    /// Another right answer to what stands where the main object stands: the same picture around it, with an object
    /// drawn as this setting has them. Number 0, 1, 2 … of endlessly many; some are of this scene's own class.
    #[must_use]
    pub fn other(&self, number: u64) -> Self {
        let mut c = Chance::new(u64::from(self.seeds.object), "worlds.other", number);
        let weights: Vec<f32> = KINDS.iter().map(|kind| draw::chance_of(kind, self.setting, self.bond)).collect();
        let mut u = c.unit() * weights.iter().sum::<f32>();
        let mut class = 0;
        for (k, w) in weights.iter().enumerate() {
            class = k;
            u -= w;
            if u < 0.0 {
                break;
            }
        }
        let mut other = self.clone();
        other.class = class;
        other.object = draw::object(&KINDS[class], &SETTINGS[self.setting], self.horizon, &mut c);
        other.object.x = self.object.x;
        other.seeds.object = (c.bits() >> 32) as u32;
        other
    }

    /// Number of the main object's class in [`super::CLASSES`].
    #[must_use]
    pub fn class(&self) -> usize {
        self.class
    }

    /// Number of the setting in [`super::SETTINGS`].
    #[must_use]
    pub fn setting(&self) -> usize {
        self.setting
    }

    /// Continuous factors with their names; ranges are in [`FACTORS`]. Places and sizes are shares of the picture's
    /// side, `y` down; the hour is a time of day; the facing is -1 (left) or 1 (right).
    #[must_use]
    pub fn factors(&self) -> Vec<(&'static str, f32)> {
        let o = &self.object;
        let values = [
            self.hour,
            self.sun_x,
            self.clouds,
            self.haze,
            self.hills,
            self.horizon,
            self.warmth,
            o.x,
            o.y,
            o.size,
            o.hue,
            o.facing,
        ];
        FACTORS.iter().zip(values).map(|((name, _), value)| (*name, value)).collect()
    }

    /// One sentence that says what is to be seen: `A red balloon over the meadow at dusk.`
    #[must_use]
    pub fn caption(&self) -> String {
        let kind = &KINDS[self.class];
        let place = &SETTINGS[self.setting];
        let (_, colour) = (kind.coat)(self.object.hue);
        let thing = if colour.is_empty() {
            kind.name.to_string()
        } else {
            format!("{colour} {}", kind.name)
        };
        let article = if thing.starts_with(['a', 'e', 'i', 'o', 'u']) { "An" } else { "A" };
        let place = if kind.stands == Stands::Air { place.over } else { place.place };
        format!("{article} {thing} {place} {}.", time_of_day(self.hour))
    }

    /// Box of the main object, `[left, top, right, bottom]` in shares of the picture's side, its shadow and reflection apart.
    #[must_use]
    pub fn object_box(&self) -> [f32; 4] {
        self.main_item().bounds()
    }

    /// Paints the scene, `size_px` on a side. The composition is the same at every size.
    #[must_use]
    pub fn render(&self, size_px: usize) -> Rgb8 {
        self.paint(Stage::new(self, size_px)).canvas.finish(self.seeds.sky)
    }

    /// How much of each pixel shows the main object, 0..1, row by row; less where something stands before it.
    #[must_use]
    pub fn object_mask(&self, size_px: usize) -> Vec<f32> {
        let mut stage = Stage::new(self, size_px);
        stage.watched = Some(vec![0.0; stage.canvas.pixels.len()]);
        self.paint(stage).watched.unwrap_or_default()
    }

    fn paint<'a>(&'a self, mut stage: Stage<'a>) -> Stage<'a> {
        super::sky::paint(&mut stage.canvas, &stage.light, self.horizon, self.seeds.sky);
        super::clouds::paint(
            &mut stage.canvas,
            &stage.light,
            self.horizon,
            self.clouds,
            self.time * 0.05,
            self.seeds.sky,
        );
        (SETTINGS[self.setting].paint)(&mut stage);
        if let Some(screen) = self.screen {
            stage.screen(&screen);
        }
        if !self.absent {
            let main = self.main_item();
            if main.on == On::Ground && SETTINGS[self.setting].water {
                stage.items.push(super::props::islet(&main));
            }
            stage.items.push(main);
        }
        stage.paint_items();
        stage
    }

    pub(super) fn light(&self) -> Light {
        Light::at(self.hour, self.sun_x, self.horizon, self.warmth, 1.0)
    }

    pub(super) fn main_item(&self) -> Item {
        let kind = &KINDS[self.class];
        let o = &self.object;
        let on = match kind.stands {
            Stands::Air => On::Air,
            Stands::Water if SETTINGS[self.setting].water => On::Water,
            _ => On::Ground,
        };
        let look = Look {
            colour: (kind.coat)(o.hue).0,
            seed: self.seeds.object,
            phase: self.time,
            wide: 1.0,
        };
        Item {
            figure: kind.figure,
            main: true,
            x: o.x,
            y: o.y,
            size: o.size,
            facing: o.facing,
            on,
            look,
            haze: 0.06 + 0.10 * self.haze,
        }
    }
}

fn time_of_day(hour: f32) -> &'static str {
    match hour {
        h if night(h) > 0.8 => "at night",
        h if h < 8.0 => "at dawn",
        h if h < 11.0 => "in the morning",
        h if h < 14.0 => "at noon",
        h if h < 17.2 => "in the afternoon",
        h if h < 18.9 => "in the evening",
        _ => "at dusk",
    }
}
