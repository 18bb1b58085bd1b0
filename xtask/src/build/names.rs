//! Takes the names of functions out of a program: nobody reads them but whoever looks at a stack, and they are a tenth of
//! what is downloaded.

use std::{fs, path::Path};

use crate::shell::{Done, file_trouble};

/// Takes them out, in place.
pub fn drop_from(path: &Path) -> Done {
    let bytes = fs::read(path).map_err(file_trouble("read", path))?;
    match without(&bytes) {
        Some(less) => fs::write(path, less).map_err(file_trouble("write", path)),
        None => Ok(()), // no module as the standard has it: better whole than broken
    }
}

/// Length of what every module begins with: `\0asm` and a version.
const PREAMBLE: usize = 8;
/// Number of a section that has a name instead of a meaning.
const CUSTOM: u8 = 0;

/// A module without its sections called `name`; `None` where the bytes are no module.
fn without(module: &[u8]) -> Option<Vec<u8>> {
    let mut kept = module.get(..PREAMBLE).filter(|start| start.starts_with(b"\0asm"))?.to_vec();
    let mut rest = &module[PREAMBLE..];
    while let Some((&kind, after)) = rest.split_first() {
        let (length, body) = number(after)?;
        let (inside, next) = body.split_at_checked(length)?;
        let is_names = kind == CUSTOM && {
            let (length, name) = number(inside)?;
            name.get(..length)? == b"name"
        };
        if !is_names {
            kept.extend(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
    Some(kept)
}

/// A number in LEB128, and what follows it.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, &bytes[index + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::without;

    fn section(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = body.len();
        [&[kind, 0x80 | (length & 0x7f) as u8, (length >> 7) as u8], body].concat()
    }

    #[test]
    fn names_go_and_everything_else_stays() {
        let start = b"\0asm\x01\0\0\0".to_vec();
        let code = section(10, &[7; 300]);
        let producers = section(0, b"\x09producersx");
        let names = section(0, b"\x04namefunctions");
        let whole = [start.clone(), code.clone(), names, producers.clone()].concat();
        assert_eq!(without(&whole), Some([start.clone(), code, producers].concat()));
        assert_eq!(without(&start), Some(start.clone()));
        assert_eq!(without(b"<!doctype html>"), None);
        assert_eq!(without(&[start, vec![10, 99, 1]].concat()), None);
    }
}
