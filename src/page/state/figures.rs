//! How numbers are written.

/// An energy: four decimals, or as many as give three figures.
#[must_use]
pub fn energy(value: f32) -> String {
    if value > 0.0 && value < 0.000_000_5 {
        return "< 0.000001".into();
    }
    let decimals = if value > 0.0 {
        (2.0 - value.log10().floor()).clamp(4.0, 7.0)
    } else {
        4.0
    };
    format!("{value:.*}", decimals as usize)
}

/// The energy of a pair, 0..4: three decimals.
#[must_use]
pub fn pair_energy(value: f32) -> String {
    if value > 0.0 && value < 0.0005 {
        "< 0.001".into()
    } else {
        format!("{value:.3}")
    }
}

/// A PSNR in dB, one decimal.
#[must_use]
pub fn decibel(value: f32) -> String {
    if value.is_finite() {
        format!("{value:.1} dB")
    } else {
        "exact".into()
    }
}

/// Milliseconds: whole from ten on.
#[must_use]
pub fn milliseconds(value: f32) -> String {
    match value {
        v if v >= 1000.0 => format!("{:.1} s", v / 1000.0),
        v if v >= 9.95 => format!("{v:.0} ms"),
        v => format!("{v:.1} ms"),
    }
}

/// Bytes in decimal units.
#[must_use]
pub fn bytes(count: u64) -> String {
    let value = count as f64;
    match value {
        v if v >= 1e9 => format!("{:.2} GB", v / 1e9),
        v if v >= 9.95e6 => format!("{:.0} MB", v / 1e6),
        v if v >= 1e6 => format!("{:.1} MB", v / 1e6),
        v if v >= 1e3 => format!("{:.0} kB", v / 1e3),
        _ => format!("{count} bytes"),
    }
}

/// A large count: `2.7 million`, `10 000`.
#[must_use]
pub fn count(value: u64) -> String {
    match value {
        1_000_000_000.. => format!("{:.1} billion", value as f64 / 1e9),
        1_000_000.. => format!("{:.1} million", value as f64 / 1e6),
        _ => grouped(value),
    }
}

/// Digits in groups of three with a narrow space no line breaks at.
fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digits.len() > 4 {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Three places on an axis that holds `low` and `high`, from below: round numbers, each as it is written.
#[must_use]
pub fn ticks(low: f64, high: f64) -> [(f64, String); 3] {
    let low = low.floor();
    let high = high.ceil().max(low + 1.0);
    [low, (low + high) / 2.0, high].map(|value| (value, format!("{value:.*}", usize::from(value.fract() != 0.0))))
}

/// How long training took.
#[must_use]
pub fn hours(value: f64) -> String {
    match value {
        v if v >= 10.0 => format!("{v:.0} hours"),
        v if v >= 1.0 => format!("{v:.1} hours"),
        v if v * 60.0 >= 1.5 => format!("{:.0} minutes", v * 60.0),
        v if v * 3600.0 >= 1.5 => format!("{:.0} seconds", v * 3600.0),
        _ => "about a second".into(),
    }
}

/// How much faster one time is than another: `9×`, `1.4×`.
#[must_use]
pub fn times(value: f32) -> String {
    if value >= 9.95 {
        format!("{value:.0}×")
    } else {
        format!("{value:.1}×")
    }
}

/// A text that ends with a full stop.
#[must_use]
pub fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.into()
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_a_person_writes_them() {
        assert_eq!(energy(0.01423), "0.0142");
        assert_eq!(energy(0.142_37), "0.1424");
        assert_eq!(energy(0.002_869), "0.00287");
        assert_eq!(energy(0.000_012_34), "0.0000123");
        assert_eq!(energy(0.000_000_1), "< 0.000001");
        assert_eq!(energy(0.0), "0.0000");
        assert_eq!(pair_energy(0.0), "0.000");
        assert_eq!(pair_energy(0.000_4), "< 0.001");
        assert_eq!(pair_energy(1.234_1), "1.234");
        assert_eq!(decibel(18.46), "18.5 dB");
        assert_eq!(decibel(f32::INFINITY), "exact");
        assert_eq!(milliseconds(24.3), "24 ms");
        assert_eq!(milliseconds(3.12), "3.1 ms");
        assert_eq!(milliseconds(6243.0), "6.2 s");
        assert_eq!(bytes(512), "512 bytes");
        assert_eq!(bytes(367_247), "367 kB");
        assert_eq!(bytes(5_520_000), "5.5 MB");
        assert_eq!(bytes(23_900_000), "24 MB");
        assert_eq!(count(10_000), "10\u{202f}000");
        assert_eq!(count(64), "64");
        assert_eq!(count(2_712_345), "2.7 million");
        assert_eq!(hours(0.03), "2 minutes");
        assert_eq!(hours(0.02), "72 seconds");
        assert_eq!(hours(0.0002), "about a second");
        assert_eq!(times(1.44), "1.4×");
    }

    #[test]
    fn an_axis_has_three_different_numbers() {
        let words = |low, high| ticks(low, high).map(|(_, word)| word);
        assert_eq!(words(12.1, 12.9), ["12", "12.5", "13"]);
        assert_eq!(words(12.0, 12.0), ["12", "12.5", "13"]);
        assert_eq!(words(-3.2, 15.5), ["-4", "6", "16"]);
    }
}
