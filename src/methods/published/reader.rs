use std::collections::{BTreeMap, BTreeSet};

/// Shapes by name.
pub type Shapes = BTreeMap<String, Vec<usize>>;

/// Widths and heads of the field's transformers (Touvron et al., 2021; Dosovitskiy et al., 2021, table 1).
pub const TRANSFORMERS: [(usize, usize); 5] = [(192, 3), (384, 6), (768, 12), (1024, 16), (1280, 16)];

/// A remark in a file's metadata, named as in Hugging Face's `config.json`.
pub const HEADS: &str = "num_attention_heads";

/// Reads a network's sizes from the shapes of its tensors.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Of every tensor in the file.
    pub shapes: &'a Shapes,
    /// The file's own metadata.
    pub remarks: &'a BTreeMap<String, String>,
    /// What it looks like, for sentences: `a ViT-MAE`.
    pub what: &'static str,
}

impl Reader<'_> {
    /// The axes of a tensor.
    ///
    /// # Errors
    /// A tensor that is not there, or has another number of axes.
    pub fn axes<const N: usize>(&self, name: &str) -> Result<[usize; N], String> {
        let what = self.what;
        let shape = self
            .shapes
            .get(name)
            .ok_or_else(|| format!("it looks like {what}, but lacks tensor \"{name}\""))?;
        shape
            .as_slice()
            .try_into()
            .map_err(|_| format!("tensor \"{name}\" is {shape:?}; {what}'s has {N} axes"))
    }

    /// Width and side of a patch, of the convolution `[width, 3, side, side]` that embeds patches.
    ///
    /// # Errors
    /// As [`Reader::axes`]; other channels.
    pub fn patches(&self, name: &str) -> Result<[usize; 2], String> {
        match self.axes(name)? {
            [width, 3, patch, _] => Ok([width, patch]),
            [_, channels, ..] => Err(format!("its patches have {channels} channels; pictures here have 3")),
        }
    }

    /// Patches of a side, of positions `[1, 1 + patches, width]`.
    ///
    /// # Errors
    /// As [`Reader::axes`]; no square.
    pub fn side(&self, name: &str) -> Result<usize, String> {
        let [_, rows, _] = self.axes(name)?;
        let side = rows.saturating_sub(1).isqrt();
        match side > 0 && side * side + 1 == rows {
            true => Ok(side),
            false => Err(format!("{name} has {rows} rows, which is no square of patches and a class token")),
        }
    }

    /// Layers under `prefix`, numbered from 0 without a gap.
    ///
    /// # Errors
    /// None, or a gap.
    pub fn depth(&self, prefix: &str) -> Result<usize, String> {
        let number = |name: &String| {
            name.strip_prefix(prefix)?
                .strip_prefix('.')?
                .split('.')
                .next()?
                .parse::<usize>()
                .ok()
        };
        let numbers: BTreeSet<usize> = self.shapes.keys().filter_map(number).collect();
        match numbers.last() {
            Some(last) if numbers.len() == last.saturating_add(1) => Ok(numbers.len()),
            Some(_) => Err(format!("layers under \"{prefix}\" are not numbered from 0 without a gap")),
            None => Err(format!("it looks like {}, but has no layers under \"{prefix}\"", self.what)),
        }
    }

    /// Attention heads of the part that is `dim` wide: from the file's remark where it has one, else from the table of
    /// known networks.
    ///
    /// # Errors
    /// A remark that cannot be, or a width that is not in the table.
    pub fn heads(&self, part: &str, remark: &str, dim: usize, known: &[(usize, usize)]) -> Result<usize, String> {
        if let Some(text) = self.remarks.get(remark) {
            let heads = text.trim().parse().ok().filter(|heads| *heads > 0 && dim.is_multiple_of(*heads));
            return heads.ok_or_else(|| {
                format!(
                    "its metadata says {remark} = \"{}\", which does not divide {dim}",
                    text.chars().take(20).collect::<String>()
                )
            });
        }
        let found = known.iter().find(|(width, _)| *width == dim).map(|(_, heads)| *heads);
        found.ok_or_else(|| {
            let widths: Vec<String> = known.iter().map(|(width, _)| width.to_string()).collect();
            format!(
                "its {part} is {dim} wide, and how many heads that has cannot be told from the shapes (known widths: {}); put \"{remark}\" \
                 into the file's metadata",
                widths.join(", ")
            )
        })
    }
}
