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

    /// Goes on for so many rounds, at most to the end. Each call gathers momentum anew: 25 rounds or more are worth it.
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
