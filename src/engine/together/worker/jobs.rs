//! What each request does, and what it is answered.

use std::rc::Rc;

use js_sys::ArrayBuffer;

use super::{Answer, Engine, Stop, asked, checked, failed, looked, models, training};
use crate::{
    engine::{
        browser::{decode, dropped, pictures::rgba},
        kept,
    },
    platform::web::to_buffer,
    protocol::{
        Envelope,
        together::{FromTogether, MapKind, ToTogether},
    },
    worlds,
};

/// Longest side of what the room shows of a picture.
const SHOWN_PX: usize = 256;
/// Side of a scene: more than any shipped model takes.
const SCENE_PX: usize = 512;

/// Whether others need not wait for this one: it goes on round by round beside them.
pub fn takes_long(request: &ToTogether) -> bool {
    match request {
        ToTogether::Map { kind, .. } => *kind == MapKind::Neighbours,
        // The browser decodes several at once.
        ToTogether::AddPicture { .. }
        | ToTogether::Embed { .. }
        | ToTogether::Heat { .. }
        | ToTogether::Colours { .. }
        | ToTogether::Correspond { .. }
        | ToTogether::Place { .. }
        | ToTogether::Train(_)
        | ToTogether::Check { .. } => true,
        _ => false,
    }
}

/// Does one job.
///
/// # Errors
/// A sentence that says what happened, to what, and what to do; or that a newer one was asked for.
pub async fn perform(engine: &Rc<Engine>, request: Envelope<ToTogether>, buffers: Vec<ArrayBuffer>) -> Answer {
    let job = request.job;
    match request.body {
        ToTogether::AddPicture { id, name } => {
            let bytes = dropped::first(buffers, &name).map_err(failed)?;
            let longest_px = engine.pictures.borrow().longest_px();
            engine.coming.borrow_mut().insert(id, job);
            let opened = decode::open(&bytes, &name, longest_px).await;
            // Dropped meanwhile, or another file came under its number.
            let mut coming = engine.coming.borrow_mut();
            if coming.get(&id) != Some(&job) {
                return Err(Stop::Overtaken);
            }
            coming.remove(&id);
            drop(coming);
            let opened = opened.map_err(failed)?;
            add(engine, id, name, opened, None)
        }
        ToTogether::AddScene { id, seed } => {
            let scene = worlds::sample(seed);
            let opened = decode::keep(scene.render(SCENE_PX), Vec::new(), kept::MANY_PX);
            add(engine, id, format!("Scene {seed}"), opened, Some(scene.class()))
        }
        ToTogether::DropPictures { ids } => {
            engine.kept.borrow_mut().drop_pictures(&ids);
            engine.coming.borrow_mut().retain(|id, _| !ids.contains(id));
            for id in ids {
                engine.pictures.borrow_mut().remove(id);
                engine.classes.borrow_mut().remove(&id);
            }
            done()
        }
        ToTogether::OpenShipped { slot, name } => models::open_shipped(engine, job, slot, &name).await,
        ToTogether::OpenFile { slot, name } => {
            let bytes = dropped::first(buffers, &name).map_err(failed)?;
            models::open_file(engine, job, slot, &name, &bytes).await
        }
        ToTogether::Close { slot } => {
            engine.close(slot);
            done()
        }
        ToTogether::ListModels => models::list(engine).await,
        ToTogether::Embed { slot, ids } => asked::embed(engine, job, slot, &ids).await,
        ToTogether::Map { slot, ids, kind } => match kind {
            MapKind::Pca => asked::axes(engine, job, slot, &ids).await,
            MapKind::Neighbours => asked::neighbours(engine, job, slot, &ids).await,
        },
        ToTogether::Nearest { slot, id, among, count } => asked::nearest(engine, job, slot, (id, &among), count).await,
        ToTogether::Energies { slot, ids } => asked::energies(engine, job, slot, &ids).await,
        ToTogether::Groups { slot, ids, count } => asked::groups(engine, job, slot, &ids, count).await,
        ToTogether::Instruments { slot, ids } => asked::instruments(engine, job, slot, &ids).await,
        ToTogether::Pair { slots, id, changes, other } => looked::pair(engine, job, &slots, (id, other), &changes).await,
        ToTogether::Correspond {
            slot,
            left,
            changes,
            right,
            count,
        } => looked::correspond(engine, job, slot, (left, &changes), right, count).await,
        ToTogether::Heat { slot, id, patch, among } => looked::heat(engine, job, slot, (id, patch), &among).await,
        ToTogether::Colours { slot, ids } => looked::colours(engine, job, slot, &ids).await,
        ToTogether::Attention { slot, id, patch } => looked::attention(engine, slot, id, patch).await,
        ToTogether::Fit {
            id,
            frame,
            hole,
            among,
            seed,
            count,
        } => looked::fit(engine, (id, frame), &hole, &among, (seed, count)).await,
        ToTogether::Place { slot, seed, count } => asked::place(engine, job, slot, seed, count).await,
        ToTogether::Train(settings) => training::begin(engine, job, settings).await,
        ToTogether::Steer(steer) => engine.steer(steer),
        ToTogether::SaveTrained => training::save(engine).await,
        ToTogether::Check { slot, timed } => checked::check(engine, slot, timed).await,
        ToTogether::ListTrainable => Ok((FromTogether::Trainable(super::super::training::trainable()), Vec::new())),
    }
}

/// Done, nothing to say.
pub fn done() -> Answer {
    Ok((FromTogether::Done, Vec::new()))
}

fn add(engine: &Engine, id: u32, name: String, opened: decode::Opened, class: Option<usize>) -> Answer {
    let preview = opened.picture.thumbnail(SHOWN_PX);
    let note = (!opened.notes.is_empty()).then(|| opened.notes.join("; "));
    let size = opened.size;
    // What was said of another picture under this number holds no more.
    engine.kept.borrow_mut().drop_pictures(&[id]);
    engine.classes.borrow_mut().remove(&id);
    engine.pictures.borrow_mut().add(id, &name, opened).map_err(failed)?;
    if let Some(class) = class {
        engine.classes.borrow_mut().insert(id, class);
    }
    let shown = [preview.width, preview.height];
    Ok((
        FromTogether::Picture {
            id,
            name,
            size,
            shown,
            note,
        },
        vec![to_buffer(&rgba(&preview))],
    ))
}
