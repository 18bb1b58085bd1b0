#![allow(clippy::unwrap_used)]
use super::*;

#[test]
fn bytes_and_values_go_back_and_forth() {
    let bytes = Rgb8::new(2, 1, vec![0, 128, 255, 1, 2, 3]).unwrap();
    assert_eq!(Picture::from_rgb8(&bytes).to_rgb8(), bytes);
}
