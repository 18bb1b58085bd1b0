//! (room data)
