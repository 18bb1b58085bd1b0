//! The page's links: whatever is read is written so that it is read the same again.
#![no_main]

use darkroom::page::state::link::LinkState;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let state = LinkState::parse(&String::from_utf8_lossy(bytes));
    assert_eq!(LinkState::parse(&state.to_hash()), state);
});
