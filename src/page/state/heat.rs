//! The colours of energy: black, ember, orange, cream.
//!
//! Lightness rises all the way, so that the map reads without telling red from green.

/// Places on the way from nothing to the top, with their colours.
const STOPS: [(f32, [f32; 3]); 5] = [
    (0.0, [12.0, 9.0, 8.0]),
    (0.25, [92.0, 24.0, 14.0]),
    (0.5, [196.0, 58.0, 22.0]),
    (0.75, [247.0, 148.0, 61.0]),
    (1.0, [255.0, 241.0, 214.0]),
];

/// The colour of `t`, 0..1; out of range is clamped, and what is no number is nothing.
#[must_use]
pub fn colour(t: f32) -> [u8; 3] {
    let t = if t.is_nan() { 0.0 } else { t.clamp(0.0, 1.0) };
    let upper = STOPS.iter().position(|(at, _)| *at >= t).unwrap_or(STOPS.len() - 1).max(1);
    let ((from, low), (to, high)) = (STOPS[upper - 1], STOPS[upper]);
    let part = (t - from) / (to - from);
    std::array::from_fn(|i| (low[i] + (high[i] - low[i]) * part).round() as u8)
}

/// The top of the scale: the next of 1, 2, 5, 10, … × 10ⁿ at or above `largest`, so that the legend has round numbers
/// and does not twitch with every stroke.
#[must_use]
pub fn top(largest: f32) -> f32 {
    if !largest.is_finite() || largest <= 1e-6 {
        return 0.01;
    }
    let power = 10f32.powf(largest.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|step| step * power)
        .find(|top| largest <= top * 1.0001)
        .unwrap_or(largest)
}

/// Numbers for the legend of a scale up to `top`.
#[must_use]
pub fn ticks(top: f32) -> [f32; 3] {
    [0.0, top / 2.0, top]
}

/// A tick's number with as many decimals as it takes.
#[must_use]
pub fn tick(value: f32) -> String {
    let decimals = match value {
        0.0 => 0,
        v if v >= 0.1 => 2,
        v if v >= 0.01 => 3,
        v if v >= 0.001 => 4,
        _ => 5,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_string()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lightness_rises_all_the_way() {
        let light = |t: f32| {
            let [r, g, b] = colour(t).map(f32::from);
            0.2126 * r + 0.7152 * g + 0.0722 * b
        };
        let row: Vec<f32> = (0..=100).map(|i| light(i as f32 / 100.0)).collect();
        assert!(row.windows(2).all(|w| w[1] >= w[0] - 0.5), "{row:?}");
        assert_eq!(colour(f32::NAN), colour(0.0));
        assert_eq!(colour(9.0), [255, 241, 214]);
    }

    #[test]
    fn legends_have_round_numbers() {
        assert_eq!(tick(top(0.031)), "0.05");
        assert_eq!(tick(top(0.05)), "0.05");
        assert_eq!(tick(top(0.051)), "0.1");
        assert_eq!(top(0.0), 0.01);
        assert_eq!(top(f32::NAN), 0.01);
        assert_eq!(ticks(0.05).map(tick), ["0", "0.025", "0.05"]);
        assert_eq!(tick(0.2), "0.2");
    }
}
