//! The weights to use, with the card that says what they are.

use std::path::{Path, PathBuf};

use super::{Progress, TrainError, VALIDATION_MASKS, Validated};
use crate::{
    config::RunConfig,
    device::OpenDevice,
    methods::{AnyMethod, Method},
    platform::atomic,
    protocol::{EmbeddingCard, ModelCard},
    weights::{self, Dtype, Header},
};

/// Names that `export` takes.
pub const DTYPES: [&str; 2] = ["f16", "f32"];

/// What was written.
pub struct Exported {
    /// The file.
    pub weights: PathBuf,
}

/// Writes `weights.safetensors` into the run's folder. Waits for the device.
///
/// # Errors
/// [`TrainError::Weights`], [`TrainError::File`].
pub fn write(folder: &Path, config: &RunConfig, progress: &Progress, on: &OpenDevice, model: &AnyMethod) -> Result<Exported, TrainError> {
    let dtype = if config.export == "f32" { Dtype::F32 } else { Dtype::F16 };
    let config = RunConfig {
        data: shown(&config.data),
        val_data: shown(&config.val_data),
        from: shown(&config.from),
        ..config.clone()
    };
    let header = Header {
        card: card(folder, &config, progress, on, model),
        ..Header::new(model, &config)
    };
    let bytes = weights::to_bytes(model, &header, dtype).map_err(|e| TrainError::Weights(e.to_string()))?;
    let weights = folder.join("weights.safetensors");
    atomic::write(&weights, &[&bytes]).map_err(TrainError::writing(&weights))?;
    Ok(Exported { weights })
}

fn card(folder: &Path, config: &RunConfig, progress: &Progress, on: &OpenDevice, model: &AnyMethod) -> ModelCard {
    let name = match config.name.as_str() {
        "" => folder
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default(),
        name => name.to_owned(),
    };
    let size_px = model.views().size_px;
    let title = match config.title.as_str() {
        "" => format!("{}, {size_px} pixels, trained on {}", model.card().title, config.data),
        title => title.to_owned(),
    };
    let measured = progress.validated.as_ref();
    let psnr_of = |mask: &&str| Some(((*mask).to_owned(), measured?.psnr.iter().find(|(name, _)| name == mask)?.1));
    let own = ModelCard {
        name,
        title,
        method: model.name().into(),
        data: [config.data.as_str(), config.attribution.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("; "),
        command: without_folders(&progress.command),
        steps: progress.step,
        pictures: progress.pictures,
        hours: progress.seconds / 3600.0,
        device: on.name.clone(),
        energy_used: String::new(),
        curve: progress.curve.clone(),
        validation: VALIDATION_MASKS.iter().filter_map(psnr_of).collect(),
        embeddings: measured.and_then(embeddings),
        license: config.license.clone(),
    };
    let whole = match &progress.before {
        Some(before) => after(before, own),
        None => own,
    };
    ModelCard {
        energy_used: energy(config.watts, whole.hours, on),
        ..whole
    }
}

/// What the last measurement said of the embeddings.
fn embeddings(measured: &Validated) -> Option<EmbeddingCard> {
    let found = measured.instruments.as_ref()?;
    Some(EmbeddingCard {
        pictures: found.rows as u64,
        knn: found.knn,
        linear: found.linear,
        spread: found.spread,
        healthy_spread: found.healthy_spread,
        rank_me: found.rank_me,
        highest_rank: found.bound() as u64,
        verdict: measured
            .verdict
            .as_ref()
            .map(|verdict| verdict.sentence.clone())
            .unwrap_or_default(),
    })
}

/// The card of a run that started from other weights: both commands, and the counts of both runs together. The curve goes on
/// where both runs measured the same thing; decibels of drawings say nothing beside shares of pictures told right.
fn after(before: &ModelCard, own: ModelCard) -> ModelCard {
    let shifted = own.curve.iter().map(|[step, db]| [step + before.steps as f64, *db]);
    let command = [before.command.as_str(), own.command.as_str()];
    let is_alike = before.embeddings.is_some() == own.embeddings.is_some();
    let earlier = before.curve.iter().copied().filter(|_| is_alike);
    ModelCard {
        command: command.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n"),
        steps: before.steps + own.steps,
        pictures: before.pictures + own.pictures,
        hours: before.hours + own.hours,
        curve: earlier.chain(shifted).collect(),
        ..own
    }
}

/// Watts that a device of this kind is taken to draw, the machine around it included.
fn watts_of(on: &OpenDevice) -> f64 {
    if on.is_host() {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        return 10.0 * threads as f64;
    }
    let is_server = ["H100", "H200", "A100", "B200", "V100", "MI300"]
        .iter()
        .any(|part| on.name.contains(part));
    if is_server { 700.0 } else { 250.0 }
}

fn energy(watts: f64, hours: f64, on: &OpenDevice) -> String {
    let (watts, how) = if watts > 0.0 {
        (watts, "as told")
    } else {
        (watts_of(on), "a guess for this kind of device")
    };
    format!(
        "{:.3} kWh, estimated: {hours:.2} h of wall time at {watts:.0} W ({how}); not measured",
        watts * hours / 1000.0
    )
}

/// A data source without the folders of the machine it was trained on: what is left says which data it was.
fn shown(spec: &str) -> String {
    let parts: Vec<&str> = spec.split("::").map(tail).collect();
    parts.join("::")
}

/// The last two parts of a path.
fn tail(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let cut = path.rmatch_indices('/').nth(1).map_or(0, |(at, _)| at + 1);
    path.get(cut..).unwrap_or(path).trim_start_matches('/')
}

/// A command line with each word's folders shortened likewise. A knob's value may have slashes and be no path.
fn without_folders(command: &str) -> String {
    let path = |word: &str| match word.split_once('\'') {
        Some((before, rest)) => format!("{before}'{}", shown(rest)),
        None => shown(word),
    };
    let short = |word: &str| match word.split_once('=').filter(|(name, _)| !name.contains('/')) {
        Some((name, value)) if ["data", "val_data", "from"].iter().any(|known| name.ends_with(known)) => {
            format!("{name}={}", path(value))
        }
        Some(_) => word.to_owned(),
        None => path(word),
    };
    command.split(' ').map(short).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_name_the_data_and_not_the_machine() {
        assert_eq!(
            shown("/srv/pictures/data/photos/train-*.tar::/data/more"),
            "photos/train-*.tar::data/more"
        );
        assert_eq!(shown("scenes"), "scenes");
        let command = "darkroom train --data '/srv/pictures/data/photos/train-*.tar' --batch 8 --out runs/a";
        assert_eq!(
            without_folders(command),
            "darkroom train --data 'photos/train-*.tar' --batch 8 --out runs/a"
        );
        let knobs = "darkroom train --set backbone=vit:192x6/3/16 --set data=/srv/my/pictures/a.tar";
        assert_eq!(
            without_folders(knobs),
            "darkroom train --set backbone=vit:192x6/3/16 --set data=pictures/a.tar"
        );
    }

    #[test]
    fn a_second_run_counts_the_first() {
        let first = ModelCard {
            command: "darkroom train --steps 5".into(),
            steps: 5,
            pictures: 40,
            hours: 0.5,
            curve: vec![[5.0, 12.0]],
            ..ModelCard::default()
        };
        let second = ModelCard {
            name: "second".into(),
            command: "darkroom train --from first.safetensors --steps 3".into(),
            steps: 3,
            pictures: 24,
            hours: 0.25,
            curve: vec![[3.0, 13.0]],
            ..ModelCard::default()
        };
        let both = after(&first, second.clone());
        assert_eq!((both.name.as_str(), both.steps, both.pictures, both.hours), ("second", 8, 64, 0.75));
        assert_eq!(
            both.command,
            "darkroom train --steps 5\ndarkroom train --from first.safetensors --steps 3"
        );
        assert_eq!(both.curve, [[5.0, 12.0], [8.0, 13.0]]);

        // Decibels do not go on as shares.
        let embeds = ModelCard {
            embeddings: Some(EmbeddingCard::default()),
            curve: vec![[3.0, 0.2]],
            ..second
        };
        let other = after(&first, embeds.clone());
        assert_eq!((other.steps, other.curve.as_slice()), (8, [[8.0, 0.2]].as_slice()));
        assert_eq!(after(&embeds, embeds.clone()).curve, [[3.0, 0.2], [6.0, 0.2]]);
    }

    #[test]
    fn energy_says_how_it_was_estimated() {
        let on = crate::device::open("cpu", "f32").map_err(|e| e.to_string());
        let sentence = on.map(|on| energy(100.0, 0.5, &on)).unwrap_or_default();
        assert!(
            sentence.starts_with("0.050 kWh, estimated: 0.50 h") && sentence.contains("100 W (as told)"),
            "{sentence}"
        );
    }
}
