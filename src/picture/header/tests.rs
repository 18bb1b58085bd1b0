use super::*;

/// A box of ISO/IEC 14496-12.
fn boxed(name: &[u8; 4], inside: &[u8]) -> Vec<u8> {
    let mut out = (inside.len() as u32 + 8).to_be_bytes().to_vec();
    out.extend(name);
    out.extend(inside);
    out
}

fn ispe(width: u32, height: u32) -> Vec<u8> {
    let mut inside = vec![0; 4];
    inside.extend(width.to_be_bytes());
    inside.extend(height.to_be_bytes());
    boxed(b"ispe", &inside)
}

fn avif(sizes: &[(u32, u32)]) -> Vec<u8> {
    let properties: Vec<u8> = sizes.iter().flat_map(|&(w, h)| ispe(w, h)).collect();
    let iprp = boxed(b"iprp", &boxed(b"ipco", &properties));
    let mut meta = vec![0; 4];
    meta.extend(iprp);
    let mut file = boxed(b"ftyp", b"avif\0\0\0\0mif1");
    file.extend(boxed(b"meta", &meta));
    file
}

fn png(width: u32, height: u32, ended: bool) -> Vec<u8> {
    let mut file = vec![0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13];
    file.extend(b"IHDR");
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend([8, 2, 0, 0, 0, 1, 2, 3, 4]);
    if ended {
        file.extend(*b"\0\0\0\0IEND\xae\x42\x60\x82");
    }
    file
}

fn jpeg(width: u16, height: u16, ended: bool) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc2, 0, 11, 8];
    file.extend(height.to_be_bytes());
    file.extend(width.to_be_bytes());
    file.extend([1, 1, 0x11, 0, 0xff, 0xda]);
    if ended {
        file.extend([1, 2, 3, 0xff, 0xd9, 0]);
    }
    file
}

fn size(bytes: &[u8]) -> Option<(u64, u64)> {
    sniff(bytes).map(|h| (h.width, h.height))
}

#[test]
fn sizes_are_read_from_every_kind() {
    assert_eq!(size(&png(640, 480, true)), Some((640, 480)));
    assert_eq!(size(&jpeg(640, 480, true)), Some((640, 480)));
    assert_eq!(size(b"GIF89a\x80\x02\xe0\x01\0\0\0\x3b"), Some((640, 480)));
    let mut lossy = b"RIFF\x16\0\0\0WEBPVP8 \x0a\0\0\0\0\0\0\x9d\x01\x2a".to_vec();
    lossy.extend([0x80, 2, 0xe0, 1]);
    assert_eq!(size(&lossy), Some((640, 480)));
    let extended = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\x02\0\0\0\x7f\x02\0\xdf\x01\0";
    assert_eq!(size(extended), Some((640, 480)));
    assert!(sniff(extended).is_some_and(|h| h.moves));
    let mut bmp = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    bmp.extend(640i32.to_le_bytes());
    bmp.extend((-480i32).to_le_bytes());
    assert_eq!(size(&bmp), Some((640, 480)));
}

#[test]
fn the_largest_of_the_boxes_counts() {
    assert_eq!(size(&avif(&[(64, 64), (40_000, 30_000), (512, 512)])), Some((40_000, 30_000)));
    assert_eq!(size(&avif(&[])), None);
    let mut deep = avif(&[(8, 8)]);
    deep.extend(std::iter::repeat_n(*b"\0\0\0\x08free", 20_000).flatten());
    assert_eq!(size(&deep), None);
}

#[test]
fn a_frame_larger_than_its_screen_counts() {
    let file = b"GIF89a\x01\0\x01\0\0\0\0\x2c\0\0\0\0\xff\xff\xff\xff\0\x02\0\x3b";
    assert_eq!(size(file), Some((65_535, 65_535)));
}

#[test]
fn a_missing_end_is_seen() {
    assert!(sniff(&png(4, 4, false)).is_some_and(|h| h.cut_short));
    assert!(sniff(&png(4, 4, true)).is_some_and(|h| !h.cut_short));
    assert!(sniff(&jpeg(4, 4, false)).is_some_and(|h| h.cut_short));
    assert!(sniff(&jpeg(4, 4, true)).is_some_and(|h| !h.cut_short));
    let whole = avif(&[(9, 9)]);
    assert!(sniff(&whole).is_some_and(|h| !h.cut_short));
}

#[test]
fn nothing_in_a_file_makes_it_fail() {
    let mut chance = 1u64;
    for file in [
        png(3, 3, true),
        jpeg(3, 3, true),
        avif(&[(3, 3)]),
        b"GIF89a\x80\x02\xe0\x01\xf7\0\0\x2c\x3b".to_vec(),
    ] {
        for length in 0..file.len() {
            let _ = sniff(&file[..length]);
        }
        for _ in 0..20_000 {
            let mut broken = file.clone();
            for _ in 0..3 {
                chance = chance
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = (chance >> 33) as usize % broken.len();
                broken[at] = (chance >> 24) as u8;
            }
            let _ = sniff(&broken);
        }
    }
}
