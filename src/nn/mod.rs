//! Plain networks that know of no method: patches, positions, attention, a vision transformer.

pub mod attention;
pub mod backbone;
pub mod batch_norm;
pub mod block;
pub mod builder;
pub mod conv;
pub mod decoder;
pub mod heads;
pub mod linear;
pub mod norm;
pub mod order;
pub mod overlap;
pub mod packed;
pub mod patches;
pub mod positions;
pub mod predictor;
pub mod resnet;
pub mod running;
pub mod vit;

pub use attention::Attention;
pub use backbone::{Backbone, BackboneConfig};
pub use batch_norm::BatchNorm;
pub use block::{Block, BlockConfig};
pub use builder::{Builder, Drawn, Init, Loaded, Source};
pub use conv::Conv;
pub use decoder::{Decoder, DecoderConfig};
pub use heads::{Head, HeadConfig, Prototypes};
pub use linear::Linear;
pub use norm::LayerNorm;
pub use order::Order;
pub use overlap::Overlap;
pub use packed::packed;
pub use predictor::{Predictor, PredictorConfig};
pub use resnet::{ResNet, ResNetConfig};
pub use vit::{Vit, VitConfig};
