//! (room views)
