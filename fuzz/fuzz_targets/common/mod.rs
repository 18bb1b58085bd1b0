//! Bytes that begin well, so that the fuzzer gets behind the first check.

/// The input as it is when it begins with an even byte; else `good` with bytes of it changed and its end cut off, as
/// the rest of the input says: three bytes a change, the last two the length.
pub fn edited(good: &[u8], input: &[u8]) -> Vec<u8> {
    let Some((&first, rest)) = input.split_first() else {
        return Vec::new();
    };
    if first % 2 == 0 || good.is_empty() {
        return rest.to_vec();
    }
    let mut bytes = good.to_vec();
    let (changes, cut) = rest.as_chunks::<3>();
    for &[high, low, value] in changes {
        let at = usize::from(u16::from_be_bytes([high, low])) % bytes.len();
        bytes[at] = value;
    }
    if let &[high, low] = cut {
        bytes.truncate(usize::from(u16::from_be_bytes([high, low])));
    }
    bytes
}
