//! What decoders hand over into 8-bit RGB.

use image::ColorType;

use super::super::Rgb8;

/// Bytes of `colour` (16-bit samples in native order) into RGB over a grey `ground`; in place, but for grey without alpha.
pub(super) fn to_rgb(raw: Vec<u8>, colour: ColorType, ground: u8) -> Vec<u8> {
    let over = |value, alpha| over(value, alpha, ground);
    match colour {
        ColorType::L8 => raw.iter().flat_map(|&grey| [grey; 3]).collect(),
        ColorType::La8 => raw.chunks_exact(2).flat_map(|pixel| [over(pixel[0], pixel[1]); 3]).collect(),
        ColorType::L16 => raw.chunks_exact(2).flat_map(|grey| [eight_bits(grey); 3]).collect(),
        ColorType::La16 => packed(raw, 4, |pixel| [over(eight_bits(&pixel[..2]), eight_bits(&pixel[2..])); 3]),
        ColorType::Rgba8 => packed(raw, 4, |pixel| [0, 1, 2].map(|c| over(pixel[c], pixel[3]))),
        ColorType::Rgb16 => packed(raw, 6, |pixel| [0, 2, 4].map(|c| eight_bits(&pixel[c..c + 2]))),
        ColorType::Rgba16 => packed(raw, 8, |pixel| {
            [0, 2, 4].map(|c| over(eight_bits(&pixel[c..c + 2]), eight_bits(&pixel[6..])))
        }),
        _ => raw,
    }
}

/// Writes three bytes for each pixel of `size`, in place.
fn packed(mut raw: Vec<u8>, size: usize, to_rgb: impl Fn(&[u8]) -> [u8; 3]) -> Vec<u8> {
    let pixels = raw.len() / size;
    for i in 0..pixels {
        let rgb = to_rgb(&raw[size * i..size * (i + 1)]);
        raw[3 * i..3 * i + 3].copy_from_slice(&rgb);
    }
    raw.truncate(3 * pixels);
    raw
}

fn over(value: u8, alpha: u8, ground: u8) -> u8 {
    let [value, alpha, ground] = [value, alpha, ground].map(u32::from);
    ((value * alpha + ground * (255 - alpha) + 127) / 255) as u8
}

fn eight_bits(sample: &[u8]) -> u8 {
    let value = u32::from(u16::from_ne_bytes([sample[0], sample[1]]));
    ((value * 255 + 32_767) / 65_535) as u8
}

/// The picture reduced by the smallest whole factor that leaves at most `most` pixels, and that factor. Each pixel is
/// the mean of a square; what is left over at the right and lower edge is cut off.
pub(super) fn shrunk(picture: Rgb8, most: usize) -> (Rgb8, usize) {
    let Rgb8 { width, height, mut pixels } = picture;
    let mut factor = 1;
    while (width / factor) * (height / factor) > most && factor < width.min(height) {
        factor += 1;
    }
    if factor == 1 {
        return (Rgb8 { width, height, pixels }, 1);
    }
    let (to_width, to_height) = (width / factor, height / factor);
    let area = (factor * factor) as u32;
    let mut sums = vec![0u32; 3 * to_width];
    for y in 0..to_height {
        sums.fill(area / 2);
        for row in y * factor..(y + 1) * factor {
            let row = &pixels[3 * row * width..3 * (row * width + to_width * factor)];
            for (square, sums) in row.chunks_exact(3 * factor).zip(sums.chunks_exact_mut(3)) {
                for pixel in square.chunks_exact(3) {
                    for (sum, &value) in sums.iter_mut().zip(pixel) {
                        *sum += u32::from(value);
                    }
                }
            }
        }
        // Never beyond what has been read.
        let out = &mut pixels[3 * y * to_width..3 * (y + 1) * to_width];
        for (out, sum) in out.iter_mut().zip(&sums) {
            *out = (sum / area) as u8;
        }
    }
    pixels.truncate(3 * to_width * to_height);
    pixels.shrink_to_fit();
    (
        Rgb8 {
            width: to_width,
            height: to_height,
            pixels,
        },
        factor,
    )
}
