//! Sources: folders, tar shards, CIFAR files, and what they do with foreign bytes.
#![cfg(feature = "train")]
#![allow(clippy::unwrap_used)]

#[path = "data/folders.rs"]
mod folders;
#[path = "common/skip.rs"]
mod skip;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use darkroom::{
    data::{self, DataError, OpenOptions, Opened, Source, Squares, Subset},
    picture::{Rgb8, decode, encode_png},
};
use md5::{Digest, Md5};

fn png(width: usize, height: usize, value: u8) -> Vec<u8> {
    encode_png(&Rgb8::new(width, height, vec![value; 3 * width * height]).unwrap())
}

fn open(spec: impl AsRef<Path>) -> Result<Opened, DataError> {
    data::open(spec.as_ref().to_str().unwrap(), &OpenOptions::default())
}

fn refusal(spec: impl AsRef<Path>) -> String {
    open(spec).unwrap_err().to_string()
}

fn names(source: &dyn Source) -> Vec<String> {
    (0..source.len()).map(|i| source.get(i).unwrap().name).collect()
}

fn write(path: PathBuf, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names_and_needs_no_classes() {
    let dir = tempfile::tempdir().unwrap();
    for (name, value) in [("b.png", 2), ("a.PNG", 1), ("10.png", 0), ("2.png", 9)] {
        write(dir.path().join(name), png(4, 3, value));
    }
    write(dir.path().join("notes.txt"), "not a picture");
    write(dir.path().join(".hidden.png"), png(4, 3, 7));
    let opened = open(dir.path()).unwrap();
    assert_eq!(names(&*opened.source), ["10.png", "2.png", "a.PNG", "b.png"]);
    assert_eq!(opened.skipped.count, 0);
    assert!(opened.source.classes().is_empty());
    let sample = opened.source.get(2).unwrap();
    assert_eq!((sample.label, sample.picture.width, sample.picture.at(0, 0)), (None, 4, [1, 1, 1]));
    assert!(opened.source.get(4).unwrap_err().to_string().contains("4 pictures"));
}

#[test]
fn subfolders_are_classes_where_there_are_any() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["dogs/1.png", "cats/deep/2.png", "cats/1.png", "loose.png"] {
        write(dir.path().join(name), png(2, 2, 5));
    }
    let source = open(dir.path()).unwrap().source;
    assert_eq!(source.classes(), ["cats", "dogs"]);
    let all: Vec<_> = (0..source.len()).map(|i| (source.get(i).unwrap().name, source.label(i))).collect();
    let expected = [
        ("cats/1.png", Some(0)),
        ("cats/deep/2.png", Some(0)),
        ("dogs/1.png", Some(1)),
        ("loose.png", None),
    ];
    assert_eq!(all, expected.map(|(n, l)| (n.to_owned(), l)));
}

#[test]
fn broken_files_are_skipped_counted_and_the_first_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let whole = png(40, 40, 3);
    write(dir.path().join("a-empty.jpg"), "");
    write(dir.path().join("b-cut.png"), &whole[..whole.len() / 2]);
    write(dir.path().join("c-words.webp"), "these are words");
    write(dir.path().join("d-good.png"), &whole);
    let opened = open(dir.path()).unwrap();
    assert_eq!(names(&*opened.source), ["d-good.png"]);
    assert_eq!(opened.skipped.count, 3);
    assert!(
        opened.skipped.first.as_ref().unwrap().contains("a-empty.jpg"),
        "{:?}",
        opened.skipped
    );
    let sentence = opened.skipped.sentence().unwrap();
    assert!(sentence.contains('3') && sentence.contains("a-empty.jpg"), "{sentence}");

    // Too large to be looked at beforehand: broken ones come to light one by one.
    let options = OpenOptions {
        check_bytes: 0,
        ..OpenOptions::default()
    };
    let unchecked = data::open(dir.path().to_str().unwrap(), &options).unwrap().source;
    assert_eq!(unchecked.len(), 4);
    let mut squares = Squares::new(unchecked, 8);
    assert_eq!(squares.by_ref().map(|s| s.index).collect::<Vec<_>>(), [3]);
    assert_eq!(squares.skipped().count, 3);
}

#[test]
fn what_holds_no_picture_is_refused_with_a_sentence() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path();
    assert!(refusal(path).contains("empty"), "{}", refusal(path));
    write(path.join("words/notes.txt"), "words");
    assert!(
        refusal(path.join("words")).contains("none of its 1 file"),
        "{}",
        refusal(path.join("words"))
    );
    write(path.join("broken/x.png"), "words");
    assert!(refusal(path.join("broken")).contains("x.png"), "{}", refusal(path.join("broken")));
    assert!(refusal(path.join("nowhere")).contains("no such file or folder"));
    assert!(refusal(path.join("shard-*.tar")).contains("nothing matches"));
    assert!(refusal(path.join("shard-{3..1}.tar")).contains("backwards"));
    assert!(refusal(path.join("shard-{000..1")).contains("brace"));
    write(path.join("a.tar.gz"), "packed");
    assert!(refusal(path.join("a.tar.gz")).contains("unpack"));
    assert!(refusal(path.join("words/notes.txt")).contains("neither"));
    assert!(refusal("").contains("empty"));
    assert!(refusal("scenes?colour=3").contains("; there are bond"));
    assert!(refusal("scenes?cont=3").contains("did you mean \"count\"? There are bond"));
    assert!(refusal("scenes?bond=7").contains("from 0 to 1"));
}

#[cfg(unix)]
#[test]
fn links_in_circles_end_and_unreadable_folders_are_named() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("in/a.png"), png(2, 2, 1));
    symlink(dir.path(), dir.path().join("in/up")).unwrap();
    symlink(dir.path().join("gone.png"), dir.path().join("in/lost.png")).unwrap();
    let opened = open(dir.path()).unwrap();
    assert_eq!((opened.source.len(), opened.skipped.count), (1, 1));
    let shut = dir.path().join("shut");
    fs::create_dir(&shut).unwrap();
    fs::set_permissions(&shut, fs::Permissions::from_mode(0o0)).unwrap();
    if fs::read_dir(&shut).is_err() {
        assert!(refusal(&shut).contains("permissions"), "{}", refusal(&shut)); // root may read anything
    }
}

#[test]
fn braces_expand_as_in_a_shell() {
    let expand = |p: &str| data::expand_braces(p).unwrap();
    assert_eq!(expand("a-{008..011}.tar"), ["a-008.tar", "a-009.tar", "a-010.tar", "a-011.tar"]);
    assert_eq!(expand("a-{8..11}.tar").len(), 4);
    assert_eq!(expand("a-{8..11}.tar")[3], "a-11.tar");
    assert_eq!(expand("{x,y}-{0..1}"), ["x-0", "x-1", "y-0", "y-1"]);
    assert_eq!(expand("plain.tar"), ["plain.tar"]);
    for hostile in [
        "{0..99999999999}",
        "{0..18446744073709551615}",
        "{a..b}",
        "{..}",
        "{0..999}{0..999}",
        "{",
        "{-1..3}",
    ] {
        assert!(data::expand_braces(hostile).is_err(), "{hostile}");
    }
}

#[test]
fn a_source_knows_the_files_that_it_reads() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["a.png", "cats/b.png"] {
        write(dir.path().join(name), png(2, 2, 1));
    }
    write(dir.path().join("notes.txt"), "words");
    let spec = dir.path().to_str().unwrap();
    for (name, is_read) in [
        ("a.png", true),
        ("cats/b.png", true),
        ("cats/../a.png", true),
        ("notes.txt", false),
        ("new.png", false),
    ] {
        assert_eq!(data::reads(spec, &dir.path().join(name)), is_read, "{name}");
    }
    assert!(!data::reads("scenes", &dir.path().join("a.png")));
    let (found, skipped) = data::list(dir.path()).unwrap();
    let below: Vec<_> = found.iter().map(|[_, name]| name.to_str().unwrap()).collect();
    assert_eq!((below, skipped.count), (vec!["a.png", "cats/b.png"], 0));
}

type Members<'a> = &'a [(&'a str, &'a [u8])];

fn tar_of(members: Members) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        builder.append_data(&mut header, name, *bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

#[test]
fn shards_are_grouped_by_name_up_to_the_first_dot() {
    let dir = tempfile::tempdir().unwrap();
    let (one, two) = (png(2, 2, 1), png(3, 3, 2));
    let long = format!("{}/long.png", "folder".repeat(30));
    let first = tar_of(&[
        ("a.png", &one),
        ("a.cls", b"2"),
        ("a.json", b"{}"),
        ("b.seg.png", &two),
        ("c.cls", b" 0\n"),
        ("c.png", &one),
        ("d.png", &two),
        ("d.cls", b"many"),
        ("sub.folder/e.png", &two),
        ("sub.folder/e.depth.png", &one),
        (".hidden.png", &one),
    ]);
    let second = tar_of(&[(&long, &one), ("f.cls", b"1"), ("g.txt", b"words alone")]);
    write(dir.path().join("s-000.tar"), first);
    write(dir.path().join("s-001.tar"), second);
    let specs = ["s-{000..001}.tar", "s-*.tar", "", "s-000.tar::s-001.tar"];
    for spec in specs {
        let typed: Vec<_> = spec.split("::").map(|p| dir.path().join(p).to_str().unwrap().to_owned()).collect();
        let opened = open(typed.join("::")).unwrap();
        let got = names(&*opened.source);
        let long = format!("s-001.tar/{}", long.trim_end_matches(".png"));
        assert_eq!(
            got,
            [
                "s-000.tar/a",
                "s-000.tar/b",
                "s-000.tar/c",
                "s-000.tar/d",
                "s-000.tar/sub.folder/e",
                &long
            ],
            "{spec}"
        );
        let labels: Vec<_> = (0..6).map(|i| opened.source.label(i)).collect();
        assert_eq!(labels, [Some(2), None, Some(0), None, None, None]);
        assert_eq!(opened.source.classes(), ["0", "1", "2"]);
        assert_eq!(opened.source.get(4).unwrap().picture.width, 3);
        assert_eq!(opened.skipped.count, 0);
    }
    write(dir.path().join("classes.json"), r#"["ant", "bee", "cat"]"#);
    assert_eq!(open(dir.path().join("s-*.tar")).unwrap().source.classes(), ["ant", "bee", "cat"]);
}

#[test]
fn broken_shards_give_what_lies_before_the_break() {
    let dir = tempfile::tempdir().unwrap();
    let picture = png(8, 8, 1);
    let members: Vec<(String, &[u8])> = (0..6).map(|i| (format!("{i}.png"), &picture[..])).collect();
    let borrowed: Vec<(&str, &[u8])> = members.iter().map(|(n, b)| (&n[..], *b)).collect();
    let whole = tar_of(&borrowed);
    write(dir.path().join("cut.tar"), &whole[..3 * 1024 + 520]);
    let opened = open(dir.path().join("cut.tar")).unwrap();
    assert_eq!((opened.source.len(), opened.skipped.count), (3, 1));
    assert!(opened.skipped.first.unwrap().contains("cut.tar"));

    let mut damaged = whole.clone();
    damaged[2 * 1024 + 5] ^= 1; // third header
    write(dir.path().join("damaged.tar"), damaged);
    let opened = open(dir.path().join("damaged.tar")).unwrap();
    assert_eq!((opened.source.len(), opened.skipped.count), (2, 1));

    write(dir.path().join("words.tar"), [b'w'; 2000]);
    assert!(refusal(dir.path().join("words.tar")).contains("no tar archive"));
    write(dir.path().join("empty.tar"), "");
    write(dir.path().join("head.tar"), &whole[..100]);
    for name in ["empty.tar", "head.tar"] {
        let why = refusal(dir.path().join(name));
        assert!(why.contains(name) && why.ends_with("download or copy it again"), "{why}");
    }
    fs::remove_file(dir.path().join("head.tar")).unwrap();
    let all = open(dir.path().join("*.tar")).unwrap();
    assert_eq!((all.source.len(), all.skipped.count), (5, 4), "{:?}", all.skipped);
}

#[test]
fn a_shard_cut_or_changed_at_any_byte_never_panics() {
    let picture = png(2, 2, 1);
    let long = "n".repeat(150) + ".png";
    let whole = tar_of(&[(&long, &picture), ("b.png", &picture), ("b.cls", b"1")]);
    let read = |bytes: &[u8]| data::tar_index::read(&mut std::io::Cursor::new(bytes), bytes.len() as u64);
    assert_eq!(read(&whole).members.len(), 3);
    assert_eq!(read(&whole).members[0].name, long);
    for length in 0..whole.len() {
        let index = read(&whole[..length]);
        assert!(index.members.iter().all(|m| m.offset + m.size <= length as u64));
    }
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] = bytes[at].wrapping_add(0x81);
        read(&bytes);
    }
    // A size of 2^63 and the like, with a right checksum.
    for size in [u64::MAX, 1 << 63, (1 << 63) - 1, u64::MAX - 511] {
        let mut header = tar::Header::new_gnu();
        header.set_path("x.png").unwrap();
        header.set_size(size);
        header.set_cksum();
        let bytes = [&header.as_bytes()[..], &[1; 512]].concat();
        let index = read(&bytes);
        assert!(index.members.is_empty() && index.broken.is_some());
    }
}

fn cifar_10(pictures: usize) -> Vec<u8> {
    (0..pictures)
        .flat_map(|i| [vec![(i % 10) as u8], (0..3072).map(|j| (i + j / 1024 * 50 + j % 7) as u8).collect()].concat())
        .collect()
}

#[test]
fn cifar_files_are_read_exactly_and_their_sizes_checked() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = cifar_10(12);
    write(dir.path().join("data_batch_1.bin"), &bytes[..5 * 3073]);
    write(dir.path().join("data_batch_2.bin"), &bytes[5 * 3073..]);
    write(dir.path().join("test_batch.bin"), &bytes[..3073]);
    for spec in ["", "data_batch_{1..2}.bin", "data_batch_*.bin"] {
        let opened = open(dir.path().join(spec)).unwrap();
        assert_eq!(back_to_bytes(&*opened.source), bytes, "{spec}");
        assert_eq!(opened.source.classes()[9], "truck");
        assert_eq!(
            opened.notes.len(),
            usize::from(spec.is_empty()),
            "the test set is left aside, and said"
        );
    }
    write(dir.path().join("data_batch_2.bin"), &bytes[..3000]);
    let opened = open(dir.path()).unwrap();
    assert_eq!((opened.source.len(), opened.skipped.count), (5, 1));
    assert!(refusal(dir.path().join("data_batch_2.bin")).contains("3000 bytes"));
    write(dir.path().join("none.bin"), vec![200; 3073 * 2]);
    assert!(refusal(dir.path().join("none.bin")).contains("label"));
    write(dir.path().join("zero.bin"), "");
    assert!(refusal(dir.path().join("zero.bin")).contains("0 bytes hold no picture; download"));

    let hundred: Vec<u8> = (0..4).flat_map(|i| [vec![i, 90 + i], vec![i; 3072]].concat()).collect();
    write(dir.path().join("hundred/train.bin"), &hundred);
    let source = open(dir.path().join("hundred")).unwrap().source;
    let last = source.get(3).unwrap();
    assert_eq!(
        (source.len(), last.label, last.factors[0].1, source.classes().len()),
        (4, Some(93), 3.0, 100)
    );
}

/// A source of CIFAR-10 pictures as the official file would have it.
fn back_to_bytes(source: &dyn Source) -> Vec<u8> {
    let mut bytes = Vec::new();
    for i in 0..source.len() {
        let sample = source.get(i).unwrap();
        assert_eq!(sample.label, source.label(i));
        bytes.push(sample.label.unwrap() as u8);
        (0..3).for_each(|c| bytes.extend(sample.picture.pixels.iter().skip(c).step_by(3)));
    }
    bytes
}

#[test]
fn statistics_are_those_of_the_pixels() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path().join("x/dark.png"), png(4, 4, 0));
    write(dir.path().join("y/light.png"), png(8, 2, 255));
    let source = open(dir.path()).unwrap().source;
    let stats = data::stats(&*source, || ());
    assert_eq!(
        (stats.pictures, stats.labelled, stats.smallest_px, stats.largest_px),
        (2, 2, [4, 2], [8, 4])
    );
    assert!(stats.mean.iter().chain(&stats.std).all(|v| (v - 0.5).abs() < 1e-12), "{stats:?}");
    assert_eq!(stats.classes, [("x".to_owned(), 1), ("y".to_owned(), 1)]);
    let some: Arc<dyn Source> = Arc::new(Subset::new(source.clone(), vec![1]));
    assert_eq!(data::stats(&*some, || ()).classes, [("y".to_owned(), 1)], "those that occur");
    let sheet = data::contact_sheet(&source, 5, 2, 8).unwrap();
    assert_eq!((sheet.width, sheet.height), (22, 12));
    assert_eq!((sheet.at(4, 4), sheet.at(14, 4), sheet.at(0, 0)), ([0; 3], [255; 3], [255; 3]));
    assert!(data::contact_sheet(&source, 5, 2, usize::MAX).is_err());
}

#[test]
fn held_out_pictures_are_fixed_and_never_trained_on() {
    let source = open("scenes?count=50").unwrap().source;
    let split = |seed| data::held_out(source.clone(), 7, seed).unwrap();
    let of = |s: &dyn Source| (0..s.len()).map(|i| s.get(i).unwrap().name).collect::<Vec<_>>();
    let (first, again, other) = (split(1), split(1), split(2));
    assert_eq!(of(&*first.validation), of(&*again.validation));
    assert_ne!(of(&*first.validation), of(&*other.validation));
    let mut both = [of(&*first.train), of(&*first.validation)].concat();
    assert_eq!((first.train.len(), first.validation.len()), (43, 7));
    both.sort();
    both.dedup();
    assert_eq!(both.len(), 50);
    let small: Arc<dyn Source> = Arc::new(Subset::spread(source.clone(), 3));
    assert_eq!(data::held_out(small, 64, 0).unwrap().validation.len(), 1);
    assert!(data::held_out(Arc::new(Subset::spread(source, 1)), 64, 0).is_err());
}

/// The folder of real data, where there is one.
fn real(what: &str) -> Option<PathBuf> {
    let path = std::env::var_os("DARKROOM_DATA")
        .map(|d| PathBuf::from(d).join(what))
        .filter(|p| p.exists());
    if path.is_none() {
        skip::skipped(&format!("DARKROOM_DATA names no folder that holds {what}"));
    }
    path
}

#[test]
fn the_photographs_are_all_there() {
    let Some(dir) = real("photos-128") else { return };
    let train = open(dir.join("train-*.tar")).unwrap();
    let val = open(dir.join("val.tar")).unwrap();
    assert_eq!((train.source.len(), train.skipped.count), (5658, 0));
    assert_eq!((val.source.len(), val.skipped.count), (500, 0));
    assert_eq!(
        (train.source.classes().len(), train.source.get(0).unwrap().picture.width),
        (163, 128)
    );
    assert_eq!((0..500).filter(|&i| val.source.label(i).is_none()).count(), 40);
    // libjpeg-turbo's figures are MEANS. These pictures store colour at half the side, and our decoder rounds the halves up
    // when it fills in between, where libjpeg rounds them up and down in turn: its colour lies BIAS of 255 above. Pictures
    // with colour at full size decode to 0.01 of 255 alike.
    const MEANS: [f64; 3] = [0.50998, 0.45761, 0.39319];
    const BIAS: [f64; 3] = [0.224, -0.170, 0.291];
    let stats = data::stats(&*val.source, || ());
    for (got, (mean, bias)) in stats.mean.iter().zip(MEANS.iter().zip(BIAS)) {
        assert!((got - (mean + bias / 255.0)).abs() < 1e-4, "{stats:?}");
    }
    for (got, expected) in stats.std.iter().zip([0.27372, 0.25982, 0.27919]) {
        assert!((got - expected).abs() < 5e-4, "{stats:?}");
    }
}

/// The data's own sums of the official files' first pictures.
#[test]
fn the_official_cifar_files_are_read_exactly() {
    let scratch = tempfile::tempdir().unwrap();
    for (name, pictures, sum) in [
        ("data_batch_1", 10_000, "5dd7e06a14cb22eb9f671a540d1b7c25"),
        ("test_batch", 1_600, "289d9cc456caf36bcbfa10d6c548b8b0"),
    ] {
        let Some(path) = official(name, scratch.path()) else { return };
        let source = open(&path).unwrap().source;
        let bytes = back_to_bytes(&*source);
        let found: String = Md5::digest(&bytes[..pictures * 3073])
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(found, sum, "{}", path.display());
    }
}

/// An official file: from `DARKROOM_CIFAR`, or of the data's folder, where lossless mosaics of its pictures serve as well.
fn official(name: &str, scratch: &Path) -> Option<PathBuf> {
    let file = format!("{name}.bin");
    let elsewhere = std::env::var_os("DARKROOM_CIFAR").map(PathBuf::from);
    if let Some(path) = elsewhere.map(|folder| folder.join(&file)).filter(|path| path.exists()) {
        return Some(path);
    }
    let mosaics = real("cifar-10")?;
    let labels = fs::read(mosaics.join(format!("{name}.labels"))).unwrap();
    let mut labels = labels.iter().filter(|byte| byte.is_ascii_digit()).map(|digit| digit - b'0');
    let mut bytes = Vec::new();
    for number in 0.. {
        let Ok(packed) = fs::read(mosaics.join(format!("{name}-{number:02}.webp"))) else {
            break;
        };
        let mosaic = decode(&packed, name).unwrap().picture;
        for place in 0..mosaic.pixels.len() / 3072 {
            let (left, top) = (place % 40 * 32, place / 40 * 32);
            bytes.push(labels.next().unwrap());
            for channel in 0..3 {
                bytes.extend((0..1024).map(|at| mosaic.at(left + at % 32, top + at / 32)[channel]));
            }
        }
    }
    let path = scratch.join(file);
    write(path.clone(), bytes);
    Some(path)
}
