//! Paints a map: what is in sight, as pictures where there is room for them and as dots where not.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};

use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas};

use crate::page::{
    browser::atlas::Atlas,
    state::{
        grouping::{colour, members},
        plane::{Look, Point, between, hull, side_px},
    },
    together::{
        Thumb,
        mapping::{Grouped, Laid},
    },
};

/// More pictures than this in sight are drawn as dots.
const MOST_PICTURES: usize = 1_400;
/// Outlines around groups of more pictures than this would cover each other.
const MOST_OUTLINED: usize = 300;
/// Smaller than this a picture is a dot, pixels of the page.
const SMALLEST: f64 = 9.0;
/// Pixels of the atlas that are laid down in one frame.
const A_FRAMES_WORTH: f64 = 6.0 * 128.0 * 128.0;
/// How long pictures take from one map to the next, milliseconds.
pub const JOURNEY_MS: f64 = 650.0;

/// A canvas, sized to the screen's own pixels.
pub struct Sheet {
    /// Draws on it.
    pub pen: Context,
    /// Its size in pixels of the page.
    pub screen: Point,
    /// The screen's own pixels for one of the page.
    pub ratio: f64,
}

/// Colours that follow the light.
#[derive(Clone)]
pub struct Ink {
    pub accent: String,
    pub ink: String,
    pub wall: String,
}

/// What is pointed out.
#[derive(Clone, Default)]
pub struct Marks {
    pub chosen: Option<u32>,
    pub other: Option<u32>,
    pub hovered: Option<u32>,
    /// The nearest of the chosen one, nearest first.
    pub nearest: Vec<u32>,
}

/// A map as it is painted.
#[derive(Default)]
pub struct Scene {
    ids: Vec<u32>,
    from: Vec<Point>,
    to: Vec<Point>,
    /// When the journey began, milliseconds of the page.
    since: Option<f64>,
    groups: BTreeMap<u32, u32>,
    thumbs: BTreeMap<u32, Thumb>,
    atlas: Option<Atlas>,
    /// Pictures that are still to be laid on the atlas.
    waiting: VecDeque<u32>,
}

impl Scene {
    /// Takes thumbnails over; [`Self::lay_down`] lays the new ones on the atlas.
    pub fn take_thumbs(&mut self, list: &[Thumb]) {
        self.thumbs = list.iter().map(|thumb| (thumb.id, thumb.clone())).collect();
        let atlas = match self.atlas.take().filter(|atlas| !atlas.is_outgrown(list.len())) {
            Some(atlas) => self.atlas.insert(atlas),
            None => self.atlas.insert(Atlas::new(list.len())),
        };
        self.waiting = list.iter().map(|thumb| thumb.id).filter(|id| !atlas.has(*id)).collect();
    }

    /// Lays some of the new thumbnails on the atlas and tells whether any are left. A browser scales what is drawn in a
    /// frame all at once, and a hundred photographs at once hold the page up.
    pub fn lay_down(&mut self) -> bool {
        if let Some(atlas) = &mut self.atlas {
            let some = (A_FRAMES_WORTH / atlas.side().powi(2)).ceil() as usize;
            for id in self.waiting.drain(..some.min(self.waiting.len())) {
                if let Some(thumb) = self.thumbs.get(&id) {
                    let _ = atlas.add(id, &thumb.canvas, thumb.mean);
                }
            }
        }
        !self.waiting.is_empty()
    }

    /// Goes to another map: those that were on the last one travel, `travels` or not.
    pub fn go_to(&mut self, laid: Option<&Arc<Laid>>, now: f64, travels: bool) {
        let Some(laid) = laid else {
            (self.ids, self.from, self.to, self.since) = (Vec::new(), Vec::new(), Vec::new(), None);
            return;
        };
        let here: BTreeMap<u32, Point> = self.ids.iter().copied().zip(self.places(now)).collect();
        let start = |(id, to): (&u32, &Point)| here.get(id).copied().unwrap_or(*to);
        self.from = laid.ids.iter().zip(&laid.places).map(start).collect();
        self.ids.clone_from(&laid.ids);
        self.to.clone_from(&laid.places);
        self.since = (travels && !here.is_empty() && self.from != self.to).then_some(now);
    }

    /// Takes groups over; `None` for none.
    pub fn take_groups(&mut self, groups: Option<&Arc<Grouped>>) {
        self.groups = groups.map_or_else(BTreeMap::new, |groups| {
            groups.ids.iter().copied().zip(groups.groups.iter().copied()).collect()
        });
    }

    /// Whether pictures are on their way.
    pub fn travels(&self, now: f64) -> bool {
        self.since.is_some_and(|since| now - since < JOURNEY_MS)
    }

    /// The pictures, in the order of [`Self::places`].
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// Where the pictures are now.
    pub fn places(&self, now: f64) -> Vec<Point> {
        match self.since.filter(|_| self.travels(now)) {
            Some(since) => {
                let part = (now - since) / JOURNEY_MS;
                self.from.iter().zip(&self.to).map(|(from, to)| between(*from, *to, part)).collect()
            }
            None => self.to.clone(),
        }
    }

    /// Paints what is in sight.
    pub fn paint(&self, sheet: &Sheet, look: Look, now: f64, marks: &Marks, ink: &Ink) {
        let Sheet { pen, screen, ratio } = sheet;
        let (screen, ratio) = (*screen, *ratio);
        let _ = pen.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        pen.clear_rect(0.0, 0.0, screen[0], screen[1]);
        let places: Vec<Point> = self.places(now).iter().map(|at| look.to_screen(*at, screen)).collect();
        let side = side_px(self.ids.len(), look, screen);
        let reach = side / 2.0 + 4.0;
        let in_sight = |at: &Point| (0..2).all(|axis| at[axis] > -reach && at[axis] < screen[axis] + reach);
        let seen: Vec<(u32, Point)> = self
            .ids
            .iter()
            .copied()
            .zip(places.iter().copied())
            .filter(|(_, at)| in_sight(at))
            .collect();
        self.outlines(pen, &places);
        let at: BTreeMap<u32, Point> = self.ids.iter().copied().zip(places).collect();
        self.threads(pen, &at, marks, ink);
        if side < SMALLEST || seen.len() > MOST_PICTURES {
            self.dots(pen, &seen, (side * 0.6).clamp(4.0, 9.0));
        } else {
            self.prints(pen, &seen, side, side * ratio);
        }
        self.pointed_out(pen, &at, side, marks, ink);
    }

    fn dots(&self, pen: &Context, seen: &[(u32, Point)], side: f64) {
        for (id, at) in seen {
            let colour = match self.groups.get(id) {
                Some(group) => colour(*group),
                None => self.atlas.as_ref().map_or("#888", |atlas| atlas.mean(*id)),
            };
            pen.set_fill_style_str(colour);
            pen.fill_rect(at[0] - side / 2.0, at[1] - side / 2.0, side, side);
        }
    }

    fn prints(&self, pen: &Context, seen: &[(u32, Point)], side: f64, sharp: f64) {
        pen.set_line_width(2.0);
        for (id, at) in seen {
            self.print(pen, *id, *at, side, sharp);
        }
    }

    fn print(&self, pen: &Context, id: u32, at: Point, side: f64, sharp: f64) {
        let (x, y) = (at[0] - side / 2.0, at[1] - side / 2.0);
        let group = self.groups.get(&id);
        if let Some((atlas, thumb)) = self.atlas.as_ref().zip(self.thumbs.get(&id)) {
            match thumb {
                thumb if sharp > atlas.side() * 1.2 => {
                    crate::page::browser::canvas::lay_square(pen, &thumb.canvas, x, y, side);
                }
                _ if atlas.has(id) => atlas.draw(pen, id, x, y, side),
                Thumb { mean: [r, g, b], .. } => {
                    pen.set_fill_style_str(&format!("rgb({r} {g} {b})"));
                    pen.fill_rect(x, y, side, side);
                }
            }
        }
        if let Some(group) = group {
            pen.set_stroke_style_str(colour(*group));
            pen.stroke_rect(x - 1.0, y - 1.0, side + 2.0, side + 2.0);
            if side >= 56.0 {
                number(pen, *group, x + 7.0, y + 7.0);
            }
        }
    }

    /// Outlines around groups, with their numbers.
    fn outlines(&self, pen: &Context, places: &[Point]) {
        if self.groups.is_empty() || self.ids.len() > MOST_OUTLINED {
            return;
        }
        let at: BTreeMap<u32, Point> = self.ids.iter().copied().zip(places.iter().copied()).collect();
        let (ids, groups): (Vec<u32>, Vec<u32>) = self.ids.iter().filter_map(|id| Some((*id, *self.groups.get(id)?))).unzip();
        for (group, members) in members(&ids, &groups).iter().enumerate() {
            let points: Vec<Point> = members.iter().filter_map(|id| at.get(id).copied()).collect();
            let outline = hull(&points);
            let Some(first) = outline.first().filter(|_| outline.len() > 2) else {
                continue;
            };
            pen.begin_path();
            pen.move_to(first[0], first[1]);
            outline.iter().skip(1).for_each(|point| pen.line_to(point[0], point[1]));
            pen.close_path();
            pen.set_fill_style_str(colour(group as u32));
            pen.set_stroke_style_str(colour(group as u32));
            pen.set_global_alpha(0.08);
            pen.fill();
            pen.set_global_alpha(0.5);
            pen.set_line_width(1.0);
            pen.stroke();
            pen.set_global_alpha(1.0);
            if let Some(top) = outline.iter().min_by(|a, b| a[1].total_cmp(&b[1])) {
                number(pen, group as u32, top[0], (top[1] - 30.0).max(10.0));
            }
        }
    }

    /// Threads from the chosen picture to its nearest.
    fn threads(&self, pen: &Context, at: &BTreeMap<u32, Point>, marks: &Marks, ink: &Ink) {
        let Some(from) = marks.chosen.and_then(|id| at.get(&id)) else {
            return;
        };
        pen.set_stroke_style_str(&ink.accent);
        pen.set_line_width(1.5);
        for (rank, id) in marks.nearest.iter().enumerate() {
            if let Some(to) = at.get(id) {
                pen.set_global_alpha(0.9 - 0.09 * rank as f64);
                pen.begin_path();
                pen.move_to(from[0], from[1]);
                pen.line_to(to[0], to[1]);
                pen.stroke();
            }
        }
        pen.set_global_alpha(1.0);
    }

    /// What is pointed out lies on top, and is never a dot.
    fn pointed_out(&self, pen: &Context, at: &BTreeMap<u32, Point>, side: f64, marks: &Marks, ink: &Ink) {
        let large = side.max(30.0);
        let ring = |id: u32, colour: &str, letter: Option<&str>, grow: f64| {
            let Some(place) = at.get(&id) else { return };
            let side = large * grow;
            let (x, y) = (place[0] - side / 2.0, place[1] - side / 2.0);
            self.print(pen, id, *place, side, side * 2.0);
            pen.set_stroke_style_str(&ink.wall);
            pen.set_line_width(6.0);
            pen.stroke_rect(x - 2.0, y - 2.0, side + 4.0, side + 4.0);
            pen.set_stroke_style_str(colour);
            pen.set_line_width(3.0);
            pen.stroke_rect(x - 2.0, y - 2.0, side + 4.0, side + 4.0);
            if let Some(letter) = letter {
                pen.set_fill_style_str(colour);
                pen.fill_rect(x - 3.0, y + side - 15.0, 18.0, 18.0);
                pen.set_fill_style_str("#1a0a05");
                write(pen, letter, x + 6.0, y + side - 6.0);
            }
        };
        if let Some(id) = marks.other {
            ring(id, "#f6f1e8", Some("B"), 1.12);
        }
        if let Some(id) = marks.chosen {
            ring(id, &ink.accent, Some("A"), 1.12);
        }
        if let Some(id) = marks.hovered.filter(|id| Some(*id) != marks.chosen && Some(*id) != marks.other) {
            ring(id, &ink.ink, None, 1.25);
        }
    }
}

fn number(pen: &Context, group: u32, x: f64, y: f64) {
    pen.set_fill_style_str(colour(group));
    pen.fill_rect(x - 8.0, y - 8.0, 16.0, 15.0);
    pen.set_fill_style_str("#14100e");
    write(pen, &(group + 1).to_string(), x, y);
}

fn write(pen: &Context, text: &str, x: f64, y: f64) {
    pen.set_font("600 11px system-ui, sans-serif");
    pen.set_text_align("center");
    pen.set_text_baseline("middle");
    let _ = pen.fill_text(text, x, y);
}

/// Sizes a canvas to the screen's own pixels.
pub fn fit(canvas: &Canvas) -> Option<Sheet> {
    let ratio = leptos::prelude::window().device_pixel_ratio().clamp(1.0, 2.0);
    let screen = [
        f64::from(canvas.client_width()).max(1.0),
        f64::from(canvas.client_height()).max(1.0),
    ];
    let own = screen.map(|side| (side * ratio).round().clamp(1.0, 4096.0) as u32);
    if [canvas.width(), canvas.height()] != own {
        canvas.set_width(own[0]);
        canvas.set_height(own[1]);
    }
    let pen = crate::page::browser::canvas::pen(canvas)?;
    crate::page::browser::canvas::smooth(&pen);
    Some(Sheet { pen, screen, ratio })
}
