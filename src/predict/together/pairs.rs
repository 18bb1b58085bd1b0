//! Energies of pairs: the squared distance of two projections of length 1, 0..4. Which are nearest, which go together.

use std::cmp::Ordering;

use crate::probes::Embeddings;

/// The energy of a pair of projections, each of length 1: 0 for the same, 4 for opposite ones.
#[must_use]
pub fn energy(one: &[f32], other: &[f32]) -> f32 {
    let square = |(a, b): (&f32, &f32)| (a - b) * (a - b);
    one.iter().zip(other).map(square).sum::<f32>().clamp(0.0, 4.0)
}

/// Below this the product of two rows no longer says how far apart they are: what is left of it is rounding.
const NEAR: f32 = 1e-3;

/// The energies of all pairs of `projections`, rows of length 1 or of zeros: `[rows, rows]`, the same to both sides of a
/// diagonal of zeros.
#[must_use]
pub fn energies(projections: &Embeddings) -> Vec<f32> {
    let rows = projections.rows();
    // ‖a − b‖² = ‖a‖² + ‖b‖² − 2 a·b: one product of matrices for all pairs.
    let mut all = projections.products(projections).unwrap_or_default();
    let squares: Vec<f32> = (0..rows).map(|at| all[at * rows + at].round()).collect();
    for at in 0..rows {
        all[at * rows + at] = 0.0;
        for to in 0..at {
            let far = (squares[at] + squares[to] - 2.0 * all[at * rows + to]).min(4.0);
            let energy = if far < NEAR {
                energy(projections.row(at), projections.row(to))
            } else {
                far
            };
            all[at * rows + to] = energy;
            all[to * rows + at] = energy;
        }
    }
    all
}

/// The `count` rows of `among` of the lowest energy to `projection`, lowest first, of two with one energy the lower number
/// first: each with its energy. Rows of another width are none's neighbours.
#[must_use]
pub fn nearest(projection: &[f32], among: &Embeddings, count: usize) -> Vec<(usize, f32)> {
    if projection.len() != among.dim() {
        return Vec::new();
    }
    let mut found: Vec<(usize, f32)> = among.iter().map(|row| energy(projection, row)).enumerate().collect();
    let order = |a: &(usize, f32), b: &(usize, f32)| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0));
    if count < found.len() {
        found.select_nth_unstable_by(count, order);
        found.truncate(count);
    }
    found.sort_unstable_by(order);
    found
}

/// Two groups that became one, and the mean energy of their pairs.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Merge {
    /// A member of either group.
    members: [usize; 2],
    height: f32,
}

/// Which rows go together: the number of each row's group, the largest group 0, of two as large the one with the lowest row
/// first. Groups are joined by the mean energy of their pairs (average linkage; Sokal & Michener, 1958) until `count` are
/// left, or up to where the next join would be dearest beside the last (the widest gap), among cuts that leave at most
/// `2 √rows` groups: a picture beside its one neighbour is no answer to what goes together. `energies` is `[rows, rows]`.
///
/// Without a gap worth the name, as among twins, all are one group.
#[must_use]
pub fn groups(energies: &[f32], rows: usize, count: Option<usize>) -> Vec<u32> {
    if rows == 0 || energies.len() != rows * rows {
        return vec![0; rows];
    }
    let merges = linkage(energies.to_vec(), rows);
    let joins = match count {
        Some(count) => rows - count.clamp(1, rows),
        None => before_widest_gap(&merges, (2.0 * libm::sqrt(rows as f64)) as usize),
    };
    numbered(rows, &merges[..joins])
}

/// Joins to make so that the widest gap between heights is left open and no more than `most` groups are left. With no join
/// at all every row is alone: heights begin at 0.
fn before_widest_gap(merges: &[Merge], most: usize) -> usize {
    let heights: Vec<f32> = merges.iter().map(|merge| merge.height).collect();
    let gaps = heights.windows(2).map(|pair| pair[1] - pair[0]).enumerate();
    // So many joins leave `heights.len() + 1 - joins` groups.
    let few = gaps.filter(|(at, _)| heights.len() - at <= most);
    let widest = few.fold(
        (heights.len(), LEAST_GAP),
        |best, (at, gap)| if gap > best.1 { (at + 1, gap) } else { best },
    );
    widest.0
}

/// A smaller difference of energies is rounding.
const LEAST_GAP: f32 = 1e-5;

/// All joins, cheapest first, by the chain of nearest neighbours (Murtagh, 1983): as many steps as there are pairs.
fn linkage(mut between: Vec<f32>, rows: usize) -> Vec<Merge> {
    let mut sizes = vec![1.0_f32; rows]; // 0 for a group that has gone into another
    let mut merges = Vec::with_capacity(rows.saturating_sub(1));
    let mut chain: Vec<usize> = Vec::new();
    while merges.len() + 1 < rows {
        if chain.is_empty() {
            chain.extend(sizes.iter().position(|size| *size > 0.0));
        }
        let Some(&tip) = chain.last() else { break };
        let before = chain.len().checked_sub(2).map(|at| chain[at]);
        let Some((near, height)) = nearest_group(&between[tip * rows..][..rows], &sizes, tip, before) else {
            break;
        };
        if Some(near) != before {
            chain.push(near);
            continue;
        }
        chain.truncate(chain.len() - 2);
        merges.push(Merge {
            members: [near, tip],
            height,
        });
        join(&mut between, &mut sizes, rows, [near, tip]);
    }
    merges.sort_by(|a, b| a.height.total_cmp(&b.height));
    merges
}

/// The group nearest to `tip`; of several as near the one before it in the chain, so that every chain ends.
fn nearest_group(row: &[f32], sizes: &[f32], tip: usize, before: Option<usize>) -> Option<(usize, f32)> {
    let mut best = before.map(|at| (at, row[at]));
    for (at, (energy, size)) in row.iter().zip(sizes).enumerate() {
        let nearer = best.is_none_or(|best| energy.total_cmp(&best.1) == Ordering::Less);
        if *size > 0.0 && at != tip && nearer {
            best = Some((at, *energy));
        }
    }
    best
}

/// Makes `gone` part of `stays`: its energies are the mean over all pairs.
fn join(between: &mut [f32], sizes: &mut [f32], rows: usize, [stays, gone]: [usize; 2]) {
    let [a, b] = [sizes[stays], sizes[gone]];
    for other in (0..rows).filter(|other| sizes[*other] > 0.0) {
        let mean = (a * between[stays * rows + other] + b * between[gone * rows + other]) / (a + b);
        between[stays * rows + other] = mean;
        between[other * rows + stays] = mean;
    }
    sizes[stays] = a + b;
    sizes[gone] = 0.0;
}

/// Numbers of the groups that these joins make.
fn numbered(rows: usize, merges: &[Merge]) -> Vec<u32> {
    let mut above: Vec<usize> = (0..rows).collect();
    fn top(above: &mut [usize], mut row: usize) -> usize {
        while above[row] != row {
            above[row] = above[above[row]];
            row = above[row];
        }
        row
    }
    for merge in merges {
        let [a, b] = merge.members.map(|row| top(&mut above, row));
        above[a.max(b)] = a.min(b);
    }
    let tops: Vec<usize> = (0..rows).map(|row| top(&mut above, row)).collect();
    let mut sizes = vec![0_usize; rows];
    tops.iter().for_each(|top| sizes[*top] += 1);
    let mut order: Vec<usize> = (0..rows).filter(|row| sizes[*row] > 0).collect();
    order.sort_by_key(|top| (std::cmp::Reverse(sizes[*top]), *top));
    let mut numbers = vec![0_u32; rows];
    order.iter().zip(0..).for_each(|(top, number)| numbers[*top] = number);
    tops.iter().map(|top| numbers[*top]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    /// `per` rows of length 1 about each of these directions of the plane, degrees.
    fn about(directions: &[f32], per: usize) -> Embeddings {
        let mut chance = Chance::new(1, "pairs", 0);
        let mut values = Vec::new();
        for _ in 0..per {
            for direction in directions {
                let at = (direction + chance.range(-2.0..2.0)).to_radians();
                values.extend([at.cos(), at.sin()]);
            }
        }
        Embeddings::new(directions.len() * per, 2, values).unwrap()
    }

    #[test]
    fn energy_goes_from_nothing_for_twins_to_four_for_opposites() {
        assert_eq!(energy(&[0.6, 0.8], &[0.6, 0.8]), 0.0);
        assert_eq!(energy(&[1.0, 0.0], &[-1.0, 0.0]), 4.0);
        assert_eq!(energy(&[1.0, 0.0], &[0.0, 1.0]), 2.0);
        let rows = about(&[0.0, 90.0], 3);
        let all = energies(&rows);
        for at in 0..6 {
            assert_eq!(all[at * 6 + at], 0.0);
            assert!((0..6).all(|to| all[at * 6 + to] == all[to * 6 + at]));
        }
        assert!(all[1] > 1.8 && all[2] < 0.01);
        let each = (0..36).map(|at| energy(rows.row(at / 6), rows.row(at % 6)));
        assert!(each.zip(&all).all(|(one, all)| (one - all).abs() < 1e-6));
        let twins = rows.select(&[4, 4, 1, 1]);
        assert_eq!([energies(&twins)[1], energies(&twins)[11]], [0.0; 2]);
        let nowhere = Embeddings::new(2, 2, vec![0.0, 0.0, 0.6, 0.8]).unwrap();
        assert_eq!(energies(&nowhere), [0.0, 1.0, 1.0, 0.0]);
        assert!(energies(&Embeddings::default()).is_empty());
    }

    #[test]
    fn the_nearest_are_those_of_a_full_sort() {
        let rows = about(&[0.0, 50.0, 140.0], 40);
        let found = nearest(rows.row(0), &rows, 7);
        let mut all: Vec<(usize, f32)> = rows.iter().map(|row| energy(rows.row(0), row)).enumerate().collect();
        all.sort_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
        assert_eq!(found, all[..7]);
        assert_eq!(nearest(rows.row(0), &rows, 500).len(), 120);
        assert!(nearest(&[1.0], &rows, 3).is_empty());
        assert!(nearest(rows.row(0), &rows, 0).is_empty());
        let twins = Embeddings::new(3, 2, [1.0, 0.0].repeat(3)).unwrap();
        assert_eq!(nearest(&[1.0, 0.0], &twins, 2), [(0, 0.0), (1, 0.0)]);
    }

    #[test]
    fn groups_are_found_where_the_gap_is_and_where_it_is_asked() {
        let rows = about(&[0.0, 100.0, 200.0], 6);
        let all = energies(&rows);
        let expected: Vec<u32> = (0..18).map(|row| row % 3).collect();
        assert_eq!(groups(&all, 18, None), expected);
        assert_eq!(groups(&all, 18, Some(3)), expected);
        assert_eq!(groups(&all, 18, Some(1)), [0; 18]);
        assert_eq!(groups(&all, 18, Some(99)), (0..18).collect::<Vec<u32>>());
        assert_eq!(groups(&all, 18, Some(0)), [0; 18]);
        let angles: Vec<f32> = (0..25).map(|at| at as f32 * 7.0).collect();
        let pairs = groups(&energies(&about(&angles, 2)), 50, None);
        assert!(pairs.iter().all(|group| *group < 14), "pairs are too many groups: {pairs:?}");
    }

    #[test]
    fn the_largest_group_comes_first() {
        let mut values = vec![0.0, 1.0];
        values.extend([1.0, 0.0].repeat(4));
        let rows = Embeddings::new(5, 2, values).unwrap();
        assert_eq!(groups(&energies(&rows), 5, None), [1, 0, 0, 0, 0]);
    }

    #[test]
    fn few_pictures_and_twins_have_groups_too() {
        assert!(groups(&[], 0, None).is_empty());
        assert_eq!(groups(&[0.0], 1, None), [0]);
        assert_eq!(groups(&[0.0, 2.0, 2.0, 0.0], 2, None), [0, 0]);
        assert_eq!(groups(&[0.0, 2.0, 2.0, 0.0], 2, Some(2)), [0, 1]);
        assert_eq!(groups(&[0.0; 25], 5, None), [0; 5]);
        assert_eq!(groups(&[0.0; 3], 2, None), [0, 0], "energies of something else");
        let broken = vec![f32::NAN; 16];
        assert_eq!(groups(&broken, 4, Some(2)).len(), 4);
    }

    #[test]
    fn joins_are_those_of_average_linkage_by_hand() {
        // Places 0, 1, 5, 7 on a line: {0, 1} at 1, {5, 7} at 2, both at the mean of 5, 7, 4, 6.
        let places = [0.0_f32, 1.0, 5.0, 7.0];
        let all: Vec<f32> = places.iter().flat_map(|a| places.map(|b| (a - b).abs())).collect();
        let heights: Vec<f32> = linkage(all.clone(), 4).iter().map(|merge| merge.height).collect();
        assert_eq!(heights, [1.0, 2.0, 5.5]);
        assert_eq!(groups(&all, 4, None), [0, 0, 1, 1]);
    }
}
