//! What `darkroom models` says of the presets: networks that need not exist to be counted.

use serde::Serialize;

use super::out::{Failure, Out, Outcome, bytes, grouped};
use crate::{
    mask::Grid,
    methods::{self, AnyMethod, Method, Names},
    train::settings::Settings,
};

/// A preset in figures.
#[derive(Serialize)]
pub struct Figures {
    method: &'static str,
    name: &'static str,
    help: &'static str,
    size_px: usize,
    patch_px: usize,
    parameters: u64,
    /// Of its weights in half precision.
    bytes: u64,
    /// Of one prediction with three quarters hidden.
    multiply_adds: u64,
}

/// Every preset of every method.
pub fn all() -> Result<Vec<Figures>, Failure> {
    let cards = methods::cards().iter();
    let presets = cards.flat_map(|card| card.presets.iter().map(move |preset| (card.name, preset)));
    presets.map(|(method, preset)| figures(method, preset)).collect()
}

fn figures(method: &'static str, preset: &methods::Preset) -> Result<Figures, Failure> {
    let settings = Settings {
        method: Some(method),
        preset: Some(preset.name),
        ..Settings::default()
    };
    let config = settings.resolve()?;
    let plan = AnyMethod::plan(&config)?;
    let patches = Grid::of(plan.size_px, plan.patch_px).map_or(0, |grid| grid.len());
    let entries = AnyMethod::entries(&config, Names::Darkroom)?;
    let shapes = entries.iter().flat_map(|entry| &entry.theirs);
    let parameters = shapes.map(|(_, shape)| shape.iter().product::<usize>() as u64).sum();
    Ok(Figures {
        method,
        name: preset.name,
        help: preset.help,
        size_px: plan.size_px,
        patch_px: plan.patch_px,
        parameters,
        bytes: 2 * parameters,
        multiply_adds: AnyMethod::multiply_adds(&config, patches.div_ceil(4))?,
    })
}

/// The presets for people.
pub fn tell(out: &mut Out) -> Outcome {
    let all = all()?;
    for card in methods::cards() {
        out.line(format_args!("{} ({}), presets:", card.name, card.title))?;
        for preset in all.iter().filter(|preset| preset.method == card.name) {
            out.line(format_args!("  {:<8} {}", preset.name, preset.help))?;
            out.line(format_args!(
                "           {} px, {} parameters, {} in half precision, {} million multiply-adds a prediction",
                preset.size_px,
                grouped(preset.parameters),
                bytes(preset.bytes),
                grouped(preset.multiply_adds.div_ceil(1_000_000))
            ))?;
        }
    }
    Ok(())
}
