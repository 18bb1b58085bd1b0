//! How large pictures are kept: as large as there is room for all of them, and never larger than any model looks at.

/// Longest side of a picture of usual shape in the room "Hidden", where a frame may choose a small part of it.
pub const FRAMED_PX: usize = 2048;
/// The same in "Together", where pictures are many and seen whole.
pub const MANY_PX: usize = 1024;
/// The same where there are as many as can be.
const LEAST_PX: usize = 256;
/// Longest side that every browser's canvas takes.
const CANVAS_PX: f64 = 16_384.0;
/// Bytes of pixels that are kept at most.
const MOST_BYTES: u64 = 1 << 30;

/// What is kept of a picture of this size, where one of usual shape is kept with this longest side. A narrow one may be
/// longer, so that its short side keeps some pixels.
#[must_use]
pub fn size([width, height]: [usize; 2], longest_px: usize) -> [usize; 2] {
    let (long, short) = (width.max(height) as f64, width.min(height) as f64);
    let kept = longest_px as f64;
    let by_area = (kept * kept * 0.75 / (long * short)).sqrt();
    let scale = by_area.max(kept / long).min(CANVAS_PX / long).min(1.0);
    [width, height].map(|side| ((side as f64 * scale).round() as usize).max(1))
}

/// The side, `[width, 0]` or `[0, height]`, that a picture is given while it is decoded: the longer one, as it is kept. One that lies on its
/// side in its file comes out too large, by no more than twice, and never too small. `None` where it is kept as it is, and for a narrow one.
#[must_use]
pub fn one_side([width, height]: [usize; 2], longest_px: usize) -> Option<[usize; 2]> {
    let [kept_width, kept_height] = size([width, height], longest_px);
    let is_narrow = width.max(height) > 2 * width.min(height);
    match width >= height {
        _ if is_narrow || kept_width >= width => None,
        true => Some([kept_width, 0]),
        false => Some([0, kept_height]),
    }
}

/// The size in whole eighths, which is how a JPEG is made smaller while it is decoded, at which a picture is as large as it is kept, or a
/// thirtieth smaller at the most. `None` where that is no smaller than it is.
#[must_use]
pub fn in_eighths([width, height]: [usize; 2], longest_px: usize) -> Option<[usize; 2]> {
    let longest = width.max(height) as f64;
    let kept = size([width, height], longest_px).into_iter().max()? as f64;
    let eighths = (8.0 * kept / longest * (1.0 - 1.0 / 30.0)).ceil().max(1.0) as usize;
    let part = |side: usize| (side as u64 * eighths as u64).div_ceil(8) as usize;
    (eighths < 8).then(|| [width, height].map(part))
}

/// The size of a picture whose file declares `declared`, which may lie on its side there, by the shape that it is shown in.
#[must_use]
pub fn upright([width, height]: [usize; 2], shown: [usize; 2]) -> [usize; 2] {
    let area = |width: usize, height: usize| width as u64 * height as u64;
    let apart = |width: usize, height: usize| area(width, shown[1]).abs_diff(area(height, shown[0]));
    if apart(height, width) < apart(width, height) {
        [height, width]
    } else {
        [width, height]
    }
}

/// The longest side at which pictures of these sizes find room together: `longest_px`, or that halved so many times.
/// `None` where there are too many even so.
#[must_use]
pub fn longest(sizes: &[[usize; 2]], longest_px: usize) -> Option<usize> {
    let bytes = |longest_px| -> u64 {
        let of = |at: &[usize; 2]| size(*at, longest_px).into_iter().map(|side| side as u64).product::<u64>() * 3;
        sizes.iter().map(of).sum()
    };
    std::iter::successors(Some(longest_px), |px| Some(px / 2))
        .take_while(|px| *px >= LEAST_PX)
        .find(|px| bytes(*px) <= MOST_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMERA: [usize; 2] = [4032, 3024];

    #[test]
    fn thousands_of_photographs_find_room_and_few_stay_sharp() {
        let of = |count: usize, px| longest(&vec![CAMERA; count], px);
        assert_eq!(of(1, FRAMED_PX), Some(2048));
        assert_eq!(of(113, FRAMED_PX), Some(2048));
        assert_eq!(of(200, FRAMED_PX), Some(1024), "a full strip");
        assert_eq!(of(400, MANY_PX), Some(1024));
        assert_eq!(of(1000, MANY_PX), Some(512));
        assert_eq!(of(5000, MANY_PX), Some(256), "a full map");
        assert_eq!(of(100_000, MANY_PX), None);
        assert_eq!(of(5000, 256), Some(256), "once less, it stays so");
    }

    #[test]
    fn what_is_made_smaller_while_it_is_decoded_is_large_enough() {
        assert_eq!(in_eighths(CAMERA, 1024), Some([1008, 756]));
        assert_eq!(in_eighths([4624, 3468], 1024), Some([1156, 867]));
        assert_eq!(in_eighths([6000, 4000], 2048), Some([2250, 1500]));
        assert_eq!(in_eighths(CAMERA, 256), Some([504, 378]), "an eighth is the least");
        assert_eq!(in_eighths([2100, 1500], 2048), None);
        for declared in [
            CAMERA,
            [3024, 4032],
            [4624, 3468],
            [5712, 4284],
            [2500, 2500],
            [9000, 700],
            [40, 30],
        ] {
            for longest_px in [256, 512, 1024, 2048] {
                let [kept, _] = size(declared, longest_px);
                if let Some([width, height]) = in_eighths(declared, longest_px) {
                    assert!(
                        width * 30 >= kept * 29 - 30 && width < declared[0] && height < declared[1],
                        "{declared:?}, {longest_px}"
                    );
                }
            }
        }
        assert_eq!(one_side(CAMERA, 1024), Some([1024, 0]));
        assert_eq!(one_side([3024, 4032], 1024), Some([0, 1024]));
        assert_eq!(one_side([1080, 6500], 2048), None, "a whole page's screenshot");
        assert_eq!(one_side([800, 600], 1024), None);
    }

    #[test]
    fn what_lies_on_its_side_is_told_by_its_shape() {
        assert_eq!(upright(CAMERA, [1024, 768]), CAMERA);
        assert_eq!(upright(CAMERA, [1024, 1365]), [3024, 4032]);
        assert_eq!(upright([3024, 4032], [1024, 1365]), [3024, 4032]);
        assert_eq!(upright([3024, 4032], [1024, 768]), CAMERA);
        assert_eq!(upright([2000, 2000], [1024, 1024]), [2000, 2000]);
        assert_eq!(upright([40_000, 10], [16_384, 4]), [40_000, 10]);
    }

    #[test]
    fn shapes_stay_and_nothing_grows() {
        assert_eq!(size(CAMERA, 2048), [2048, 1536]);
        assert_eq!(size([3024, 4032], 1024), [768, 1024]);
        assert_eq!(size([640, 480], 1024), [640, 480]);
        assert_eq!(size([1, 1], 1024), [1, 1]);
        let [width, height] = size([60_000, 600], 2048);
        assert!(width <= 16_384 && height > 100, "a narrow one keeps some rows: {width} x {height}");
        let [width, height] = size([100_000, 1], 256);
        assert_eq!([width, height], [16_384, 1]);
    }
}
