use super::{blur::Blurred, jitter::Jittered};

/// What chance drew for the colours of one view, in the order in which it happens: for a device that changes many views at
/// once. The default changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Drawn {
    /// Colour jitter.
    pub jitter: Option<Jittered>,
    /// Whether it loses its colours.
    pub is_grey: bool,
    /// Gaussian blur.
    pub blur: Option<Blurred>,
    /// Whether what is bright is inverted.
    pub is_solarised: bool,
}
