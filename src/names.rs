//! What a person may have meant by a name that nobody knows.

/// The known name nearest to what was typed, when near enough to be worth offering: at most a third of the longer
/// of the two has to change (Levenshtein distance, letters' case aside), or one is the beginning of the other.
#[must_use]
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Nobody misspells a name into a page of text; comparing one would cost its square.
    let typed: Vec<char> = typed.chars().take(64).flat_map(char::to_lowercase).collect();
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let letters: Vec<char> = name.chars().flat_map(char::to_lowercase).collect();
        let distance = distance(&typed, &letters);
        let begins = typed.len() >= 2 && (letters.starts_with(&typed) || typed.starts_with(&letters));
        let near = begins || 3 * distance <= typed.len().max(letters.len());
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// `; did you mean "x"?` for the nearest name, or nothing: the end of a sentence about an unknown name.
#[must_use]
pub fn did_you_mean<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(typed, known).map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"))
}

/// Letters to insert, delete, replace or swap with their neighbour (restricted Damerau–Levenshtein).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let replaced = last[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(last[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["none", "random", "half", "checkerboard", "outside-block"];

    #[test]
    fn a_slip_of_the_finger_is_understood() {
        for (typed, meant) in [
            ("randon", "random"),
            ("radnom", "random"),
            ("HALF", "half"),
            ("checker", "checkerboard"),
            ("outside_block", "outside-block"),
        ] {
            assert_eq!(nearest(typed, KNOWN), Some(meant), "{typed}");
        }
    }

    #[test]
    fn what_resembles_nothing_gets_no_offer() {
        for typed in ["", "xyz", "q", "banana bread"] {
            assert_eq!(nearest(typed, KNOWN), None, "{typed}");
        }
        assert_eq!(did_you_mean("xyz", KNOWN), "");
    }
}
