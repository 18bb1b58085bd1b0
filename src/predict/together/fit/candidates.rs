//! Parts for a hole: the right one, some from elsewhere in the picture, some from others.

use super::Question;
use crate::{
    chance::Chance,
    mask::Mask,
    picture::{Picture, Rgb8},
    protocol::together::Origin,
};

/// Places tried in the picture before a part comes from another picture, or overlaps the hole.
const TRIES: usize = 30;

/// Most candidates: as many as a page can show.
pub const MOST: usize = 64;

/// The candidates' origins, each with the square of `size_px` that has it in the hole, in an order that chance decides. Pure in
/// the question. Every second one beside the right one is from elsewhere in the picture, clear of the hole where there is
/// room; without other pictures all are.
pub(super) fn draw(question: &Question<'_>, hole: &Mask, size_px: usize) -> Vec<(Origin, Rgb8)> {
    let square = |picture: &Rgb8, frame| Picture::from_rgb8(&picture.square_rgb8(frame, size_px));
    let truth = square(question.picture, question.frame);
    let mut all = vec![(Origin::Right, truth.to_rgb8())];
    let place = Place::of(hole, size_px);
    for number in 1..question.count.clamp(1, MOST) {
        let mut chance = Chance::new(question.seed, "candidate", number as u64);
        let from_other = number.is_multiple_of(2) && !question.others.is_empty();
        let (origin, from) = if from_other {
            let (id, other) = question.others[chance.below(question.others.len())];
            (Origin::Other(id), square(other, other.centre_frame()))
        } else {
            (Origin::Elsewhere, truth.clone())
        };
        let [x, y] = place.draw(size_px, !from_other, &mut chance);
        let moved = moved(&from, x as isize - place.x as isize, y as isize - place.y as isize);
        all.push((origin, hole.set_in(&truth, &moved).to_rgb8()));
    }
    Chance::new(question.seed, "order of candidates", 0).shuffle(&mut all);
    all
}

/// The box around the hole, pixels.
struct Place {
    x: usize,
    y: usize,
    width: usize,
    height: usize,
}

impl Place {
    fn of(hole: &Mask, size_px: usize) -> Self {
        let (mut least, mut most) = ([size_px; 2], [0; 2]);
        hole.each_hidden_run(size_px, size_px, |run| {
            for at in [run.start, run.end - 1] {
                for (axis, place) in [at % size_px, at / size_px].into_iter().enumerate() {
                    least[axis] = least[axis].min(place);
                    most[axis] = most[axis].max(place + 1);
                }
            }
        });
        Self {
            x: least[0],
            y: least[1],
            width: most[0].saturating_sub(least[0]),
            height: most[1].saturating_sub(least[1]),
        }
    }

    /// A place for a box of this size, anywhere; `clear` of the hole, or as far from it as so many tries find.
    fn draw(&self, size_px: usize, clear: bool, chance: &mut Chance) -> [usize; 2] {
        let mut best = ([0; 2], -1.0_f32);
        for _ in 0..TRIES {
            let at = [size_px - self.width, size_px - self.height].map(|room| chance.below(room + 1));
            let part = |axis: usize, length: usize| {
                let here = [self.x, self.y][axis];
                at[axis].abs_diff(here) as f32 / length.max(1) as f32
            };
            let apart = part(0, self.width).max(part(1, self.height)).min(1.0);
            if apart > best.1 {
                best = (at, apart);
            }
            if !clear || apart >= 1.0 {
                return at;
            }
        }
        best.0
    }
}

/// The picture with what stood at `(x + right, y + down)` at `(x, y)`; grey where nothing stood.
fn moved(picture: &Picture, right: isize, down: isize) -> Picture {
    let (width, height) = (picture.width, picture.height);
    let mut out = Picture::grey(width, height, 0.5);
    for y in 0..height {
        let Some(from_y) = y.checked_add_signed(down).filter(|y| *y < height) else {
            continue;
        };
        for x in 0..width {
            let Some(from_x) = x.checked_add_signed(right).filter(|x| *x < width) else {
                continue;
            };
            for channel in 0..3 {
                let plane = channel * picture.plane();
                out.pixels[plane + y * width + x] = picture.pixels[plane + from_y * width + from_x];
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{mask::Grid, worlds::sample};

    /// Rows and columns of a hole of two by two patches in the middle of eight by eight.
    fn hole() -> Mask {
        Mask::by(Grid::new(8, 8), |row, column| (3..5).contains(&row) && (2..4).contains(&column))
    }

    fn part(square: &Rgb8, x: usize, y: usize) -> Vec<[u8; 3]> {
        (0..8)
            .flat_map(|dy| (0..8).map(move |dx| (dx, dy)))
            .map(|(dx, dy)| square.at(x + dx, y + dy))
            .collect()
    }

    #[test]
    fn each_candidate_stands_in_the_hole_and_comes_from_where_it_says() {
        let (picture, one, two) = (sample(19).render(32), sample(17).render(32), sample(6).render(32));
        let others = [(5, &one), (8, &two)];
        let hole = hole();
        let question = Question {
            picture: &picture,
            frame: picture.centre_frame(),
            hole: &hole,
            others: &others,
            seed: 4,
            count: 9,
        };
        let all = draw(&question, &hole, 32);
        assert_eq!(all.len(), 9);
        let count = |wanted: fn(&Origin) -> bool| all.iter().filter(|(origin, _)| wanted(origin)).count();
        assert_eq!(count(|origin| *origin == Origin::Right), 1);
        assert_eq!(count(|origin| *origin == Origin::Elsewhere), 4);
        assert_eq!(count(|origin| matches!(origin, Origin::Other(5 | 8))), 4);
        for (origin, square) in &all {
            let from = match origin {
                Origin::Right | Origin::Elsewhere => &picture,
                Origin::Other(5) => &one,
                Origin::Other(_) => &two,
            };
            let inside = part(square, 8, 12);
            let places = (0..25).flat_map(|y| (0..25).map(move |x| (x, y)));
            let found: Vec<(usize, usize)> = places.filter(|(x, y)| part(from, *x, *y) == inside).collect();
            assert!(!found.is_empty(), "{origin:?} is a part of that picture");
            if *origin == Origin::Elsewhere {
                assert!(found.iter().any(|(x, y)| x.abs_diff(8) >= 8 || y.abs_diff(12) >= 8), "{found:?}");
            }
            // Around the hole nothing changes.
            let outside = |square: &Rgb8| {
                let places = (0..32).flat_map(|y| (0..32).map(move |x| (x, y)));
                let clear = places.filter(|(x, y)| !((8..16).contains(x) && (12..20).contains(y)));
                clear.map(|(x, y)| square.at(x, y)).collect::<Vec<_>>()
            };
            assert_eq!(outside(square), outside(&picture));
        }
        assert_eq!(draw(&question, &hole, 32), all);
        assert_ne!(draw(&Question { seed: 5, ..question }, &hole, 32), all);
    }

    #[test]
    fn without_other_pictures_or_room_there_are_candidates_too() {
        let picture = sample(19).render(32);
        let large = Mask::by(Grid::new(8, 8), |row, _| row > 0);
        let question = Question {
            picture: &picture,
            frame: picture.centre_frame(),
            hole: &large,
            others: &[],
            seed: 1,
            count: 4,
        };
        let all = draw(&question, &large, 32);
        assert_eq!(all.iter().filter(|(origin, _)| *origin == Origin::Elsewhere).count(), 3);
        assert_eq!(draw(&Question { count: 0, ..question }, &large, 32).len(), 1);
        assert_eq!(
            draw(
                &Question {
                    count: 1 << 40,
                    ..question
                },
                &large,
                32
            )
            .len(),
            MOST
        );
    }
}
