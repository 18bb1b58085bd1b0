//! The self-test of the device: whether it answers as the processor does, and how quick it is at what the room does.

use std::rc::Rc;

use super::{Answer, Engine, failed, models::Held};
use crate::{
    engine::together::training::{Session, scene, trainable},
    learn::read_later,
    picture::Picture,
    platform::{now_ms, yield_now},
    predict::{self, together::tell},
    protocol::{
        DeviceReport,
        together::{FromTogether, Slot, TrainSettings},
    },
    weights::check::TOLERANCE,
};

/// Pictures that are embedded for the time.
const PICTURES: usize = 8;
/// Scenes that are trained on for the time.
const SCENES: u64 = 48;
/// The shortest of so many counts: others may be at work beside.
const TIMES: usize = 3;
/// Where one takes this long, it alone says enough.
const LONG_MS: f64 = 500.0;

/// Runs the self-test with the model in `slot`, then, where it is to be `timed`, what the room does: pictures embedded and a step
/// of training.
///
/// # Errors
/// No model; a device that fails.
pub async fn check(engine: &Rc<Engine>, slot: Slot, timed: bool) -> Answer {
    let held = engine.model(slot)?;
    let answer = predict::self_test(&held.model, &engine.chosen.device).await.map_err(failed)?;
    let error = held.check.as_ref().map(|test| test.error(&answer));
    let right = match error {
        Some(error) => error <= TOLERANCE,
        None => answer.iter().all(|value| value.is_finite()),
    };
    let ms = if timed { time(engine, &held).await.map_err(failed)? } else { 0.0 };
    let report = DeviceReport {
        device: engine.chosen.kind,
        adapter: engine.chosen.adapter.clone(),
        error,
        right,
        ms,
    };
    Ok((FromTogether::Device(report), Vec::new()))
}

/// Milliseconds of some pictures embedded and a step of training.
async fn time(engine: &Engine, held: &Held) -> Result<f32, String> {
    let grey = vec![Picture::grey(held.size_px, held.size_px, 0.5); PICTURES];
    let embed = async || {
        tell(&held.model, &grey, &engine.chosen.device)
            .await
            .map(drop)
            .map_err(|why| why.to_string())
    };
    Ok((shortest(embed).await? + step_ms(engine).await?) as f32)
}

/// Time of a step of the first method that the room trains.
async fn step_ms(engine: &Engine) -> Result<f64, String> {
    let settings = TrainSettings {
        method: trainable().into_iter().next().map(|method| method.name).unwrap_or_default(),
        ids: Vec::new(),
        bond: 0.0,
        seed: 0,
        steps: 0,
        paused: false,
        safeguard: true,
    };
    let samples = (0..SCENES).map(|index| scene(0, index, 0.0)).collect();
    let mut session = Session::new(&settings, samples, &engine.chosen.open())?;
    shortest(async || {
        let outcome = session.step()?;
        let read = read_later(vec![outcome]).await?;
        let numbers = read.into_iter().next().map(|(.., numbers)| numbers);
        let numbers = numbers.ok_or("The step left no numbers.")?;
        let learnt = session.learnt(numbers).map(drop);
        learnt.map_err(|_| "A step of training left numbers that are none.".into())
    })
    .await
}

/// The shortest time of a few turns, milliseconds; the very first, which a GPU compiles for, does not count.
async fn shortest(mut turn: impl AsyncFnMut() -> Result<(), String>) -> Result<f64, String> {
    turn().await?;
    let mut shortest = f64::INFINITY;
    for _ in 0..TIMES {
        let start = now_ms();
        turn().await?;
        shortest = shortest.min(now_ms() - start);
        yield_now().await;
        if shortest > LONG_MS {
            break;
        }
    }
    Ok(shortest)
}
