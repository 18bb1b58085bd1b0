//! How well a model draws what is hidden, over many pictures, beside the plain fills.

use burn::tensor::Device;

use super::{PredictError, draw, fits, read};
use crate::{
    mask::{Grid, Mask, MaskKind},
    methods::{AnyMethod, Batch, Method},
    picture::{Picture, fill, measure::hidden_psnr_db},
    protocol::Psnr,
};

/// Pictures drawn at once unless told otherwise.
pub const AT_ONCE: usize = 32;

/// Sums of dB over the pictures measured so far under one kind of mask.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    count: u64,
    model: f64,
    mean: f64,
    smooth: f64,
}

/// For each kind of mask the mean over pictures of PSNR in dB over the hidden pixels, in the order of `kinds`; and how
/// many pictures there were. Picture number `i` gets the mask drawn for `(seed, i)`, so that the same pictures and
/// seed are measured alike by every model. A kind that hides nothing of the model's grid, or all of it, gives `None`.
///
/// `each` hears after each round how many pictures are done.
///
/// # Errors
/// The first error of `pictures`; and as [`super::predict`].
pub async fn evaluate<E: From<PredictError>>(
    model: &AnyMethod,
    pictures: impl IntoIterator<Item = Result<Picture, E>>,
    kinds: &[MaskKind],
    seed: u64,
    device: &Device,
    mut each: impl FnMut(u64),
) -> Result<(u64, Vec<Option<Psnr>>), E> {
    let mut sums = vec![Sums::default(); kinds.len()];
    let mut pictures = pictures.into_iter();
    let mut done = 0;
    loop {
        let round: Vec<Picture> = pictures.by_ref().take(AT_ONCE).collect::<Result<_, E>>()?;
        if round.is_empty() {
            break;
        }
        for (kind, sums) in kinds.iter().zip(&mut sums) {
            measure(model, &round, kind, (seed, done), device, sums).await?;
        }
        done += round.len() as u64;
        each(done);
    }
    Ok((done, sums.into_iter().map(mean).collect()))
}

async fn measure(
    model: &AnyMethod,
    round: &[Picture],
    kind: &MaskKind,
    (seed, first): (u64, u64),
    device: &Device,
    sums: &mut Sums,
) -> Result<(), PredictError> {
    let views = model.views();
    let grid = Grid::of(views.size_px, views.patch_px).unwrap_or(Grid::new(0, 0));
    let masks: Vec<Mask> = (first..).take(round.len()).map(|index| kind.draw(grid, seed, index)).collect();
    // A kind always hides equally many patches of one grid, so that a round is one batch.
    if masks.iter().any(|mask| [0, grid.len()].contains(&mask.hidden_count())) {
        return Ok(());
    }
    round
        .iter()
        .zip(&masks)
        .try_for_each(|(picture, mask)| fits(model, picture, mask))?;
    let smooth: Vec<Picture> = round
        .iter()
        .zip(&masks)
        .map(|(picture, mask)| fill::smooth(picture, mask))
        .collect();
    let batch = Batch::of(round, &masks, views.fill.then_some(smooth.as_slice()), device);
    let Some(like) = round.first() else { return Ok(()) };
    let drawn = read(draw(model, &batch)?, like).await?;
    for (((picture, mask), drawn), smooth) in round.iter().zip(&masks).zip(&drawn).zip(&smooth) {
        let db = |guess: &Picture| hidden_psnr_db(picture, guess, mask).unwrap_or_default();
        sums.count += 1;
        sums.model += db(drawn);
        sums.mean += db(&fill::mean(picture, mask));
        sums.smooth += db(smooth);
    }
    Ok(())
}

fn mean(sums: Sums) -> Option<Psnr> {
    let over = |sum: f64| (sum / sums.count as f64) as f32;
    (sums.count > 0).then(|| Psnr {
        model: over(sums.model),
        mean: over(sums.mean),
        smooth: over(sums.smooth),
    })
}
