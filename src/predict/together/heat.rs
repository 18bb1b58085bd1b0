//! How alike every patch is to one patch.

use crate::probes::Embeddings;

/// Cosine of `patch`, a row of length 1, with every patch of each picture, rows of length 1: of each picture its patches'
/// cosines, -1..1. Pictures of another model's width get none.
#[must_use]
pub fn heat(patch: &[f32], pictures: &[&Embeddings]) -> Vec<Vec<f32>> {
    let alike = |picture: &&Embeddings| match picture.dim() == patch.len() {
        true => picture.iter().map(|row| cosine(patch, row)).collect(),
        false => Vec::new(),
    };
    pictures.iter().map(alike).collect()
}

/// Of two rows of length 1.
pub(super) fn cosine(one: &[f32], other: &[f32]) -> f32 {
    // Sums side by side, which become one vector: a hundred pictures have to follow the pointer.
    let mut sums = [0.0_f32; 8];
    let (a, b) = (one.chunks_exact(8), other.chunks_exact(8));
    let rest: f32 = a.remainder().iter().zip(b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a.zip(b) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    (sums.iter().sum::<f32>() + rest).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_is_most_like_itself_and_its_twins() {
        let rows: Vec<f32> = (0..6 * 19).map(|i| (i as f32 * 1.3).sin()).collect();
        let one = Embeddings::new(6, 19, rows).unwrap().unit();
        let other = one.select(&[5, 2]);
        let found = heat(one.row(2), &[&one, &other]);
        assert_eq!((found[0].len(), found[1].len()), (6, 2));
        let best = (0..6).max_by(|a, b| found[0][*a].total_cmp(&found[0][*b])).unwrap();
        assert_eq!(best, 2);
        assert!((found[0][2] - 1.0).abs() < 1e-6 && found[1][1] == found[0][2] && found[1][0] == found[0][5]);
        let by_hand: f32 = one.row(2).iter().zip(one.row(4)).map(|(a, b)| a * b).sum();
        assert!((found[0][4] - by_hand).abs() < 1e-6);
        assert_eq!(heat(&[1.0], &[&one]), [Vec::<f32>::new()]);
        assert!(heat(&[1.0], &[]).is_empty());
    }
}
