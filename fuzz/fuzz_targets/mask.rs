//! Masks: as pictures, as kinds and as mixtures for training.
#![no_main]

mod common;

use std::sync::LazyLock;

use darkroom::{
    mask::{Grid, MaskKind, MaskMix},
    picture::{decode, encode_png},
};
use libfuzzer_sys::fuzz_target;

static GOOD: LazyLock<Vec<u8>> = LazyLock::new(|| encode_png(&MaskKind::Checkerboard.draw(Grid::new(4, 4), 0, 0).to_picture(3)));

fuzz_target!(|input: &[u8]| {
    let grid = Grid::new(1 + input.len() % 9, 1 + input.len() % 7);
    if let Ok(decoded) = decode(&common::edited(&GOOD, input), "fuzz") {
        let mask = darkroom::mask::Mask::from_picture(&decoded.picture, grid);
        assert_eq!(mask.hidden.len(), grid.len());
    }
    let text = String::from_utf8_lossy(input);
    if let Ok(kind) = text.parse::<MaskKind>() {
        assert_eq!(kind.draw(grid, 1, 2).hidden.len(), grid.len());
        assert_eq!(kind.to_string().parse::<MaskKind>(), Ok(kind));
    }
    if let Ok(mix) = text.parse::<MaskMix>() {
        let hidden: Vec<usize> = mix.draw(Grid::new(4, 4), 1, 2, 3).iter().map(|mask| mask.hidden_count()).collect();
        assert!(
            hidden.iter().all(|count| *count == hidden[0] && (1..16).contains(count)),
            "{text}: {hidden:?}"
        );
    }
});
