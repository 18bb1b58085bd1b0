//! The plain fills against the figures of an exact solver, over real photographs where there are any.
#![cfg(feature = "decode")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "common/skip.rs"]
mod skip;

use std::path::PathBuf;

use darkroom::{
    mask::{Grid, Mask},
    picture::{Picture, decode, fill, measure},
};

/// Files of an uncompressed tar archive: name and bytes.
fn files_in(tar: &[u8]) -> impl Iterator<Item = (String, &[u8])> {
    let mut rest = tar;
    std::iter::from_fn(move || {
        let header = rest.get(..512).filter(|header| header[0] != 0)?;
        let text = |range: std::ops::Range<usize>| String::from_utf8_lossy(&header[range]).trim_end_matches('\0').trim().to_owned();
        let length = usize::from_str_radix(&text(124..136), 8).ok()?;
        let bytes = rest.get(512..512 + length)?;
        rest = &rest[512 + length.next_multiple_of(512)..];
        Some((text(0..100), bytes))
    })
}

/// Hidden patches of each picture.
fn masks(json: &serde_json::Value, pointer: &str, count: usize) -> Vec<Mask> {
    let found = json.pointer(pointer).unwrap().as_array().unwrap();
    let one = |list: &serde_json::Value| -> Mask {
        let hidden: Vec<usize> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|patch| patch.as_u64().unwrap() as usize)
            .collect();
        Mask::from_hidden(Grid::new(8, 8), &hidden)
    };
    if found[0].is_array() {
        found.iter().map(one).collect()
    } else {
        vec![one(&json.pointer(pointer).unwrap().clone()); count]
    }
}

#[test]
fn fills_of_real_photographs_measure_what_an_exact_solver_measures() {
    let Some(folder) = std::env::var_os("DARKROOM_DATA").map(PathBuf::from) else {
        skip::skipped("set DARKROOM_DATA to the folder that holds photos-128/ to compare fills on real photographs");
        return;
    };
    let read = |name: &str| std::fs::read(folder.join(name));
    let (Ok(tar), Ok(masks_json)) = (read("photos-128/val.tar"), read("photos-128-masks.json")) else {
        skip::skipped("DARKROOM_DATA has no photos-128/val.tar with its photos-128-masks.json to compare fills on");
        return;
    };
    let json: serde_json::Value = serde_json::from_slice(&masks_json).unwrap();
    let pictures: Vec<Picture> = files_in(&tar)
        .filter(|(name, _)| name.ends_with(".jpg"))
        .map(|(name, bytes)| Picture::from_rgb8(&decode(bytes, &name).unwrap().picture))
        .collect();
    assert_eq!(pictures.len(), 500);
    let expected = [
        ("/masks/random75", 13.19, 15.51),
        ("/masks/random50", 13.29, 17.01),
        ("/same_for_all/middle", 12.69, 15.15),
        ("/same_for_all/right", 12.91, 13.59),
    ];
    for (kind, mean_db, smooth_db) in expected {
        let masks = masks(&json, kind, pictures.len());
        let measured = |fill: fn(&Picture, &Mask) -> Picture| {
            let psnr = |(picture, mask): (&Picture, &Mask)| measure::hidden_psnr_db(picture, &fill(picture, mask), mask).unwrap();
            pictures.iter().zip(&masks).map(psnr).sum::<f64>() / pictures.len() as f64
        };
        let (mean, smooth) = (measured(fill::mean), measured(fill::smooth));
        println!("{kind}: mean {mean:.4} dB, smooth {smooth:.4} dB");
        assert!((mean - mean_db).abs() < 0.02, "{kind}: mean fill {mean:.3} dB, {mean_db} expected");
        assert!(
            (smooth - smooth_db).abs() < 0.02,
            "{kind}: smooth fill {smooth:.3} dB, {smooth_db} expected"
        );
    }
}
