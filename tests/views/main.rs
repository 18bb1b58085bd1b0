//! What the changes of a view do, against values of an independent implementation, and what a view depends on.
//!
//! `make_case.py` made the values; nothing here needs Python.
#![cfg(feature = "model")]
#![allow(clippy::unwrap_used, missing_docs)]

mod jigsaw;
mod odd;
mod pure;
mod rates;
mod reference;

use darkroom::picture::Rgb8;

/// Different in every pixel.
fn made(width: usize, height: usize) -> Rgb8 {
    let byte = |i: usize| (i * i / 7 + i * 37) as u8;
    Rgb8::new(width, height, (0..3 * width * height).map(byte).collect()).unwrap()
}
