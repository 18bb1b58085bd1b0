//! Picture files: no bytes make the decoder panic, hang or take more memory than is allowed.
#![no_main]

mod common;

use std::sync::LazyLock;

use darkroom::{
    picture::{decode, encode_png, header},
    worlds,
};
use libfuzzer_sys::fuzz_target;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| encode_png(&worlds::sample(0).render(16)));

fuzz_target!(|input: &[u8]| {
    let bytes = common::edited(&GOOD, input);
    let _ = header::sniff(&bytes);
    if let Ok(decoded) = decode(&bytes, "fuzz") {
        let picture = decoded.picture;
        assert_eq!(picture.pixels.len(), 3 * picture.width * picture.height);
        let square = picture.square(picture.centre_frame(), 16);
        assert!(square.pixels.iter().all(|value| (0.0..=1.0).contains(value)));
    }
});
