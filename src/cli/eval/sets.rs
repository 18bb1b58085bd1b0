//! Embeddings of pictures to learn from and of others to be judged by, with their classes.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    cli::{
        open,
        out::{Failure, bar, grouped, say},
    },
    data::{Source, Square, Squares, Subset, held_out, same_classes, unlearnt_classes},
    device::OpenDevice,
    methods::{AnyMethod, Method},
    picture::Picture,
    predict::{Embedded, block_on, embed},
    probes::Embeddings,
};

/// Pictures decoded, and so held, at once.
const AT_ONCE: usize = 1024;

/// Of so many pictures one is held out where no others are given to measure on.
const HELD_OUT: usize = 5;

/// What every probe takes.
#[derive(clap::Args)]
pub struct Args {
    /// Weights: ours or a published checkpoint
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// `scenes`, a folder with a folder a class has, tar shards or CIFAR binary files
    #[arg(long, value_name = "SOURCE", default_value = "scenes?count=2000")]
    pub data: String,
    /// Pictures to measure on, likewise; a fifth of --data is held out when absent
    #[arg(long, value_name = "SOURCE")]
    pub val_data: Option<String>,
    /// At most so many pictures of each, spread over it; 0 takes all
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<usize>)]
    pub count: usize,
    /// Seed of the scenes, of what is held out, and of the probe
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = open::whole::<u64>)]
    pub seed: u64,
    #[command(flatten)]
    pub asked: open::Asked,
}

/// Embeddings of pictures, a class each where one is known.
pub struct Set {
    /// `[pictures, dim]`.
    pub embeddings: Embeddings,
    /// One a picture.
    pub labels: Vec<Option<usize>>,
}

/// To learn from, and to be judged by.
pub struct Sets {
    pub train: Set,
    pub test: Set,
}

impl Args {
    /// The model on its device.
    pub fn open(&self) -> Result<(AnyMethod, OpenDevice), Failure> {
        let (opened, on) = open::model(&self.model, &self.asked.device)?;
        Ok((opened.method, on))
    }

    /// The pictures of one source, as many as asked for.
    pub fn source(&self, spec: &str, size_px: usize) -> Result<Arc<dyn Source>, Failure> {
        Ok(spread(open::source(spec, self.seed, size_px)?, self.count))
    }

    /// Embeds both sets. Without classes in either there is nothing to probe.
    pub fn sets(&self) -> Result<Sets, Failure> {
        let (model, on) = self.open()?;
        let size_px = model.views().size_px;
        let data = self.source(&self.data, size_px)?;
        let (train, test) = match &self.val_data {
            Some(spec) => (data, self.source(spec, size_px)?),
            None => {
                let parts = held_out(data.clone(), data.len() / HELD_OUT, self.seed)?;
                let (out, of) = (parts.validation.len(), data.len());
                say(format_args!(
                    "no --val-data: {} of the {} pictures of {} are held out to measure on",
                    grouped(out as u64),
                    grouped(of as u64),
                    self.data
                ));
                (parts.train, parts.validation)
            }
        };
        let names = [&self.data, self.val_data.as_ref().unwrap_or(&self.data)];
        for (source, name) in [&train, &test].into_iter().zip(names) {
            if source.classes().is_empty() {
                return Err(Failure::Failed(format!(
                    "{name} has no classes to tell apart; give a folder with a folder for each class, labelled shards, CIFAR or \
                     scenes, or ask `darkroom eval rank`, which needs none"
                )));
            }
        }
        if self.val_data.is_some()
            && let Some(sentence) = unlearnt_classes(&*train, &*test)?
        {
            say(format_args!("warning: {sentence}"));
        }
        let same = same_classes(train.classes(), test.classes());
        let of = |source: Arc<dyn Source>, name: &str| {
            let (embedded, labels) = self.embed_all(&model, &on, source, name)?;
            let embeddings = embedded.embeddings;
            if let Some(row) = embeddings.first_bad_row() {
                return Err(self.no_number(row, name));
            }
            Ok(Set { embeddings, labels })
        };
        let mut train = of(train, names[0])?;
        let mut test = of(test, names[1])?;
        for label in test.labels.iter_mut().flatten() {
            *label = same.get(*label).copied().unwrap_or(*label);
        }
        number_anew([&mut train.labels, &mut test.labels]);
        Ok(Sets { train, test })
    }

    /// Embeds every picture of a source; broken ones are passed over, and said.
    pub fn embed_all(
        &self,
        model: &AnyMethod,
        on: &OpenDevice,
        source: Arc<dyn Source>,
        name: &str,
    ) -> Result<(Embedded, Vec<Option<usize>>), Failure> {
        let bar = bar(source.len());
        let mut squares = Squares::new(source, model.views().size_px);
        let (mut embeddings, mut projections, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        loop {
            let round: Vec<Square> = squares.by_ref().take(AT_ONCE).collect();
            if round.is_empty() {
                break;
            }
            labels.extend(round.iter().map(|square| square.label));
            let pictures: Vec<Picture> = round.into_iter().map(|square| square.picture).collect();
            let before = bar.position();
            let embedded = block_on(embed(model, &pictures, &on.device, |done| bar.set_position(before + done as u64)))?;
            embeddings.extend_from_slice(embedded.embeddings.values());
            projections.extend_from_slice(embedded.projections.values());
        }
        bar.finish_and_clear();
        if let Some(sentence) = squares.skipped().sentence() {
            say(format_args!("{name}: {sentence}"));
        }
        if labels.is_empty() {
            return Err(Failure::Failed(format!("{name} holds no picture to measure on")));
        }
        let rows = |values: Vec<f32>| Embeddings::new(labels.len(), values.len() / labels.len(), values);
        let embedded = Embedded {
            embeddings: rows(embeddings)?,
            projections: rows(projections)?,
            asked_deviation: model.deviation(),
        };
        Ok((embedded, labels))
    }

    /// What to say where a picture's embedding cannot be measured.
    pub fn no_number(&self, picture: usize, source: &str) -> Failure {
        no_number(&self.model, picture, source, "embedding")
    }
}

/// At most `count` pictures, spread over the source; 0 takes all.
pub fn spread(source: Arc<dyn Source>, count: usize) -> Arc<dyn Source> {
    if count == 0 || count >= source.len() {
        source
    } else {
        Arc::new(Subset::spread(source, count))
    }
}

/// What to say where what a model gives a picture is no number.
pub fn no_number(model: &Path, picture: usize, source: &str, what: &str) -> Failure {
    Failure::Failed(format!(
        "{} gives picture {picture} of {source} an {what} that is no number: its weights are damaged, or its training diverged; take an \
         earlier checkpoint's",
        model.display()
    ))
}

/// Numbers the classes that occur from 0, in their order: a probe makes room for all up to the largest number, and shards may
/// have one picture of class 99,999.
fn number_anew(sets: [&mut Vec<Option<usize>>; 2]) {
    let occur: BTreeSet<usize> = sets.iter().flat_map(|labels| labels.iter().flatten().copied()).collect();
    let numbers: BTreeMap<usize, usize> = occur.into_iter().zip(0..).collect();
    for label in sets.into_iter().flatten().flatten() {
        *label = numbers.get(label).copied().unwrap_or(*label);
    }
}

/// Share as people write it.
pub fn percent(share: f32) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// Share of the commonest class among those known: what a probe reaches that knows nothing.
pub fn chance(labels: &[Option<usize>]) -> f32 {
    let mut counts = BTreeMap::new();
    let known = labels.iter().flatten();
    known.clone().for_each(|label| *counts.entry(label).or_insert(0usize) += 1);
    counts.values().max().map_or(0.0, |most| *most as f32 / known.count() as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_the_share_of_the_commonest_class() {
        assert_eq!(chance(&[Some(1), None, Some(2), Some(1), Some(3)]), 0.5);
        assert_eq!(chance(&[None]), 0.0);
    }

    #[test]
    fn a_large_number_of_a_class_makes_room_for_no_others() {
        let (mut ours, mut theirs) = (vec![Some(99_999), None, Some(3)], vec![Some(7), Some(3), Some(100_000)]);
        number_anew([&mut ours, &mut theirs]);
        assert_eq!((ours, theirs), (vec![Some(2), None, Some(0)], vec![Some(1), Some(0), Some(3)]));
    }
}
