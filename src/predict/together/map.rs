//! Places on a map.

use bhtsne::{Neighbor, SparseAffinities, tSNE};

use crate::{
    kernels::threads::alone,
    probes::{Embeddings, Pca, ProbeError, neighbours_of},
};

/// Pictures that a map of neighbours takes: with fewer everybody is everybody's neighbour, and [`flat`] says more.
pub const FEWEST: usize = 8;

/// A map by principal axes.
#[derive(Clone, Debug, PartialEq)]
pub struct Flat {
    /// x and y of each row, in -1..1, to one scale: `[rows, 2]`.
    pub places: Vec<f32>,
    /// What part of the variance lies along either axis, 0..1.
    pub explained: [f32; 2],
}

/// Where rows, each made of length 1, lie along the two directions in which they differ most. Any number of rows: one alone
/// and twins lie in the middle.
///
/// # Errors
/// A row with a number that is none.
pub fn flat(rows: &Embeddings) -> Result<Flat, ProbeError> {
    if let Some(row) = rows.first_bad_row() {
        return Err(ProbeError::NotFinite { row });
    }
    let rows = rows.unit();
    let axes = Pca::fit(&rows, 2)?;
    let all = variance(&rows, &axes.mean);
    let share = |along: f32| {
        if all > 0.0 {
            (f64::from(along) / all).clamp(0.0, 1.0) as f32
        } else {
            0.0
        }
    };
    Ok(Flat {
        places: within(axes.project(&rows)?),
        explained: [share(axes.variances[0]), share(axes.variances[1])],
    })
}

/// Of all numbers together, over rows − 1.
fn variance(rows: &Embeddings, mean: &[f32]) -> f64 {
    let square = |(x, mean): (&f32, &f32)| (f64::from(*x) - f64::from(*mean)) * (f64::from(*x) - f64::from(*mean));
    let sum: f64 = rows.iter().flat_map(|row| row.iter().zip(mean)).map(square).sum();
    sum / rows.rows().saturating_sub(1).max(1) as f64
}

/// x and y about the middle of what they span, the longer side from -1 to 1; all in the middle where they span nothing.
fn within(mut places: Vec<f32>) -> Vec<f32> {
    let span = |axis: usize| {
        let along = places.iter().skip(axis).step_by(2);
        along.fold([f32::INFINITY, f32::NEG_INFINITY], |[least, most], x| [least.min(*x), most.max(*x)])
    };
    let spans = [span(0), span(1)];
    let half = spans.iter().map(|[least, most]| 0.5 * (most - least)).fold(0.0, f32::max);
    for place in places.chunks_exact_mut(2) {
        for (x, [least, most]) in place.iter_mut().zip(spans) {
            // Nearer together than a millionth of their own length are rows that are the same.
            *x = if half > 1e-6 {
                ((*x - 0.5 * (least + most)) / half).clamp(-1.0, 1.0)
            } else {
                0.0
            };
        }
    }
    places
}

/// A map on which neighbours stay neighbours: t-SNE (van der Maaten & Hinton, 2008; by a tree, van der Maaten, 2014), begun
/// at the principal axes (Kobak & Berens, "The art of using t-SNE for single-cell transcriptomics", 2019). Nothing in it is
/// left to chance: the same rows give the same map.
///
/// It is made in slices, [`Neighbours::advance`], so that its caller can say how far it is, show it, or let it be.
pub struct Neighbours {
    affinities: SparseAffinities<f32>,
    places: Vec<f32>,
    done: usize,
}

/// Neighbours that a row is to keep, in effect.
const PERPLEXITY: usize = 30;
/// Rounds in which neighbours pull [`EXAGGERATION`] times as hard, so that groups find together.
const EARLY: usize = 250;
/// Rounds in all.
const ROUNDS: usize = 750;
const EXAGGERATION: f32 = 12.0;
/// How far from a point a cell of the tree must lie, of its width, to be taken as one: `1 / θ`.
const THETA: f32 = 0.5;
/// Deviation of the places that it begins at: small, so that nothing is decided yet.
const FIRST_DEVIATION: f32 = 1e-4;

impl Neighbours {
    /// Begins a map of rows, each made of length 1; `None` for fewer than [`FEWEST`], which [`flat`] shows better. Finding
    /// the neighbours takes the longest single moment: some rows² · dim multiplications.
    ///
    /// # Errors
    /// A row with a number that is none.
    pub fn begin(rows: &Embeddings) -> Result<Option<Self>, ProbeError> {
        let Flat { places, .. } = flat(rows)?;
        if rows.rows() < FEWEST {
            return Ok(None);
        }
        let perplexity = ((rows.rows() - 1) / 3).min(PERPLEXITY);
        let found = neighbours_of(rows, 3 * perplexity)?;
        let near = |(index, cosine): &(usize, f32)| Neighbor {
            index: *index,
            distance: (2.0 - 2.0 * cosine).max(0.0).sqrt(),
        };
        let table: Vec<Vec<Neighbor<f32>>> = found.iter().map(|found| found.iter().map(near).collect()).collect();
        let nobody = vec![(); rows.rows()]; // the table says all there is to say of them
        let affinities = alone(|| {
            let mut begun = tSNE::<f32, (), 2>::new(&nobody);
            begun
                .perplexity(perplexity as f32)
                .epochs(0)
                .initial_embedding(places.clone())
                .barnes_hut_with_neighbors(THETA, &table)
                .affinities()
        });
        Ok(affinities.map(|affinities| Self {
            affinities,
            places: small(places),
            done: 0,
        }))
    }

    /// Rounds in all.
    #[must_use]
    pub fn of(&self) -> usize {
        ROUNDS
    }

    /// Rounds that are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done
    }

    /// Goes on for so many rounds, at most to the end. Each call gathers momentum anew: slices of 50 rounds
    /// lose hardly a neighbour, those of 10 some.
    pub fn advance(&mut self, rounds: usize) {
        let last = self.done + rounds;
        for end in [EARLY, ROUNDS] {
            let rounds = end.min(last).saturating_sub(self.done);
            if rounds > 0 {
                self.descend(rounds, end == EARLY);
            }
        }
    }

    fn descend(&mut self, rounds: usize, early: bool) {
        let nobody = vec![(); self.places.len() / 2];
        let (exaggeration, momentum) = if early { (EXAGGERATION, 0.5) } else { (1.0, 0.8) };
        self.places = alone(|| {
            let mut going = tSNE::<f32, (), 2>::new(&nobody);
            going
                .with_affinities(self.affinities.clone())
                .initial_embedding(self.places.clone())
                .early_exaggeration(exaggeration)
                .stop_lying_epoch(usize::MAX)
                .momentum(momentum)
                .momentum_switch_epoch(usize::MAX)
                .learning_rate((nobody.len() as f32 / EXAGGERATION / 4.0).max(50.0))
                .epochs(rounds)
                .barnes_hut(THETA, |(), ()| 0.0)
                .embedding()
        });
        self.done += rounds;
    }

    /// x and y of each row as they are now, in -1..1, to one scale: `[rows, 2]`.
    #[must_use]
    pub fn places(&self) -> Vec<f32> {
        within(self.places.clone())
    }
}

/// The same places with the deviation that a map begins at. Twins are moved apart by less than that, in the order of rows:
/// what lies on one point never leaves it.
fn small(places: Vec<f32>) -> Vec<f32> {
    let squares: f64 = places.iter().step_by(2).map(|x| f64::from(*x) * f64::from(*x)).sum();
    let deviation = libm::sqrt(squares / (places.len() / 2).max(1) as f64) as f32;
    let scale = if deviation > 0.0 { FIRST_DEVIATION / deviation } else { 0.0 };
    let apart = |at: usize| 0.01 * FIRST_DEVIATION * libm::sinf(at as f32 * 2.399_963_2); // the golden angle: no two alike
    places.iter().enumerate().map(|(at, x)| scale * x + apart(at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    /// `per` rows about each of these many directions.
    fn clusters(count: usize, per: usize, dim: usize, width: f32) -> Embeddings {
        let mut chance = Chance::new(6, "map", 0);
        let value = |at: usize, chance: &mut Chance| {
            let (row, number) = (at / dim, at % dim);
            let middle = Chance::new(7, "middle", (row % count * dim + number) as u64).normal();
            middle + width * chance.normal()
        };
        let values = (0..count * per * dim).map(|at| value(at, &mut chance)).collect();
        Embeddings::new(count * per, dim, values).unwrap()
    }

    fn through(mut map: Neighbours, slice: usize) -> Vec<f32> {
        while map.done() < map.of() {
            map.advance(slice);
        }
        map.places()
    }

    /// Share of rows whose nearest on the map is of their own cluster.
    fn kept(places: &[f32], count: usize) -> f32 {
        let place = |row: usize| [places[2 * row], places[2 * row + 1]];
        let rows = places.len() / 2;
        let apart = |a: usize, b: usize| {
            let ([ax, ay], [bx, by]) = (place(a), place(b));
            (ax - bx).powi(2) + (ay - by).powi(2)
        };
        let nearest = |row: usize| {
            (0..rows)
                .filter(|other| *other != row)
                .min_by(|a, b| apart(row, *a).total_cmp(&apart(row, *b)))
        };
        (0..rows)
            .filter(|row| nearest(*row).is_some_and(|near| near % count == row % count))
            .count() as f32
            / rows as f32
    }

    fn in_range(places: &[f32], rows: usize) -> bool {
        places.len() == 2 * rows && places.iter().all(|x| (-1.0..=1.0).contains(x))
    }

    #[test]
    fn axes_say_what_they_hold_and_places_fill_the_map() {
        // On a line through the middle and a little beside it.
        let row = |at: usize| [1.0, 0.02 * at as f32 - 0.2, 0.001 * (at % 3) as f32];
        let rows = Embeddings::new(21, 3, (0..21).flat_map(row).collect()).unwrap();
        let Flat { places, explained } = flat(&rows).unwrap();
        assert!(explained[0] > 0.99 && explained[1] < 0.01 && explained[0] + explained[1] <= 1.0);
        assert!(in_range(&places, 21));
        assert_eq!([places[0].abs(), places[40].abs()], [1.0, 1.0]);
        assert!(places[0] * places[40] < 0.0);
        assert!(places.iter().skip(1).step_by(2).all(|y| y.abs() < 0.1), "both axes have one scale");
        assert_eq!(flat(&rows).unwrap(), flat(&rows).unwrap());
    }

    #[test]
    fn few_pictures_and_twins_lie_on_the_map_too() {
        for count in 0..FEWEST {
            let rows = clusters(1, count, 5, 1.0);
            assert!(in_range(&flat(&rows).unwrap().places, count), "{count}");
            assert!(Neighbours::begin(&rows).unwrap().is_none());
        }
        assert_eq!(flat(&clusters(1, 1, 5, 1.0)).unwrap().places, [0.0, 0.0]);
        let twins = clusters(1, 40, 5, 0.0);
        let found = flat(&twins).unwrap();
        assert_eq!((found.places, found.explained), (vec![0.0; 80], [0.0; 2]));
        for rows in [
            twins,
            clusters(2, 20, 5, 0.0),
            clusters(1, FEWEST, 5, 1.0),
            Embeddings::new(9, 4, vec![0.0; 36]).unwrap(),
        ] {
            let map = Neighbours::begin(&rows).unwrap().unwrap();
            assert!(in_range(&through(map, 200), rows.rows()));
        }
        let broken = Embeddings::new(9, 1, [vec![1.0; 8], vec![f32::NAN]].concat()).unwrap();
        assert!(flat(&broken).is_err() && Neighbours::begin(&broken).is_err());
    }

    #[test]
    fn neighbours_stay_neighbours_where_axes_lose_them() {
        let rows = clusters(18, 10, 24, 0.25);
        let map = Neighbours::begin(&rows).unwrap().unwrap();
        assert_eq!((map.done(), map.of()), (0, ROUNDS));
        let places = through(map, 50);
        assert!(in_range(&places, 180));
        let axes = flat(&rows).unwrap().places;
        assert!(
            kept(&places, 18) > 0.98 && kept(&axes, 18) < 0.9,
            "{} {}",
            kept(&places, 18),
            kept(&axes, 18)
        );
    }

    #[test]
    fn the_same_rows_give_the_same_map() {
        let rows = clusters(5, 12, 9, 0.4);
        let make = || through(Neighbours::begin(&rows).unwrap().unwrap(), 60);
        assert_eq!(make(), make());
    }
}
