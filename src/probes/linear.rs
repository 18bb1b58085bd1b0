//! Linear probes: can a plane tell the classes apart? Offline, on frozen embeddings, by the protocols of the papers; and
//! online, one layer beside a network in training, which never hears of it.

mod layer;
mod offline;
mod online;
mod protocol;

pub use offline::{LinearProbe, Score, Top};
pub use online::{Fed, OnlineProbe, State};
pub use protocol::{Decay, PROTOCOLS, Protocol, Update};

use super::Instrument;

pub(super) const INSTRUMENT: Instrument = Instrument {
    name: "linear probe",
    unit: "of 1",
    healthy: |_| "towards 1; the share of the commonest class is chance".into(),
    read: |_| None,
};

pub(super) const OFFLINE: Instrument = Instrument {
    name: "linear probe, offline",
    ..INSTRUMENT
};
