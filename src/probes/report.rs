//! All instruments at once, as numbers by name and as a list that needs no knowledge of them.

use std::cell::OnceCell;

use super::{
    Embeddings, Instruments,
    pairs::{Pairs, pairs},
    rank::{axes, singular_values},
};

/// What is measured.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'a> {
    /// One row a picture.
    pub embeddings: &'a Embeddings,
    /// View `k` of every picture, in list `k`; of any pictures, and none where there are no views. Two or more make
    /// alignment and LiDAR possible.
    pub views: &'a [Embeddings],
}

/// What is measured, with what several instruments need of it. Embeddings are finite here; views may be anything.
pub(super) struct Sample<'a> {
    pub embeddings: &'a Embeddings,
    pub views: &'a [Embeddings],
    /// Rows of length 1.
    pub unit: Embeddings,
    singular: OnceCell<Option<Vec<f64>>>,
    axes: OnceCell<Option<Vec<f64>>>,
    pairs: OnceCell<Option<Pairs>>,
}

impl<'a> Sample<'a> {
    fn new(measured: &Measured<'a>) -> Self {
        Self {
            embeddings: measured.embeddings,
            views: measured.views,
            unit: measured.embeddings.unit(),
            singular: OnceCell::new(),
            axes: OnceCell::new(),
            pairs: OnceCell::new(),
        }
    }

    /// Singular values of the rows as they are.
    pub fn singular(&self) -> Option<&[f64]> {
        self.singular.get_or_init(|| singular_values(self.embeddings)).as_deref()
    }

    /// Deviations of unit rows along their principal axes.
    pub fn axes(&self) -> Option<&[f64]> {
        self.axes.get_or_init(|| axes(self.embeddings)).as_deref()
    }

    /// Means over pairs of rows.
    pub fn pairs(&self) -> Option<Pairs> {
        *self.pairs.get_or_init(|| pairs(&self.unit))
    }
}

/// One entry of the list of instruments.
#[derive(Clone, Copy)]
pub struct Instrument {
    /// As it is printed.
    pub name: &'static str,
    /// Unit of its value; empty for a plain number.
    pub unit: &'static str,
    /// What a healthy value is, for embeddings as many and as wide as those measured.
    pub healthy: fn(&Instruments) -> String,
    /// `None` for what somebody else measures and fills in.
    pub(super) read: fn(&Sample<'_>) -> Option<f64>,
}

/// One value with what there is to say about it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Reading {
    /// The instrument.
    pub name: &'static str,
    /// `None` where it has nothing to read.
    pub value: Option<f32>,
    /// Of the value; empty for a plain number.
    pub unit: &'static str,
    /// What a healthy value is.
    pub healthy: String,
}

/// The struct that holds the instruments' values, and the list of them.
macro_rules! instruments {
    ($($(#[doc = $doc:literal])+ $field:ident: $instrument:path;)+) => {
        /// What the instruments say of one set of embeddings. A value is `None` where there is nothing to read it from: too
        /// few rows, no views, no labels, numbers that are none.
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        pub struct Instruments {
            /// Embeddings that were measured.
            pub rows: usize,
            /// Numbers in each.
            pub dim: usize,
            /// Numbers in each of the embeddings that RankMe and LiDAR were read off, where these are others: before the
            /// projector. 0 for the same.
            #[serde(skip_serializing_if = "report::is_zero")]
            pub rank_dim: usize,
            /// The first row with NaN or an infinity; then nothing else was read.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub bad_row: Option<usize>,
            /// Rows that are zero throughout, and so point nowhere.
            pub zero_rows: usize,
            /// The deviation of each number that the method asks for, where it compares points and not directions.
            #[serde(skip_serializing_if = "Option::is_none")]
            pub asked_deviation: Option<f32>,
            /// The spread of an isotropic batch: 1/√dim.
            pub healthy_spread: f32,
            /// Deviations of unit rows along their principal axes, largest first; see [`spectrum`].
            #[serde(skip_serializing_if = "Vec::is_empty")]
            pub spectrum: Vec<f32>,
            $($(#[doc = $doc])+ #[serde(skip_serializing_if = "Option::is_none")] pub $field: Option<f32>,)+
        }

        impl Instruments {
            fn read(&mut self, sample: &$crate::probes::report::Sample<'_>) {
                $(self.$field = ($instrument.read)(sample).map(|value| value as f32).filter(|value| value.is_finite());)+
            }

            /// Every instrument with its value, in the order in which they are worth reading.
            #[must_use]
            pub fn readings(&self) -> Vec<Reading> {
                vec![$(Reading {
                    name: $instrument.name,
                    value: self.$field,
                    unit: $instrument.unit,
                    healthy: ($instrument.healthy)(self),
                },)+]
            }
        }
    };
}
pub(super) use instruments;

#[allow(clippy::trivially_copy_pass_by_ref)] // as serde hands it over
pub(super) fn is_zero(value: &usize) -> bool {
    *value == 0
}

impl Instruments {
    /// The same without the spectrum, for a long series.
    #[must_use]
    pub fn without_spectrum(&self) -> Self {
        Self {
            spectrum: Vec::new(),
            ..self.clone()
        }
    }

    /// Reads every instrument that needs no labels; kNN, retrieval and the linear probes are for the caller to fill, who has
    /// a bank. Never fails: what cannot be read is `None`. Time grows with rows² and with the third power of
    /// the smaller of rows and dim.
    #[must_use]
    pub fn measure(measured: &Measured<'_>) -> Self {
        let embeddings = measured.embeddings;
        let mut found = Self {
            rows: embeddings.rows(),
            dim: embeddings.dim(),
            bad_row: embeddings.first_bad_row(),
            healthy_spread: super::healthy_spread(embeddings.dim()) as f32,
            ..Self::default()
        };
        if found.bad_row.is_none() {
            let sample = Sample::new(measured);
            found.zero_rows = sample.unit.iter().filter(|row| row.iter().all(|x| *x == 0.0)).count();
            found.spectrum = sample.axes().unwrap_or_default().iter().map(|x| *x as f32).collect();
            found.read(&sample);
        }
        found
    }

    /// The highest RankMe that so many rows of such a width can have.
    #[must_use]
    pub fn bound(&self) -> usize {
        self.rows.min(self.ranked_dim())
    }

    /// Numbers in each of the embeddings that RankMe was read off.
    #[must_use]
    pub fn ranked_dim(&self) -> usize {
        if self.rank_dim > 0 { self.rank_dim } else { self.dim }
    }
}
