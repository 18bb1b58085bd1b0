use crate::{
    chance::Chance,
    mask::{Grid, Mask},
};

/// Places tried before a target may stand in the context, as in the published code.
const TRIES: usize = 20;

/// Which blocks of a picture are context and which are asked for (Assran et al., 2023, sec. 3 and appendix A.1).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blocks {
    /// Target blocks of a picture: 4.
    pub targets: usize,
    /// Smallest and largest part of the picture that the context block covers before targets are cut out: 0.85 to 1.
    pub context_scale: [f32; 2],
    /// The same for each target block: 0.15 to 0.2.
    pub target_scale: [f32; 2],
    /// Smallest and largest height over width of a target block: 0.75 to 1.5. The context block is square.
    pub target_aspect: [f32; 2],
    /// Patches that must be left of the context: 10 in the published configuration, whose grid has 256. An eighth of
    /// smaller grids.
    pub least_context: usize,
}

/// The blocks of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// One a picture; hides all but the context. All keep equally many patches.
    pub contexts: Vec<Mask>,
    /// Of each target block, its patches in each picture, row by row; all of one length.
    pub targets: Vec<Vec<Vec<usize>>>,
}

impl Blocks {
    /// The blocks of `pictures`, each by its number: places are pure in `(seed, step, picture)`, sizes in `(seed, step)`,
    /// so that all targets of a step are equally large.
    ///
    /// Contexts differ in size by how much targets cut out of them. As in the published code all are brought to the
    /// smallest one's by leaving out their last patches. Otherwise than there, size and aspect are drawn apart, as in the
    /// paper, and a block may reach the last row and column.
    #[must_use]
    pub fn draw(&self, grid: Grid, [seed, step]: [u64; 2], pictures: &[u64]) -> Cut {
        let mut sizes = Chance::new(seed, "i-jepa sizes", step);
        let target = size(grid, &mut sizes, self.target_scale, self.target_aspect);
        let context = size(grid, &mut sizes, self.context_scale, [1.0, 1.0]);
        let of_step = Chance::new(seed, "i-jepa places", step).bits();
        let mut targets = vec![Vec::with_capacity(pictures.len()); self.targets];
        let mut contexts = Vec::with_capacity(pictures.len());
        for picture in pictures {
            let mut chance = Chance::new(of_step, "i-jepa picture", *picture);
            let asked: Vec<Vec<usize>> = (0..self.targets).map(|_| place(grid, target, &mut chance)).collect();
            contexts.push(self.context(grid, context, &asked, &mut chance));
            targets.iter_mut().zip(asked).for_each(|(list, asked)| list.push(asked));
        }
        let least = contexts.iter().map(Vec::len).min().unwrap_or(0);
        let shown = |kept: &Vec<usize>| Mask::from_hidden(grid, &kept[..least]).inverted();
        Cut {
            contexts: contexts.iter().map(shown).collect(),
            targets,
        }
    }

    /// A block without the targets. Where no place for it leaves enough, one target after the other is let stand in it.
    fn context(&self, grid: Grid, size: [usize; 2], targets: &[Vec<usize>], chance: &mut Chance) -> Vec<usize> {
        let least = self.least_context.min(grid.len() / 8).max(1);
        for spared in (0..=targets.len()).rev() {
            for _ in 0..TRIES {
                let is_free = |patch: &usize| !targets[..spared].iter().any(|target| target.contains(patch));
                let kept: Vec<usize> = place(grid, size, chance).into_iter().filter(is_free).collect();
                if kept.len() >= least {
                    return kept;
                }
            }
        }
        place(grid, size, chance)
    }
}

/// Rows and columns of a block; shorter than the grid by one at least, as in the published code.
fn size(grid: Grid, chance: &mut Chance, [least, most]: [f32; 2], [flat, tall]: [f32; 2]) -> [usize; 2] {
    let area = (grid.len() as f32 * chance.range(least..most)).floor();
    let aspect = chance.range(flat..tall);
    let side = |length: f32, of: usize| (length.sqrt().round() as usize).clamp(1, of.saturating_sub(1).max(1));
    [side(area * aspect, grid.rows), side(area / aspect, grid.columns)]
}

/// Patches of a block of this size somewhere in the grid, ascending.
fn place(grid: Grid, [rows, columns]: [usize; 2], chance: &mut Chance) -> Vec<usize> {
    let top = chance.below(grid.rows - rows + 1);
    let left = chance.below(grid.columns - columns + 1);
    let of_row = |row: usize| (left..left + columns).map(move |column| row * grid.columns + column);
    (top..top + rows).flat_map(of_row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: Blocks = Blocks {
        targets: 4,
        context_scale: [0.85, 1.0],
        target_scale: [0.15, 0.2],
        target_aspect: [0.75, 1.5],
        least_context: 10,
    };
    const GRID: Grid = Grid::new(16, 16);

    fn is_block(patches: &[usize], grid: Grid) -> [usize; 2] {
        let rows = patches[patches.len() - 1] / grid.columns - patches[0] / grid.columns + 1;
        let columns = patches.len() / rows;
        let expected = (0..rows).flat_map(|row| (0..columns).map(move |column| patches[0] + row * grid.columns + column));
        assert!(expected.eq(patches.iter().copied()), "{patches:?}");
        assert!(patches[0] % grid.columns + columns <= grid.columns, "it does not wrap");
        [rows, columns]
    }

    #[test]
    fn blocks_are_as_large_as_published_and_no_target_stands_in_its_context() {
        let mut contexts = Vec::new();
        for step in 0..200 {
            let cut = PAPER.draw(GRID, [3, step], &[0, 1, 2, 3, 4, 5, 6, 7]);
            let kept = cut.contexts[0].kept().len();
            contexts.push(kept as f64 / 256.0);
            assert_eq!(cut.targets.len(), 4);
            let sizes: Vec<[usize; 2]> = cut.targets.iter().flatten().map(|target| is_block(target, GRID)).collect();
            let [rows, columns] = sizes[0];
            assert!(sizes.iter().all(|size| *size == [rows, columns]), "one size a step");
            // Rounded to whole rows and columns: 38 to 51 patches, give or take half a row and half a column.
            assert!((32..=60).contains(&(rows * columns)), "{rows} x {columns}");
            let aspect = rows as f64 / columns as f64;
            assert!((0.6..1.75).contains(&aspect), "{rows} x {columns}");
            for (picture, context) in cut.contexts.iter().enumerate() {
                assert_eq!(context.kept().len(), kept, "equally many of every picture");
                let asked = cut.targets.iter().flat_map(|target| &target[picture]);
                assert!(kept >= 10 && asked.clone().all(|patch| context.is_hidden(*patch)), "step {step}");
            }
        }
        // About a quarter of the picture is left to see, once the smallest of a batch rules (sec. 3 of the paper shows it).
        let mean = contexts.iter().sum::<f64>() / contexts.len() as f64;
        assert!((0.15..0.45).contains(&mean), "{mean}");
    }

    #[test]
    fn blocks_depend_on_seed_step_and_picture_alone() {
        let of = |seed, step, pictures: &[u64]| PAPER.draw(GRID, [seed, step], pictures);
        let [alone, beside] = [of(1, 5, &[9]), of(1, 5, &[2, 9])];
        for (alone, beside) in alone.targets.iter().zip(&beside.targets) {
            assert_eq!(alone[0], beside[1], "whatever stands beside it");
        }
        assert_eq!(of(1, 5, &[9, 2]), of(1, 5, &[9, 2]));
        assert_ne!(of(1, 5, &[9]), of(1, 6, &[9]));
        assert_ne!(of(1, 5, &[9]), of(2, 5, &[9]));
        assert_ne!(of(1, 5, &[9]), of(1, 5, &[8]));
    }

    #[test]
    fn every_grid_leaves_something_to_see_and_something_to_ask_for() {
        for side in 3..12 {
            let grid = Grid::new(side, side);
            for targets in [1, 4, 16] {
                for step in 0..50 {
                    let cut = Blocks { targets, ..PAPER }.draw(grid, [0, step], &[0, 1]);
                    assert!(cut.contexts.iter().all(|context| !context.kept().is_empty()), "{side}, {targets}");
                    assert!(
                        cut.targets
                            .iter()
                            .flatten()
                            .all(|target| !target.is_empty() && target.len() < grid.len())
                    );
                }
            }
        }
        let nobody = PAPER.draw(GRID, [0, 0], &[]);
        assert!(nobody.contexts.is_empty() && nobody.targets.iter().all(Vec::is_empty));
    }
}
