//! Safetensors out: tensors in the order given, metadata in the alphabet's, so that equal weights make equal bytes.

use std::collections::BTreeMap;

use safetensors::{Dtype as Stored, tensor::TensorInfo};
use serde::{Serialize, Serializer, ser::SerializeMap};

use super::{Dtype, error::WeightsError};

/// A tensor to write: name, shape, numbers row by row.
pub(super) type Named = (String, Vec<usize>, Vec<f32>);

/// A file's bytes.
///
/// # Errors
/// Numbers that are not finite at this precision, with the tensor's name.
pub(super) fn file(tensors: &[Named], metadata: &BTreeMap<String, String>, dtype: Dtype) -> Result<Vec<u8>, WeightsError> {
    let (stored, size) = match dtype {
        Dtype::F32 => (Stored::F32, 4),
        Dtype::F16 => (Stored::F16, 2),
    };
    let mut end = 0;
    let infos = tensors.iter().map(|(name, shape, numbers)| {
        let from = end;
        end += numbers.len() * size;
        (
            name.as_str(),
            TensorInfo {
                dtype: stored,
                shape: shape.clone(),
                data_offsets: (from, end),
            },
        )
    });
    let infos: Vec<(&str, TensorInfo)> = infos.collect();
    let mut header = serde_json::to_vec(&Header { metadata, infos: &infos }).map_err(|error| WeightsError::Write(error.to_string()))?;
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut bytes = Vec::with_capacity(8 + header.len() + end);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    for (name, _, numbers) in tensors {
        if numbers.iter().any(|number| !fits(*number, dtype)) {
            return Err(WeightsError::Write(format!(
                "tensor \"{name}\" holds numbers that are not finite as {dtype}"
            )));
        }
        match dtype {
            Dtype::F32 => bytes.extend(numbers.iter().flat_map(|number| number.to_le_bytes())),
            Dtype::F16 => bytes.extend(numbers.iter().flat_map(|number| half::f16::from_f32(*number).to_le_bytes())),
        }
    }
    Ok(bytes)
}

fn fits(number: f32, dtype: Dtype) -> bool {
    match dtype {
        Dtype::F32 => number.is_finite(),
        Dtype::F16 => half::f16::from_f32(number).is_finite(),
    }
}

struct Header<'a> {
    metadata: &'a BTreeMap<String, String>,
    infos: &'a [(&'a str, TensorInfo)],
}

impl Serialize for Header<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("__metadata__", self.metadata)?;
        self.infos.iter().try_for_each(|(name, info)| map.serialize_entry(name, info))?;
        map.end()
    }
}
