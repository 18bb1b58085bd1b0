//! A plane of pictures: where one looks, what is under the pointer, what moves from one map to the next.
//!
//! Maps come in -1..1 in both directions. A look says which point of the map is in the middle of the screen and how
//! much larger than whole the map is shown.

use super::cursor::Move;

/// The closest look.
pub const CLOSEST: f64 = 60.0;
/// The farthest: the whole map with as much room again around it.
pub const FARTHEST: f64 = 0.5;
/// Part of the shorter side of the screen that the whole map takes.
const FILLS: f64 = 0.86;

/// A point on a map, or on a screen in pixels.
pub type Point = [f64; 2];

/// Where one looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Look {
    /// The point of the map in the middle of the screen.
    pub middle: Point,
    /// 1 shows the whole map, 2 half of its width.
    pub zoom: f64,
}

impl Default for Look {
    fn default() -> Self {
        Self {
            middle: [0.0, 0.0],
            zoom: 1.0,
        }
    }
}

impl Look {
    /// Pixels of the screen for a unit of the map.
    #[must_use]
    pub fn scale(self, screen: Point) -> f64 {
        self.zoom * screen[0].min(screen[1]).max(1.0) / 2.0 * FILLS
    }

    /// A point of the map on the screen; `y` grows upwards on the map, downwards on the screen.
    #[must_use]
    pub fn to_screen(self, at: Point, screen: Point) -> Point {
        let scale = self.scale(screen);
        [
            screen[0] / 2.0 + (at[0] - self.middle[0]) * scale,
            screen[1] / 2.0 - (at[1] - self.middle[1]) * scale,
        ]
    }

    /// A point of the screen on the map.
    #[must_use]
    pub fn to_map(self, at: Point, screen: Point) -> Point {
        let scale = self.scale(screen);
        [
            self.middle[0] + (at[0] - screen[0] / 2.0) / scale,
            self.middle[1] - (at[1] - screen[1] / 2.0) / scale,
        ]
    }

    /// The map pulled by so many pixels.
    #[must_use]
    pub fn pulled(self, by: Point, screen: Point) -> Self {
        let scale = self.scale(screen);
        Self {
            middle: [self.middle[0] - by[0] / scale, self.middle[1] + by[1] / scale],
            ..self
        }
        .sane()
    }

    /// So many times closer, with what is at `about` on the screen staying there.
    #[must_use]
    pub fn closer(self, times: f64, about: Point, screen: Point) -> Self {
        let held = self.to_map(about, screen);
        let zoomed = Self {
            zoom: self.zoom * times,
            ..self
        }
        .sane();
        let now = zoomed.to_map(about, screen);
        Self {
            middle: [zoomed.middle[0] + held[0] - now[0], zoomed.middle[1] + held[1] - now[1]],
            ..zoomed
        }
        .sane()
    }

    /// Within bounds: one cannot get lost beside the map.
    #[must_use]
    pub fn sane(self) -> Self {
        let fine = |value: f64, otherwise: f64| if value.is_finite() { value } else { otherwise };
        Self {
            middle: self.middle.map(|value| fine(value, 0.0).clamp(-1.2, 1.2)),
            zoom: fine(self.zoom, 1.0).clamp(FARTHEST, CLOSEST),
        }
    }

    /// The look that brings a point into sight where it is outside, and this one where it is not.
    #[must_use]
    pub fn showing(self, at: Point, screen: Point) -> Self {
        let on = self.to_screen(at, screen);
        let margin = 32.0;
        let inside = (0..2).all(|axis| on[axis] >= margin && on[axis] <= screen[axis] - margin);
        if inside { self } else { Self { middle: at, ..self }.sane() }
    }

    /// As it stands in a link: `x,y,zoom`, or nothing where the whole map is shown.
    #[must_use]
    pub fn to_text(self) -> Option<String> {
        (self != Self::default()).then(|| format!("{:.3},{:.3},{:.3}", self.middle[0], self.middle[1], self.zoom))
    }

    /// Reads what [`Self::to_text`] wrote; `None` where it is no look.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(',').map(|v| v.parse::<f64>().ok().filter(|v| v.is_finite()));
        let look = Self {
            middle: [numbers.next()??, numbers.next()??],
            zoom: numbers.next()??,
        };
        numbers.next().is_none().then(|| look.sane())
    }
}

/// Side of the pictures on the screen, pixels: larger the closer one looks and the fewer they are.
#[must_use]
pub fn side_px(pictures: usize, look: Look, screen: Point) -> f64 {
    let room = (screen[0].min(screen[1]) * FILLS).max(1.0);
    let fair = room / (pictures.max(1) as f64).sqrt() * 0.6;
    (fair.clamp(5.0, 84.0) * look.zoom.powf(0.8)).clamp(4.0, 160.0)
}

/// Which picture is at a point of the screen: the nearest whose square of `side` covers it, the later of two.
#[must_use]
pub fn hit(places: &[Point], at: Point, look: Look, screen: Point, side: f64) -> Option<usize> {
    let reach = (side / 2.0).max(8.0);
    let mut best: Option<(usize, f64)> = None;
    for (index, place) in places.iter().enumerate() {
        let on = look.to_screen(*place, screen);
        let (x, y) = ((on[0] - at[0]).abs(), (on[1] - at[1]).abs());
        if x <= reach && y <= reach {
            let far = x.max(y);
            if best.is_none_or(|(_, nearest)| far <= nearest) {
                best = Some((index, far));
            }
        }
    }
    best.map(|(index, _)| index)
}

/// The picture one comes to from `here` in a direction: near, and rather straight ahead than aside.
#[must_use]
pub fn beside(places: &[Point], here: usize, direction: Move) -> Option<usize> {
    let from = places.get(here)?;
    let (x, y) = match direction {
        Move::Left => (-1.0, 0.0),
        Move::Right => (1.0, 0.0),
        Move::Up => (0.0, 1.0),
        Move::Down => (0.0, -1.0),
        Move::Home | Move::End => return None,
    };
    let cost = |place: &Point| {
        let (dx, dy) = (place[0] - from[0], place[1] - from[1]);
        let (ahead, aside) = (dx * x + dy * y, (dx * y - dy * x).abs());
        (ahead > 1e-9 && aside <= ahead * 2.0).then_some(ahead + 2.0 * aside)
    };
    let all = places.iter().enumerate().filter(|(index, _)| *index != here);
    let with_cost = all.filter_map(|(index, place)| cost(place).map(|cost| (index, cost)));
    with_cost.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
}

/// Between two maps, `part` 0..1 of the way, slow at both ends.
#[must_use]
pub fn between(from: Point, to: Point, part: f64) -> Point {
    let part = part.clamp(0.0, 1.0);
    let eased = part * part * (3.0 - 2.0 * part);
    [0, 1].map(|axis| from[axis] + (to[axis] - from[axis]) * eased)
}

/// A map turned, and mirrored where that helps, so that its points lie as near as can be to those of another: which way
/// a map lies means nothing, and two maps are easier compared when they lie alike. With `axes` that have a meaning it is
/// mirrored alone.
#[must_use]
pub fn aligned(map: &[Point], with: &[Point], axes: bool) -> Vec<Point> {
    let mirrored = |x: f64, y: f64| map.iter().map(|at| [at[0] * x, at[1] * y]).collect::<Vec<_>>();
    let likeness = |map: &[Point]| -> f64 { map.iter().zip(with).map(|(a, b)| a[0] * b[0] + a[1] * b[1]).sum() };
    let turned = |map: Vec<Point>| {
        let across: f64 = map.iter().zip(with).map(|(a, b)| a[0] * b[1] - a[1] * b[0]).sum();
        let (sine, cosine) = across.atan2(likeness(&map)).sin_cos();
        let turn = |at: Point| [at[0] * cosine - at[1] * sine, at[0] * sine + at[1] * cosine];
        map.into_iter().map(turn).collect::<Vec<_>>()
    };
    let ways = if axes {
        vec![mirrored(1.0, 1.0), mirrored(-1.0, 1.0), mirrored(1.0, -1.0), mirrored(-1.0, -1.0)]
    } else {
        vec![turned(mirrored(1.0, 1.0)), turned(mirrored(-1.0, 1.0))]
    };
    let best = ways
        .into_iter()
        .max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
        .unwrap_or_default();
    let reach = best.iter().flatten().fold(1.0f64, |reach, value| reach.max(value.abs()));
    best.into_iter().map(|at| at.map(|value| value / reach)).collect()
}

/// The corners of the smallest convex outline around points, against the clock; points themselves where they are fewer
/// than three.
#[must_use]
pub fn hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let turns = |a: Point, b: Point, c: Point| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let half = |points: &mut dyn Iterator<Item = Point>| {
        let mut line: Vec<Point> = Vec::new();
        for point in points {
            while line.len() >= 2 && turns(line[line.len() - 2], line[line.len() - 1], point) <= 0.0 {
                line.pop();
            }
            line.push(point);
        }
        line.pop();
        line
    };
    let mut outline = half(&mut sorted.iter().copied());
    outline.extend(half(&mut sorted.iter().rev().copied()));
    outline
}

/// How many of the nearest pictures two models share.
#[must_use]
pub fn shared(a: &[(u32, f32)], b: &[(u32, f32)]) -> usize {
    a.iter().filter(|(id, _)| b.iter().any(|(other, _)| other == id)).count()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    const SCREEN: Point = [800.0, 600.0];

    fn close(a: Point, b: Point) -> bool {
        (a[0] - b[0]).abs() < 1e-6 && (a[1] - b[1]).abs() < 1e-6
    }

    #[test]
    fn the_whole_map_fits_and_up_is_up() {
        let look = Look::default();
        let corner = look.to_screen([1.0, 1.0], SCREEN);
        assert!(corner[0] < 800.0 && corner[1] > 0.0 && corner[1] < 300.0);
    }

    #[test]
    fn a_pull_moves_the_map_with_the_pointer() {
        let look = Look::default();
        let before = look.to_screen([0.2, 0.1], SCREEN);
        let after = look.pulled([30.0, -20.0], SCREEN).to_screen([0.2, 0.1], SCREEN);
        assert!(close(after, [before[0] + 30.0, before[1] - 20.0]));
    }

    #[test]
    fn looks_come_back_from_links_and_nonsense_does_not() {
        assert_eq!(Look::default().to_text(), None);
        let look = Look {
            middle: [0.25, -0.5],
            zoom: 3.5,
        };
        assert_eq!(Look::parse(&look.to_text().unwrap()), Some(look));
        for text in ["", "1,2", "1,2,3,4", "NaN,0,1", "a,b,c"] {
            assert_eq!(Look::parse(text), None, "{text}");
        }
        assert_eq!(Look::parse("9e9,0,1e300").unwrap().zoom, CLOSEST);
    }

    #[test]
    fn the_pointer_finds_the_nearest_and_nothing_in_the_void() {
        let places = [[0.0, 0.0], [0.5, 0.0], [0.5, 0.001]];
        let look = Look::default();
        let at = |index: usize| look.to_screen(places[index], SCREEN);
        assert_eq!(hit(&places, at(0), look, SCREEN, 40.0), Some(0));
        assert_eq!(hit(&places, at(2), look, SCREEN, 40.0), Some(2));
        assert_eq!(hit(&places, [5.0, 5.0], look, SCREEN, 40.0), None);
        assert_eq!(hit(&[], [5.0, 5.0], look, SCREEN, 40.0), None);
    }

    #[test]
    fn arrows_go_where_they_point() {
        let places = [[0.0, 0.0], [1.0, 0.0], [0.3, 0.05], [0.0, 0.9], [-0.4, 0.0]];
        assert_eq!(beside(&places, 0, Move::Right), Some(2));
        assert_eq!(beside(&places, 0, Move::Up), Some(3));
        assert_eq!(beside(&places, 0, Move::Left), Some(4));
        assert_eq!(beside(&places, 0, Move::Down), None);
        assert_eq!(beside(&[[0.0, 0.0], [0.0, 0.0]], 0, Move::Right), None, "twins");
    }

    #[test]
    fn a_hull_is_around_all_points_and_twins_make_no_trouble() {
        let outline = hull(&[[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.5, 0.5], [0.5, 0.0]]);
        assert_eq!(outline, [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]);
        assert_eq!(hull(&[[1.0, 1.0]; 5]), [[1.0, 1.0]]);
        assert!(hull(&[]).is_empty());
    }

    #[test]
    fn maps_of_the_same_pictures_lie_alike() {
        let map = [[0.9, 0.1], [-0.5, 0.3], [0.1, -0.7], [-0.2, -0.2]];
        let (sine, cosine) = 2.0f64.sin_cos();
        let other = map.map(|at| [at[0] * cosine - at[1] * sine, -(at[0] * sine + at[1] * cosine)]);
        for (a, b) in aligned(&other, &map, false).iter().zip(&map) {
            assert!(close(*a, *b), "{a:?} {b:?}");
        }
        let flipped = map.map(|at| [-at[0], at[1]]);
        assert_eq!(aligned(&flipped, &map, true), map);
        assert!(aligned(&[], &[], true).is_empty() && aligned(&[], &[], false).is_empty());
    }

    #[test]
    fn shared_neighbours_are_counted_whatever_their_order() {
        assert_eq!(shared(&[(1, 0.1), (2, 0.2)], &[(2, 0.0), (3, 0.5)]), 1);
        assert_eq!(shared(&[], &[(2, 0.0)]), 0);
    }

    proptest! {
        #[test]
        fn going_closer_holds_what_is_under_the_pointer(x in 0.0..800.0, y in 0.0..600.0, times in 0.8..1.25) {
            let look = Look { middle: [0.1, -0.1], zoom: 2.0 };
            let held = look.to_map([x, y], SCREEN);
            prop_assume!(held.iter().all(|v| v.abs() < 0.5));
            let after = look.closer(times, [x, y], SCREEN);
            prop_assert!(close(after.to_screen(held, SCREEN), [x, y]));
        }

        #[test]
        fn no_look_is_lost(x in any::<f64>(), y in any::<f64>(), zoom in any::<f64>()) {
            let look = Look { middle: [x, y], zoom }.sane();
            prop_assert!(look.zoom >= FARTHEST && look.zoom <= CLOSEST && look.middle.iter().all(|v| v.abs() <= 1.2));
        }
    }
}
