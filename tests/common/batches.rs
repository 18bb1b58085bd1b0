//! Batches as a run gets them, for tests that take its steps by hand.

use darkroom::{
    config::RunConfig,
    data::{self, HostBatch, Loader, LoaderConfig, OpenOptions},
    methods::{AnyMethod, Method},
};

/// The first `count` batches that a run gets.
pub fn batches(config: &RunConfig, count: u64) -> Vec<HostBatch> {
    made(config, count, false)
}

/// The same, their colours left to the device or not.
pub fn made(config: &RunConfig, count: u64, leave_colours: bool) -> Vec<HostBatch> {
    let plan = AnyMethod::plan(config).unwrap();
    let options = OpenOptions {
        size_px: plan.size_px,
        ..OpenOptions::default()
    };
    let settings = LoaderConfig {
        batch: config.batch,
        size_px: plan.size_px,
        patch_px: plan.patch_px,
        masks: plan.masks,
        fill: plan.fill,
        recipes: plan.recipes,
        leave_colours,
        steps: Some(count),
        ..LoaderConfig::default()
    };
    let source = data::open(&config.data, &options).unwrap().source;
    Loader::start(source, settings).unwrap().map(Result::unwrap).collect()
}
