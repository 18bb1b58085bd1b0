//! Names by content.

use std::{fmt::Write as _, fs, path::Path};

use sha2::{Digest, Sha256};

use crate::shell::{Outcome, file_trouble};

/// SHA-256 in lower-case hex.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// SHA-256 of a file, in lower-case hex.
pub fn of_file(path: &Path) -> Outcome<String> {
    Ok(sha256(&fs::read(path).map_err(file_trouble("read", path))?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_empty_string_has_its_well_known_hash() {
        assert_eq!(
            super::sha256(b""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
