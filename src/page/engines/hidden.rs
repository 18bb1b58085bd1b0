//! How the first room and its engines speak.

use std::collections::BTreeSet;

use super::{Protocol, Sorted};
use crate::protocol::{DeviceKind, FromEngine, Stage, ToEngine, VERSION};

/// The messages of the room "Hidden".
pub struct Hidden;

/// What an engine holds.
#[derive(Default)]
pub struct Holds {
    /// Pictures, by number.
    pub pictures: BTreeSet<u32>,
    /// The model that is open.
    pub model: Option<String>,
}

impl Protocol for Hidden {
    type Ask = ToEngine;
    type Said = FromEngine;
    type Stage = Stage;
    type Holds = Holds;
    const VERSION: u32 = VERSION;

    fn program(kind: DeviceKind) -> &'static str {
        match kind {
            DeviceKind::Cpu => "engine",
            DeviceKind::WebGpu => "engine-webgpu",
        }
    }

    fn ready(said: FromEngine) -> Option<(u32, DeviceKind, String)> {
        match said {
            FromEngine::Ready { version, device, adapter } => Some((version, device, adapter)),
            _ => None,
        }
    }

    #[inline(always)]
    fn sort(said: FromEngine) -> Sorted<Self> {
        match said {
            FromEngine::Progress { stage, done, of } => Sorted::Progress(stage, done, of),
            FromEngine::Failed(why) => Sorted::Failed(why),
            FromEngine::Lost(why) => Sorted::Lost(why),
            said => Sorted::Answer(said),
        }
    }
}
