//! What the embeddings of a model in training are worth: kNN, and the instruments that tell collapse.
//!
//! Pictures and views are the same all through a run, so that two measurements differ by the weights alone.

use std::sync::Arc;

use burn::tensor::Device;

use super::{
    TrainError,
    neighbours::{self, Shown},
    pictures::Pictures,
};
use crate::{
    config::RunConfig,
    data::{Source, Square, Squares, Subset},
    methods::{AnyMethod, ViewPlan},
    picture::{Picture, Rgb8},
    predict::{Embedded, PredictError, block_on, embed},
    probes::{Instruments, Knn, LinearProbe, linear::Protocol, retrieve},
    views::{Recipe, Views, seed_of_view},
};

/// Views of each validation picture that alignment and LiDAR are read from.
const VIEWS: u64 = 2;

/// Pictures whose views are kept, at most.
pub const VIEWED: usize = 128;

/// Pictures to embed at every measurement.
pub struct Probing {
    bank: Vec<Picture>,
    bank_labels: Vec<Option<usize>>,
    queries: Vec<Picture>,
    labels: Vec<Option<usize>>,
    views: Vec<Vec<Picture>>,
}

impl Probing {
    /// Chooses the pictures: all to validate on, `config.probe` of those to train on, spread over them, and views as training
    /// has them.
    #[must_use]
    pub fn new(config: &RunConfig, plan: &ViewPlan, pictures: &Pictures) -> Self {
        let chosen: Arc<dyn Source> = Arc::new(Subset::spread(pictures.train.clone(), config.probe));
        let known = |square: Square| (square.picture, square.label);
        let (bank, bank_labels) = Squares::new(chosen, plan.size_px).map(known).unzip();
        let validation = &pictures.validation;
        Self {
            bank,
            bank_labels,
            queries: validation.iter().map(|square| square.picture.clone()).collect(),
            labels: validation.iter().map(|square| square.label).collect(),
            views: two_views(plan, validation, &pictures.validation_source, config.seed),
        }
    }

    /// How many pictures are measured.
    #[must_use]
    pub fn len(&self) -> usize {
        self.queries.len()
    }

    /// Embeds everything, reads the instruments and draws the nearest of some pictures. Waits for the device.
    ///
    /// # Errors
    /// A device that fails.
    pub fn measure(&self, model: &AnyMethod, device: &Device) -> Result<(Instruments, Option<Rgb8>), TrainError> {
        let embedded = |pictures: &[Picture]| {
            let failed = |e: PredictError| TrainError::Predict(format!("the embeddings could not be measured: {e}"));
            block_on(embed(model, pictures, device, |_| ())).map_err(failed)
        };
        let queries = embedded(&self.queries)?;
        let views = self.views.iter().map(|views| embedded(views)).collect::<Result<Vec<_>, _>>()?;
        let mut found = queries.instruments(&views);
        let bank = if self.bank.is_empty() { None } else { Some(embedded(&self.bank)?) };
        if let Some(bank) = &bank {
            self.by_class(bank, &queries, &mut found);
        }
        let asked = Shown {
            pictures: &self.queries,
            embeddings: &queries.embeddings,
        };
        let bank = bank.as_ref().map(|bank| Shown {
            pictures: &self.bank,
            embeddings: &bank.embeddings,
        });
        let picture = neighbours::draw(asked, bank)?;
        Ok((found, picture))
    }

    /// kNN as in Wu et al. (2018) and lightly's tables, mean average precision, and a plane fitted anew, over the pictures of
    /// the bank that have a class.
    fn by_class(&self, bank: &Embedded, queries: &Embedded, found: &mut Instruments) {
        let (rows, labels): (Vec<usize>, Vec<usize>) = self
            .bank_labels
            .iter()
            .enumerate()
            .filter_map(|(row, label)| Some((row, (*label)?)))
            .unzip();
        let bank = bank.embeddings.select(&rows);
        let asked = (&queries.embeddings, self.labels.as_slice());
        found.knn = Knn::BENCHMARK.accuracy((&bank, &labels), asked);
        let ranked = retrieve((&bank, &labels), Some(asked), &[]).ok();
        found.retrieval = ranked.map(|ranked| ranked.mean_average_precision);
        let labels: Vec<Option<usize>> = labels.into_iter().map(Some).collect();
        // Embeddings that are none, or no classes at all, leave nothing to fit: the other instruments say so.
        let plane = LinearProbe::fit(&bank, &labels, &Protocol::WHILE_TRAINING, 0).ok();
        found.offline = plane.and_then(|plane| Some(plane.top(asked.0, asked.1).ok()?.one));
    }
}

/// Two views of each of the first [`VIEWED`] of `squares`, which are pictures of `from`, by the first recipes of `plan` that
/// make a whole square: view `k` of all of them in list `k`. Nothing where the plan has no such recipe.
#[must_use]
pub fn two_views(plan: &ViewPlan, squares: &[Square], from: &Arc<dyn Source>, seed: u64) -> Vec<Vec<Picture>> {
    let whole = |recipe: &&Recipe| recipe.size_px == plan.size_px && recipe.jigsaw.is_none();
    let same_size = plan.recipes.iter().filter(whole);
    let recipes: Vec<_> = same_size.cycle().take(VIEWS as usize).map(Recipe::views).collect();
    let samples: Vec<_> = squares
        .iter()
        .take(VIEWED)
        .filter_map(|square| Some((square.index as u64, from.get_at(square.index, plan.size_px).ok()?.picture)))
        .collect();
    let of = |(views, number): (&Views, u64)| {
        let seed = seed_of_view(seed, number);
        samples.iter().map(|(index, picture)| views.make(picture, seed, *index)).collect()
    };
    recipes.iter().zip(1..).map(of).collect()
}
