#![allow(clippy::unwrap_used)]
use super::*;

const GRID: Grid = Grid::new(8, 8);

#[test]
fn kinds_hide_what_their_names_say() {
    let hidden = |kind: &str| kind.parse::<MaskKind>().unwrap().draw(GRID, 1, 2).hidden_count();
    for (kind, count) in [
        ("none", 0),
        ("random:0.75", 48),
        ("random", 48),
        ("half", 32),
        ("block", 16),
        ("outside-block", 48),
        ("checkerboard", 32),
    ] {
        assert_eq!(hidden(kind), count, "{kind}");
    }
}
