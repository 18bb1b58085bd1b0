#![allow(clippy::unwrap_used)]
use super::*;
use crate::chance::Chance;

/// A checkpoint whose every number is its step.
fn at(step: u64) -> Checkpoint {
    let progress = Progress {
        step,
        pictures: 64 * step,
        ..Progress::default()
    };
    let tensor = |n: usize| (vec![n, 3], vec![step as f32; 3 * n]);
    Checkpoint {
        progress,
        tensors: BTreeMap::from([
            ("a.weight".into(), tensor(40)),
            ("b.bias".into(), tensor(7)),
            ("empty".into(), tensor(0)),
        ]),
    }
}

#[test]
fn what_was_written_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let (step, path) = (12, at(12).write(folder.path()).unwrap());
    let (read, read_from, notes) = Checkpoint::last(folder.path()).unwrap();
    assert_eq!((read, read_from, notes.len()), (at(step), path, 0));
}

#[test]
fn two_stay_and_the_newest_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    for step in [1, 2, 10, 9, 11] {
        at(step).write(folder.path()).unwrap();
    }
    assert_eq!(list(folder.path()).iter().map(|c| c.0).collect::<Vec<_>>(), [10, 11]);
    assert_eq!(Checkpoint::last(folder.path()).unwrap().0.progress.step, 11);
}

#[test]
fn wherever_the_newest_is_cut_or_bent_the_one_before_loads() {
    let folder = tempfile::tempdir().unwrap();
    at(1).write(folder.path()).unwrap();
    let newest = at(2).write(folder.path()).unwrap();
    let whole = fs::read(&newest).unwrap();
    let mut chance = Chance::new(5, "cut", 0);
    for trial in 0..200 {
        let mut bytes = whole.clone();
        let at = chance.below(bytes.len());
        if trial % 2 == 0 {
            bytes.truncate(at);
        } else {
            bytes[at] ^= 1 << chance.below(8);
        }
        fs::write(&newest, &bytes).unwrap();
        let (read, _, notes) = Checkpoint::last(folder.path()).unwrap();
        // A bent bit in the header may leave the same content, such as a blank that pads it.
        assert!(
            read == self::at(1) && notes.len() == 1 || read == self::at(2),
            "trial {trial}, byte {at}: step {}",
            read.progress.step
        );
        assert!(trial % 2 == 1 || read == self::at(1), "a file cut at {at} was taken for whole");
    }
}

#[test]
fn nothing_to_load_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let error = Checkpoint::last(folder.path()).unwrap_err().to_string();
    assert!(error.contains("no checkpoint that loads"), "{error}");
    fs::write(folder.path().join("step-00000001.safetensors"), b"no").unwrap();
    let error = Checkpoint::last(folder.path()).unwrap_err().to_string();
    assert!(error.contains("step-00000001.safetensors"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_written_is_a_sentence_and_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("in the way");
    fs::write(&file, b"").unwrap();
    let error = at(1).write(&file).unwrap_err().to_string();
    assert!(error.contains("step-00000001.safetensors") && error.contains("--resume"), "{error}");
}
