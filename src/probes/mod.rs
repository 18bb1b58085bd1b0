//! (room probes)
