//! Questions about a picture that is looked at closely: disturbed, patch by patch, with a hole in it.

use std::rc::Rc;

use super::{Answer, Engine, embedding::Asking, failed, numbers};
use crate::{
    chance::Chance,
    engine::{
        browser::{answer::Progress, pictures::rgba, shipped::Stop},
        together::Kind,
    },
    mask::Mask,
    picture::{Frame, Rgb8},
    platform::{web::to_buffer, yield_now},
    predict::together::{self, Palette, Question, changed, energy, grid_of, tell},
    probes::Embeddings,
    protocol::{
        Job,
        together::{Changes, FromTogether, PairEnergy, Slot, Stage},
    },
};

/// Side that other pictures are kept at while parts of them are tried in a hole: no shipped model sees more.
const OTHER_PX: usize = 256;

/// The energy between a picture and a disturbed picture, by every model of `slots` that is open.
///
/// # Errors
/// No model at all; a picture that is not there; a device that fails.
pub async fn pair(engine: &Rc<Engine>, job: Job, slots: &[Slot], (id, other): (u32, Option<u32>), changes: &Changes) -> Answer {
    let asking = Asking::new(engine, job, Some(Kind::Pair));
    let ids: Vec<u32> = [id].into_iter().chain(other).collect();
    let mut energies = Vec::with_capacity(slots.len());
    let mut shown = None;
    let open = |slot: &&Slot| **slot == Slot::Trained || engine.models.borrow().contains_key(slot);
    for slot in slots.iter().filter(open) {
        let held = match asking.embed(*slot, &ids).await {
            Err(Stop::Failed(_)) if *slot == Slot::Trained => continue, // nothing trains
            held => held?,
        };
        let disturbed = changed(&engine.squares(&[id], held.size_px)?.remove(0), changes);
        let told = tell(&held.model, std::slice::from_ref(&disturbed), &engine.chosen.device)
            .await
            .map_err(failed)?;
        let projection = told.into_iter().next().map(|told| told.projection).unwrap_or_default();
        let one = Embeddings::new(1, projection.len(), projection).map_err(failed)?.unit();
        let known = engine.kept.borrow().projections(*slot, &ids).map_err(failed)?;
        let has_other = other.is_some();
        energies.push(PairEnergy {
            slot: *slot,
            to_original: energy(one.row(0), known.row(0)),
            to_other: has_other.then(|| energy(one.row(0), known.row(1))),
            apart: has_other.then(|| energy(known.row(0), known.row(1))),
        });
        shown.get_or_insert_with(|| disturbed.to_rgb8());
    }
    let shown = shown.ok_or_else(|| failed("There is no model here: choose one, or drop its weights on the page."))?;
    let size_px = shown.width;
    Ok((FromTogether::Pair { size_px, energies }, vec![to_buffer(&rgba(&shown))]))
}

/// Which patches of two pictures belong together.
///
/// # Errors
/// A model without patches; see [`Asking::look`].
pub async fn correspond(engine: &Rc<Engine>, job: Job, slot: Slot, left: (u32, &Changes), right: u32, count: usize) -> Answer {
    let held = Asking::new(engine, job, None).look(slot, &[right]).await?;
    let disturbed = changed(&engine.squares(&[left.0], held.size_px)?.remove(0), left.1);
    let found = together::patches(&held.model, std::slice::from_ref(&disturbed), &engine.chosen.device).await;
    let left = found.map_err(failed)?.into_iter().next().unwrap_or_default();
    let right = engine.kept.borrow_mut().patches(slot, right).map_err(failed)?;
    let matches = together::correspond(&left, &right, count);
    let grid = grid_of(left.rows());
    Ok((FromTogether::Matches { grid, matches }, Vec::new()))
}

/// How alike every patch is to one patch.
///
/// # Errors
/// A patch that is none of the picture's; a newer heat map; see [`Asking::look`].
pub async fn heat(engine: &Rc<Engine>, job: Job, slot: Slot, (id, patch): (u32, usize), among: &[u32]) -> Answer {
    let ids: Vec<u32> = [id].into_iter().chain(among.iter().copied()).collect();
    Asking::new(engine, job, Some(Kind::Heat(slot))).look(slot, &ids).await?;
    let mut kept = engine.kept.borrow_mut();
    let one = kept.patches(slot, id).map_err(failed)?;
    if patch >= one.rows() {
        return Err(failed(format!(
            "This picture has {} patches, and none of number {patch}.",
            one.rows()
        )));
    }
    let looked = among.iter().map(|id| kept.patches(slot, *id).map_err(failed));
    let looked = looked.collect::<Result<Vec<_>, _>>()?;
    let found = together::heat(one.row(patch), &looked.iter().map(|rows| &**rows).collect::<Vec<_>>());
    let grid = grid_of(one.rows());
    Ok((FromTogether::Heat { grid }, found.iter().map(|heat| numbers(heat)).collect()))
}

/// Patches as colours.
///
/// # Errors
/// A model without patches; see [`Asking::look`].
pub async fn colours(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32]) -> Answer {
    let asking = Asking::new(engine, job, None);
    let held = engine.model(slot)?;
    let known = held.palette.borrow().clone();
    let palette = match known {
        Some(palette) => palette,
        None => {
            let progress = Progress::of(job);
            let said = |done: u64, of: u64| {
                let stage = Stage::WarmUp;
                progress.tell(done, of, || FromTogether::Progress { stage, done, of });
            };
            let palette = Rc::new(Palette::of(&held.model, &engine.chosen.device, said).await.map_err(failed)?);
            held.palette.replace(Some(Rc::clone(&palette)));
            palette
        }
    };
    asking.look(slot, ids).await?;
    let mut kept = engine.kept.borrow_mut();
    let (mut buffers, mut grid) = (Vec::with_capacity(ids.len()), grid_of(0));
    for id in ids {
        let rows = kept.patches(slot, *id).map_err(failed)?;
        grid = grid_of(rows.rows());
        buffers.push(to_buffer(&palette.colours(&rows).map_err(failed)?));
    }
    Ok((FromTogether::Colours { grid }, buffers))
}

/// Where the heads of the last layer look.
///
/// # Errors
/// A model without heads; a patch that is none of the picture's; a device that fails.
pub async fn attention(engine: &Rc<Engine>, slot: Slot, id: u32, patch: Option<usize>) -> Answer {
    let held = engine.model(slot)?;
    let square = engine.squares(&[id], held.size_px)?.remove(0);
    let found = together::attention(&held.model, &square, patch, &engine.chosen.device).await;
    let found = found.map_err(failed)?;
    let found = found.ok_or_else(|| failed("This model has no attention: choose one with a transformer."))?;
    let buffers = found.heads.iter().map(|head| numbers(head)).collect();
    Ok((FromTogether::Attention { grid: found.grid }, buffers))
}

/// Which part fits a hole.
///
/// # Errors
/// No model that can say; a hole that hides nothing or everything; a device that fails.
pub async fn fit(engine: &Rc<Engine>, (id, frame): (u32, Frame), hole: &Mask, among: &[u32], (seed, count): (u64, usize)) -> Answer {
    let first = |slots: [Slot; 4], can: fn(&super::models::Held) -> bool| {
        let models = engine.models.borrow();
        slots.iter().filter_map(|slot| models.get(slot).cloned()).find(|held| can(held))
    };
    let joint = first([Slot::First, Slot::Second, Slot::Drawing, Slot::Trained], |held| held.able.predicts);
    let drawing = first([Slot::Drawing, Slot::First, Slot::Second, Slot::Trained], |held| held.able.draws);
    let (picture, frame) = engine.pictures.borrow_mut().whole(id, frame).map_err(failed)?;
    let others = others(engine, id, among, seed, count).await?;
    let others: Vec<(u32, &Rgb8)> = others.iter().map(|(id, picture)| (*id, picture)).collect();
    let question = Question {
        picture: &picture,
        frame,
        hole,
        others: &others,
        seed,
        count,
    };
    let [joint_model, drawing_model] = [&joint, &drawing].map(|held| held.as_ref().map(|held| &held.model));
    let fitted = together::fit(&question, joint_model, drawing_model, &engine.chosen.device).await;
    let fitted = fitted.map_err(failed)?;
    let buffers = std::iter::once(&fitted.holed).chain(&fitted.squares);
    let buffers = buffers.map(|square| to_buffer(&rgba(square))).collect();
    Ok((
        FromTogether::Fit {
            size_px: fitted.size_px,
            hole: fitted.hole,
            candidates: fitted.candidates,
        },
        buffers,
    ))
}

/// Middle squares of at most `count` of the other pictures: as many as there can be candidates from.
async fn others(engine: &Engine, id: u32, among: &[u32], seed: u64, count: usize) -> Result<Vec<(u32, Rgb8)>, Stop> {
    let mut ids: Vec<u32> = among.iter().copied().filter(|other| *other != id).collect();
    Chance::new(seed, "others", 0).shuffle(&mut ids);
    ids.truncate(count);
    let mut squares = Vec::with_capacity(ids.len());
    for id in ids {
        squares.push((id, engine.square_rgb8(id, OTHER_PX)?));
        yield_now().await;
    }
    Ok(squares)
}
