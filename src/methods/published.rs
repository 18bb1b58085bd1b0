//! How the field's published files lay out what a network here holds.

mod reader;

pub use reader::{HEADS, Reader, Shapes, TRANSFORMERS};

use crate::config::RunConfig;

/// Whose names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// What Darkroom writes: Hugging Face's for a masked autoencoder, the papers' own for the encoders of joint embeddings.
    Darkroom,
    /// Hugging Face `transformers`: queries, keys and values apart.
    HuggingFace,
    /// The papers' own code: `blocks.0.attn.qkv`.
    Original,
}

/// What was recognised in a published file: whose names, the network's configuration, and what a person should
/// know; or a sentence that says why it cannot be told.
pub type Recognised = Result<(Names, RunConfig, Option<String>), String>;

/// How numbers lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The same order; several are set one behind the other.
    Vector,
    /// Theirs `[output, input…]`, ours the transpose; several stand side by side in ours.
    Matrix,
    /// As `Vector`, over pixels of a patch: theirs row, column, channel; ours channel, row, column.
    PixelVector {
        /// Side of the patch.
        patch_px: usize,
    },
    /// As `Matrix`, its outputs being pixels of a patch as in `PixelVector`.
    PixelMatrix {
        /// Side of the patch.
        patch_px: usize,
    },
    /// Not read at all: see [`Entry::unused`].
    Unused,
}

/// One of our parameters and the tensors of a published file that it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Module path.
    pub ours: String,
    /// Names and shapes in the file.
    pub theirs: Vec<(String, Vec<usize>)>,
    /// How numbers lie.
    pub form: Form,
    /// Whether a file may lack it: what can be computed anew.
    pub optional: bool,
}

impl Entry {
    /// One tensor for one parameter.
    #[must_use]
    pub fn one(ours: impl Into<String>, theirs: impl Into<String>, shape: &[usize], form: Form) -> Self {
        Self {
            ours: ours.into(),
            theirs: vec![(theirs.into(), shape.to_vec())],
            form,
            optional: false,
        }
    }

    /// Several tensors of one shape for one parameter.
    #[must_use]
    pub fn joined(ours: impl Into<String>, theirs: Vec<String>, shape: &[usize], form: Form) -> Self {
        Self {
            ours: ours.into(),
            theirs: theirs.into_iter().map(|name| (name, shape.to_vec())).collect(),
            form,
            optional: false,
        }
    }

    /// A tensor of published files that no answer needs: it may be there in this shape, and is passed over.
    #[must_use]
    pub fn unused(theirs: impl Into<String>, shape: &[usize]) -> Self {
        Self::one("", theirs, shape, Form::Unused).or_computed()
    }

    /// The same, and a file may lack it.
    #[must_use]
    pub fn or_computed(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Our numbers out of theirs; one list for each name, each as long as its shape says.
    #[must_use]
    pub fn read(&self, mut theirs: Vec<Vec<f32>>) -> Vec<f32> {
        match self.form {
            Form::Unused => Vec::new(),
            Form::Vector if theirs.len() == 1 => theirs.swap_remove(0),
            Form::Vector => theirs.concat(),
            Form::Matrix => self.beside(&theirs),
            Form::PixelVector { patch_px } => theirs.iter().flat_map(|values| channels_first(values, patch_px, 1)).collect(),
            Form::PixelMatrix { patch_px } => {
                let lists: Vec<Vec<f32>> = theirs
                    .iter()
                    .zip(&self.theirs)
                    .map(|(values, (_, shape))| channels_first(values, patch_px, inputs(shape)))
                    .collect();
                self.beside(&lists)
            }
        }
    }

    /// Their numbers out of ours.
    #[must_use]
    pub fn write(&self, ours: &[f32]) -> Vec<Vec<f32>> {
        let counts = self.theirs.iter().map(|(_, shape)| shape.iter().product::<usize>());
        match self.form {
            Form::Unused => Vec::new(),
            Form::Vector => split(ours, counts),
            Form::Matrix => self.apart(ours),
            Form::PixelVector { patch_px } => split(ours, counts)
                .iter()
                .map(|values| channels_last(values, patch_px, 1))
                .collect(),
            Form::PixelMatrix { patch_px } => self
                .apart(ours)
                .iter()
                .zip(&self.theirs)
                .map(|(values, (_, shape))| channels_last(values, patch_px, inputs(shape)))
                .collect(),
        }
    }

    /// `[output, input]` each, to `[input, outputs of all]`.
    fn beside(&self, theirs: &[Vec<f32>]) -> Vec<f32> {
        let rows = self.theirs.first().map_or(0, |(_, shape)| inputs(shape));
        let mut ours = Vec::with_capacity(theirs.iter().map(Vec::len).sum());
        for row in 0..rows {
            for values in theirs {
                ours.extend(values.iter().skip(row).step_by(rows));
            }
        }
        ours
    }

    fn apart(&self, ours: &[f32]) -> Vec<Vec<f32>> {
        let width: usize = self.theirs.iter().map(|(_, shape)| shape.first().copied().unwrap_or(1)).sum();
        let mut from = 0;
        let mut lists = Vec::with_capacity(self.theirs.len());
        for (_, shape) in &self.theirs {
            let outputs = shape.first().copied().unwrap_or(1);
            let list = (from..from + outputs)
                .flat_map(|column| ours.iter().skip(column).step_by(width).copied())
                .collect();
            lists.push(list);
            from += outputs;
        }
        lists
    }
}

/// Numbers that go into one output: all axes but the first.
fn inputs(shape: &[usize]) -> usize {
    shape.iter().skip(1).product()
}

fn split(values: &[f32], counts: impl Iterator<Item = usize>) -> Vec<Vec<f32>> {
    let mut rest = values;
    let mut lists = Vec::new();
    for count in counts {
        let (list, behind) = rest.split_at(count.min(rest.len()));
        lists.push(list.to_vec());
        rest = behind;
    }
    lists
}

/// Rows of `width` numbers, one a pixel and channel: from row, column, channel to channel, row, column.
fn channels_first(values: &[f32], patch_px: usize, width: usize) -> Vec<f32> {
    let area = patch_px * patch_px;
    let rows = (0..3).flat_map(|channel| (0..area).map(move |pixel| pixel * 3 + channel));
    rows.flat_map(|row| values[row * width..(row + 1) * width].iter().copied())
        .collect()
}

fn channels_last(values: &[f32], patch_px: usize, width: usize) -> Vec<f32> {
    let area = patch_px * patch_px;
    let rows = (0..area).flat_map(|pixel| (0..3).map(move |channel| channel * area + pixel));
    rows.flat_map(|row| values[row * width..(row + 1) * width].iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(count: usize) -> Vec<f32> {
        (0..count).map(|x| x as f32).collect()
    }

    #[test]
    fn matrices_stand_side_by_side_transposed() {
        let entry = Entry::joined("qkv", vec!["q".into(), "k".into()], &[2, 3], Form::Matrix);
        let ours = entry.read(vec![counted(6), vec![10.0, 11.0, 12.0, 13.0, 14.0, 15.0]]);
        assert_eq!(ours, [0.0, 3.0, 10.0, 13.0, 1.0, 4.0, 11.0, 14.0, 2.0, 5.0, 12.0, 15.0]);
    }

    #[test]
    fn pixels_go_from_channels_last_to_first() {
        let entry = Entry::one("bias", "bias", &[12], Form::PixelVector { patch_px: 2 });
        assert_eq!(
            entry.read(vec![counted(12)]),
            [0.0, 3.0, 6.0, 9.0, 1.0, 4.0, 7.0, 10.0, 2.0, 5.0, 8.0, 11.0]
        );
    }

    #[test]
    fn what_is_written_reads_back() {
        let entries = [
            Entry::joined("a", vec!["x".into(), "y".into(), "z".into()], &[4, 5], Form::Matrix),
            Entry::joined("a", vec!["x".into(), "y".into()], &[6], Form::Vector),
            Entry::one("a", "x", &[4, 3, 2, 2], Form::Matrix),
            Entry::one("a", "x", &[27, 4], Form::PixelMatrix { patch_px: 3 }),
            Entry::one("a", "x", &[27], Form::PixelVector { patch_px: 3 }),
        ];
        for entry in entries {
            let count = entry.theirs.iter().map(|(_, shape)| shape.iter().product::<usize>()).sum();
            assert_eq!(entry.read(entry.write(&counted(count))), counted(count), "{entry:?}");
        }
    }
}
