//! What is on the table, in signals, and what is done when a person asks.
//!
//! Signals hold the plain structs of `state/`; each file here does one thing with them. Rooms and widgets read the
//! signals and call these functions; they hold no state of their own beyond what is open or pointed at.

pub mod devices;
mod first_look;
pub mod hiding;
pub mod incoming;
pub mod keeping;
pub mod models;
pub mod pictures;
pub mod predicting;
pub mod prints;
mod saving;

use leptos::prelude::*;

use self::{
    devices::Devices,
    hiding::Hiding,
    models::Models,
    pictures::Table,
    prints::{Print, Seeing},
};
use crate::{
    mask::Grid,
    page::{desk::Desk, state::first},
};

/// Everything; every field is a handle, so that copies are one and the same.
#[derive(Clone, Copy)]
pub struct Studio {
    /// Pictures in hand.
    pub table: Table,
    /// What is hidden, and with which tool.
    pub hiding: Hiding,
    /// What is shown of a prediction.
    pub seeing: Seeing,
    /// Models.
    pub models: Models,
    /// Engines and the devices they compute on.
    pub devices: Devices,
    /// Messages, progress, dialogs, light.
    pub desk: Desk,
}

impl Studio {
    /// An empty studio, ready for [`keeping::restore`].
    pub fn new() -> Self {
        Self {
            table: Table::new(),
            hiding: Hiding::new(),
            seeing: Seeing::new(),
            models: Models::new(),
            devices: Devices::new(),
            desk: Desk::here(),
        }
    }

    /// The studio of this page.
    pub fn here() -> Self {
        expect_context()
    }

    /// The grid of the model in hand; the first look's until there is one.
    pub fn grid(self) -> Grid {
        self.models.open.with(|open| open.as_ref().map_or(first::GRID, |model| model.grid))
    }

    /// The print of the picture on the table, where there is one; while another is developed, the last one stays.
    pub fn print(self) -> Option<Print> {
        self.seeing.print.get()
    }
}
