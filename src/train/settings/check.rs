//! Whether a run's numbers and names can be, in sentences.

use super::{
    super::{TrainError, export::DTYPES},
    did_you_mean,
};
use crate::{
    config::RunConfig,
    device,
    learn::{OPTIMISERS, SCALES, SHAPES},
};

/// Most pictures in a batch.
const MOST_PICTURES: usize = 1 << 20;
/// Most batches that are summed into a step.
const MOST_BATCHES: usize = 1 << 16;
/// Most steps of a run: a century of a thousand a second, and their pictures can still be counted.
pub const MOST_STEPS: u64 = 3_000_000_000_000;

/// Whether it holds, and what to say where it does not.
type Rule = (bool, String);

/// Whether the run's numbers and names can be.
///
/// # Errors
/// [`TrainError::Setting`]: the first that cannot, named, with what it takes.
pub fn check(config: &RunConfig) -> Result<(), TrainError> {
    let rules = [&of_the_run(config)[..], &of_the_optimiser(config), &of_the_schedule(config)].concat();
    rules
        .into_iter()
        .find(|(holds, _)| !holds)
        .map_or(Ok(()), |(_, why)| Err(TrainError::Setting(why)))
}

fn share(x: f64) -> bool {
    (0.0..=1.0).contains(&x)
}

fn positive(x: f64) -> bool {
    x.is_finite() && x >= 0.0
}

/// Whether a name is among those that a field takes.
fn one_of(field: &str, typed: &str, known: &[&str]) -> Rule {
    let said = format!(
        "{field} cannot be \"{typed}\": it is one of {}{}",
        known.join(", "),
        did_you_mean(typed, known.iter().copied())
    );
    (known.contains(&typed), said)
}

fn of_the_run(config: &RunConfig) -> Vec<Rule> {
    let RunConfig {
        batch,
        accumulate,
        epochs,
        crop,
        flip,
        mix_scenes,
        ..
    } = config;
    vec![
        (
            (1..=MOST_PICTURES).contains(batch),
            format!("batch cannot be {batch}: it takes 1 to {MOST_PICTURES} pictures"),
        ),
        (
            (1..=MOST_BATCHES).contains(accumulate),
            format!("accumulate cannot be {accumulate}: it takes 1 to {MOST_BATCHES} micro-batches"),
        ),
        (positive(*epochs), format!("epochs cannot be {epochs:?}: it takes a number from 0")),
        (config.steps > 0 || *epochs > 0.0, "how long to train? set steps or epochs".into()),
        (
            config.steps <= MOST_STEPS,
            format!("steps cannot be {}: it takes up to {MOST_STEPS}", config.steps),
        ),
        (
            positive(config.watts),
            format!("watts cannot be {:?}: it takes a number from 0, and 0 guesses", config.watts),
        ),
        (
            crop[0] > 0.0 && crop[0] <= crop[1] && crop[1] <= 1.0,
            format!("crop cannot be {crop:?}: it takes the smallest and the largest part of the picture, above 0 to 1"),
        ),
        (
            share(f64::from(*flip)),
            format!("flip cannot be {flip}: it is a probability, 0 to 1"),
        ),
        (
            share(f64::from(*mix_scenes)),
            format!("mix_scenes cannot be {mix_scenes}: it is a part, 0 to 1"),
        ),
        one_of("export", &config.export, &DTYPES),
        one_of("device", &config.device, &device::NAMES),
        one_of("precision", &config.precision, &device::PRECISIONS),
    ]
}

fn of_the_optimiser(config: &RunConfig) -> Vec<Rule> {
    let RunConfig {
        weight_decay,
        clip,
        average,
        betas,
        momentum,
        trust,
        bias_lr,
        ..
    } = config;
    vec![
        one_of("optimiser", &config.optimiser, &OPTIMISERS),
        (
            positive(*weight_decay) && positive(*clip),
            "weight_decay and clip take numbers from 0".into(),
        ),
        (
            betas.iter().all(|b| (0.0..1.0).contains(b)),
            format!("betas cannot be {betas:?}: each is from 0 to below 1"),
        ),
        (
            (0.0..1.0).contains(average),
            format!("average cannot be {average:?}: it is from 0 to below 1"),
        ),
        (
            (0.0..1.0).contains(momentum),
            format!("momentum cannot be {momentum:?}: it is from 0 to below 1"),
        ),
        (
            !config.nesterov || *momentum > 0.0,
            "nesterov looks ahead along the momentum, and momentum is 0; set momentum above 0, or nesterov=false".into(),
        ),
        (
            trust.is_finite() && *trust > 0.0,
            format!("trust cannot be {trust:?}: it takes a number above 0, as 0.001"),
        ),
        (
            positive(*bias_lr),
            format!("bias_lr cannot be {bias_lr:?}: it takes a number from 0"),
        ),
    ]
}

fn of_the_schedule(config: &RunConfig) -> Vec<Rule> {
    let RunConfig {
        base_lr,
        final_lr,
        warmup,
        milestones,
        gamma,
        weight_decay_end,
        ..
    } = config;
    let rises = milestones.windows(2).all(|pair| pair[0] < pair[1]);
    vec![
        one_of("schedule", &config.schedule, &SHAPES),
        one_of("lr_scale", &config.lr_scale, &SCALES),
        (
            positive(*base_lr),
            format!("base_lr cannot be {base_lr:?}: it takes a number from 0"),
        ),
        (
            positive(*final_lr),
            format!("final_lr cannot be {final_lr:?}: it takes a number from 0"),
        ),
        (
            share(*warmup),
            format!("warmup cannot be {warmup:?}: it takes a part of the run, 0 to 1"),
        ),
        (
            rises && milestones.iter().all(|&at| share(at)),
            format!("milestones cannot be {milestones:?}: they are parts of the run, 0 to 1, each larger than the one before"),
        ),
        (
            gamma.is_finite() && *gamma > 0.0,
            format!("gamma cannot be {gamma:?}: it takes a number above 0"),
        ),
        (
            positive(*weight_decay_end),
            format!("weight_decay_end cannot be {weight_decay_end:?}: it takes a number from 0"),
        ),
    ]
}
