//! How alike patches are, as colours with a scale.

use super::{heat, settings::Word};

/// What is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Look {
    /// How alike every patch is to one.
    #[default]
    Heat,
    /// What the model makes of each patch, as a colour.
    Colours,
    /// Where the heads of the last layer look.
    Heads,
}

impl Word for Look {
    const WORDS: &'static [(Self, &'static str)] = &[(Self::Heat, "heat"), (Self::Colours, "colours"), (Self::Heads, "heads")];
}

/// The ends of a scale of cosines: round tenths around what is there, so that a legend does not twitch with the pointer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Black.
    pub low: f32,
    /// Cream.
    pub high: f32,
}

impl Scale {
    /// The scale for these cosines. The few lowest do not stretch it: what matters is who is alike.
    #[must_use]
    pub fn of<'a>(cosines: impl Iterator<Item = &'a f32>) -> Self {
        let mut all: Vec<f32> = cosines.copied().filter(|v| v.is_finite()).collect();
        all.sort_by(f32::total_cmp);
        let low = all.get(all.len() / 20).copied().unwrap_or(0.0);
        let low = ((low * 10.0).floor() / 10.0).clamp(-1.0, 0.9);
        Self { low, high: 1.0 }
    }

    /// Where a value lies, 0..1.
    #[must_use]
    pub fn part(&self, value: f32) -> f32 {
        ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Three numbers for its legend.
    #[must_use]
    pub fn ticks(&self) -> [String; 3] {
        [self.low, (self.low + self.high) / 2.0, self.high].map(|v| {
            let text = format!("{v:.2}");
            text.trim_end_matches('0').trim_end_matches('.').replace('-', "−")
        })
    }
}

/// The ends of a scale of attention: from none to a round number at or above the most.
#[must_use]
pub fn of_attention<'a>(shares: impl Iterator<Item = &'a f32>) -> Scale {
    let most = shares.copied().filter(|v| v.is_finite()).fold(0.0, f32::max);
    Scale {
        low: 0.0,
        high: heat::top(most),
    }
}

/// RGBA, one pixel a patch.
#[must_use]
pub fn pixels(values: &[f32], scale: Scale) -> Vec<u8> {
    values
        .iter()
        .flat_map(|&value| {
            let [r, g, b] = heat::colour(scale.part(value));
            [r, g, b, 255]
        })
        .collect()
}

/// The patch that a part of a square's sides points at, each 0..1; `None` outside.
#[must_use]
pub fn patch_at(grid: crate::mask::Grid, x: f64, y: f64) -> Option<usize> {
    let inside = (0.0..1.0).contains(&x) && (0.0..1.0).contains(&y) && !grid.is_empty();
    inside.then(|| (y * grid.rows as f64) as usize * grid.columns + (x * grid.columns as f64) as usize)
}

/// Which pictures are shown beside the chosen one: `most` of them, from the one after it on, around the end.
#[must_use]
pub fn others(ids: &[u32], chosen: u32, most: usize) -> Vec<u32> {
    let at = ids.iter().position(|id| *id == chosen).map_or(0, |at| at + 1);
    let around = ids[at..].iter().chain(&ids[..at]);
    around.copied().filter(|id| *id != chosen).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::Grid;

    #[test]
    fn the_scale_ends_in_tenths_and_forgives_strays() {
        let mut values = vec![0.52; 100];
        values[0] = -0.9;
        values.push(f32::NAN);
        assert_eq!(Scale::of(values.iter()), Scale { low: 0.5, high: 1.0 });
        assert_eq!(Scale::of(values.iter()).ticks(), ["0.5", "0.75", "1"]);
        assert_eq!(Scale::of([].iter()), Scale { low: 0.0, high: 1.0 });
        assert_eq!(Scale::of([1.0, 1.0].iter()).low, 0.9, "twins leave a scale");
        assert_eq!(Scale { low: -0.5, high: 1.0 }.ticks()[0], "−0.5");
    }

    #[test]
    fn the_most_alike_is_cream_and_the_least_black() {
        let scale = Scale { low: 0.5, high: 1.0 };
        let pixels = pixels(&[1.0, 0.2, f32::NAN], scale);
        assert_eq!(&pixels[..4], &[255, 241, 214, 255]);
        assert_eq!(pixels[4..8], pixels[8..12], "no number is nothing");
    }

    #[test]
    fn the_pointer_finds_its_patch() {
        let grid = Grid { rows: 2, columns: 4 };
        assert_eq!(patch_at(grid, 0.99, 0.99), Some(7));
        assert_eq!(patch_at(grid, 0.26, 0.1), Some(1));
        assert_eq!(patch_at(grid, 1.0, 0.5), None);
        assert_eq!(patch_at(grid, -0.1, 0.5), None);
    }

    #[test]
    fn neighbours_in_the_strip_come_first() {
        assert_eq!(others(&[1, 2, 3, 4, 5], 4, 3), [5, 1, 2]);
        assert_eq!(others(&[1], 1, 3), [0; 0]);
        assert_eq!(others(&[1, 2, 3], 9, 2), [1, 2], "one that is gone");
    }
}
