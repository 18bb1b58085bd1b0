//! Tar shards: what lies in an archive lies within its length.
#![no_main]

use std::io::Cursor;

use darkroom::data::{tar_index, webdataset};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let index = tar_index::read(&mut Cursor::new(bytes), bytes.len() as u64);
    for member in &index.members {
        assert!(member.offset.checked_add(member.size).is_some_and(|end| end <= bytes.len() as u64));
        let _ = webdataset::split_name(&member.name);
    }
});
