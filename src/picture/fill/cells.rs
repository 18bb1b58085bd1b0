//! Which cells of a grid are hidden, in the form that the sweeps want.

/// Hidden cells of one row that touch each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Number of the first cell in arrays with a margin.
    pub start: usize,
    /// Number of cells.
    pub length: usize,
    /// Row, counted with the margin.
    pub row: usize,
    /// Colour of the first cell: cells are red (0) and black (1) like a chessboard, the top left one red.
    pub colour: usize,
}

impl Run {
    /// Numbers of its cells.
    pub fn cells(self) -> std::ops::Range<usize> {
        self.start..self.start + self.length
    }
}

/// A grid of cells and which of them are hidden. Arrays over it have a margin of one cell, so that every cell has
/// four neighbours to read.
#[derive(Debug, Default)]
pub(super) struct Cells {
    pub width: usize,
    pub height: usize,
    /// With margin, which is not hidden.
    pub hidden: Vec<bool>,
    pub runs: Vec<Run>,
}

impl Cells {
    /// Cells in a row with its margins.
    pub const fn stride(&self) -> usize {
        self.width + 2
    }

    /// Cells in all, margins included.
    pub const fn len(&self) -> usize {
        (self.width + 2) * (self.height + 2)
    }

    /// Hides nothing.
    pub fn reset(&mut self, width: usize, height: usize) {
        (self.width, self.height) = (width, height);
        self.hidden.clear();
        self.hidden.resize(self.len(), false);
        self.runs.clear();
    }

    /// A row of `hidden` with its margins, counted with the margin.
    pub fn row(&self, row: usize) -> &[bool] {
        &self.hidden[row * self.stride()..(row + 1) * self.stride()]
    }

    /// Finds the runs after `hidden` has been set.
    pub fn find_runs(&mut self) {
        self.runs.clear();
        let stride = self.stride();
        for row in 1..=self.height {
            let cells = &self.hidden[row * stride..(row + 1) * stride];
            let mut column = 1;
            while column <= self.width {
                let length = cells[column..].iter().take_while(|&&hidden| hidden).count();
                if length > 0 {
                    self.runs.push(Run {
                        start: row * stride + column,
                        length,
                        row,
                        colour: (column + row) % 2,
                    });
                }
                column += length + 1;
            }
        }
    }

    /// How many cells are hidden.
    pub fn hidden_count(&self) -> usize {
        self.runs.iter().map(|run| run.length).sum()
    }

    /// Neighbours within the picture, hidden or not.
    pub fn neighbours(&self, cell: usize) -> usize {
        let (row, column) = (cell / self.stride(), cell % self.stride());
        usize::from(row > 1) + usize::from(row < self.height) + usize::from(column > 1) + usize::from(column < self.width)
    }
}
