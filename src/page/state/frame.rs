//! Choosing the square: a frame dragged over a picture by pointer or keyboard.

use crate::protocol::Frame;

/// The smallest side of a frame, pixels of the picture; or the picture's shorter side where that is less.
const SMALLEST_PX: f32 = 16.0;

/// What is being dragged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// The whole frame.
    Inside,
    /// A corner: which side of the frame it is on, left or right, top or bottom.
    Corner {
        /// On the right side.
        right: bool,
        /// On the lower side.
        bottom: bool,
    },
}

/// The largest square in the middle.
#[must_use]
pub fn centre(size: [usize; 2]) -> Frame {
    let [width, height] = size.map(|v| v as f32);
    let side = width.min(height).max(1.0);
    Frame {
        x: (width - side) / 2.0,
        y: (height - side) / 2.0,
        side,
    }
}

/// The nearest frame that lies within the picture; the middle one where `frame` is no number.
#[must_use]
pub fn within(frame: Frame, size: [usize; 2]) -> Frame {
    if ![frame.x, frame.y, frame.side].iter().all(|v| v.is_finite()) {
        return centre(size);
    }
    let [width, height] = size.map(|v| v.max(1) as f32);
    let side = frame.side.clamp(SMALLEST_PX.min(width.min(height)), width.min(height));
    Frame {
        x: frame.x.clamp(0.0, width - side),
        y: frame.y.clamp(0.0, height - side),
        side,
    }
}

/// The frame of this side whose middle is nearest to `at`, a point of the picture.
#[must_use]
pub fn about(at: [f32; 2], side: f32, size: [usize; 2]) -> Frame {
    let [x, y] = at.map(|value| value - side / 2.0);
    within(Frame { x, y, side }, size)
}

/// Whether a square has corners to pull: those of a very long picture's would cover it, and it has hardly another size.
#[must_use]
pub fn has_corners(size: [usize; 2]) -> bool {
    let [short, long] = [size[0].min(size[1]), size[0].max(size[1])];
    12 * short >= long
}

/// The frame after `grip` moved by `(dx, dy)` pixels of the picture. The corner opposite a dragged one stays.
#[must_use]
pub fn dragged(frame: Frame, grip: Grip, dx: f32, dy: f32, size: [usize; 2]) -> Frame {
    let Grip::Corner { right, bottom } = grip else {
        return within(
            Frame {
                x: frame.x + dx,
                y: frame.y + dy,
                ..frame
            },
            size,
        );
    };
    let outward = (if right { dx } else { -dx }, if bottom { dy } else { -dy });
    let grow = if outward.0.abs() > outward.1.abs() { outward.0 } else { outward.1 };
    let [width, height] = size.map(|v| v.max(1) as f32);
    let room_x = if right { width - frame.x } else { frame.x + frame.side };
    let room_y = if bottom { height - frame.y } else { frame.y + frame.side };
    let most = room_x.min(room_y).max(1.0);
    let side = (frame.side + grow).clamp(SMALLEST_PX.min(most), most);
    let x = if right { frame.x } else { frame.x + frame.side - side };
    let y = if bottom { frame.y } else { frame.y + frame.side - side };
    within(Frame { x, y, side }, size)
}

/// The frame after `steps` of growing (or shrinking, below 0) about its middle, each a twentieth of the shorter side.
#[must_use]
pub fn zoomed(frame: Frame, steps: f32, size: [usize; 2]) -> Frame {
    let [width, height] = size.map(|v| v.max(1) as f32);
    let short = width.min(height);
    let side = (frame.side + steps * short / 20.0).clamp(SMALLEST_PX.min(short), short);
    let back = (frame.side - side) / 2.0;
    within(
        Frame {
            x: frame.x + back,
            y: frame.y + back,
            side,
        },
        size,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: [usize; 2] = [400, 300];

    #[test]
    fn the_middle_square_fits() {
        assert_eq!(
            centre(SIZE),
            Frame {
                x: 50.0,
                y: 0.0,
                side: 300.0
            }
        );
        assert_eq!(centre([1, 1]), Frame { x: 0.0, y: 0.0, side: 1.0 });
        assert_eq!(centre([0, 0]).side, 1.0);
    }

    #[test]
    fn a_frame_comes_to_where_it_is_wanted() {
        let of = |x: f32, y: f32| Frame { x, y, side: 100.0 };
        assert_eq!(about([150.0, 160.0], 100.0, SIZE), of(100.0, 110.0));
        assert_eq!(about([0.0, 299.0], 100.0, SIZE), of(0.0, 200.0));
        let thin = [7, 4000];
        let side = centre(thin).side;
        assert_eq!(about([3.0, 100.0], side, thin).y, 96.5);
        assert!(has_corners(SIZE) && !has_corners(thin));
    }

    #[test]
    fn frames_stay_within_the_picture() {
        let frame = Frame {
            x: 50.0,
            y: 100.0,
            side: 100.0,
        };
        assert_eq!(
            dragged(frame, Grip::Inside, 1e6, -1e6, SIZE),
            Frame {
                x: 300.0,
                y: 0.0,
                side: 100.0
            }
        );
        let nan = Frame { x: f32::NAN, ..frame };
        assert_eq!(within(nan, SIZE), centre(SIZE));
        assert_eq!(
            within(
                Frame {
                    side: f32::INFINITY,
                    ..frame
                },
                SIZE
            ),
            centre(SIZE)
        );
        assert_eq!(
            zoomed(frame, 100.0, SIZE),
            Frame {
                x: 0.0,
                y: 0.0,
                side: 300.0
            }
        );
        assert_eq!(within(frame, [5, 3]), Frame { x: 2.0, y: 0.0, side: 3.0 });
    }

    #[test]
    fn the_opposite_corner_stays() {
        let frame = Frame {
            x: 50.0,
            y: 100.0,
            side: 100.0,
        };
        let larger = dragged(
            frame,
            Grip::Corner {
                right: false,
                bottom: false,
            },
            -40.0,
            -10.0,
            SIZE,
        );
        assert_eq!((larger.x + larger.side, larger.y + larger.side), (150.0, 200.0));
        assert_eq!(larger.side, 140.0);
        let limited = dragged(frame, Grip::Corner { right: true, bottom: true }, 500.0, 0.0, SIZE);
        assert_eq!(
            limited,
            Frame {
                x: 50.0,
                y: 100.0,
                side: 200.0
            },
            "as far as the picture reaches"
        );
    }
}
