//! Questions about whole pictures: maps, energies, groups, instruments, object or setting.

use std::rc::Rc;

use super::{Answer, Engine, embedding::Asking, failed, numbers};
use crate::{
    engine::{browser::pictures::rgba, together::Kind},
    methods::Method,
    platform::{now_ms, web::to_buffer},
    predict::together::{self, Flat, Neighbours},
    probes::{Embeddings, Seen},
    protocol::{
        Job,
        together::{FromTogether, MapKind, Place, Slot, Stage},
    },
};

/// Rounds of a neighbour map between two turns of the event loop: slices that lose hardly a neighbour, and shorter ones for
/// so many pictures that each round takes long.
const ROUNDS: usize = 50;
const ROUNDS_OF_MANY: usize = 25;
const MANY: usize = 1000;
/// Pictures whose energies are asked for at once, at most.
const MOST_PAIRED: usize = 400;
/// Side of the scenes that are shown.
const SHOWN_PX: usize = 256;
/// Triples that are asked about at most.
const MOST_TRIPLES: usize = 500;

/// Embeds what is not embedded yet.
///
/// # Errors
/// See [`Asking::embed`].
pub async fn embed(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32]) -> Answer {
    let began = now_ms();
    let is_needed = !engine.kept.borrow().missing(slot, ids).is_empty() || slot == Slot::Trained;
    Asking::new(engine, job, None).embed(slot, ids).await?;
    let dim = match ids {
        [] => 0,
        [first, ..] => engine.kept.borrow().embeddings(slot, &[*first]).map_err(failed)?.dim(),
    };
    let seconds = if is_needed { ((now_ms() - began) / 1e3) as f32 } else { 0.0 };
    Ok((FromTogether::Embedded { dim, seconds }, Vec::new()))
}

/// A map by axes.
///
/// # Errors
/// Numbers that are none; see [`Asking::embed`].
pub async fn axes(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32]) -> Answer {
    Asking::new(engine, job, None).embed(slot, ids).await?;
    let rows = engine.kept.borrow().embeddings(slot, ids).map_err(failed)?;
    by_axes(&rows)
}

fn by_axes(rows: &Embeddings) -> Answer {
    let Flat { places, explained } = together::flat(rows).map_err(failed)?;
    let kind = MapKind::Pca;
    let explained = Some(explained);
    Ok((FromTogether::Map { kind, explained }, vec![numbers(&places)]))
}

/// A map of neighbours, in slices; one by axes for too few.
///
/// # Errors
/// A newer map of the same model; numbers that are none; see [`Asking::embed`].
pub async fn neighbours(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32]) -> Answer {
    let asking = Asking::new(engine, job, Some(Kind::Neighbours(slot)));
    asking.embed(slot, ids).await?;
    let rows = engine.kept.borrow().embeddings(slot, ids).map_err(failed)?;
    let Some(mut map) = Neighbours::begin(&rows).map_err(failed)? else {
        return by_axes(&rows);
    };
    let slice = if ids.len() > MANY { ROUNDS_OF_MANY } else { ROUNDS };
    while map.done() < map.of() {
        asking.pause().await?;
        map.advance(slice);
        asking.say(Stage::Map, map.done(), map.of());
    }
    let kind = MapKind::Neighbours;
    Ok((FromTogether::Map { kind, explained: None }, vec![numbers(&map.places())]))
}

/// The nearest pictures.
///
/// # Errors
/// See [`Asking::embed`].
pub async fn nearest(engine: &Rc<Engine>, job: Job, slot: Slot, (id, among): (u32, &[u32]), count: usize) -> Answer {
    let others: Vec<u32> = among.iter().copied().filter(|other| *other != id).collect();
    let all: Vec<u32> = [id].into_iter().chain(others.iter().copied()).collect();
    Asking::new(engine, job, None).embed(slot, &all).await?;
    let kept = engine.kept.borrow();
    let rows = kept.projections(slot, &others).map_err(failed)?;
    let one = kept.projections(slot, &[id]).map_err(failed)?;
    let found = together::nearest(one.row(0), &rows, count);
    let found = found.into_iter().filter_map(|(row, energy)| Some((*others.get(row)?, energy)));
    Ok((FromTogether::Nearest(found.collect()), Vec::new()))
}

/// The energies of all pairs.
///
/// # Errors
/// Too many pictures; see [`Asking::embed`].
pub async fn energies(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32]) -> Answer {
    let all = of_pairs(engine, job, slot, ids).await?;
    Ok((FromTogether::Energies, vec![numbers(&all)]))
}

/// Which go together.
///
/// # Errors
/// As [`energies`].
pub async fn groups(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32], count: Option<usize>) -> Answer {
    let all = of_pairs(engine, job, slot, ids).await?;
    Ok((FromTogether::Groups(together::groups(&all, ids.len(), count)), Vec::new()))
}

async fn of_pairs(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32]) -> Result<Vec<f32>, super::Stop> {
    if ids.len() > MOST_PAIRED {
        let found = ids.len();
        return Err(failed(format!(
            "Energies of {found} pictures are too many to show: choose at most {MOST_PAIRED}."
        )));
    }
    Asking::new(engine, job, None).embed(slot, ids).await?;
    let rows = engine.kept.borrow().projections(slot, ids).map_err(failed)?;
    Ok(together::energies(&rows))
}

/// What the instruments say.
///
/// # Errors
/// See [`Asking::embed`].
pub async fn instruments(engine: &Rc<Engine>, job: Job, slot: Slot, ids: &[u32]) -> Answer {
    let held = Asking::new(engine, job, None).embed(slot, ids).await?;
    let embedded = engine.kept.borrow().embedded(slot, ids, held.model.deviation()).map_err(failed)?;
    let classes = engine.classes.borrow();
    let classes: Vec<Option<usize>> = ids.iter().map(|id| classes.get(id).copied()).collect();
    let known = classes.iter().any(Option::is_some).then_some(classes.as_slice());
    let instruments = together::instruments(&embedded, known);
    let seen = Seen {
        step: 0,
        loss: 0.0,
        instruments,
    };
    Ok((FromTogether::Instruments(together::measured(&[seen])), Vec::new()))
}

/// Object or setting?
///
/// # Errors
/// No model, a device that fails.
pub async fn place(engine: &Rc<Engine>, job: Job, slot: Slot, seed: u64, count: usize) -> Answer {
    let held = engine.model(slot)?;
    let triples = together::triples(seed, count.clamp(1, MOST_TRIPLES));
    let scenes: Vec<_> = triples.iter().flat_map(|triple| triple.scenes()).collect();
    let rows = Asking::new(engine, job, None).scenes(&held, &scenes).await?;
    let dim = rows.first().map_or(0, Vec::len);
    let rows = Embeddings::new(rows.len(), dim, rows.concat()).map_err(failed)?;
    let follows_object = together::follows_object(&rows).map_err(failed)?;
    let shown = triples.first().ok_or_else(|| failed("No triple was asked about."))?;
    let place = Place {
        follows_object: follows_object.unwrap_or(0.5),
        triples: triples.len(),
        example: together::example(shown),
    };
    let buffers = shown.scenes().map(|scene| to_buffer(&rgba(&scene.render(SHOWN_PX))));
    Ok((FromTogether::Place { place, size_px: SHOWN_PX }, buffers.into()))
}
