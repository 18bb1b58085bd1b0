//! Plain networks that know of no method: patches, positions, attention, a vision transformer.

pub mod attention;
pub mod block;
pub mod builder;
pub mod decoder;
pub mod linear;
pub mod norm;
pub mod order;
pub mod overlap;
pub mod packed;
pub mod patches;
pub mod positions;
pub mod vit;

pub use attention::Attention;
pub use block::{Block, BlockConfig};
pub use builder::{Builder, Drawn, Init, Loaded, Source};
pub use decoder::{Decoder, DecoderConfig};
pub use linear::Linear;
pub use norm::LayerNorm;
pub use order::Order;
pub use overlap::Overlap;
pub use packed::packed;
pub use vit::{Vit, VitConfig};
