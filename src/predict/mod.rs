//! (room predict)
