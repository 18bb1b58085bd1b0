//! One prediction of ours, for a peer to be held against.

use std::{fs, path::Path};

use burn::tensor::Device;
use darkroom::{
    mask::{Grid, MaskKind},
    methods::Method,
    picture::{Picture, encode_png, fill},
    predict::{block_on, predict},
    weights, worlds,
};

use crate::{Outcome, tensors::Tensors};

const SCENE: u64 = 3;
const HIDE: MaskKind = MaskKind::Random(0.75);

/// Writes `OUT.png` and `OUT.safetensors`: `picture`, `fill`, `drawn` `[1, 3, size, size]` and `order` `[1, patches]`.
pub fn write(weights: &Path, out: &str) -> Outcome {
    let device = Device::flex();
    let name = weights.display().to_string();
    let model = weights::from_bytes(&fs::read(weights)?, &name, &device)?.method;
    let views = model.views();
    let grid = Grid::of(views.size_px, views.patch_px).ok_or("its patches do not divide its pictures")?;
    let scene = worlds::sample(SCENE).render(views.size_px);
    let picture = Picture::from_rgb8(&scene);
    let mask = HIDE.draw(grid, SCENE, 0);
    let drawn = block_on(predict(&model, &picture, &mask, &device))?.drawn;
    let shape = [1, 3, views.size_px, views.size_px];
    fs::write(format!("{out}.png"), encode_png(&scene))?;
    Tensors::default()
        .floats("picture", &shape, &picture.pixels)
        .floats("fill", &shape, &fill::smooth(&picture, &mask).pixels)
        .floats("drawn", &shape, &drawn.pixels)
        .order(&[mask])
        .write(&format!("{out}.safetensors"))
}
