//! A method into a file's bytes.

use std::collections::{BTreeMap, HashMap};

use burn::tensor::{DType, Device, TensorData};

use super::{
    Dtype, FORMAT, Header, KEY, Opened, check,
    error::WeightsError,
    from_bytes, state,
    write::{self, Named},
};
use crate::{
    config::RunConfig,
    methods::{AnyMethod, Form, Method, Names},
    protocol::ModelCard,
};

/// A file of ours: published names, and `header` under its key, its method, knobs and self-test set from the method
/// itself. Waits for the device: not for the browser.
///
/// # Errors
/// Numbers that are not finite at this precision.
pub fn to_bytes(method: &AnyMethod, header: &Header, dtype: Dtype) -> Result<Vec<u8>, WeightsError> {
    let config = RunConfig {
        method: method.name().to_owned(),
        knobs: method.knobs(),
        ..header.config.clone()
    };
    let mut header = Header {
        format: FORMAT,
        method: config.method.clone(),
        config,
        ..header.clone()
    };
    header.card.method.clone_from(&header.method);
    let tensors = tensors(method, &header.config, Names::Darkroom)?;
    header.check = None;
    let bare = write::file(&tensors, &metadata(method, Some(&header))?, dtype)?;
    // The answer must be that of the numbers as they are stored.
    let stored = from_bytes(&bare, "the weights just written", &Device::flex())?.method;
    header.check = check::self_test(&stored);
    write::file(&tensors, &metadata(method, Some(&header))?, dtype)
}

/// Another form of the same weights: ours with a header, or as published under `names`, without one.
///
/// # Errors
/// As [`from_bytes`]; numbers that are not finite at this precision; a network that has no published form.
pub fn convert(bytes: &[u8], file: &str, to: Option<Names>, dtype: Dtype) -> Result<Vec<u8>, WeightsError> {
    let Opened { method, header, .. } = from_bytes(bytes, file, &Device::flex())?;
    let Some(names) = to else {
        return to_bytes(&method, &header.unwrap_or_else(|| converted(&method, file)), dtype);
    };
    if let Err(problem) = method.published() {
        return Err(WeightsError::Write(format!("{file} has no form under published names: {problem}")));
    }
    let config = RunConfig {
        method: method.name().to_owned(),
        knobs: method.knobs(),
        ..RunConfig::default()
    };
    write::file(&tensors(&method, &config, names)?, &metadata(&method, None)?, dtype)
}

fn converted(method: &AnyMethod, file: &str) -> Header {
    let name = file
        .rsplit(['/', '\\'])
        .next()
        .unwrap_or(file)
        .trim_end_matches(".safetensors")
        .to_owned();
    let card = ModelCard {
        name,
        title: "Converted from a published checkpoint.".into(),
        ..ModelCard::default()
    };
    Header {
        card,
        ..Header::new(method, &RunConfig::default())
    }
}

/// Beside the header: what readers of published names ask for, and what shapes do not tell.
fn metadata(method: &AnyMethod, header: Option<&Header>) -> Result<BTreeMap<String, String>, WeightsError> {
    let mut metadata = method.published().unwrap_or_default();
    metadata.insert("format".into(), "pt".into());
    if let Some(header) = header {
        let json = serde_json::to_string(header).map_err(|error| WeightsError::Write(error.to_string()))?;
        metadata.insert(KEY.to_owned(), json);
    }
    Ok(metadata)
}

fn tensors(method: &AnyMethod, config: &RunConfig, names: Names) -> Result<Vec<Named>, WeightsError> {
    let entries = AnyMethod::entries(config, names).map_err(|error| WeightsError::Write(error.to_string()))?;
    let mut state: HashMap<String, TensorData> = state(method).into_iter().collect();
    let mut list = Vec::with_capacity(state.len());
    for entry in entries.into_iter().filter(|entry| entry.form != Form::Unused) {
        let lacking = || WeightsError::Write(format!("the network has no \"{}\"", entry.ours));
        let data = state.remove(&entry.ours).ok_or_else(lacking)?.convert_dtype(DType::F32);
        let numbers = data.as_slice::<f32>().map_err(|error| WeightsError::Write(format!("{error:?}")))?;
        let parts = entry.write(numbers).into_iter().zip(&entry.theirs);
        list.extend(parts.map(|(numbers, (name, shape))| (name.clone(), shape.clone(), numbers)));
    }
    let is_shipped = |name: &String| !method.training_only().iter().any(|part| name.starts_with(part));
    match state.into_keys().filter(is_shipped).min() {
        Some(name) => Err(WeightsError::Write(format!("tensor \"{name}\" has no name in a file"))),
        None => Ok(list),
    }
}
