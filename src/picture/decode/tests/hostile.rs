//! Small files that would be large, or long, once opened.
#![allow(clippy::unwrap_used)]

use image::ExtendedColorType;

use super::{PictureError, affordable, decode, samples, tests::progressive};

fn refusal(bytes: &[u8]) -> String {
    let sentence = decode(bytes, "odd").unwrap_err().to_string();
    assert!(sentence.contains("odd"), "names the file: {sentence}");
    sentence
}

/// Bits from the lowest on, as lossless WebP has them.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    fn put(&mut self, value: usize, bits: u32) {
        self.held |= (value as u64) << self.count;
        self.count += bits;
        while self.count >= 8 {
            self.bytes.push(self.held as u8);
            self.held >>= 8;
            self.count -= 8;
        }
    }

    /// A code of one symbol.
    fn single(&mut self, symbol: usize) {
        self.put(0b101, 3);
        self.put(symbol, 8);
    }

    /// A code of these lengths, 1 to 15, for the first symbols: the lengths' own code has sixteen of four bits.
    fn code(&mut self, lengths: &[usize]) {
        self.put(0, 1);
        self.put(15, 4);
        for symbol in [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] {
            self.put(if symbol < 16 { 4 } else { 0 }, 3);
        }
        self.put(1, 1);
        self.put(1, 3);
        self.put(lengths.len() - 2, 4);
        for length in lengths {
            self.put(usize::from((*length as u8).reverse_bits() >> 4), 4);
        }
    }

    fn done(mut self) -> Vec<u8> {
        self.put(0, 64 - self.count.max(8));
        self.put(0, 32);
        self.bytes.push(0);
        self.bytes.truncate(self.bytes.len() & !1);
        self.bytes
    }
}

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&name[..], &(data.len() as u32).to_le_bytes(), data, &vec![0; data.len() & 1]].concat()
}

fn riff(chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(b"RIFF", &[&b"WEBP"[..], &chunks.concat()].concat())
}

/// What stands behind the size of a lossless picture of at most 4 x 4 pixels: so many groups, each code of which has these
/// lengths. The last group is the picture's.
fn in_groups(bits: &mut Bits, groups: usize, lengths: &[usize]) {
    // No transform, no memory for colours, groups dealt out by one pixel, itself without that memory.
    bits.put(0b000_0100, 7);
    let last = groups - 1;
    for symbol in [last & 255, last >> 8, 0, 0, 0] {
        bits.single(symbol);
    }
    for _ in 0..5 * groups {
        bits.code(lengths);
    }
}

fn lossless(groups: usize, lengths: &[usize]) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.put(0x2f, 8);
    bits.put(3, 14);
    bits.put(3, 14);
    bits.put(0, 4);
    in_groups(&mut bits, groups, lengths);
    bits.done()
}

/// An extended file of 4 x 4 pixels.
fn extended(flags: u8, parts: &[Vec<u8>]) -> Vec<u8> {
    let head = chunk(b"VP8X", &[flags, 0, 0, 0, 3, 0, 0, 3, 0, 0]);
    riff(&[&[head][..], parts].concat())
}

/// The deepest that a decoder's table goes, of the fewest symbols.
const DEEP: [usize; 11] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10];

#[test]
fn tables_of_a_lossless_webp_are_counted_before_they_are_made() {
    let few = lossless(10, &DEEP);
    let picture = decode(&riff(&[chunk(b"VP8L", &few)]), "few.webp").unwrap().picture;
    assert_eq!((picture.width, picture.height), (4, 4));
    let many = lossless(60_000, &DEEP);
    let sentence = refusal(&riff(&[chunk(b"VP8L", &many)]));
    assert!(sentence.contains("more than the 512"), "{sentence}");
    assert!(affordable(&riff(&[chunk(b"VP8L", &many)]), "many").is_err());
    assert!(refusal(&extended(0, &[chunk(b"VP8L", &many)])).contains("512"));
    // In an alpha plane, and in the first frame of an animation.
    let mut plane = Bits::default();
    plane.put(1, 8);
    in_groups(&mut plane, 60_000, &DEEP);
    let parts = [chunk(b"ALPH", &plane.done()), chunk(b"VP8 ", &[0; 10])];
    assert!(refusal(&extended(16, &parts)).contains("512"));
    let place = [0, 0, 0, 0, 0, 0, 3, 0, 0, 3, 0, 0, 1, 0, 0, 0];
    for inside in [parts.concat(), chunk(b"VP8L", &many)] {
        let frame = chunk(b"ANMF", &[&place[..], &inside].concat());
        assert!(refusal(&extended(2, &[chunk(b"ANIM", &[0; 6]), frame])).contains("512"));
    }
}

#[test]
fn lengths_that_make_no_code_are_not_left_to_the_decoder() {
    // Twice as many codes as there are bits for: the sum overflows into one that looks right.
    let twice: Vec<usize> = [1, 1].into_iter().chain(1..=13).collect();
    let file = riff(&[chunk(b"VP8L", &lossless(1, &twice))]);
    assert!(matches!(decode(&file, "odd"), Err(PictureError::Damaged { .. })));
    let fewer = riff(&[chunk(b"VP8L", &lossless(1, &DEEP[..10]))]);
    assert!(matches!(decode(&fewer, "odd"), Err(PictureError::Damaged { .. })));
}

#[test]
fn what_lies_on_a_canvas_may_be_larger_than_it() {
    let lossy = [&[0, 0, 0, 0x9d, 1, 0x2a][..], &16_383u16.to_le_bytes(), &16_383u16.to_le_bytes()].concat();
    let sentence = refusal(&extended(0, &[chunk(b"VP8 ", &lossy)]));
    assert!(sentence.contains("100 megapixels"), "{sentence}");
}

fn place(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xff, marker]).unwrap()
}

/// A file with something put in front of a marker's first.
fn before(file: &[u8], marker: u8, what: &[u8]) -> Vec<u8> {
    let at = place(file, marker);
    [&file[..at], what, &file[at..]].concat()
}

#[test]
fn a_jpeg_is_read_as_its_decoder_reads_it() {
    let (small, large) = (progressive((8, 8)), progressive((10_000, 9_900)));
    // What a decoder passes over between segments, fill bytes included.
    for junk in [&[7][..], &[0, 1, 2, 3, 4, 5], &[0xff, 0, 0xff, 0xff], &[0xff, 0]] {
        for marker in [0xc2, 0xc4, 0xda] {
            assert!(decode(&before(&small, marker, junk), "a").is_ok(), "{junk:?} {marker:x}");
            let sentence = refusal(&before(&large, marker, junk));
            assert!(sentence.contains("more than the 512"), "{junk:?} {marker:x}: {sentence}");
        }
    }
    // Two frames, with or without one that the decoder passes over, a marker that is given a length by some, and a segment
    // that the decoder takes for longer than it is.
    let frame = |marker| [0xff, marker, 0, 11, 8, 0, 8, 0, 8, 1, 1, 0x11, 0];
    for odd in [
        &frame(0xc5)[..],
        &frame(0xc0),
        &[0xff, 0xd0],
        &[0xff, 0xd8],
        &[0xff, 0xe0, 0, 6, 1, 2, 3, 4],
    ] {
        let sentence = refusal(&before(&large, 0xc2, odd));
        assert!(sentence.contains("size cannot be told"), "{odd:?}: {sentence}");
    }
}

#[test]
fn the_scans_of_a_jpeg_are_counted_to_the_end_of_the_file() {
    let once = progressive((8000, 6000));
    let (start, end) = (place(&once, 0xda), once.len() - 2);
    let many = |between: &[u8]| {
        let rest = once[start..end].repeat(120);
        [&once[..end], between, &rest, &once[end..]].concat()
    };
    // A comment that holds an end, and one that holds what looks like a scan.
    for between in [&[][..], &[0xff, 0xfe, 0, 4, 0xff, 0xd9], &[0xff, 0xd9]] {
        let sentence = refusal(&many(between));
        assert!(sentence.contains("seconds to open"), "{between:?}: {sentence}");
    }
    // A film behind a photograph is no scan, whatever bytes it has.
    let film = [0xff, 0xda, 1, 2, 3].repeat(200);
    let photograph = progressive((3000, 2000));
    assert!(affordable(&[photograph, film].concat(), "a.jpg").is_ok());
}

#[test]
fn texts_and_tables_without_end_are_not_read() {
    let small = progressive((8, 8));
    let text = [&[0xff, 0xe1, 0, 79][..], b"http://ns.adobe.com/xmp/extension/\0", &[0; 42]].concat();
    assert!(decode(&before(&small, 0xc2, &text.repeat(20)), "a").is_ok());
    assert!(refusal(&before(&small, 0xc2, &text.repeat(30_000))).contains("seconds to open"));
    let table = small[place(&small, 0xc4)..place(&small, 0xda)].to_vec();
    assert!(refusal(&before(&small, 0xda, &table.repeat(200_000))).contains("seconds to open"));
}

#[test]
fn a_row_of_a_hundred_million_pixels_is_refused_for_what_it_is() {
    let small = samples::png(1, 1, ExtendedColorType::L8, &[0]);
    let sentence = refusal(&samples::resized_png(&small, 100_000_000, 1));
    assert!(
        sentence.contains("100000000 x 1") && sentence.contains("more than the 512"),
        "{sentence}"
    );
    let long = samples::png(12_000_000, 1, ExtendedColorType::Rgb8, &vec![9; 36_000_000]);
    assert_eq!(decode(&long, "long.png").unwrap().picture.width, 12_000_000);
}
