#![allow(clippy::unwrap_used)]
use image::ExtendedColorType;
use proptest::prelude::*;

use super::{
    samples::{self, Jpeg, adobe_segment, exif_segment},
    *,
};
use crate::picture::encode_png;

fn opened(bytes: &[u8]) -> Rgb8 {
    decode(bytes, "odd.jpg").unwrap().picture
}

/// The sentence with which a file is refused.
fn refusal(bytes: &[u8]) -> String {
    let sentence = decode(bytes, "odd.jpg").unwrap_err().to_string();
    assert!(sentence.contains("odd.jpg"), "names the file: {sentence}");
    assert!(sentence.contains(':'), "says what to do: {sentence}");
    sentence
}

fn near(found: [u8; 3], wanted: [u8; 3]) -> bool {
    found.iter().zip(wanted).all(|(&a, b)| a.abs_diff(b) <= 3)
}

fn sixteen(values: &[u16]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_ne_bytes()).collect()
}

const RED_GREEN: [&[u8]; 2] = [&[200, 0, 0], &[0, 200, 0]];

fn two_blocks(segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    // Adobe's transform 0 with three components means RGB; without it, YCbCr. These are YCbCr values.
    Jpeg {
        size: (16, 8),
        blocks: &[&[76, 85, 255], &[150, 44, 21]],
        segments,
        progressive: false,
    }
    .bytes()
}

#[test]
fn a_png_comes_back_as_it_was() {
    let picture = Rgb8::new(3, 2, (0..18).map(|i| i * 14).collect()).unwrap();
    assert_eq!(opened(&encode_png(&picture)), picture);
}

#[test]
fn the_first_bytes_count_and_not_the_name() {
    let png = encode_png(&Rgb8::new(1, 1, RED_GREEN[0].to_vec()).unwrap());
    assert_eq!(decode(&png, "wrong.gif").unwrap().picture.at(0, 0), [200, 0, 0]);
    assert!(near(decode(&two_blocks(&[]), "wrong.png").unwrap().picture.at(0, 0), [254, 0, 0]));
}

#[test]
fn grey_sixteen_bit_and_transparent_pictures_become_rgb_over_white() {
    use ExtendedColorType::{L1, L8, L16, La8, La16, Rgb16, Rgba8, Rgba16};
    let cases = [
        (L8, vec![77], [77; 3]),
        (La8, vec![0, 128], [127; 3]),
        (L16, sixteen(&[0x8080]), [128; 3]),
        (La16, sixteen(&[0, 0]), [255; 3]),
        (Rgb16, sixteen(&[0xffff, 0x8080, 0]), [255, 128, 0]),
        (Rgba8, vec![255, 0, 0, 128], [255, 127, 127]),
        (Rgba16, sixteen(&[0, 0, 0xffff, 0xffff]), [0, 0, 255]),
    ];
    for (colour, samples, wanted) in cases {
        let file = samples::png(1, 1, colour, &samples);
        assert_eq!(opened(&file).pixels, wanted, "{colour:?}");
    }
    let _ = L1;
}

#[test]
fn cmyk_is_turned_into_rgb() {
    // As Adobe's programs write it: 255 is no ink.
    let inks: [(&[u8], [u8; 3]); 3] = [
        (&[255, 255, 255, 255], [255; 3]),
        (&[0, 255, 255, 255], [0, 255, 255]),
        (&[255, 255, 255, 0], [0; 3]),
    ];
    for (values, wanted) in inks {
        let file = Jpeg {
            size: (8, 8),
            blocks: &[values],
            segments: &[adobe_segment(0)],
            progressive: false,
        }
        .bytes();
        let found = opened(&file).at(3, 3);
        assert!(near(found, wanted), "{values:?} gave {found:?}");
    }
}

#[test]
fn exif_turns_the_picture_upright() {
    // Red left, green right; where the red ends up, and the size, for each of the eight.
    let (red, wide, tall) = ([254, 0, 0], (16, 8), (8, 16));
    let cases = [
        (1, wide, (0, 0)),
        (2, wide, (15, 0)),
        (3, wide, (15, 7)),
        (4, wide, (0, 7)),
        (5, tall, (0, 0)),
        (6, tall, (7, 0)),
        (7, tall, (7, 15)),
        (8, tall, (0, 15)),
    ];
    for (orientation, size, (x, y)) in cases {
        let picture = opened(&two_blocks(&[exif_segment(orientation)]));
        assert_eq!((picture.width, picture.height), size, "orientation {orientation}");
        assert!(
            near(picture.at(x, y), red),
            "orientation {orientation}: {:?} at {x}, {y}",
            picture.at(x, y)
        );
    }
    let png = samples::png(2, 1, ExtendedColorType::L8, &[0, 255]);
    let turned = opened(&samples::with_chunk(&png, b"eXIf", &samples::exif(6)));
    assert_eq!(
        (turned.width, turned.height, turned.at(0, 0), turned.at(0, 1)),
        (1, 2, [0; 3], [255; 3])
    );
}

#[test]
fn of_an_animation_the_first_frame_is_taken_and_that_is_said() {
    let decoded = decode(&samples::gif(), "wink.gif").unwrap();
    assert_eq!(decoded.picture.pixels, [0, 0, 0, 255, 0, 0, 0, 255, 0, 255, 255, 255]);
    assert!(decoded.notes[0].contains("first frame"), "{:?}", decoded.notes);
}

#[test]
fn no_picture_is_refused_with_what_it_looks_like() {
    assert!(refusal(b"").contains("empty"));
    assert!(refusal(b"hello, I am a letter").contains("text"));
    assert!(refusal(b"%PDF-1.7 ...\0").contains("PDF"));
    assert!(refusal(b"<svg xmlns='x'></svg>").contains("SVG"));
    assert!(refusal(&[0, 1, 2, 3, 4, 5, 6, 7, 8]).contains("no known format"));
}

#[test]
fn files_cut_short_are_refused_wherever_they_are_cut() {
    let noise: Vec<u8> = (0..3 * 24 * 24u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let png = encode_png(&Rgb8::new(24, 24, noise).unwrap());
    // Beside each: as many of its last bytes as hold a pixel.
    for (file, last) in [(png, 40), (two_blocks(&[exif_segment(6)]), 5), (samples::gif(), 5)] {
        let whole = decode(&file, "odd.jpg").unwrap().picture;
        for length in 12..file.len() {
            match decode(&file[..length], "odd.jpg") {
                // Only a checksum or an end mark is missing: no pixel is.
                Ok(taken) => assert_eq!(taken.picture, whole, "{length} of {} bytes", file.len()),
                Err(PictureError::CutShort { .. } | PictureError::Damaged { .. }) => {}
                Err(other) => panic!("{length} of {} bytes: {other}", file.len()),
            }
        }
        let cut = refusal(&file[..file.len() - last]);
        assert!(cut.contains("cut short"), "{cut}");
    }
}

#[test]
fn bombs_are_refused_before_anything_is_decoded() {
    let small = samples::png(1, 1, ExtendedColorType::Rgb8, &[0; 3]);
    for (width, height) in [(20_000, 20_000), (0x7fff_ffff, 1), (0x7fff_ffff, 0x7fff_ffff), (100_000_001, 1)] {
        let sentence = refusal(&samples::resized_png(&small, width, height));
        assert!(sentence.contains("100 megapixels"), "{sentence}");
    }
    let deep = samples::png(1, 1, ExtendedColorType::Rgba16, &[0; 8]);
    assert!(refusal(&samples::resized_png(&deep, 10_000, 10_000)).contains("512"));
    let lean = |size, progressive| {
        Jpeg {
            size,
            blocks: &[&[0, 0, 0]],
            segments: &[],
            progressive,
        }
        .bytes()
    };
    assert!(refusal(&lean((65_535, 65_535), false)).contains("100 megapixels"));
    assert!(refusal(&lean((10_000, 10_000), true)).contains("512"));
    assert!(refusal(&vec![0xff; MAX_BYTES + 1]).contains("64 MB"));
}

#[test]
fn what_would_take_seconds_to_open_is_refused() {
    let mut webp = vec![0; 40 << 20];
    webp[..16].copy_from_slice(b"RIFF\0\0\0\0WEBPVP8 ");
    webp[4..8].copy_from_slice(&((40u32 << 20) - 8).to_le_bytes());
    webp[16..20].copy_from_slice(&((40u32 << 20) - 20).to_le_bytes());
    webp[26..28].copy_from_slice(&8000u16.to_le_bytes());
    webp[28..30].copy_from_slice(&8000u16.to_le_bytes());
    assert!(refusal(&webp).contains("seconds to open"));
    // Ten scans are what programs write; hundreds are written to keep a decoder busy.
    for (scans, is_taken) in [(10, true), (120, false)] {
        let jpeg = in_scans((8000, 6000), scans);
        assert_eq!(affordable(&jpeg, "a.jpg").is_ok(), is_taken, "{scans}");
        let slow = decode(&jpeg, "a.jpg").is_err_and(|why| why.to_string().contains("JPEG in many scans"));
        assert_eq!(slow, !is_taken, "{scans}");
    }
}

/// A progressive JPEG whose first scan comes again and again.
fn in_scans(size: (u16, u16), scans: usize) -> Vec<u8> {
    let once = Jpeg {
        size,
        blocks: &[&[0]],
        segments: &[],
        progressive: true,
    }
    .bytes();
    let start = once.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    let end = once.len() - 2;
    [&once[..start], &once[start..end].repeat(scans), &once[end..]].concat()
}

/// A JPEG of one grey block that says it is of this size and comes in scans.
pub(super) fn progressive(size: (u16, u16)) -> Vec<u8> {
    Jpeg {
        size,
        blocks: &[&[0, 0, 0]],
        segments: &[],
        progressive: true,
    }
    .bytes()
}

#[test]
fn what_another_decoder_would_pay_for_is_known_before() {
    let small = samples::png(1, 1, ExtendedColorType::Rgb8, &[0; 3]);
    assert!(affordable(&small, "a.png").is_ok() && affordable(b"no picture", "a.png").is_ok());
    assert!(affordable(&progressive((6000, 4000)), "a.jpg").is_ok());
    let sentence = affordable(&progressive((10_000, 9_900)), "a.jpg").unwrap_err().to_string();
    assert!(sentence.contains("a.jpg") && sentence.contains("512"), "{sentence}");
}

#[test]
fn texts_that_unpack_to_gigabytes_are_not_unpacked() {
    let png = samples::png(1, 1, ExtendedColorType::Rgb8, &[9; 3]);
    let zeros = samples::png(4000, 4000, ExtendedColorType::Rgb8, &vec![0; 48_000_000]);
    let start = zeros.windows(4).position(|name| name == b"IDAT").unwrap() + 4;
    let packed = [
        b"icc\0\0".to_vec(),
        zeros[start..start + 40_000.min(zeros.len() - start - 16)].to_vec(),
    ]
    .concat();
    for name in [b"iCCP", b"zTXt"] {
        // Refused or taken without them, but never at their price.
        if let Ok(decoded) = decode(&samples::with_chunk(&png, name, &packed), "text.png") {
            assert_eq!(decoded.picture.at(0, 0), [9; 3]);
        }
    }
}

#[test]
fn huge_pictures_are_taken_smaller_and_that_is_said() {
    let file = samples::png(8000, 4000, ExtendedColorType::L8, &vec![90; 32_000_000]);
    let decoded = decode(&file, "huge.png").unwrap();
    assert_eq!((decoded.picture.width, decoded.picture.height), (4000, 2000));
    assert_eq!(decoded.picture.at(3999, 1999), [90; 3]);
    assert!(decoded.notes[0].contains("1/2"), "{:?}", decoded.notes);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_bytes_make_the_decoder_panic(seed in 0usize..5, changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12), cut in any::<prop::sample::Index>()) {
        let mut file = match seed {
            0 => encode_png(&Rgb8::new(5, 4, (0..60).collect()).unwrap()),
            1 => two_blocks(&[exif_segment(5)]),
            2 => samples::gif(),
            3 => Jpeg { size: (8, 8), blocks: &[&[1, 2, 3, 4]], segments: &[adobe_segment(2)], progressive: true }.bytes(),
            _ => b"RIFF\x1a\0\0\0WEBPVP8L\x0e\0\0\0\x2f\0\0\0\0\x07\x10\x11\x11\x88\x88\xfe\x07\0\0\0".to_vec(),
        };
        for (at, value) in changes {
            let at = at.index(file.len());
            file[at] = value;
        }
        let length = cut.index(4 * file.len()).min(file.len());
        if let Ok(decoded) = decode(&file[..length], "fuzz") {
            prop_assert_eq!(decoded.picture.pixels.len(), 3 * decoded.picture.width * decoded.picture.height);
        }
    }
}
