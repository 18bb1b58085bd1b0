//! Files that are no safetensors and come under the name of weights all the same.

/// What else comes under the name of weights, and what to do about it.
pub fn told(bytes: &[u8]) -> Option<&'static str> {
    if matches!(bytes, [_, _, _, _, 0, 0, 0, 0, b'{', ..]) {
        return None;
    }
    let text = bytes.trim_ascii_start();
    let begins = |with: &str| {
        text.get(..with.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    // A zip archive, or a pickle of protocol 2 to 5 that opens with a mark of its own.
    if matches!(
        bytes,
        [b'P', b'K', 3, 4, ..] | [0x80, 2..=5, b'}' | b']' | b'(' | b'c' | b'\x8a' | b'\x95', ..]
    ) {
        return Some(
            "it is a PyTorch file (.pt, .pth, .bin), which may hold programs and is not opened; where you trust it, convert it in \
             Python: safetensors.torch.save_file(torch.load(\"in.pt\", weights_only=True), \"out.safetensors\")",
        );
    }
    if begins("<!doctype") || begins("<html") || begins("<?xml") {
        return Some("it is a web page, not weights: the link wants a login or leads to a page about the file; download the file itself");
    }
    if begins("version https://git-lfs") {
        return Some("it is a Git LFS pointer, not weights: fetch the file itself with `git lfs pull`");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_safetensors_file_is_never_taken_for_another() {
        // A header as long as the first bytes of a pickle or a zip archive say.
        for start in [[0x80, 2, b'}', 0, 0, 0, 0, 0, b'{'], [b'P', b'K', 3, 4, 0, 0, 0, 0, b'{']] {
            assert_eq!(told(&start), None);
        }
        assert_eq!(told(b""), None);
        assert!(told(b"PK\x03\x04\x14\0\0\0\x08").is_some_and(|why| why.contains("PyTorch")));
    }
}
