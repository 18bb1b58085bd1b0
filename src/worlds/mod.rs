//! Procedural worlds: pictures rendered from known factors.
