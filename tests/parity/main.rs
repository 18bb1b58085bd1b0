//! Our networks against independent ones: the masked autoencoder against Hugging Face's ViT-MAE, with random weights and
//! fixed masks; published encoders of joint embeddings against the same written out in PyTorch (`encoders`).
//!
//! Networks of other methods stand in `nets.rs`, with `make_nets.py`.
//!
//! `make_case.py` made the masked autoencoder's weights, under published names, and what that network says of two pictures; nothing here
//! needs Python. Differences are the largest of a tensor's, relative to its largest value.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod answers;
mod case;
mod encoder_names;
mod encoders;
mod names;
mod nets;
