//! What a file is, by its first bytes: endings lie.

/// What the page does with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A `.safetensors` file.
    Weights,
    /// A picture, or something that has to be tried as one.
    Picture,
}

/// Looks at a file's name and first bytes. A safetensors file begins with its header's length (8 bytes, little
/// endian) and the header's `{`.
#[must_use]
pub fn kind(name: &str, head: &[u8]) -> Kind {
    // Those of PyTorch are not opened, but get a sentence of their own.
    let name = name.to_ascii_lowercase();
    let named = [".safetensors", ".pt", ".pth", ".bin", ".ckpt"]
        .iter()
        .any(|ending| name.ends_with(ending));
    let shaped = matches!(head, [_, _, _, _, 0, 0, 0, 0, b'{', ..]);
    if named || shaped { Kind::Weights } else { Kind::Picture }
}

/// Width and height in a PNG's header; `None` where this is no PNG.
#[must_use]
pub fn png_size(head: &[u8]) -> Option<[u32; 2]> {
    let rest = head.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
    let size = rest.strip_prefix(&[0, 0, 0, 13])?.strip_prefix(b"IHDR")?;
    let number = |at: usize| size.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes);
    Some([number(0)?, number(4)?])
}

/// The most pixels a mask picture may have.
const LARGEST_MASK_PX: u64 = 36_000_000;

/// Whether a mask file can be read, from its first bytes.
///
/// # Errors
/// A sentence with the file's name.
pub fn mask_size(name: &str, head: &[u8]) -> Result<[u32; 2], String> {
    let Some([width, height]) = png_size(head) else {
        return Err(format!("“{name}” is no PNG. A mask is a PNG in which white is hidden."));
    };
    if width == 0 || height == 0 || u64::from(width) * u64::from(height) > LARGEST_MASK_PX {
        return Err(format!(
            "“{name}” says it is {width} × {height} pixels. A mask may have up to 36 million: scale it down."
        ));
    }
    Ok([width, height])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(),
            &width.to_be_bytes(),
            &height.to_be_bytes(),
        ]
        .concat()
    }

    #[test]
    fn weights_are_known_by_name_or_shape() {
        assert_eq!(kind("a.SafeTensors", b""), Kind::Weights);
        assert_eq!(kind("pytorch_model.bin", b"PK\x03\x04"), Kind::Weights);
        assert_eq!(kind("model", b"\x40\0\0\0\0\0\0\0{\"a\""), Kind::Weights);
        assert_eq!(kind("a.jpg", b"\xff\xd8\xff"), Kind::Picture);
        assert_eq!(kind("a", b""), Kind::Picture);
    }

    #[test]
    fn a_mask_says_its_size_before_it_is_decoded() {
        assert_eq!(mask_size("m.png", &png(8, 4)), Ok([8, 4]));
        assert!(mask_size("m.png", &png(100_000, 100_000)).is_err_and(|e| e.contains("m.png")));
        assert!(mask_size("m.png", &png(0, 4)).is_err());
        assert!(mask_size("m.png", &png(8, 4)[..20]).is_err());
        assert!(mask_size("m.jpg", b"\xff\xd8\xff").is_err());
    }
}
