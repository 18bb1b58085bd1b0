//! Sums of rows that are picked from a table: what selecting rows and adding some of them up comes to, in one pass.

use super::{
    pool::fresh,
    rows::{cut, tasks},
    threads::each,
};

/// Which rows of a table each row that comes out is the sum of; 0 where it is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picks {
    /// Where each sum's rows begin in `rows`, and where the last ones end.
    starts: Vec<usize>,
    rows: Vec<usize>,
    /// Rows of the table.
    from: usize,
}

impl Picks {
    /// A list for each row that comes out, of rows of a table that has `from` of them.
    ///
    /// # Panics
    /// When there is no such row in the table.
    #[must_use]
    pub fn of<L: IntoIterator<Item = usize>>(lists: impl IntoIterator<Item = L>, from: usize) -> Self {
        let (mut starts, mut rows) = (vec![0], Vec::new());
        for list in lists {
            rows.extend(list);
            starts.push(rows.len());
        }
        if let Some(row) = rows.iter().find(|row| **row >= from) {
            panic!("row {row} of a table of {from} rows");
        }
        Self { starts, rows, from }
    }

    /// Rows that come out.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len() - 1
    }

    /// Rows that the table has.
    #[must_use]
    pub fn from(&self) -> usize {
        self.from
    }

    /// The way back: for each row of the table, the sums that it is in, first to last.
    #[must_use]
    pub fn turned(&self) -> Self {
        let mut starts = vec![0; self.from + 1];
        self.rows.iter().for_each(|row| starts[row + 1] += 1);
        (0..self.from).for_each(|row| starts[row + 1] += starts[row]);
        let (mut next, mut rows) = (starts.clone(), vec![0; self.rows.len()]);
        for sum in 0..self.count() {
            for &row in self.list(sum) {
                rows[next[row]] = sum;
                next[row] += 1;
            }
        }
        Self {
            starts,
            rows,
            from: self.count(),
        }
    }

    fn list(&self, sum: usize) -> &[usize] {
        &self.rows[self.starts[sum]..self.starts[sum + 1]]
    }

    /// `table` `[from, dim]` to `[count, dim]`, added to `base`, of that shape, where there is one.
    #[must_use]
    pub fn sums(&self, table: &[f32], base: Option<&[f32]>, dim: usize) -> Vec<f32> {
        assert!(
            table.len() == self.from * dim && base.is_none_or(|base| base.len() == self.count() * dim),
            "picks of a table of another shape"
        );
        let mut out = fresh(self.count() * dim);
        let mut rest = out.as_mut_slice();
        let parts = tasks(self.count()).map(|(start, count)| (start, cut(&mut rest, count * dim)));
        each(parts.collect(), |(start, out): (usize, &mut [f32])| {
            for (sum, out) in (start..).zip(out.chunks_exact_mut(dim.max(1))) {
                let row = |row: &usize| &table[row * dim..][..dim];
                let mut list = self.list(sum).iter().map(row);
                match base.map(|base| &base[sum * dim..][..dim]).or_else(|| list.next()) {
                    Some(first) => out.copy_from_slice(first),
                    None => out.fill(0.0),
                }
                for row in list {
                    out.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
                }
            }
        });
        out
    }
}
