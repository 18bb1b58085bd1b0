//! (room nn)
