//! What one prediction costs, without a network.

use super::MaeConfig;
use crate::nn::{BlockConfig, overlap::CORNERS};

/// Multiplications (each with its addition) of one picture's way through the network with `kept` patches visible:
/// products and attention; norms and activations are left out.
#[must_use]
pub fn multiply_adds(config: &MaeConfig, kept: usize) -> u64 {
    let patches = config.grid().len();
    let (kept, values) = (kept.min(patches), config.patch_values());
    let (encoder, decoder) = (config.encoder_block(), config.decoder_block());
    let (seen, all) = (kept + 1, patches + 1); // the class token goes along
    let encode = kept * values * encoder.dim + config.encoder_depth * layer(encoder, seen);
    let cells = config.overlapping().map(|overlap| CORNERS * overlap.cell_count());
    let drawn = cells.unwrap_or(patches) * decoder.dim * values;
    let embed = seen * encoder.dim * decoder.dim + if config.fill_to_decoder { drawn } else { 0 };
    let decode = config.decoder_depth * layer(decoder, all) + drawn;
    let correct = config.corrector().map_or(0, |corrector| corrector.multiply_adds());
    if config.is_corrector_alone() {
        return correct as u64;
    }
    (encode + embed + decode + correct) as u64
}

/// Queries, keys, values and output; the inner part; scores and their sums.
fn layer(block: BlockConfig, tokens: usize) -> usize {
    let BlockConfig { dim, hidden, .. } = block;
    tokens * (4 * dim * dim + 2 * dim * hidden) + 2 * tokens * tokens * dim
}
