//! `darkroom models first`: the first look of the page, drawn when the page is built.

use std::{fs, path::Path};

use super::{
    open,
    out::{Failure, Outcome, say},
};
use crate::{
    methods::Method,
    page::state::first,
    picture::{Picture, Rgb8, encode_png},
    predict::{block_on, predict},
    protocol::Prediction,
    worlds,
};

/// Side of the scene, pixels: as the page's engine renders it before it takes the model's square.
const SIDE_PX: usize = 512;

/// Writes `truth.png`, `sees.png`, `drawn.png`, `set.png` and `numbers.json` (a [`Prediction`]) into `folder`.
///
/// The first look's own model draws; where it does not ship, the pictures show the scene and what is hidden of it, and
/// there is neither a drawing nor numbers.
pub fn draw(folder: &Path, models: &Path) -> Outcome {
    fs::create_dir_all(folder).map_err(|error| Failure::Failed(format!("{} cannot be created: {error}", folder.display())))?;
    let scene = worlds::sample(first::SAMPLES[0]);
    let mask = first::mask();
    let write = |name: &str, picture: &Rgb8| open::write(&folder.join(name), &encode_png(picture));
    let rendered = scene.render(SIDE_PX);
    let large = Picture::from_rgb8(&rendered);
    write("truth.png", &large.to_rgb8())?;
    write("sees.png", &mask.set_in(&large, &Picture::from_rgb8(&paper())).to_rgb8())?;

    let weights = models.join(format!("{}.safetensors", first::MODEL));
    if !weights.is_file() {
        say(format_args!("{} is not there: the first look has no prediction", weights.display()));
        return Ok(());
    }
    let (opened, on) = open::model(&weights, "cpu")?;
    let size_px = opened.method.views().size_px;
    // The engine's way to the model's square, so that its numbers, when it comes, are these.
    let small = rendered.square(rendered.centre_frame(), size_px);
    let predicted = block_on(predict(&opened.method, &small, &mask, &on.device))?;
    write("drawn.png", &predicted.drawn.to_rgb8())?;
    write("set.png", &mask.set_in(&small, &predicted.drawn).to_rgb8())?;
    let numbers = Prediction {
        picture: 0,
        size_px,
        mask,
        energy: predicted.energy,
        patch_energy: predicted.patch_energy,
        psnr: predicted.psnr,
        // What it cost here says nothing of the visitor's machine.
        network_ms: 0.0,
        total_ms: 0.0,
        memory_bytes: 0,
    };
    let text = serde_json::to_string(&numbers).map_err(Failure::from_error)?;
    open::write(&folder.join("numbers.json"), text.as_bytes())?;
    say(format_args!("The first look is in {}", folder.display()));
    Ok(())
}

/// Unexposed paper, as the page shows what is hidden.
fn paper() -> Rgb8 {
    Rgb8 {
        width: SIDE_PX,
        height: SIDE_PX,
        pixels: [25, 20, 18].repeat(SIDE_PX * SIDE_PX),
    }
}
