//! The bare training step on a batch that is in memory already: what a peer's step is measured against.

use std::{
    fs,
    io::{self, BufRead, Write},
    sync::Arc,
    time::Instant,
};

use burn::module::Module;
use darkroom::{
    config::RunConfig,
    data::{self, HostBatch, Loader, LoaderConfig, OpenOptions, Source},
    device,
    methods::{self, AnyMethod, Method},
    train::{Trainer, read, settings::Settings},
    weights::{self, Dtype, Header},
};
use serde_json::json;

use crate::{Outcome, tensors::Tensors};

/// Three quarters hidden, as in the paper: a preset's mixture would make each batch another amount of work.
const MASK: &str = "random:0.75";
/// More steps than a benchmark takes: the schedule wants an end.
const STEPS: u64 = 100_000;

/// Masked pictures: prepares both sides' case, then trains as many steps as each line asks for.
pub fn masked(preset: &str, batch: &str, out: &str, more: &[&str]) -> Outcome {
    darkroom::platform::keep_memory(); // as `darkroom train` does
    let [device, precision, batches] = [(0, "cpu"), (1, "f32"), (2, "1")].map(|(at, usual)| *more.get(at).unwrap_or(&usual));
    let set = [
        ("mask", MASK),
        ("batch", batch),
        ("accumulate", batches),
        ("device", device),
        ("precision", precision),
        ("data", "scenes"),
    ];
    let config = Settings {
        preset: Some(preset),
        set: set.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        ..Settings::default()
    }
    .resolve()?;
    serve(&config, out, |batch, size_px| write(batch, size_px, out))
}

/// The same with the views of a joint embedding: `method` as its preset `cifar` has it, but for `changes`, as in
/// `backbone=vit-tiny/4` or `precision=bf16`.
pub fn views(method: &str, batch: &str, out: &str, changes: &[&str]) -> Outcome {
    darkroom::platform::keep_memory();
    let pairs = changes.iter().filter_map(|change| change.split_once('='));
    let set = [("batch", batch), ("data", "scenes"), ("device", "cpu")].into_iter().chain(pairs);
    let config = Settings {
        method: Some(method),
        preset: Some("cifar"),
        set: set.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        ..Settings::default()
    }
    .resolve()?;
    serve(&config, out, |batch, size_px| write_views(batch, size_px, out))
}

fn serve(config: &RunConfig, out: &str, write: impl Fn(&HostBatch, usize) -> Outcome) -> Outcome {
    let on = device::open(&config.device, &config.precision)?;
    let model = methods::build(config, &on.device.clone().autodiff())?;
    let batch = one_batch(config, &model)?;
    let plain = model.valid();
    fs::write(
        format!("{out}.weights.safetensors"),
        weights::to_bytes(&plain, &Header::new(&plain, config), Dtype::F32)?,
    )?;
    write(&batch, model.views().size_px)?;
    let mut trainer = Trainer::new(model, config, STEPS, &on);
    let kept = batch.masks.first().map_or(0, |mask| mask.kept().len());
    let about = json!({
        "parameters": trainer.parameters(), "device": on.name,
        "multiply_adds": AnyMethod::multiply_adds(config, kept)?,
    });
    say(&about)?;
    for line in io::stdin().lock().lines() {
        let mut times = Vec::new();
        let mut first = None;
        for _ in 0..line?.trim().parse::<usize>()? {
            let given = vec![batch.clone(); config.accumulate.max(1)];
            let start = Instant::now();
            let numbers = read(vec![trainer.step(given)]);
            times.push(start.elapsed().as_secs_f64() * 1e3);
            first = first.or(numbers.into_iter().next());
        }
        let (loss, norm) = first.map_or((f32::NAN, f32::NAN), |(_, _, numbers)| (numbers.loss, numbers.gradient_norm));
        say(&json!({ "times": times, "loss": loss, "gradient_norm": norm }))?;
    }
    Ok(())
}

fn one_batch(config: &RunConfig, model: &AnyMethod) -> Result<HostBatch, Box<dyn std::error::Error>> {
    let views = model.views();
    let options = OpenOptions {
        size_px: views.size_px,
        ..OpenOptions::default()
    };
    let source: Arc<dyn Source> = data::open(&config.data, &options)?.source;
    let loading = LoaderConfig {
        batch: config.batch,
        size_px: views.size_px,
        patch_px: views.patch_px,
        masks: views.masks,
        fill: views.fill,
        recipes: views.recipes,
        steps: Some(1),
        ..LoaderConfig::default()
    };
    Loader::start(source, loading)?
        .next()
        .ok_or("the loader gave nothing")?
        .map_err(Into::into)
}

/// `pictures`, `fill` `[batch, 3, size, size]` (the pictures where the method takes no fill), `order` `[batch, patches]`.
fn write(batch: &HostBatch, size_px: usize, out: &str) -> Outcome {
    let shape = [batch.masks.len(), 3, size_px, size_px];
    Tensors::default()
        .floats("pictures", &shape, &batch.pictures)
        .floats("fill", &shape, batch.fill.as_ref().unwrap_or(&batch.pictures))
        .order(&batch.masks)
        .write(&format!("{out}.safetensors"))
}

/// `views`, `[views, batch, 3, size, size]`, without the small ones: no peer is given those.
fn write_views(batch: &HostBatch, size_px: usize, out: &str) -> Outcome {
    let large = batch.others.iter().filter(|view| view.len() == batch.pictures.len());
    let shape = [1 + large.clone().count(), batch.masks.len(), 3, size_px, size_px];
    let values: Vec<f32> = batch.pictures.iter().chain(large.flatten()).copied().collect();
    Tensors::default()
        .floats("views", &shape, &values)
        .write(&format!("{out}.safetensors"))
}

fn say(line: &serde_json::Value) -> Outcome {
    println!("{line}");
    io::stdout().flush()?;
    Ok(())
}
