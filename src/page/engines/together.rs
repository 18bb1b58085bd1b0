//! How the room "Together" and its engine speak.

use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use super::{Answer, Engine, Protocol, Sorted};
use crate::protocol::{
    DeviceKind,
    together::{FromTogether, Slot, Stage, ToTogether, VERSION},
};

/// The messages of the room "Together".
pub struct Together;

/// Hears what the engine says of itself.
pub type OnUnasked = Rc<dyn Fn(Answer<Together>)>;

/// Hears that the engine is gone, and why.
pub type OnLost = Rc<dyn Fn(&Engine<Together>, &str)>;

/// What the engine holds.
#[derive(Default)]
pub struct Holds {
    /// Pictures, by number.
    pub pictures: BTreeSet<u32>,
    /// Models that are open, by name.
    pub models: BTreeMap<Slot, String>,
    /// Pictures that each of them has embedded.
    pub embedded: BTreeMap<Slot, BTreeSet<u32>>,
    /// Who hears what nobody asked for.
    pub unasked: Option<OnUnasked>,
    /// Who hears that it is gone.
    pub lost: Option<OnLost>,
}

impl Protocol for Together {
    type Ask = ToTogether;
    type Said = FromTogether;
    type Stage = Stage;
    type Holds = Holds;
    const VERSION: u32 = VERSION;

    fn program(kind: DeviceKind) -> &'static str {
        match kind {
            DeviceKind::Cpu => "together-engine",
            DeviceKind::WebGpu => "together-engine-webgpu",
        }
    }

    fn ready(said: FromTogether) -> Option<(u32, DeviceKind, String)> {
        match said {
            FromTogether::Ready { version, device, adapter } => Some((version, device, adapter)),
            _ => None,
        }
    }

    #[inline(always)]
    fn sort(said: FromTogether) -> Sorted<Self> {
        match said {
            FromTogether::Progress { stage, done, of } => Sorted::Progress(stage, done, of),
            FromTogether::Failed(why) => Sorted::Failed(why),
            FromTogether::Lost(why) => Sorted::Lost(why),
            said => Sorted::Answer(said),
        }
    }

    fn unasked(engine: &Engine<Self>, answer: Answer<Self>) {
        if let Some(hear) = engine.holds(|holds| holds.unasked.clone()) {
            hear(answer);
        }
    }

    fn lost(engine: &Engine<Self>, why: &str) {
        if let Some(hear) = engine.holds(|holds| holds.lost.clone()) {
            hear(engine, why);
        }
    }
}
