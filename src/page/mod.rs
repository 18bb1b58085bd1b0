//! (room page)
