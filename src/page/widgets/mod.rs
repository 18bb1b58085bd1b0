//! Parts that rooms are furnished with. They know the desk, some the studio, never a room.

pub mod bars;
pub mod chart;
pub mod chip;
pub mod device;
pub mod dialog;
pub mod drop_zone;
pub mod icon;
pub mod model_card;
pub mod model_list;
pub mod notices;
pub mod patches;
pub mod progress;
pub mod ramp;
pub mod sheet;
pub mod shortcuts;
pub mod slide;
pub mod split;
pub mod theme;
