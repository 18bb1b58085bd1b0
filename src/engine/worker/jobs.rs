//! What each request does, and what it is answered.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};

use super::{Beside, Engine, session::Session};
use crate::{
    engine::{
        browser::{
            answer::Progress,
            decode,
            dropped::{self, Dropped},
            pictures::rgba,
        },
        kept,
    },
    mask::Mask,
    picture::{Frame, Picture},
    platform::{now_ms, web::to_buffer},
    protocol::{DeviceKind, Envelope, FromEngine, Job, Prediction, Stage, ToEngine},
    worlds,
};

/// Longest side of what the page shows of a picture.
const SHOWN_PX: usize = 640;
/// Side of a scene: more than any shipped model takes, and pleasant to look at.
const SCENE_PX: usize = 512;

type Answer = Result<(FromEngine, Vec<ArrayBuffer>), String>;

/// Does one job.
///
/// # Errors
/// A sentence that says what happened, to what, and what to do.
pub async fn perform(engine: &Engine, request: Envelope<ToEngine>, beside: Beside) -> Answer {
    let job = request.job;
    match request.body {
        ToEngine::AddPicture { id, name } => {
            let bytes = dropped::first(beside.buffers, &name)?;
            let longest_px = engine.pictures.borrow().longest_px();
            let opened = decode::open(&bytes, &name, longest_px).await?;
            add(engine, id, name, opened)
        }
        ToEngine::AddScene { id, seed } => {
            let picture = worlds::sample(seed).render(SCENE_PX);
            add(
                engine,
                id,
                format!("Scene {seed}"),
                decode::keep(picture, Vec::new(), kept::FRAMED_PX),
            )
        }
        ToEngine::DropPicture { id } => {
            engine.pictures.borrow_mut().remove(id);
            Ok((FromEngine::Done, Vec::new()))
        }
        ToEngine::OpenShipped { name } => {
            let (name, bytes) = beside.weights.ok_or_else(|| format!("{name} was not fetched: try again."))?;
            open(engine, job, &name, bytes).await
        }
        ToEngine::OpenFile { name } => {
            let bytes = dropped::first(beside.buffers, &name)?;
            open_file(engine, job, &name, &bytes).await
        }
        ToEngine::Predict { picture, frame, mask } => predict(engine, picture, frame, &mask).await,
        ToEngine::ListStored => Ok((stored(engine).await, Vec::new())),
        ToEngine::DeleteStored { name } => {
            if let Some(storage) = &engine.storage {
                for (file, _) in storage.list().await {
                    if file.name == name {
                        storage.delete(&file).await;
                    }
                }
            }
            Ok((stored(engine).await, Vec::new()))
        }
        ToEngine::Check => {
            let report = session(engine)?.check(&engine.chosen).await?;
            Ok((FromEngine::Device(report), Vec::new()))
        }
    }
}

fn session(engine: &Engine) -> Result<Rc<Session>, String> {
    engine
        .session
        .borrow()
        .clone()
        .ok_or_else(|| "There is no model yet: choose one, or drop its weights here.".into())
}

async fn stored(engine: &Engine) -> FromEngine {
    match &engine.storage {
        Some(storage) => FromEngine::Stored(storage.models().await),
        None => FromEngine::Stored(Vec::new()),
    }
}

fn add(engine: &Engine, id: u32, name: String, opened: decode::Opened) -> Answer {
    let preview = opened.picture.thumbnail(SHOWN_PX);
    let note = (!opened.notes.is_empty()).then(|| opened.notes.join("; "));
    let size = opened.size;
    engine.pictures.borrow_mut().add(id, &name, opened)?;
    let shown = [preview.width, preview.height];
    Ok((
        FromEngine::Picture {
            id,
            name,
            size,
            shown,
            note,
        },
        vec![to_buffer(&rgba(&preview))],
    ))
}

/// Opens weights and puts them in the hand; the model before stays where they cannot be opened.
async fn open(engine: &Engine, job: Job, name: &str, bytes: Vec<u8>) -> Answer {
    let session = Session::open(name, &bytes, &engine.chosen)?;
    drop(bytes);
    if engine.chosen.kind == DeviceKind::WebGpu {
        // The first prediction compiles: better here, behind a bar, than under the brush.
        let progress = Progress::of(job);
        progress.say(Stage::WarmUp, 0, 1);
        let grey = Picture::grey(session.info.size_px, session.info.size_px, 0.5);
        let grid = session.info.grid;
        session
            .predict(&grey, &Mask::by(grid, |row, column| (row + column) % 2 == 0), &engine.chosen)
            .await?;
        progress.say(Stage::WarmUp, 1, 1);
    }
    let info = Box::new(session.info.clone());
    engine.session.replace(Some(Rc::new(session)));
    Ok((FromEngine::Model(info), Vec::new()))
}

/// Opens a file from the page, then keeps it for the next visit.
async fn open_file(engine: &Engine, job: Job, name: &str, bytes: &Uint8Array) -> Answer {
    let dropped = Dropped::read(name, bytes, &Progress::of(job)).await?;
    let (answer, buffers) = open(engine, job, name, dropped.inside).await?;
    let kept = dropped::keep(engine.storage.as_ref(), &dropped.stored, bytes).await;
    match (answer, kept) {
        (FromEngine::Model(mut info), Err(reason)) => {
            info.note = dropped::not_kept(info.note, &reason);
            Ok((FromEngine::Model(info), buffers))
        }
        (answer, _) => Ok((answer, buffers)),
    }
}

async fn predict(engine: &Engine, id: u32, frame: Frame, mask: &Mask) -> Answer {
    let start = now_ms();
    let session = session(engine)?;
    let size_px = session.info.size_px;
    let mask = session.fit(mask)?;
    let picture = engine.pictures.borrow_mut().square(id, frame, size_px)?;
    let predicted = session.predict(&picture, &mask, &engine.chosen).await?;
    let buffers = [&*picture, &predicted.drawn].map(|picture| to_buffer(&rgba(&picture.to_rgb8())));
    let prediction = Prediction {
        picture: id,
        size_px,
        mask,
        energy: predicted.energy,
        patch_energy: predicted.patch_energy,
        psnr: predicted.psnr,
        network_ms: predicted.network_ms,
        total_ms: (now_ms() - start) as f32,
        memory_bytes: core::arch::wasm32::memory_size(0) as u64 * 65_536,
    };
    Ok((FromEngine::Predicted(prediction), buffers.into()))
}
