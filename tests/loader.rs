//! The loader: batches that depend on `(seed, step)` alone.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used)]

use std::{
    collections::HashSet,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

use darkroom::{
    data::{self, DataError, HostBatch, Loader, LoaderConfig, OpenOptions, Sample, Source},
    picture::{Picture, Rgb8, fill},
    worlds,
};

/// Pictures that differ in every pixel, made on the spot. Some are broken, one makes its decoder panic.
struct Made {
    len: usize,
    broken: HashSet<usize>,
    panics: Option<usize>,
    reads: AtomicUsize,
}

impl Made {
    fn new(len: usize) -> Self {
        Self {
            len,
            broken: HashSet::new(),
            panics: None,
            reads: AtomicUsize::new(0),
        }
    }
}

impl Source for Made {
    fn name(&self) -> &str {
        "made"
    }

    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        assert_ne!(self.panics, Some(index), "a decoder's bug");
        if self.broken.contains(&index) {
            return Err(DataError::Broken {
                name: format!("made/{index}"),
                why: "broken".into(),
            });
        }
        let (width, height) = (40 + index % 30, 36 + index % 17);
        let pixels = (0..3 * width * height).map(|i| (i * (index + 3) / 7) as u8).collect();
        Ok(Sample {
            picture: Rgb8::new(width, height, pixels).unwrap(),
            label: Some(index % 4),
            name: index.to_string(),
            factors: Vec::new(),
        })
    }

    fn classes(&self) -> &[String] {
        &[]
    }

    fn label(&self, index: usize) -> Option<usize> {
        Some(index % 4)
    }
}

fn config() -> LoaderConfig {
    LoaderConfig {
        batch: 6,
        size_px: 32,
        patch_px: 8,
        masks: "random:0.75+half:right+blocks".parse().unwrap(),
        fill: true,
        mix_scenes: 0.2,
        seed: 5,
        threads: 2,
        ahead: 3,
        steps: Some(12),
        ..LoaderConfig::default()
    }
}

fn all(source: Made, config: LoaderConfig) -> Vec<HostBatch> {
    Loader::start(Arc::new(source), config).unwrap().map(Result::unwrap).collect()
}

fn with_broken() -> Made {
    Made {
        broken: [2, 3, 11].into(),
        ..Made::new(17)
    }
}

#[test]
fn threads_lookahead_and_cache_change_nothing() {
    let expected = all(with_broken(), config());
    assert_eq!(expected.iter().map(|b| b.step).collect::<Vec<_>>(), (0..12).collect::<Vec<_>>());
    for (threads, ahead, cache_bytes) in [(1, 1, 0), (1, 5, 2 << 30), (7, 2, 0), (7, 9, 20_000)] {
        let other = all(
            with_broken(),
            LoaderConfig {
                threads,
                ahead,
                cache_bytes,
                ..config()
            },
        );
        assert!(expected == other, "{threads} threads, {ahead} ahead, {cache_bytes} bytes kept");
    }
    assert!(
        expected != all(with_broken(), LoaderConfig { seed: 6, ..config() }),
        "the seed changes everything"
    );
}

#[test]
fn a_resumed_loader_goes_on_exactly_where_the_other_stopped() {
    let whole = all(with_broken(), config());
    for start_step in [1, 4, 11, 12, 40] {
        let rest = all(with_broken(), LoaderConfig { start_step, ..config() });
        assert!(rest == whole[12.min(start_step as usize)..], "from step {start_step}");
    }
}

#[test]
fn every_epoch_shows_each_picture_once_and_batches_are_always_full() {
    let batches = all(
        Made::new(10),
        LoaderConfig {
            mix_scenes: 0.0,
            steps: Some(10),
            ..config()
        },
    );
    let indices: Vec<usize> = batches.iter().flat_map(|b| b.indices.iter().map(|i| i.unwrap())).collect();
    assert_eq!(indices.len(), 60);
    for epoch in indices.chunks_exact(10) {
        assert_eq!(epoch.iter().collect::<HashSet<_>>().len(), 10);
    }
    assert!((batches[4].epoch - 3.0).abs() < 1e-12);
    // The same picture is another view in each epoch.
    let first = |epoch: usize| {
        let at = epoch * 10 + indices[epoch * 10..].iter().position(|&i| i == 3).unwrap();
        let pixels = 3 * 32 * 32;
        batches[at / 6].pictures[at % 6 * pixels..][..pixels].to_vec()
    };
    assert_ne!(first(0), first(1));
    assert!(
        batches
            .iter()
            .all(|b| b.labels.iter().zip(&b.indices).all(|(l, i)| *l == i.map(|i| i % 4)))
    );
}

#[test]
fn masks_of_a_batch_hide_equally_many_and_the_fill_is_that_of_the_visible_part() {
    for batch in all(Made::new(20), config()) {
        let hidden: HashSet<usize> = batch.masks.iter().map(darkroom::mask::Mask::hidden_count).collect();
        assert_eq!((batch.masks.len(), hidden.len()), (6, 1));
        let (pictures, fills) = (
            batch.pictures.chunks_exact(3 * 32 * 32),
            batch.fill.as_ref().unwrap().chunks_exact(3 * 32 * 32),
        );
        assert_eq!(pictures.len(), 6);
        for ((picture, filled), mask) in pictures.zip(fills).zip(&batch.masks) {
            let picture = Picture::new(32, 32, picture.to_vec()).unwrap();
            assert_eq!(fill::smooth(&picture, mask).pixels, filled);
        }
    }
    assert!(
        all(Made::new(20), LoaderConfig { fill: false, ..config() })
            .iter()
            .all(|b| b.fill.is_none())
    );
}

#[test]
fn mixed_in_scenes_keep_to_their_part_over_time() {
    let count = |mix_scenes: f32, batch: usize, steps: u64| {
        let config = LoaderConfig {
            mix_scenes,
            batch,
            steps: Some(steps),
            fill: false,
            ..config()
        };
        all(Made::new(20), config)
            .iter()
            .flat_map(|b| b.indices.clone())
            .filter(Option::is_none)
            .count()
    };
    assert_eq!(count(0.0, 6, 10), 0);
    assert_eq!(count(1.0, 6, 10), 60);
    assert_eq!(count(0.25, 6, 10), 15);
    assert_eq!(count(0.01, 10, 50), 5);
}

#[test]
fn broken_pictures_are_replaced_and_counted_once() {
    let mut loader = Loader::start(
        Arc::new(with_broken()),
        LoaderConfig {
            mix_scenes: 0.0,
            ..config()
        },
    )
    .unwrap();
    let indices: Vec<usize> = loader.by_ref().flat_map(|b| b.unwrap().indices).flatten().collect();
    assert_eq!(indices.len(), 72);
    assert!(indices.iter().all(|i| ![2, 3, 11].contains(i)));
    assert_eq!(loader.skipped().count, 3);
    assert!(loader.skipped().first.unwrap().contains("made/"));
    let broken = Made {
        broken: (0..9).collect(),
        ..Made::new(9)
    };
    let broken = Arc::new(broken);
    for gives_way in [false, true] {
        let mut loader = Loader::start(broken.clone(), LoaderConfig { gives_way, ..config() }).unwrap();
        let error = loader.next().unwrap().unwrap_err().to_string();
        assert!(error.contains("made") && error.contains("cannot be read"), "{error}");
        assert!(loader.next().is_none(), "an error ends it");
    }
}

#[test]
fn a_panic_in_a_decoder_is_an_error_and_no_standstill() {
    let source = Arc::new(Made {
        panics: Some(4),
        ..Made::new(9)
    });
    for gives_way in [false, true] {
        let outcome: Vec<_> = Loader::start(source.clone(), LoaderConfig { gives_way, ..config() })
            .unwrap()
            .collect();
        let error = outcome.into_iter().find_map(Result::err).unwrap().to_string();
        assert!(error.contains("a decoder's bug"), "{error}");
    }
}

#[test]
fn it_works_ahead_but_no_further_and_stops_when_dropped() {
    let source = Arc::new(Made::new(100_000));
    let endless = LoaderConfig {
        steps: None,
        mix_scenes: 0.0,
        cache_bytes: 0,
        ..config()
    };
    let mut loader = Loader::start(source.clone(), endless).unwrap();
    for _ in 0..5 {
        loader.next().unwrap().unwrap();
    }
    drop(loader);
    let read = source.reads.load(Ordering::Relaxed);
    assert!((30..=(5 + 3) * 6).contains(&read), "{read} pictures read");
    assert_eq!(Arc::strong_count(&source), 1, "every thread has ended");
}

/// Pictures that the loader's own threads never finish while it is shut: as where a second program has every core.
struct Starved {
    pictures: Made,
    /// Reads that get through nonetheless.
    free: AtomicUsize,
    is_shut: Mutex<bool>,
    opened: Condvar,
}

impl Starved {
    fn new(free: usize) -> Self {
        Self {
            pictures: with_broken(),
            free: free.into(),
            is_shut: Mutex::new(true),
            opened: Condvar::new(),
        }
    }

    fn open(&self) {
        *self.is_shut.lock().unwrap() = false;
        self.opened.notify_all();
    }
}

impl Source for Starved {
    fn name(&self) -> &str {
        self.pictures.name()
    }

    fn len(&self) -> usize {
        self.pictures.len()
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        let is_own = thread::current().name().is_some_and(|name| name.starts_with("loader"));
        let passes = |free: usize| free.checked_sub(1);
        if is_own && self.free.fetch_update(Ordering::Relaxed, Ordering::Relaxed, passes).is_err() {
            drop(self.opened.wait_while(self.is_shut.lock().unwrap(), |shut| *shut).unwrap());
        }
        self.pictures.get(index)
    }

    fn classes(&self) -> &[String] {
        &[]
    }

    fn label(&self, index: usize) -> Option<usize> {
        self.pictures.label(index)
    }
}

#[test]
fn threads_that_give_way_and_get_no_turn_hold_nothing_up() {
    let expected = all(with_broken(), config());
    let standing_back = |threads, ahead| LoaderConfig {
        threads,
        ahead,
        gives_way: true,
        cache_bytes: 0,
        ..config()
    };
    for (free, threads, ahead) in [(0, 1, 1), (0, 7, 3), (10, 2, 2), (45, 3, 9)] {
        let source = Arc::new(Starved::new(free));
        let loader = Loader::start(source.clone(), standing_back(threads, ahead)).unwrap();
        // On a thread of its own, since what goes wrong here would wait for ever.
        let (tell, told) = mpsc::channel();
        thread::spawn(move || tell.send(loader.collect::<Result<Vec<_>, _>>()));
        let found = told.recv_timeout(Duration::from_secs(120));
        source.open();
        let what = format!("{threads} threads, {ahead} ahead, {free} pictures read before they hang");
        assert!(expected == found.expect(&what).unwrap(), "{what}");
        while Arc::strong_count(&source) > 1 {
            thread::sleep(Duration::from_millis(1)); // every thread ends, though nobody waits for it
        }
    }
    assert!(expected == all(with_broken(), standing_back(2, 3)), "where they do get turns");
}

#[test]
fn decoded_pictures_are_kept_within_the_budget() {
    let reads = |cache_bytes| {
        let source = Arc::new(Made::new(12));
        let config = LoaderConfig {
            mix_scenes: 0.0,
            threads: 1,
            cache_bytes,
            ..config()
        };
        Loader::start(source.clone(), config).unwrap().for_each(|b| drop(b.unwrap()));
        source.reads.load(Ordering::Relaxed)
    };
    assert_eq!(reads(2 << 30), 12);
    assert_eq!(reads(0), 72);
    assert!((13..72).contains(&reads(40_000)));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let refuse = |config: LoaderConfig| Loader::start(Arc::new(Made::new(5)), config).err().unwrap().to_string();
    assert!(refuse(LoaderConfig { patch_px: 7, ..config() }).contains("divide"));
    assert!(refuse(LoaderConfig { batch: 0, ..config() }).contains("batch"));
    assert!(
        refuse(LoaderConfig {
            crop: [0.9, 0.2],
            ..config()
        })
        .contains("crop")
    );
    assert!(
        refuse(LoaderConfig {
            flip: f32::NAN,
            ..config()
        })
        .contains("flip")
    );
    assert!(Loader::start(Arc::new(Made::new(0)), config()).is_err());
}

#[test]
fn scenes_feed_the_loader_with_their_labels_and_factors() {
    let source = data::open("scenes?count=20", &OpenOptions::default()).unwrap().source;
    assert_eq!(source.classes(), worlds::CLASSES.map(String::from));
    let drawn = worlds::Scene::new(0, 3, worlds::BOND).render(64);
    assert_eq!(source.get_at(3, 64).unwrap().picture, drawn);
    let batches: Vec<_> = Loader::start(source.clone(), config()).unwrap().map(Result::unwrap).collect();
    for batch in batches {
        for (index, label) in batch.indices.iter().zip(&batch.labels) {
            assert_eq!(index.and_then(|i| source.label(i)), *label);
        }
        assert!(batch.pictures.iter().all(|v| (0.0..=1.0).contains(v)));
    }
}
