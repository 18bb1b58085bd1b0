//! CIFAR-10 and CIFAR-100, binary version (Krizhevsky, "Learning multiple layers of features from tiny images", 2009):
//! per picture one label byte (CIFAR-100: coarse, then fine), then 1,024 bytes of red, green and blue each.

use std::{
    fs::File,
    io::{BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{Built, DataError, Sample, Skipped, Source, beyond, regular};
use crate::{picture::Rgb8, platform::file::read_exact_at};

/// Side of a picture, pixels.
pub const SIZE_PX: usize = 32;

/// Bytes of a picture: planar RGB.
const PICTURE_BYTES: usize = 3 * SIZE_PX * SIZE_PX;

const CIFAR_10: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Ten classes, one label byte.
    Cifar10,
    /// A hundred classes in twenty groups, two label bytes.
    Cifar100,
}

impl Kind {
    fn label_bytes(self) -> usize {
        match self {
            Self::Cifar10 => 1,
            Self::Cifar100 => 2,
        }
    }

    /// Bytes of a record: labels and picture.
    #[must_use]
    pub fn record_bytes(self) -> usize {
        self.label_bytes() + PICTURE_BYTES
    }

    fn is_label(self, labels: &[u8]) -> bool {
        match (self, labels) {
            (Self::Cifar10, [label]) => *label < 10,
            (Self::Cifar100, [coarse, fine]) => *coarse < 20 && *fine < 100,
            _ => false,
        }
    }
}

/// A record's picture, from planar to interleaved; `None` when `planes` is not `3 * 32 * 32` bytes.
#[must_use]
pub fn picture(planes: &[u8]) -> Option<Rgb8> {
    if planes.len() != PICTURE_BYTES {
        return None;
    }
    let (red, rest) = planes.split_at(SIZE_PX * SIZE_PX);
    let (green, blue) = rest.split_at(SIZE_PX * SIZE_PX);
    let pixels = red.iter().zip(green).zip(blue).flat_map(|((&r, &g), &b)| [r, g, b]).collect();
    Rgb8::new(SIZE_PX, SIZE_PX, pixels).ok()
}

/// Reads the labels of a whole file of `length` bytes: which kind it is, and each record's labels.
///
/// # Errors
/// Why it is neither kind.
pub fn read_labels(file: &mut impl Read, length: u64) -> Result<(Kind, Vec<u8>), String> {
    let divides = |kind: Kind| length.is_multiple_of(kind.record_bytes() as u64);
    let mut kinds: Vec<Kind> = [Kind::Cifar10, Kind::Cifar100].into_iter().filter(|&k| divides(k)).collect();
    if length == 0 {
        return Err("its 0 bytes hold no picture; download or copy it again".into());
    }
    if kinds.is_empty() {
        return Err(format!(
            "its {length} bytes are no whole number of records ({} bytes for CIFAR-10, {} for CIFAR-100): it is cut short, or of another \
             format; download or copy it again",
            Kind::Cifar10.record_bytes(),
            Kind::Cifar100.record_bytes()
        ));
    }
    // A length that both divide is some 3,000 whole files long: the first record then decides.
    let mut record = vec![0; Kind::Cifar100.record_bytes()];
    let mut labels = Vec::new();
    let mut number = 0u64;
    let kind = loop {
        let Some(&kind) = kinds.first() else {
            return Err("its first byte is no CIFAR label".into());
        };
        let fits = |record: &[u8]| record.get(..kind.label_bytes()).is_some_and(|l| kind.is_label(l));
        let bytes = record.get_mut(..kind.record_bytes()).unwrap_or_default();
        if number == length / kind.record_bytes() as u64 {
            break kind;
        }
        file.read_exact(bytes).map_err(|e| format!("{e} in record {number}"))?;
        if !fits(bytes) {
            if number == 0 && kinds.len() == 2 {
                return Err("its length fits CIFAR-10 and CIFAR-100 alike and its labels are not CIFAR-10's; give shorter files".into());
            }
            return Err(format!("record {number} has a label that is none; it may be another format"));
        }
        kinds.truncate(1);
        labels.extend_from_slice(bytes.get(..kind.label_bytes()).unwrap_or_default());
        number += 1;
    };
    Ok((kind, labels))
}

/// Which files of a folder make the training set: CIFAR-10's `data_batch_*.bin`, CIFAR-100's `train.bin`, else the test
/// file. `None` when there are none; the note names test files left aside.
pub(super) fn files_of(files: &[PathBuf]) -> Option<(Vec<PathBuf>, Option<String>)> {
    let named = |is: &dyn Fn(&str) -> bool| -> Vec<PathBuf> {
        let name = |p: &PathBuf| p.file_name().is_some_and(|n| n.to_str().is_some_and(is));
        files.iter().filter(|p| name(p)).cloned().collect()
    };
    let train = named(&|n| n == "train.bin" || (n.starts_with("data_batch_") && n.ends_with(".bin")));
    let test = named(&|n| n == "test.bin" || n == "test_batch.bin");
    if train.is_empty() {
        return (!test.is_empty()).then_some((test, None));
    }
    let note = test
        .first()
        .map(|t| format!("`{}` is left aside: it is the test set, name it to open it", t.display()));
    Some((train, note))
}

struct CifarFile {
    name: String,
    file: File,
    labels: Vec<u8>,
    /// Number of its first picture in the source.
    start: usize,
}

struct Cifar {
    spec: String,
    kind: Kind,
    files: Vec<CifarFile>,
    len: usize,
    classes: Vec<String>,
}

pub(super) fn open(spec: &str, paths: &[PathBuf], note: Option<String>) -> Result<Built, DataError> {
    let (mut files, mut skipped, mut len) = (Vec::<CifarFile>::new(), Skipped::default(), 0);
    let mut found: Option<Kind> = None;
    for path in paths {
        match open_file(path, found) {
            Ok((kind, file, labels)) => {
                found = Some(kind);
                let records = labels.len() / kind.label_bytes();
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                files.push(CifarFile {
                    name,
                    file,
                    labels,
                    start: len,
                });
                len += records;
            }
            Err(error) if paths.len() == 1 => return Err(error),
            Err(error) => skipped.add(error.to_string()),
        }
    }
    let Some(kind) = found else {
        let why = skipped.sentence().unwrap_or_else(|| "no file was named".into());
        return Err(DataError::Empty { spec: spec.into(), why });
    };
    let classes = classes(kind, paths.first().and_then(|p| p.parent()));
    let source = Arc::new(Cifar {
        spec: spec.into(),
        kind,
        files,
        len,
        classes,
    });
    Ok(Built {
        source,
        skipped,
        notes: note.into_iter().collect(),
        bytes: None,
    })
}

fn open_file(path: &Path, expected: Option<Kind>) -> Result<(Kind, File, Vec<u8>), DataError> {
    let read = |error| DataError::Read { path: path.into(), error };
    let file = regular::open(path).map_err(read)?;
    let length = file.metadata().map_err(read)?.len();
    let not = |why| DataError::NotCifar { path: path.into(), why };
    let (kind, labels) = read_labels(&mut BufReader::new(&file), length).map_err(not)?;
    match expected {
        Some(other) if other != kind => Err(not(format!("it is {kind:?} among files that are {other:?}; open them apart"))),
        _ => Ok((kind, file, labels)),
    }
}

/// Names beside the files where the official lists are there, else the known ten, else numbers.
fn classes(kind: Kind, folder: Option<&Path>) -> Vec<String> {
    let (list, count) = match kind {
        Kind::Cifar10 => ("batches.meta.txt", 10),
        Kind::Cifar100 => ("fine_label_names.txt", 100),
    };
    let mut text = String::new();
    let file = folder.and_then(|f| regular::open(&f.join(list)).ok());
    let is_read = file.is_some_and(|f| f.take(1 << 16).read_to_string(&mut text).is_ok());
    let names: Vec<String> = text.lines().map(str::trim).filter(|l| !l.is_empty()).map(String::from).collect();
    match kind {
        _ if is_read && names.len() == count => names,
        Kind::Cifar10 => CIFAR_10.iter().map(ToString::to_string).collect(),
        Kind::Cifar100 => (0..count).map(|n| n.to_string()).collect(),
    }
}

impl Cifar {
    /// The file that holds picture `index`, its number there, and its labels.
    fn find(&self, index: usize) -> Option<(&CifarFile, usize, &[u8])> {
        if index >= self.len {
            return None;
        }
        let file = self.files.get(self.files.partition_point(|f| f.start <= index).checked_sub(1)?)?;
        let number = index - file.start;
        Some((file, number, file.labels.chunks_exact(self.kind.label_bytes()).nth(number)?))
    }
}

impl Source for Cifar {
    fn name(&self) -> &str {
        &self.spec
    }

    fn len(&self) -> usize {
        self.len
    }

    fn get(&self, index: usize) -> Result<Sample, DataError> {
        let (file, number, labels) = self.find(index).ok_or_else(|| beyond(self, index))?;
        let name = format!("{}/{number:05}", file.name);
        let mut planes = vec![0; PICTURE_BYTES];
        let offset = number * self.kind.record_bytes() + self.kind.label_bytes();
        let broken = |why: String| DataError::Broken { name: name.clone(), why };
        read_exact_at(&file.file, &mut planes, offset as u64).map_err(|e| broken(e.to_string()))?;
        let picture = picture(&planes).ok_or_else(|| broken("not 32x32".into()))?;
        let factors = match labels {
            [coarse, _] => vec![("coarse", f32::from(*coarse))],
            _ => Vec::new(),
        };
        Ok(Sample {
            picture,
            label: labels.last().map(|&l| usize::from(l)),
            name,
            factors,
        })
    }

    fn classes(&self) -> &[String] {
        &self.classes
    }

    fn label(&self, index: usize) -> Option<usize> {
        self.find(index)?.2.last().map(|&l| usize::from(l))
    }
}
