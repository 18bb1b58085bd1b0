//! What the contrastive methods share: how strangers weigh, and further crops of a picture as strangers to it.

use burn::tensor::Tensor;

use super::knob;
use crate::methods::{
    Knob, Knobs, MethodError,
    losses::contrast::{Crops, Negatives},
};

/// How much the nearest strangers weigh.
pub const HARDNESS: Knob = knob(
    "hardness",
    "",
    "0",
    "How much more the nearest strangers weigh (beta of Robinson et al., 2021); 0 weighs all alike.",
);
/// The same where strangers are rows of a bank and each is told from the own row by itself: there is no sum to correct.
pub const HARDNESS_OF_ROWS: Knob = knob(
    HARDNESS.name,
    "",
    "0",
    "How much more the nearest strangers weigh: in proportion to exp(beta s), after Robinson et al. (2021), whose correction for \
     strangers of the same class has no place in this loss; 0 weighs all alike.",
);
/// How many strangers are none.
pub const DEBIAS: Knob = knob(
    "debias",
    "",
    "0",
    "Part of the strangers that are of the same class unawares (tau+ of Chuang et al., 2020), 0 to below 1.",
);
/// Negatives from the same photograph.
pub const OWN_CROPS: Knob = knob(
    "own_crops",
    "views",
    "0",
    "Further crops of each picture taken as strangers to its views: negatives from the same photograph.",
);

/// [`HARDNESS`] as set.
///
/// # Errors
/// A number outside its range.
pub fn hardness(knobs: &Knobs<'_>) -> Result<f32, MethodError> {
    knobs.within(HARDNESS.name, 0.0, 100.0)
}

/// The knob `negatives` of the methods with a bank: rows drawn, `least` or more; `None` for `none`.
///
/// # Errors
/// Anything else.
pub fn rows(knobs: &Knobs<'_>, least: usize) -> Result<Option<usize>, MethodError> {
    match knobs.text("negatives").trim() {
        "none" => Ok(None),
        _ => knobs.within("negatives", least, 1 << 20).map(Some),
    }
}

/// [`OWN_CROPS`] of the methods with a bank.
///
/// # Errors
/// As for [`rows`] and [`own_crops`].
pub fn crops_beside_rows(knobs: &Knobs<'_>, least: usize) -> Result<usize, MethodError> {
    own_crops(knobs, rows(knobs, least)?.is_some())
}

/// [`HARDNESS`] and [`DEBIAS`] as they are set.
///
/// # Errors
/// A number outside their ranges.
pub fn weighing(knobs: &Knobs<'_>) -> Result<Negatives, MethodError> {
    Ok(Negatives {
        hardness: hardness(knobs)?,
        debias: knobs.within(DEBIAS.name, 0.0, 0.99)?,
        ..Negatives::default()
    })
}

/// [`OWN_CROPS`] as set, of a method that pushes strangers away or does not.
///
/// # Errors
/// More than 8, or any where nothing is pushed away.
pub fn own_crops(knobs: &Knobs<'_>, has_negatives: bool) -> Result<usize, MethodError> {
    let count = knobs.within(OWN_CROPS.name, 0, 8)?;
    if count > 0 && !has_negatives {
        let wanted = "nothing is pushed away with this knob negatives, so leave own_crops at 0";
        return Err(MethodError::value(OWN_CROPS.name, count, wanted));
    }
    Ok(count)
}

/// The knob `negatives` of the methods that compare the pictures of a batch or queue.
///
/// # Errors
/// Neither true nor false.
pub fn has_negatives(knobs: &Knobs<'_>) -> Result<bool, MethodError> {
    knobs.read("negatives", "it is true or false")
}

/// What a network says of further crops, `[batch, dim]` a view, as negatives of the picture that they were cut from and of no
/// other; `None` where there are none.
#[must_use]
pub fn of_their_own(crops: &[Tensor<2>]) -> Option<Crops> {
    let batch = crops.first()?.dims()[0];
    Some(Crops {
        pictures: (0..crops.len()).flat_map(|_| 0..batch).collect(),
        rows: Tensor::cat(crops.to_vec(), 0),
        of_all: false,
    })
}
