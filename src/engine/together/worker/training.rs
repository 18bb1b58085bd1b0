//! A run in the room: begun, steered, told of, saved.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;

use super::{Answer, Engine, embedding::Asking, failed, jobs::done, numbers, running::Running};
use crate::{
    data::Sample,
    engine::{
        browser::{answer::say, fetch::sleep, pictures::rgba, shipped::Stop},
        together::{
            Kind,
            training::{Due, Pacing, SCENE_PX, SCENES, Session, scene},
        },
    },
    learn::{Numbers, read_later},
    platform::{now_ms, web::to_buffer, yield_now},
    predict::embed,
    protocol::together::{FromTogether, Measured, Slot, Stage, Steer, TrainSettings},
};

/// Begins a run; the one before ends.
///
/// # Errors
/// A sentence: no such method, too few pictures, one that is not there; or another run was asked for meanwhile.
pub async fn begin(engine: &Rc<Engine>, job: u32, settings: TrainSettings) -> Answer {
    end(engine);
    let asking = Asking::new(engine, job, Some(Kind::Train));
    let samples = if settings.ids.is_empty() {
        scenes(&asking, &settings).await?
    } else {
        pictures(&asking, engine, &settings.ids).await?
    };
    let session = Session::new(&settings, samples, &engine.chosen.open()).map_err(failed)?;
    let (words, doubts) = (session.plan().words(), session.doubts().to_vec());
    let run = Rc::new(Running::new(job, session, Pacing::new(settings.steps, settings.paused)));
    let watched = run.watched.len();
    let thumb_px = run.watched.first().map_or(0, |picture| picture.width);
    engine.run.replace(Some(Rc::clone(&run)));
    let engine = Rc::clone(engine);
    spawn_local(async move {
        tell(&engine, &run, true).await;
        go_on(engine, run).await;
    });
    Ok((
        FromTogether::Training {
            settings: words,
            doubts,
            watched,
            thumb_px,
        },
        Vec::new(),
    ))
}

/// The weights of the run in hand as a file.
///
/// # Errors
/// No run; numbers that no file holds.
pub async fn save(engine: &Engine) -> Answer {
    let run = engine.run.borrow().clone();
    let run = run.ok_or_else(|| failed("Nothing trains here: begin a run."))?;
    // Bound first: what is borrowed must be free again before anything waits.
    let left = run.session.borrow().left();
    let (name, bytes) = left.file().await.map_err(failed)?;
    Ok((FromTogether::Saved { name }, vec![to_buffer(&bytes)]))
}

fn end(engine: &Engine) {
    if let Some(run) = engine.run.take() {
        run.pacing.borrow_mut().end();
    }
    engine.close(Slot::Trained);
}

impl Engine {
    /// Does what a person wants of the run in hand: at once, or where it is a switch before the next step.
    ///
    /// # Errors
    /// No run.
    pub fn steer(self: &Rc<Self>, steer: Steer) -> Answer {
        let run = self.run.borrow().clone();
        let run = run.ok_or_else(|| failed("Nothing trains here: begin a run."))?;
        if let Steer::Safeguard(safeguard) = steer {
            run.wanted.set(Some(safeguard));
        }
        run.pacing.borrow_mut().steer(steer);
        if steer == Steer::Stop {
            end(self);
        }
        let engine = Rc::clone(self);
        spawn_local(async move {
            // Whatever changed is told, whether it steps or not.
            tell(&engine, &run, false).await;
            go_on(engine, run).await;
        });
        done()
    }
}

/// Steps until there is nothing to do; somebody who steps already is enough.
async fn go_on(engine: Rc<Engine>, run: Rc<Running>) {
    if run.is_stepping.replace(true) {
        return;
    }
    loop {
        while let Some(safeguard) = run.wanted.take() {
            switch(&engine, &run, safeguard).await;
        }
        let due = {
            let done = run.session.borrow().done();
            run.pacing.borrow_mut().due(now_ms(), done)
        };
        match due {
            Due::Step => step(&engine, &run).await,
            Due::Wait(ms) => sleep(ms.ceil() as i32).await,
            Due::Rest | Due::End => break,
        }
    }
    run.is_stepping.set(false);
    run.diary.borrow_mut().rest();
    tell(&engine, &run, true).await;
}

/// Throws the switch between two steps.
async fn switch(engine: &Engine, run: &Rc<Running>, safeguard: bool) {
    let standing = run.session.borrow().standing(safeguard);
    let Some(standing) = standing else { return };
    let thrown = match standing.later().await {
        Ok(stood) => run.session.borrow_mut().switch(safeguard, stood),
        Err(reason) => Err(reason),
    };
    if let Err(reason) = thrown {
        run.stopped.replace(Some(reason));
        run.pacing.borrow_mut().end();
    }
    tell(engine, run, false).await;
}

/// One step and what it left, read without keeping anybody waiting.
async fn stepped(run: &Running) -> Result<Numbers, String> {
    let outcome = run.session.borrow_mut().step()?;
    let read = read_later(vec![outcome]).await?;
    let numbers = read.into_iter().next().map(|(.., numbers)| numbers);
    run.session.borrow_mut().learnt(numbers.ok_or("The step left no numbers.")?)
}

async fn step(engine: &Rc<Engine>, run: &Rc<Running>) {
    match stepped(run).await {
        Ok(numbers) => run.diary.borrow_mut().step(&numbers, now_ms()),
        Err(reason) => {
            run.stopped.replace(Some(reason));
            run.pacing.borrow_mut().end();
        }
    }
    let (is_due, wants_measure) = {
        let diary = run.diary.borrow();
        (diary.is_due(now_ms()), diary.wants_measure(now_ms()))
    };
    if is_due {
        tell(engine, run, wants_measure).await;
    }
    yield_now().await;
}

/// Tells what there is to tell, with a measurement where it is wanted.
async fn tell(engine: &Engine, run: &Rc<Running>, measures: bool) {
    if is_past(engine, run) {
        return;
    }
    let is_broken = run.stopped.borrow().is_some();
    let measured = if measures && !is_broken { measure(engine, run).await } else { None };
    if is_past(engine, run) {
        return;
    }
    let mut buffers = Vec::new();
    let mut moment = run.diary.borrow_mut().tell(run.session.borrow().done(), now_ms());
    if let Some((measured, places)) = measured {
        buffers.push(numbers(&places));
        if !run.is_shown.replace(true) {
            let all: Vec<u8> = run.watched.iter().flat_map(|picture| rgba(&picture.to_rgb8())).collect();
            buffers.push(to_buffer(&all));
        }
        moment.measured = Some(measured);
    }
    moment.safeguard = run.session.borrow().safeguard();
    moment.paused = run.pacing.borrow().is_paused();
    moment.ended = run.pacing.borrow().is_over();
    moment.stopped = run.stopped.borrow().clone();
    say(0, FromTogether::Trained(moment), buffers);
}

/// Whether another run took its place: nobody wants to hear of it then.
fn is_past(engine: &Engine, run: &Rc<Running>) -> bool {
    engine.run.borrow().as_ref().is_some_and(|now| !Rc::ptr_eq(now, run))
}

/// The instruments over the watched pictures, and where these lie.
async fn measure(engine: &Engine, run: &Running) -> Option<(Measured, Vec<f32>)> {
    let began = now_ms();
    let (network, at) = {
        let session = run.session.borrow();
        (session.network(), session.at())
    };
    let embedded = embed(&network, &run.watched, &engine.chosen.device, |_| ()).await.ok()?;
    let places = run.places.borrow_mut().of(&embedded).ok();
    let measured = run.session.borrow_mut().measure(&embedded, at);
    let now = now_ms();
    run.diary.borrow_mut().measured(now, now - began);
    Some((measured, places.unwrap_or_else(|| vec![0.0; 2 * run.watched.len()])))
}

async fn scenes(asking: &Asking<'_>, settings: &TrainSettings) -> Result<Vec<Sample>, Stop> {
    let mut samples = Vec::with_capacity(SCENES as usize);
    for index in 0..SCENES {
        samples.push(scene(settings.seed, index, settings.bond));
        if samples.len().is_multiple_of(4) {
            asking.say(Stage::WarmUp, samples.len(), SCENES as usize);
            asking.pause().await?;
        }
    }
    Ok(samples)
}

async fn pictures(asking: &Asking<'_>, engine: &Engine, ids: &[u32]) -> Result<Vec<Sample>, Stop> {
    let mut samples = Vec::with_capacity(ids.len());
    for id in ids {
        samples.push(Sample {
            picture: engine.square_rgb8(*id, 2 * SCENE_PX)?,
            label: engine.classes.borrow().get(id).copied(),
            name: format!("picture {id}"),
            factors: Vec::new(),
        });
        asking.say(Stage::WarmUp, samples.len(), ids.len());
        asking.pause().await?;
    }
    Ok(samples)
}
