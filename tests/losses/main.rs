//! Losses of joint-embedding methods against the papers' formulas, written out in PyTorch by `make_case.py`; what they keep
//! between steps against plain code; and input at the edge. Nothing here needs Python.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod balance;
mod case;
mod edges;
mod kept;
mod parity;
mod senses;
