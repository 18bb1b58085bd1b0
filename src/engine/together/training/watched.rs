//! The watched pictures, and their map.

use crate::{
    data::Sample,
    picture::Picture,
    predict::Embedded,
    probes::{Embeddings, Pca, ProbeError},
};

/// Pictures that are watched at most.
pub const WATCHED: usize = 64;

/// The middle squares of the first samples.
pub(super) fn squares(samples: &[Sample], size_px: usize) -> Vec<Picture> {
    let watched = samples.iter().take(WATCHED);
    watched
        .map(|sample| sample.picture.square(sample.picture.centre_frame(), size_px))
        .collect()
}

/// Where watched pictures lie while a network learns: along the two directions in which they differ most, in the space's
/// own measure, so that a collapse is seen as one; turned so that nothing turns that the network did not.
#[derive(Clone, Debug, Default)]
pub struct Places {
    before: Vec<f32>,
}

impl Places {
    /// x and y of each picture's projection: `[rows, 2]` in -1..1. Where the method compares directions, projections are made
    /// of length 1; where it compares points, they are measured by the length that the deviation it asks for would give them.
    ///
    /// # Errors
    /// A row with a number that is none.
    pub fn of(&mut self, embedded: &Embedded) -> Result<Vec<f32>, ProbeError> {
        let projections = &embedded.projections;
        if let Some(row) = projections.first_bad_row() {
            return Err(ProbeError::NotFinite { row });
        }
        let rows = match embedded.asked_deviation {
            Some(asked) => scaled(projections, 1.0 / (asked * (projections.dim() as f32).sqrt()))?,
            None => projections.unit(),
        };
        let mut places = Pca::fit(&rows, 2)?.project(&rows)?;
        if places.len() == self.before.len() {
            turn_towards(&mut places, &self.before);
        }
        places.iter_mut().for_each(|x| *x = x.clamp(-1.0, 1.0));
        self.before.clone_from(&places);
        Ok(places)
    }
}

fn scaled(rows: &Embeddings, by: f32) -> Result<Embeddings, ProbeError> {
    Embeddings::new(rows.rows(), rows.dim(), rows.values().iter().map(|x| x * by).collect())
}

/// Turns, and mirrors where that is nearer, so that the squared distances to `before` are least (Procrustes in the plane).
fn turn_towards(places: &mut [f32], before: &[f32]) {
    let sums = places
        .chunks_exact(2)
        .zip(before.chunks_exact(2))
        .fold([0.0_f64; 4], |sums, (now, old)| {
            let [x, y, u, v] = [now[0], now[1], old[0], old[1]].map(f64::from);
            [sums[0] + x * u, sums[1] + y * v, sums[2] + x * v, sums[3] + y * u]
        });
    let [along, across, twist, back] = sums;
    // Of a turn by t the agreement is (xu + yv) cos t + (xv - yu) sin t; of a mirrored one with y negated.
    let turned = [along + across, twist - back];
    let mirrored = [along - across, twist + back];
    let length = |[c, s]: [f64; 2]| libm::sqrt(c * c + s * s);
    let (mirror, best) = if length(mirrored) > length(turned) {
        (-1.0, mirrored)
    } else {
        (1.0, turned)
    };
    let size = length(best);
    if size <= 0.0 {
        return;
    }
    let (cos, sin) = (best[0] / size, best[1] / size);
    for place in places.chunks_exact_mut(2) {
        let (x, y) = (f64::from(place[0]), mirror * f64::from(place[1]));
        place[0] = (x * cos - y * sin) as f32;
        place[1] = (x * sin + y * cos) as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn rows(scale: f32, turned: bool) -> Embedded {
        let mut chance = Chance::new(4, "watched", 0);
        let row = |_| {
            let [a, b, c] = [3.0 * chance.normal(), 2.0 * chance.normal(), chance.normal()].map(|x| scale * x);
            if turned { [b, -a, c, 4.0] } else { [a, b, c, 4.0] }
        };
        let rows = Embeddings::new(30, 4, (0..30).flat_map(row).collect()).unwrap();
        Embedded {
            embeddings: rows.clone(),
            projections: rows,
            asked_deviation: None,
        }
    }

    fn reach(places: &[f32]) -> f32 {
        places.iter().fold(0.0, |most, x| most.max(x.abs()))
    }

    #[test]
    fn a_collapse_is_seen_as_one() {
        let mut places = Places::default();
        let wide = places.of(&rows(1.0, false)).unwrap();
        let narrow = places.of(&rows(0.01, false)).unwrap();
        assert!(reach(&wide) > 0.5 && reach(&narrow) < 0.05, "{} {}", reach(&wide), reach(&narrow));
        let broken = Embedded {
            projections: Embeddings::new(1, 1, vec![f32::NAN]).unwrap(),
            ..rows(1.0, false)
        };
        assert!(places.of(&broken).is_err());
    }

    #[test]
    fn points_that_shrink_keep_their_directions_and_move_together_all_the_same() {
        let of = |scale: f32| {
            let about_nothing = |row: &[f32]| [row[0], row[1], row[2], 0.0].map(|x| scale * x);
            let whole = rows(1.0, false);
            let values = whole.projections.iter().flat_map(about_nothing).collect();
            Embedded {
                projections: Embeddings::new(30, 4, values).unwrap(),
                asked_deviation: Some(2.0),
                ..whole
            }
        };
        let [wide, narrow] = [1.0, 0.01].map(|scale| reach(&Places::default().of(&of(scale)).unwrap()));
        assert!(
            wide > 0.5 && (narrow - wide / 100.0).abs() < 0.1 * narrow + wide / 100.0,
            "{wide} {narrow}"
        );
    }

    #[test]
    fn what_only_turned_stays_where_it_was() {
        let mut places = Places::default();
        let before = places.of(&rows(0.5, false)).unwrap();
        let after = places.of(&rows(0.5, true)).unwrap();
        let far = before.iter().zip(&after).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(far < 1e-3, "{far}");
        for (mirror, quarter) in [(1.0, 0.3_f32), (-1.0, 2.0)] {
            let (cos, sin) = (quarter.cos(), quarter.sin());
            let moved = before.chunks_exact(2).flat_map(|p| {
                let (x, y) = (p[0], mirror * p[1]);
                [x * cos - y * sin, x * sin + y * cos]
            });
            let mut moved: Vec<f32> = moved.collect();
            turn_towards(&mut moved, &before);
            let far = before.iter().zip(&moved).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(far < 1e-4, "{far}");
        }
    }
}
