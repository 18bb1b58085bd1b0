//! CIFAR's binary files: as many labels as records, or a sentence.
#![no_main]

use std::io::Cursor;

use darkroom::data::cifar;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // Whole records are long: one byte of the input stands for many.
    let bytes: Vec<u8> = input
        .iter()
        .flat_map(|&byte| std::iter::repeat_n(byte, 1 + 64 * usize::from(byte % 16)))
        .collect();
    for bytes in [input, &bytes] {
        if let Ok((kind, labels)) = cifar::read_labels(&mut Cursor::new(bytes), bytes.len() as u64) {
            assert!(!labels.is_empty() && bytes.len() % kind.record_bytes() == 0);
        }
        let _ = cifar::picture(bytes);
    }
});
