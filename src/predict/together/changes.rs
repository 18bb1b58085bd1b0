//! A picture disturbed by hand.

use crate::{
    picture::{Frame, Picture},
    protocol::together::Changes,
    views::{blur, flip, jitter, turn},
};

/// Every change within its range; one that is no number at rest.
#[must_use]
pub fn bounded(changes: &Changes) -> Changes {
    let rest = Changes::default();
    let within = |value: f32, rest: f32, least: f32, most: f32| if value.is_nan() { rest } else { value.clamp(least, most) };
    Changes {
        crop: within(changes.crop, rest.crop, 0.1, 1.0),
        hue: within(changes.hue, rest.hue, -0.5, 0.5),
        saturation: within(changes.saturation, rest.saturation, 0.0, 2.0),
        brightness: within(changes.brightness, rest.brightness, 0.2, 2.0),
        blur_px: within(changes.blur_px, rest.blur_px, 0.0, 8.0),
        turn_degrees: within(changes.turn_degrees, rest.turn_degrees, -180.0, 180.0),
        flip: changes.flip,
    }
}

/// `picture`, a square, with the changes made in the order of [`Changes`]' fields, within their ranges. What is at rest
/// touches nothing, so that all at rest give the picture to the bit.
#[must_use]
pub fn changed(picture: &Picture, changes: &Changes) -> Picture {
    let (changes, rest) = (bounded(changes), Changes::default());
    let mut view = if changes.crop < rest.crop {
        middle(picture, changes.crop)
    } else {
        picture.clone()
    };
    if changes.hue != rest.hue {
        jitter::hue(&mut view, changes.hue);
    }
    if changes.saturation != rest.saturation {
        jitter::saturation(&mut view, changes.saturation);
    }
    if changes.brightness != rest.brightness {
        jitter::brightness(&mut view, changes.brightness);
    }
    blur::gaussian(&mut view, changes.blur_px);
    if changes.turn_degrees != rest.turn_degrees {
        view = turn::rotate(&view, changes.turn_degrees);
    }
    if changes.flip {
        flip::mirror(&mut view);
    }
    view
}

/// The square of this part of the side about the middle, at the picture's size.
fn middle(picture: &Picture, part: f32) -> Picture {
    let whole = picture.width.min(picture.height) as f32;
    let side = part * whole;
    let frame = Frame {
        x: 0.5 * (picture.width as f32 - side),
        y: 0.5 * (picture.height as f32 - side),
        side,
    };
    picture.to_rgb8().square(frame, picture.width)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worlds::sample;

    fn picture() -> Picture {
        Picture::from_rgb8(&sample(19).render(32))
    }

    fn mean_difference(a: &Picture, b: &Picture) -> f32 {
        let sum: f32 = a.pixels.iter().zip(&b.pixels).map(|(a, b)| (a - b).abs()).sum();
        sum / a.pixels.len() as f32
    }

    const REST: Changes = Changes {
        crop: 1.0,
        hue: 0.0,
        saturation: 1.0,
        brightness: 1.0,
        blur_px: 0.0,
        turn_degrees: 0.0,
        flip: false,
    };

    #[test]
    fn at_rest_not_a_bit_changes() {
        let odd = Picture {
            pixels: picture().pixels.iter().map(|x| x * 0.987_654_3).collect(),
            ..picture()
        };
        assert_eq!(changed(&odd, &REST), odd);
        assert_eq!(REST, Changes::default());
    }

    #[test]
    fn each_change_alone_is_seen_and_keeps_size_and_range() {
        let strong = [
            Changes { crop: 0.5, ..REST },
            Changes { hue: 0.3, ..REST },
            Changes { saturation: 0.0, ..REST },
            Changes { brightness: 0.5, ..REST },
            Changes { blur_px: 3.0, ..REST },
            Changes {
                turn_degrees: 40.0,
                ..REST
            },
            Changes { flip: true, ..REST },
        ];
        for changes in strong {
            let view = changed(&picture(), &changes);
            assert_eq!((view.width, view.height), (32, 32));
            assert!(view.pixels.iter().all(|x| (0.0..=1.0).contains(x)), "{changes:?}");
            assert!(mean_difference(&view, &picture()) > 0.01, "{changes:?}");
        }
        let flipped = changed(&picture(), &strong[6]);
        assert_eq!(changed(&flipped, &strong[6]), picture());
    }

    #[test]
    fn a_crop_shows_the_middle_larger() {
        // A dark square of half the side in the middle of a bright picture fills a crop of that half.
        let pixels = (0..3 * 32 * 32).map(|at| {
            let (x, y) = (at % 32, at / 32 % 32);
            if (8..24).contains(&x) && (8..24).contains(&y) { 0.0 } else { 1.0 }
        });
        let picture = Picture::new(32, 32, pixels.collect()).unwrap();
        let view = changed(&picture, &Changes { crop: 0.5, ..REST });
        // The filter looks a little beyond the edge.
        let inner = (0..32 * 32).filter(|at| (3..29).contains(&(at % 32)) && (3..29).contains(&(at / 32)));
        assert!(inner.into_iter().all(|at| view.pixels[at] < 0.1), "only the middle is to be seen");
        assert!(changed(&picture, &Changes { crop: 0.7, ..REST }).pixels[0] > 0.8);
    }

    #[test]
    fn what_is_out_of_range_is_cut_and_what_is_no_number_rests() {
        let wild = Changes {
            crop: f32::NAN,
            hue: f32::INFINITY,
            saturation: -3.0,
            brightness: f32::NEG_INFINITY,
            blur_px: 1e30,
            turn_degrees: f32::NAN,
            flip: false,
        };
        let tame = bounded(&wild);
        assert_eq!((tame.crop, tame.hue, tame.saturation), (1.0, 0.5, 0.0));
        assert_eq!((tame.brightness, tame.blur_px, tame.turn_degrees), (0.2, 8.0, 0.0));
        assert_eq!(changed(&picture(), &wild), changed(&picture(), &tame));
        assert!(changed(&picture(), &wild).pixels.iter().all(|x| x.is_finite()));
        assert_eq!(
            changed(&picture(), &Changes { crop: -1.0, ..REST }),
            changed(&picture(), &Changes { crop: 0.1, ..REST })
        );
    }
}
