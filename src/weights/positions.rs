//! Tables of positions for pictures of another size: stretched over the new one's patches, as the field does it.

use burn::tensor::{Device, Tensor, TensorData};

use crate::{mask::Grid, nn::positions::resized};

/// From the patches that a table was made for to those it is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// As the file has it.
    pub from: Grid,
    /// As the run has it.
    pub to: Grid,
}

impl Stretch {
    /// What the parameter at `path` goes through to get from one shape to the other; `None` where it is no table of positions, of
    /// another width, or of that shape already.
    pub fn between(path: &str, own: &[usize], wanted: &[usize]) -> Option<Self> {
        let is_table = path.rsplit('.').next() == Some("positions") && own.last() == wanted.last();
        let (from, to) = patches(own).filter(|_| is_table).zip(patches(wanted))?;
        (from != to).then_some(Self { from, to })
    }

    /// The table `[1 + patches, dim]`, stretched. On the CPU, so that a run's first numbers are the same on every device.
    pub fn of(self, values: Vec<f32>) -> Vec<f32> {
        let rows = 1 + self.from.len();
        let dim = values.len() / rows;
        let table = Tensor::<2>::from_data(TensorData::new(values, [rows, dim]), &Device::flex());
        resized(table, self.from, self.to).into_data().iter::<f32>().collect()
    }
}

/// The square that a table `[.., 1 + patches, dim]` is for.
fn patches(shape: &[usize]) -> Option<Grid> {
    let [ones @ .., rows, _] = shape else { return None };
    let side = rows.checked_sub(1)?.isqrt();
    (side > 0 && side * side + 1 == *rows && ones.iter().all(|n| *n == 1)).then(|| Grid::new(side, side))
}
