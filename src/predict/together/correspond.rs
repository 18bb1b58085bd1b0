//! Which patches of two pictures belong together.

use super::heat::cosine;
use crate::{probes::Embeddings, protocol::together::Match};

/// Each patch of `left` with the patch of `right` nearest to it by cosine, rows of length 1: those that are each other's
/// nearest first, then by cosine, highest first; at most `count`. Of several as near the first counts.
#[must_use]
pub fn correspond(left: &Embeddings, right: &Embeddings, count: usize) -> Vec<Match> {
    if left.dim() != right.dim() {
        return Vec::new();
    }
    let mut back = vec![(0, f32::NEG_INFINITY); right.rows()];
    let mut there = vec![(0, f32::NEG_INFINITY); left.rows()];
    for (at, one) in left.iter().enumerate() {
        for (to, other) in right.iter().enumerate() {
            let cosine = cosine(one, other);
            if cosine > there[at].1 {
                there[at] = (to, cosine);
            }
            if cosine > back[to].1 {
                back[to] = (at, cosine);
            }
        }
    }
    let found = there.iter().enumerate().filter(|(_, (_, cosine))| cosine.is_finite());
    let mut matches: Vec<Match> = found
        .map(|(left, &(right, cosine))| Match {
            left,
            right,
            cosine,
            mutual: back[right].0 == left,
        })
        .collect();
    matches.sort_by(|a, b| {
        b.mutual
            .cmp(&a.mutual)
            .then(b.cosine.total_cmp(&a.cosine))
            .then(a.left.cmp(&b.left))
    });
    matches.truncate(count);
    matches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    fn rows(count: usize) -> Embeddings {
        let mut chance = Chance::new(2, "patches", 0);
        Embeddings::new(count, 12, (0..12 * count).map(|_| chance.normal()).collect())
            .unwrap()
            .unit()
    }

    #[test]
    fn patches_that_moved_are_found_again() {
        let left = rows(9);
        let moved: Vec<usize> = (0..9).map(|at| (at * 4 + 2) % 9).collect();
        let found = correspond(&left, &left.select(&moved), 99);
        assert_eq!(found.len(), 9);
        assert!(
            found
                .iter()
                .all(|pair| pair.mutual && moved[pair.right] == pair.left && pair.cosine > 0.999)
        );
    }

    #[test]
    fn mutual_ones_come_first_and_then_the_nearest() {
        let (left, right) = (rows(40), rows(60).select(&(35..60).collect::<Vec<_>>()));
        let found = correspond(&left, &right, 40);
        let mutual = found.iter().filter(|pair| pair.mutual).count();
        assert!((5..26).contains(&mutual), "{mutual}");
        assert!(found[..mutual].iter().all(|pair| pair.mutual) && found[mutual..].iter().all(|pair| !pair.mutual));
        for part in [&found[..mutual], &found[mutual..]] {
            assert!(part.windows(2).all(|pair| pair[0].cosine >= pair[1].cosine));
        }
        // Five patches are in both.
        assert!(found[..5].iter().all(|pair| pair.left == pair.right + 35));
        assert_eq!(correspond(&left, &right, 3), found[..3]);
    }

    #[test]
    fn nothing_answers_nothing() {
        let none = Embeddings::new(0, 12, vec![]).unwrap();
        assert!(correspond(&rows(3), &none, 5).is_empty());
        assert!(correspond(&none, &rows(3), 5).is_empty());
        assert!(correspond(&rows(3), &Embeddings::new(1, 1, vec![1.0]).unwrap(), 5).is_empty());
    }
}
