//! A training step of a preset alone, on the CPU and on pictures that are in memory already.
//!
//! Arguments: threads, batch, steps, and `plain` for Burn's own kernels, or `scenes` … for another preset than `photos`.
//! Prints one line of JSON: milliseconds of each step, of wall and of processor time, and peak resident bytes.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::time::Instant;

use darkroom::{
    chance::Chance,
    data::HostBatch,
    device, kernels,
    mask::{Grid, MaskKind},
    methods::{AnyMethod, Method},
    nn::Drawn,
    platform,
    train::{Trainer, read, settings::Settings},
};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let number = |index: usize, default: usize| words.get(index).map_or(default, |word| word.parse().unwrap());
    let (threads, count, steps) = (number(0, 2), number(1, 64), number(2, 12));
    platform::keep_memory();
    rayon::ThreadPoolBuilder::new().num_threads(threads).build_global().unwrap();
    kernels::bridge::use_plain(words.iter().any(|word| word == "plain"));
    let preset = words.get(3).map_or("photos", String::as_str);
    let preset = if preset == "plain" { "photos" } else { preset };
    let settings = Settings {
        preset: Some(preset),
        ..Settings::default()
    };
    let mut config = settings.resolve().unwrap();
    config.batch = count;
    let on = device::open("cpu", "f32").unwrap();
    let model = AnyMethod::new(&config, &mut Drawn { seed: 0 }, &on.device.clone().autodiff()).unwrap();
    let mut trainer = Trainer::new(model, &config, steps as u64, &on);
    let plan = AnyMethod::plan(&config).unwrap();
    let batches: Vec<HostBatch> = (0..steps).map(|step| batch(&plan, count, step as u64)).collect();
    let mut times = Vec::new();
    for batch in batches {
        let start = Instant::now();
        let outcome = trainer.step(vec![batch]);
        let [(_, _, numbers)] = read(vec![outcome]).try_into().unwrap();
        assert!(numbers.loss.is_finite());
        times.push(1000.0 * start.elapsed().as_secs_f64());
    }
    println!(
        "{}",
        serde_json::json!({ "times": times, "peak": peak(), "parameters": trainer.parameters() })
    );
}

fn batch(plan: &darkroom::methods::ViewPlan, count: usize, step: u64) -> HostBatch {
    let mut chance = Chance::new(0, "bench", step);
    let side = plan.size_px / plan.patch_px;
    let values = 3 * plan.size_px * plan.size_px;
    let mut picture = || (0..count * values).map(|_| chance.range(0.0..1.0)).collect::<Vec<f32>>();
    let (pictures, fill) = (picture(), plan.fill.then(&mut picture));
    let grid = Grid { rows: side, columns: side };
    HostBatch {
        step,
        epoch: 0.0,
        pictures,
        fill,
        masks: (0..count as u64)
            .map(|index| MaskKind::Random(0.75).draw(grid, step, index))
            .collect(),
        indices: vec![None; count],
        labels: vec![None; count],
        factors: vec![Vec::new(); count],
    }
}

/// The most memory that the process had, in bytes; 0 where the system does not say.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    1024 * kilobytes.unwrap_or_default()
}
