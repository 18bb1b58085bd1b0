//! Which part fits a hole?

mod candidates;
mod tally;

pub use candidates::MOST;
pub use tally::{Tally, hole};

use burn::tensor::Device;

use crate::{
    mask::{Grid, Mask},
    methods::{AnyMethod, Batch, Method},
    picture::{Frame, Picture, Rgb8, measure::hidden_mse},
    predict::{PredictError, predict, values},
    protocol::together::{Candidate, Origin},
};

/// A hole, and where parts for it may come from.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The picture.
    pub picture: &'a Rgb8,
    /// Which square of it.
    pub frame: Frame,
    /// The hole, on any grid.
    pub hole: &'a Mask,
    /// Other pictures, by their numbers; of each the square in its middle.
    pub others: &'a [(u32, &'a Rgb8)],
    /// Draws the candidates.
    pub seed: u64,
    /// Candidates in all, the right one among them.
    pub count: usize,
}

/// The candidates and how well each fits.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// Side of the pictures, pixels.
    pub size_px: usize,
    /// The hole as used: on the grid of the model that predicts, or of the one that draws.
    pub hole: Mask,
    /// The square with its hole grey.
    pub holed: Rgb8,
    /// The square with each candidate in the hole.
    pub squares: Vec<Rgb8>,
    /// In the order of the squares, which chance decides.
    pub candidates: Vec<Candidate>,
}

/// Candidates through the predicting network at once.
const AT_ONCE: usize = 8;

/// Draws candidates and takes their energies: by `joint`, the mean over the hole's patches of how badly the embedding of the
/// square with the candidate in it fits what the predictor says from outside the hole; by `drawing`, the mean squared error
/// over the hole between what it draws there and the candidate, 0..1. A model that cannot say leaves `None`.
///
/// # Errors
/// No model at all, a hole that leaves nothing visible or hides nothing, a device that fails.
pub async fn fit(
    question: &Question<'_>,
    joint: Option<&AnyMethod>,
    drawing: Option<&AnyMethod>,
    device: &Device,
) -> Result<Fitted, PredictError> {
    let joint = joint.filter(|model| model.predicts());
    let drawing = drawing.filter(|model| model.draws());
    let leading = joint.or(drawing).ok_or(PredictError::NothingFits)?;
    // The larger of the two sizes, so that neither model is shown less than it could see.
    let size_px = [joint, drawing]
        .into_iter()
        .flatten()
        .map(|model| model.views().size_px)
        .max()
        .unwrap_or(1);
    let hole = seen_by(leading, question.hole)?;
    let drawn = candidates::draw(question, &hole, size_px);
    let mut candidates: Vec<Candidate> = drawn.iter().map(|(origin, _)| blank(*origin)).collect();
    let squares: Vec<Rgb8> = drawn.into_iter().map(|(_, square)| square).collect();
    if let Some(model) = joint {
        let energies = predicted(model, &squares, &hole, device).await?;
        candidates
            .iter_mut()
            .zip(energies)
            .for_each(|(candidate, energy)| candidate.joint = energy);
    }
    if let Some(model) = drawing {
        let energies = compared(model, &squares, &seen_by(model, &hole)?, device).await?;
        candidates
            .iter_mut()
            .zip(energies)
            .for_each(|(candidate, energy)| candidate.drawn = energy);
    }
    let truth = Picture::from_rgb8(&question.picture.square_rgb8(question.frame, size_px));
    Ok(Fitted {
        holed: hole.set_in(&truth, &Picture::grey(size_px, size_px, 0.5)).to_rgb8(),
        size_px,
        hole,
        squares,
        candidates,
    })
}

fn blank(origin: Origin) -> Candidate {
    Candidate {
        origin,
        joint: None,
        drawn: None,
    }
}

/// The hole on a model's own grid.
fn seen_by(model: &AnyMethod, hole: &Mask) -> Result<Mask, PredictError> {
    let views = model.views();
    let hole = hole.scaled_to(Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(0, 0)));
    match hole.hidden_count() {
        0 => Err(PredictError::NothingHidden),
        hidden if hidden == hole.grid.len() => Err(PredictError::NothingVisible),
        _ => Ok(hole),
    }
}

fn at_size(square: &Rgb8, model: &AnyMethod) -> Picture {
    square.square(square.centre_frame(), model.views().size_px)
}

/// By a model that predicts embeddings: what it sees around the hole is the same for all candidates.
async fn predicted(model: &AnyMethod, squares: &[Rgb8], hole: &Mask, device: &Device) -> Result<Vec<Option<f32>>, PredictError> {
    let mut all = Vec::with_capacity(squares.len());
    for round in squares.chunks(AT_ONCE) {
        let pictures: Vec<Picture> = round.iter().map(|square| at_size(square, model)).collect();
        let batch = Batch::of(&pictures, &vec![hole.clone(); round.len()], None, device);
        let Some(energy) = model.patch_energy(&batch) else {
            return Ok(vec![None; squares.len()]);
        };
        // 0 on visible patches.
        let sums = values(energy.sum_dim(1)).await?;
        all.extend(sums.into_iter().map(|sum| Some(sum / hole.hidden_count() as f32)));
    }
    Ok(all)
}

/// By a model that draws: once, from what is around the hole, and then each candidate against that.
async fn compared(model: &AnyMethod, squares: &[Rgb8], hole: &Mask, device: &Device) -> Result<Vec<Option<f32>>, PredictError> {
    let Some(first) = squares.first() else { return Ok(Vec::new()) };
    // Any candidate will do: a drawing never knows what is hidden.
    let drawn = predict(model, &at_size(first, model), hole, device).await?.drawn;
    let energy = |square: &Rgb8| hidden_mse(&at_size(square, model), &drawn, hole).map(|mse| mse as f32);
    Ok(squares.iter().map(energy).collect())
}
