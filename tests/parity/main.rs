//! Our masked autoencoder against an independent one: Hugging Face's ViT-MAE, with random weights and fixed masks.
//!
//! `make_case.py` made the weights, under published names, and what that network says of two pictures; nothing here
//! needs Python. Differences are the largest of a tensor's, relative to its largest value.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod answers;
mod case;
mod names;
