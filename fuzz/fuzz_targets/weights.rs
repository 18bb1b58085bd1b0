//! Weights: our own files and published checkpoints.
#![no_main]

mod common;

use std::{collections::BTreeMap, sync::LazyLock};

use burn::tensor::Device;
use darkroom::{
    config::RunConfig,
    methods::build,
    weights::{Dtype, Header, from_bytes, to_bytes},
};
use libfuzzer_sys::fuzz_target;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let knobs = [
        ("size", 8),
        ("patch", 4),
        ("encoder_dim", 4),
        ("encoder_depth", 1),
        ("encoder_heads", 1),
    ];
    let more = [("decoder_dim", 4), ("decoder_depth", 1), ("decoder_heads", 1), ("mlp_ratio", 1)];
    let knobs = knobs.into_iter().chain(more);
    let config = RunConfig {
        knobs: knobs
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect::<BTreeMap<_, _>>(),
        ..RunConfig::default()
    };
    let method = build(&config, &Device::flex()).expect("these knobs are fine");
    to_bytes(&method, &Header::new(&method, &config), Dtype::F32).expect("first weights are finite")
});

fuzz_target!(|input: &[u8]| {
    let _ = from_bytes(&common::edited(&GOOD, input), "fuzz", &Device::flex());
});
