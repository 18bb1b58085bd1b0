//! Odd picture files, made by hand.

#![allow(clippy::unwrap_used)]

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

/// A PNG of these samples, 16-bit ones in native order.
pub(super) fn png(width: u32, height: u32, colour: ExtendedColorType, samples: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(samples, width, height, colour).unwrap();
    bytes
}

/// A chunk with its checksum, put behind a PNG's first chunk.
pub(super) fn with_chunk(png: &[u8], name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend(name);
    chunk.extend(data);
    let checksum = crc(&chunk[4..]);
    chunk.extend(checksum.to_be_bytes());
    [&png[..33], &chunk, &png[33..]].concat()
}

/// The same PNG declaring another size.
pub(super) fn resized_png(png: &[u8], width: u32, height: u32) -> Vec<u8> {
    let mut bytes = png.to_vec();
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&checksum.to_be_bytes());
    bytes
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 }
        })
    })
}

/// EXIF with nothing but an orientation, 1..=8.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    bytes.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    bytes
}

/// How a JPEG is put together.
pub(super) struct Jpeg<'a> {
    /// Size declared.
    pub size: (u16, u16),
    /// For each block of 8 x 8 pixels, row by row, a value 0..=255 for each component.
    pub blocks: &'a [&'a [u8]],
    /// Behind the first marker: EXIF, Adobe.
    pub segments: &'a [(u8, Vec<u8>)],
    pub progressive: bool,
}

impl Jpeg<'_> {
    /// A baseline file of flat blocks, or a progressive one that ends after its first scan.
    pub fn bytes(&self) -> Vec<u8> {
        let components = self.blocks[0].len() as u8;
        let mut file = vec![0xff, 0xd8];
        let mut segment = |marker: u8, data: &[u8]| {
            file.extend([0xff, marker]);
            file.extend((data.len() as u16 + 2).to_be_bytes());
            file.extend(data);
        };
        self.segments.iter().for_each(|(marker, data)| segment(*marker, data));
        segment(0xdb, &[&[0u8][..], &[1; 64]].concat());
        let mut frame = vec![8];
        frame.extend(self.size.1.to_be_bytes());
        frame.extend(self.size.0.to_be_bytes());
        frame.push(components);
        frame.extend((1..=components).flat_map(|id| [id, 0x11, 0]));
        segment(if self.progressive { 0xc2 } else { 0xc0 }, &frame);
        // DC: twelve sizes of four bits each. AC: nothing but "end of block", one bit.
        segment(
            0xc4,
            &[
                &[0x00, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0][..],
                &(0..12).collect::<Vec<u8>>(),
            ]
            .concat(),
        );
        segment(0xc4, &[0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let mut scan = vec![components];
        scan.extend((1..=components).flat_map(|id| [id, 0]));
        scan.extend([0, if self.progressive { 0 } else { 63 }, 0]);
        segment(0xda, &scan);
        file.extend(self.data());
        file.extend([0xff, 0xd9]);
        file
    }

    fn data(&self) -> Vec<u8> {
        let mut bits = String::new();
        let mut last = vec![0; self.blocks[0].len()];
        for block in self.blocks {
            for (value, last) in block.iter().zip(&mut last) {
                // The mean of a block is its first coefficient over 8.
                let dc = 8 * (i32::from(*value) - 128);
                let change = dc - std::mem::replace(last, dc);
                let size = (32 - change.unsigned_abs().leading_zeros()) as usize;
                bits += &format!("{size:04b}");
                let coded = if change < 0 { change + (1 << size) - 1 } else { change };
                bits += &if size > 0 { format!("{coded:0size$b}") } else { String::new() };
                bits += if self.progressive { "" } else { "0" };
            }
        }
        while !bits.len().is_multiple_of(8) {
            bits.push('1');
        }
        let bytes = bits
            .as_bytes()
            .chunks(8)
            .map(|byte| byte.iter().fold(0u8, |byte, bit| byte << 1 | (bit - b'0')));
        bytes
            .flat_map(|byte| if byte == 0xff { vec![0xff, 0] } else { vec![byte] })
            .collect()
    }
}

/// The EXIF segment of a JPEG.
pub(super) fn exif_segment(orientation: u8) -> (u8, Vec<u8>) {
    (0xe1, [b"Exif\0\0".to_vec(), exif(orientation)].concat())
}

/// Adobe's segment: 0 is RGB or CMYK, 1 YCbCr, 2 YCCK.
pub(super) fn adobe_segment(transform: u8) -> (u8, Vec<u8>) {
    (0xee, [&b"Adobe"[..], &[0, 100, 0, 0, 0, 0, transform]].concat())
}

/// A GIF of two frames, the first a pixel each of the palette's four colours, black, red, green and white.
pub(super) fn gif() -> Vec<u8> {
    let mut file = b"GIF89a\x02\0\x02\0\x91\0\0\0\0\0\xff\0\0\0\xff\0\xff\xff\xff".to_vec();
    for pixels in [[0u16, 1, 2, 3], [3, 3, 3, 3]] {
        file.extend(b"\x2c\0\0\0\0\x02\0\x02\0\0\x02");
        // Three bits a code: clear, the four pixels; the codes grow by a bit from the fifth entry on.
        let codes = [
            (4u16, 3),
            (pixels[0], 3),
            (pixels[1], 3),
            (4, 3),
            (pixels[2], 3),
            (pixels[3], 3),
            (5, 3),
        ];
        let mut bits = 0u32;
        let mut at = 0;
        for (code, length) in codes {
            bits |= u32::from(code) << at;
            at += length;
        }
        file.push(3);
        file.extend(&bits.to_le_bytes()[..3]);
        file.push(0);
    }
    file.push(0x3b);
    file
}
