//! A safetensors file's header, read as hostile: <https://huggingface.co/docs/safetensors>.
//!
//! Eight bytes of length, JSON of that length, tensors. Nothing is allocated for a tensor before its place, shape,
//! type and length were checked against the bytes that are really there.

use std::{collections::BTreeMap, fmt, ops::Range};

use safetensors::{Dtype, tensor::TensorInfo};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, Visitor},
};

use super::{
    error::{WeightsError, shown},
    foreign,
};

/// Most bytes of a header: ten times what ViT-H takes.
const MOST_HEADER_BYTES: usize = 8 << 20;
/// Most tensors of a file: some ten times what ViT-H has.
const MOST_TENSORS: usize = 10_000;
/// How the name of a batch norm's counter of batches ends in PyTorch: the one integer among weights. Nothing reads it.
const COUNTER: &str = "num_batches_tracked";
/// Most axes of a tensor.
const MOST_AXES: usize = 8;

/// What a file holds and where.
#[derive(Debug)]
pub struct Layout<'a> {
    /// By name.
    pub tensors: BTreeMap<String, Place>,
    /// The file's own remarks.
    pub metadata: BTreeMap<String, String>,
    data: &'a [u8],
    file: String,
}

/// A tensor's shape and bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its axes.
    pub shape: Vec<usize>,
    dtype: Dtype,
    bytes: Range<usize>,
}

impl<'a> Layout<'a> {
    /// # Errors
    /// A file that is empty, cut, overlapping, overflowing, too large of header or too many of tensors.
    pub fn read(bytes: &'a [u8], file: &str) -> Result<Self, WeightsError> {
        let broken = |problem: String| WeightsError::Format {
            file: file.to_owned(),
            problem,
        };
        if bytes.is_empty() {
            return Err(broken("it is empty".into()));
        }
        if let Some(other) = foreign::told(bytes) {
            return Err(broken(other.into()));
        }
        let Some((length, rest)) = bytes.split_first_chunk::<8>() else {
            return Err(broken(format!(
                "it has {} bytes, fewer than its header's length takes",
                bytes.len()
            )));
        };
        let announced = u64::from_le_bytes(*length);
        let length = usize::try_from(announced).ok().filter(|length| *length <= MOST_HEADER_BYTES);
        let Some(length) = length else {
            return Err(broken(format!(
                "its first eight bytes announce a header of {announced} bytes, and {MOST_HEADER_BYTES} are the most taken: it is damaged, or a file of another kind; choose weights as a trainer wrote them"
            )));
        };
        let Some((header, data)) = rest.split_at_checked(length) else {
            return Err(broken(format!(
                "its header is cut short: {length} bytes announced, {} there",
                rest.len()
            )));
        };
        let mut found = Found {
            tensors: BTreeMap::new(),
            metadata: BTreeMap::new(),
        };
        let mut json = serde_json::Deserializer::from_slice(header);
        let read = json.deserialize_map(&mut found).and_then(|()| json.end());
        read.map_err(|error| broken(format!("its header is not as it should be: {}", shown(&error.to_string()))))?;
        let tensors = placed(found.tensors, data.len(), file)?;
        Ok(Self {
            tensors,
            metadata: found.metadata,
            data,
            file: file.to_owned(),
        })
    }

    /// A tensor's numbers, row by row, all finite.
    ///
    /// # Errors
    /// A tensor that is not there, or holds something that is no finite number.
    pub fn numbers(&self, name: &str) -> Result<Vec<f32>, WeightsError> {
        let wrong = |problem: String| WeightsError::Tensor {
            file: self.file.clone(),
            tensor: shown(name),
            problem,
        };
        let place = self.tensors.get(name).ok_or_else(|| wrong("is not there".into()))?;
        let bytes = self.data.get(place.bytes.clone()).unwrap_or_default();
        let numbers: Vec<f32> = match place.dtype {
            Dtype::F16 => bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|pair| half::f16::from_le_bytes(*pair).to_f32())
                .collect(),
            Dtype::BF16 => bytes
                .as_chunks::<2>()
                .0
                .iter()
                .map(|pair| half::bf16::from_le_bytes(*pair).to_f32())
                .collect(),
            Dtype::F64 => bytes
                .as_chunks::<8>()
                .0
                .iter()
                .map(|eight| f64::from_le_bytes(*eight) as f32)
                .collect(),
            Dtype::I64 => return Err(wrong("counts something, and is no weight".into())),
            _ => bytes.as_chunks::<4>().0.iter().map(|four| f32::from_le_bytes(*four)).collect(),
        };
        match numbers.iter().position(|number| !number.is_finite()) {
            Some(index) => Err(wrong(format!("holds {} at place {index}: weights must be finite", numbers[index]))),
            None => Ok(numbers),
        }
    }
}

/// Checks every tensor's place against the `length` bytes there are: in bounds, as long as its shape says, side by
/// side without overlap or gap.
fn placed(tensors: BTreeMap<String, TensorInfo>, length: usize, file: &str) -> Result<BTreeMap<String, Place>, WeightsError> {
    let mut order: Vec<(usize, usize, &String)> = Vec::with_capacity(tensors.len());
    for (name, info) in &tensors {
        let wrong = |problem: String| WeightsError::Tensor {
            file: file.to_owned(),
            tensor: shown(name),
            problem,
        };
        let (from, to) = info.data_offsets;
        let bytes = to
            .checked_sub(from)
            .ok_or_else(|| wrong(format!("ends at byte {to}, before it starts at {from}")))?;
        if to > length {
            return Err(wrong(format!(
                "reaches to byte {to}, but the file has {length} bytes of tensors: it is cut short"
            )));
        }
        if info.shape.len() > MOST_AXES {
            return Err(wrong(format!("has {} axes; {MOST_AXES} are the most taken", info.shape.len())));
        }
        let is_counter = info.dtype == Dtype::I64 && name.ends_with(COUNTER);
        if !is_counter && !matches!(info.dtype, Dtype::F32 | Dtype::F16 | Dtype::BF16 | Dtype::F64) {
            return Err(wrong(format!("is of type {:?}; weights are F32, F16, BF16 or F64", info.dtype)));
        }
        let size = info.dtype.bitsize() / 8;
        let wanted = info.shape.iter().try_fold(size, |product, axis| product.checked_mul(*axis));
        if wanted != Some(bytes) {
            return Err(wrong(format!(
                "has {bytes} bytes, which does not fit shape {:?} of {:?}",
                info.shape, info.dtype
            )));
        }
        order.push((from, to, name));
    }
    order.sort_unstable();
    let mut end = 0;
    for (from, to, name) in order {
        if from != end {
            let problem = if from < end {
                "overlaps the one before it"
            } else {
                "leaves a gap behind the one before it"
            };
            return Err(WeightsError::Tensor {
                file: file.to_owned(),
                tensor: shown(name),
                problem: problem.into(),
            });
        }
        end = to;
    }
    if end != length {
        let problem = format!("{} bytes behind the last tensor belong to none", length - end);
        return Err(WeightsError::Format {
            file: file.to_owned(),
            problem,
        });
    }
    Ok(tensors
        .into_iter()
        .map(
            |(
                name,
                TensorInfo {
                    shape,
                    dtype,
                    data_offsets: (from, to),
                },
            )| {
                (
                    name,
                    Place {
                        shape,
                        dtype,
                        bytes: from..to,
                    },
                )
            },
        )
        .collect())
}

/// Collects the header while it is parsed, and stops at one tensor too many.
struct Found {
    tensors: BTreeMap<String, TensorInfo>,
    metadata: BTreeMap<String, String>,
}

impl<'de> Visitor<'de> for &mut Found {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("tensors by name")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            if name == "__metadata__" {
                map.next_value_seed(&mut *self)?;
                continue;
            }
            if self.tensors.len() == MOST_TENSORS {
                return Err(A::Error::custom(format_args!(
                    "it has more than {MOST_TENSORS} tensors, the most taken"
                )));
            }
            let info = map.next_value::<TensorInfo>()?;
            if self.tensors.insert(name.clone(), info).is_some() {
                return Err(A::Error::custom(format_args!("tensor \"{}\" stands there twice", shown(&name))));
            }
        }
        Ok(())
    }
}

/// `__metadata__`: texts by name.
impl<'de> DeserializeSeed<'de> for &mut Found {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        struct Texts<'a>(&'a mut BTreeMap<String, String>);
        impl<'de> Visitor<'de> for Texts<'_> {
            type Value = ();

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("texts by name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
                while let Some(name) = map.next_key::<String>()? {
                    self.0.insert(name, map.next_value::<String>()?);
                }
                Ok(())
            }

            fn visit_unit<E: Error>(self) -> Result<(), E> {
                Ok(())
            }
        }
        deserializer.deserialize_any(Texts(&mut self.metadata))
    }
}
