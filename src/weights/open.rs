//! A file's bytes into a method.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use burn::tensor::Device;

use super::{
    FORMAT, Header, KEY,
    error::{WeightsError, shown},
    layout::Layout,
    positions::Stretch,
    start,
};
use crate::{
    config::RunConfig,
    methods::{AnyMethod, Entry, Form, Method, Names},
    nn::Loaded,
};

/// A method out of a file.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Ready to predict, or to be trained on.
    pub method: AnyMethod,
    /// The file's own header; a published checkpoint has none.
    pub header: Option<Header>,
    /// What a person should know.
    pub note: Option<String>,
}

/// Opens a file of ours, or a published one that some method recognises. `name` is the file's, for messages.
///
/// # Errors
/// A file that is broken, of no model known here, or any tensor of which is missing, left over, of another shape or
/// not finite. Nothing larger than the file is allocated before that is known.
pub fn from_bytes(bytes: &[u8], name: &str, device: &Device) -> Result<Opened, WeightsError> {
    from_bytes_within(bytes, name, device, u64::MAX)
}

/// The same for a device that binds tensors of at most `largest_bytes`: larger matrices are split, so that such a
/// network can only answer.
///
/// # Errors
/// As [`from_bytes`].
pub fn from_bytes_within(bytes: &[u8], name: &str, device: &Device, largest_bytes: u64) -> Result<Opened, WeightsError> {
    let file = shown(name);
    let layout = Layout::read(bytes, &file)?;
    let header = layout.metadata.get(KEY).map(|text| header(text, &file)).transpose()?;
    let (names, config, says) = match &header {
        Some(header) => {
            // What was trained in half precision answers in f32, which every device has.
            let config = RunConfig {
                precision: "f32".into(),
                ..header.config.clone()
            };
            (Names::Darkroom, config, None)
        }
        None => published(&layout, &file)?,
    };
    let place = (device, largest_bytes);
    let entries = entries(&config, names, &file)?;
    let method = fill(&config, &entries, &layout, header.is_none(), &file, place)?;
    let note = [says, method.note()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    Ok(Opened {
        method,
        header,
        note: Some(note).filter(|note| !note.is_empty()),
    })
}

/// A network to be trained on from a file's numbers.
#[derive(Clone, Debug)]
pub struct Started {
    /// Shaped by the run.
    pub method: AnyMethod,
    /// The file's own header; a published checkpoint has none.
    pub header: Option<Header>,
    /// Parts that the file's network was made without, drawn: first names of module paths. Of another method's file all but
    /// the encoder is, unsaid.
    pub new: Vec<String>,
    /// What positions went through, where the file's pictures have another size.
    pub stretched: Option<Stretch>,
}

/// A network shaped by `config`, to be trained on from the numbers of a file: the file's own knobs do not count, its
/// shapes must fit, and a part that its network was made without, as a whole, is drawn. Positions of another picture size are
/// stretched over this one's patches (a corrector is of one size). Of another method's file the encoder is taken, and the rest is
/// drawn.
///
/// # Errors
/// As [`from_bytes`].
pub fn onto(config: &RunConfig, bytes: &[u8], name: &str, device: &Device) -> Result<Started, WeightsError> {
    let file = shown(name);
    let layout = Layout::read(bytes, &file)?;
    let header = layout.metadata.get(KEY).map(|text| header(text, &file)).transpose()?;
    let (names, own) = match &header {
        Some(header) => (Names::Darkroom, header.config.clone()),
        None => published(&layout, &file).map(|(names, config, _)| (names, config))?,
    };
    if own.method != config.method {
        let other = from_bytes(bytes, name, device)?.method;
        let (method, stretched) = start::from_encoder(config, &other, &file, device)?;
        return Ok(Started {
            method,
            header,
            new: Vec::new(),
            stretched,
        });
    }
    let part = |entry: &Entry| entry.ours.split('.').next().unwrap_or_default().to_owned();
    let own = entries(&own, names, &file)?;
    let parts: BTreeSet<_> = own.iter().map(part).collect();
    let (mut known, new): (Vec<_>, Vec<_>) = entries(config, names, &file)?
        .into_iter()
        .partition(|entry| parts.contains(&part(entry)));
    let stretched = as_in_the_file(&mut known, own);
    account(&known, &layout, header.is_none(), &file)?;
    let mut values = read(&known, &layout)?;
    for (path, stretch) in &stretched {
        if let Some(table) = values.get_mut(path) {
            *table = stretch.of(std::mem::take(table));
        }
    }
    let method = made(config, values, &file, (device, u64::MAX))?;
    let new = BTreeSet::from_iter(new.iter().map(part)).into_iter().collect();
    Ok(Started {
        method,
        header,
        new,
        stretched: stretched.into_values().next(),
    })
}

/// What a network shaped by `config` has, and where a file under these names has it.
fn entries(config: &RunConfig, names: Names, file: &str) -> Result<Vec<Entry>, WeightsError> {
    AnyMethod::entries(config, names).map_err(|problem| WeightsError::Config {
        file: file.to_owned(),
        problem,
    })
}

/// The network that `config` shapes, every tensor of the file accounted for; what is none of these entries is drawn.
fn fill(
    config: &RunConfig,
    entries: &[Entry],
    layout: &Layout,
    is_published: bool,
    file: &str,
    (device, largest_bytes): (&Device, u64),
) -> Result<AnyMethod, WeightsError> {
    account(entries, layout, is_published, file)?;
    entries.iter().try_for_each(|entry| binds(entry, largest_bytes, file))?;
    made(config, read(entries, layout)?, file, (device, largest_bytes))
}

/// Tables of positions are looked for in the shape that the file's own picture size gives them; by path, what they go through to
/// be of the size wanted.
fn as_in_the_file(known: &mut [Entry], own: Vec<Entry>) -> BTreeMap<String, Stretch> {
    let own: BTreeMap<String, Entry> = own.into_iter().map(|entry| (entry.ours.clone(), entry)).collect();
    let mut stretched = BTreeMap::new();
    for entry in known {
        let Some(theirs) = own.get(&entry.ours) else { continue };
        if let ([(_, wanted)], [(_, there)]) = (entry.theirs.as_slice(), theirs.theirs.as_slice())
            && let Some(stretch) = Stretch::between(&entry.ours, there, wanted)
        {
            stretched.insert(entry.ours.clone(), stretch);
            entry.theirs.clone_from(&theirs.theirs);
        }
    }
    stretched
}

fn made(
    config: &RunConfig,
    values: HashMap<String, Vec<f32>>,
    file: &str,
    (device, largest_bytes): (&Device, u64),
) -> Result<AnyMethod, WeightsError> {
    let mut loaded = Loaded {
        values,
        largest_bytes,
        seed: config.seed,
    };
    AnyMethod::new(config, &mut loaded, device).map_err(|problem| WeightsError::Config {
        file: file.to_owned(),
        problem,
    })
}

fn header(text: &str, file: &str) -> Result<Header, WeightsError> {
    let wrong = |problem: String| WeightsError::Header {
        file: file.to_owned(),
        problem,
    };
    // The number first: a later format may read otherwise.
    let format = serde_json::from_str::<serde_json::Value>(text)
        .ok()
        .and_then(|json| json.get("format")?.as_u64());
    if let Some(format) = format.filter(|format| *format > u64::from(FORMAT)) {
        return Err(wrong(format!(
            "it is of format {format}, written by a later Darkroom; this one reads up to {FORMAT}: update it"
        )));
    }
    let mut header: Header = serde_json::from_str(text).map_err(|error| wrong(shown(&error.to_string())))?;
    header.config.method.clone_from(&header.method);
    Ok(header)
}

fn published(layout: &Layout, file: &str) -> Result<(Names, RunConfig, Option<String>), WeightsError> {
    let unknown = |problem: String| WeightsError::Unknown {
        file: file.to_owned(),
        problem,
    };
    let shapes: BTreeMap<String, Vec<usize>> = layout
        .tensors
        .iter()
        .map(|(name, place)| (name.clone(), place.shape.clone()))
        .collect();
    match AnyMethod::recognise(&shapes, &layout.metadata) {
        Some(recognised) => recognised.map_err(unknown),
        None => {
            let first = shapes.keys().next().map_or_else(
                || "it has no tensors".to_owned(),
                |name| format!("its first tensor is \"{}\"", shown(name)),
            );
            Err(unknown(format!(
                "{first}. It takes weights written by `darkroom train`, and published ViT-MAE, DINO, DINOv2 and torchvision ResNet checkpoints"
            )))
        }
    }
}

/// Every tensor wanted is there in its shape, and none is left over.
fn account(entries: &[Entry], layout: &Layout, may_compute: bool, file: &str) -> Result<(), WeightsError> {
    let mut left: BTreeSet<&String> = layout.tensors.keys().collect();
    for entry in entries {
        for (tensor, shape) in &entry.theirs {
            left.remove(tensor);
            match layout.tensors.get(tensor) {
                Some(place) if place.shape == *shape => {}
                Some(place) => {
                    let problem = format!("is {:?}; this model's is {shape:?}", place.shape);
                    return Err(WeightsError::Tensor {
                        file: file.to_owned(),
                        tensor: tensor.clone(),
                        problem,
                    });
                }
                None if entry.optional && may_compute => {}
                None => {
                    return Err(WeightsError::Missing {
                        file: file.to_owned(),
                        tensor: tensor.clone(),
                        shape: shape.clone(),
                    });
                }
            }
        }
    }
    match left.first() {
        Some(tensor) => Err(WeightsError::Unmatched {
            file: file.to_owned(),
            tensor: shown(tensor),
        }),
        None => Ok(()),
    }
}

/// Matrices may be split; nothing else is.
fn binds(entry: &Entry, largest_bytes: u64, file: &str) -> Result<(), WeightsError> {
    let is_matrix = matches!(entry.form, Form::Matrix | Form::PixelMatrix { .. });
    let bytes = |shape: &[usize]| shape.iter().fold(4u64, |bytes, &side| bytes.saturating_mul(side as u64));
    match entry.theirs.iter().find(|(_, shape)| !is_matrix && bytes(shape) > largest_bytes) {
        None => Ok(()),
        Some((tensor, shape)) => Err(WeightsError::Tensor {
            file: file.to_owned(),
            tensor: shown(tensor),
            problem: format!(
                "takes {} MiB, and this device binds at most {} MiB at once: switch to the CPU for this model",
                bytes(shape) >> 20,
                largest_bytes >> 20
            ),
        }),
    }
}

fn read(entries: &[Entry], layout: &Layout) -> Result<HashMap<String, Vec<f32>>, WeightsError> {
    let mut values = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.form != Form::Unused) {
        if entry.theirs.iter().all(|(tensor, _)| layout.tensors.contains_key(tensor)) {
            let theirs: Vec<Vec<f32>> = entry
                .theirs
                .iter()
                .map(|(tensor, _)| layout.numbers(tensor))
                .collect::<Result<_, _>>()?;
            values.insert(entry.ours.clone(), entry.read(theirs));
        }
    }
    Ok(values)
}
