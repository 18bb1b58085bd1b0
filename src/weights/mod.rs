//! (room weights)
