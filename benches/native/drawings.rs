//! How well a model draws the photographs of `DARKROOM_DATA`, under masks that were drawn once and for all.

use std::{fs, path::Path};

use burn::tensor::Device;
use darkroom::{
    data::{self, OpenOptions, Squares},
    mask::{Grid, Mask},
    methods::Method,
    picture::{fill, measure},
    predict::{block_on, predict},
    weights,
};
use serde_json::{Value, json};

use crate::Outcome;

/// Which list of masks the file calls what, of all pictures or of each.
const MASKS: [(&str, bool); 4] = [("random75", true), ("random50", true), ("middle", false), ("right", false)];

/// A line of JSON for each mask: PSNR in dB over what is hidden, of each picture, as the model draws it and as the smooth fill.
/// `masks` is the file that comes with the photographs `val`, in whose order its lists are.
pub fn measure(model: &Path, val: &str, masks: &Path) -> Outcome {
    let device = Device::flex();
    let method = weights::from_bytes(&fs::read(model)?, &model.display().to_string(), &device)?.method;
    let views = method.views();
    let grid = Grid::of(views.size_px, views.patch_px).ok_or("its patches do not divide its pictures")?;
    let masks: Value = serde_json::from_slice(&fs::read(masks)?)?;
    let source = data::open(val, &OpenOptions::default())?.source;
    let pictures: Vec<_> = Squares::new(source, views.size_px)
        .map(|square| (square.index, square.picture))
        .collect();
    let hidden = |list: &Value| -> Option<Vec<usize>> {
        let list = list
            .as_array()?
            .iter()
            .map(|patch| patch.as_u64().and_then(|patch| usize::try_from(patch).ok()));
        list.collect()
    };
    for (name, of_each) in MASKS {
        let (mut drawn, mut smooth) = (Vec::new(), Vec::new());
        for (index, picture) in &pictures {
            let list = if of_each {
                &masks["masks"][name][*index]
            } else {
                &masks["same_for_all"][name]
            };
            let hidden = hidden(list).filter(|hidden| hidden.iter().all(|patch| *patch < grid.len()));
            let hidden = hidden.ok_or_else(|| format!("the masks have no {name} for picture {index} in {} patches", grid.len()))?;
            let mask = Mask::from_hidden(grid, &hidden);
            let answer = block_on(predict(&method, picture, &mask, &device))?.drawn;
            drawn.push(measure::hidden_psnr_db(picture, &answer, &mask));
            smooth.push(measure::hidden_psnr_db(picture, &fill::smooth(picture, &mask), &mask));
        }
        println!("{}", json!({"mask": name, "model": drawn, "smooth": smooth}));
    }
    Ok(())
}
