//! Names of files in the browser's storage. All that must be known of a file is in its name, so that nothing beside
//! it can be lost or go stale: `shipped~photos~HASH~BYTES`. A file of fewer bytes is a download that broke off.

/// Where a stored file came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Out of `models/index.json`.
    Shipped,
    /// Dropped on the page.
    Dropped,
}

/// A file's name in storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredName {
    /// Where it came from.
    pub origin: Origin,
    /// As the page lists it.
    pub name: String,
    /// SHA-256 of the whole, lower-case hex.
    pub sha256: String,
    /// Bytes of the whole.
    pub bytes: u64,
}

/// Longest name, in characters before escaping: file systems take 255 bytes, hash and size take 90.
const LONGEST: usize = 40;

impl StoredName {
    /// A name for storage; `name` is cut to what file systems take.
    pub fn new(origin: Origin, name: &str, sha256: &str, bytes: u64) -> Self {
        let count = name.chars().count();
        // The end is kept: that is where `.safetensors` stands.
        let name = name.chars().skip(count.saturating_sub(LONGEST)).collect();
        Self {
            origin,
            name,
            sha256: sha256.to_ascii_lowercase(),
            bytes,
        }
    }

    /// As the file is called.
    pub fn to_file(&self) -> String {
        let origin = match self.origin {
            Origin::Shipped => "shipped",
            Origin::Dropped => "dropped",
        };
        format!("{origin}~{}~{}~{}", escape(&self.name), self.sha256, self.bytes)
    }

    /// Reads a file's name; `None` for what is not ours.
    pub fn from_file(file: &str) -> Option<Self> {
        let mut parts = file.split('~');
        let origin = match parts.next()? {
            "shipped" => Origin::Shipped,
            "dropped" => Origin::Dropped,
            _ => return None,
        };
        let (name, sha256, bytes) = (unescape(parts.next()?)?, parts.next()?, parts.next()?.parse().ok()?);
        let hex = sha256.len() == 64 && sha256.bytes().all(|b| b.is_ascii_hexdigit());
        (hex && parts.next().is_none()).then(|| Self {
            origin,
            name,
            sha256: sha256.into(),
            bytes,
        })
    }
}

fn escape(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02x}")),
        }
    }
    // Four escaped bytes a character may still be too long; a shorter name is better than none.
    if out.len() > 4 * LONGEST {
        return escape(&name.chars().skip(1).collect::<String>());
    }
    out
}

fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digit = |b: Option<u8>| char::from(b?).to_digit(16);
        let (high, low) = (digit(rest.next())?, digit(rest.next())?);
        bytes.push((16 * high + low) as u8);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn any_name_comes_back() {
        let hash = "0123456789abcdef".repeat(4);
        for name in ["photos", "my model~2.safetensors", "../../etc", "猫.safetensors", ""] {
            let stored = StoredName::new(Origin::Dropped, name, &hash, 17);
            assert_eq!(StoredName::from_file(&stored.to_file()).unwrap(), stored);
            assert!(!stored.to_file().contains('/'));
        }
    }

    #[test]
    fn long_names_are_cut_and_fit() {
        let hash = "0".repeat(64);
        for name in ["x".repeat(1000), "猫".repeat(1000), "🐈".repeat(99)] {
            let stored = StoredName::new(Origin::Shipped, &format!("{name}.safetensors"), &hash, u64::MAX);
            assert!(stored.to_file().len() < 256);
            assert!(StoredName::from_file(&stored.to_file()).unwrap().name.ends_with(".safetensors"));
        }
    }

    #[test]
    fn foreign_names_are_left_alone() {
        for file in [
            "",
            "shipped",
            "shipped~a~b~3",
            "other~a~b~3",
            "shipped~%~0~1",
            &format!("shipped~a~{}~-1", "0".repeat(64)),
        ] {
            assert_eq!(StoredName::from_file(file), None, "{file}");
        }
    }
}
