//! Several folders together, and folders behind links.

use super::*;

/// Writes a picture of each name.
fn pictures(folder: &Path, names: &[&str]) {
    names.iter().for_each(|name| write(folder.join(name), png(2, 2, 5)));
}

/// Paths below `folder`, joined by `::` as in `spec`.
fn joined(folder: &Path, spec: &str) -> Arc<dyn Source> {
    let parts: Vec<_> = spec
        .split("::")
        .map(|part| folder.join(part).to_str().unwrap().to_owned())
        .collect();
    let opened = open(parts.join("::")).unwrap();
    assert_eq!(opened.skipped.count, 0, "{spec}: {:?}", opened.skipped);
    opened.source
}

/// Every picture's name with the name of its class.
fn told(source: &dyn Source) -> Vec<(String, Option<String>)> {
    let class = |index| Some(source.classes()[source.label(index)?].clone());
    names(source)
        .into_iter()
        .enumerate()
        .map(|(index, name)| (name, class(index)))
        .collect()
}

fn expected(list: &[(&str, &str)]) -> Vec<(String, Option<String>)> {
    let class = |class: &str| (!class.is_empty()).then(|| class.to_owned());
    list.iter().map(|(name, of)| ((*name).to_owned(), class(of))).collect()
}

#[test]
fn joined_folders_of_class_folders_share_their_classes() {
    let dir = tempfile::tempdir().unwrap();
    pictures(
        dir.path(),
        &[
            "A/train/cat/1.png",
            "A/train/dog/1.png",
            "B/train/dog/1.png",
            "B/train/emu/deep/1.png",
        ],
    );
    for spec in ["A/train::B/train", "B/train::A/train", "{A,B}/train", "*/train"] {
        let source = joined(dir.path(), spec);
        assert_eq!(source.classes(), ["cat", "dog", "emu"], "{spec}");
        let list = [
            ("A/train/cat/1.png", "cat"),
            ("A/train/dog/1.png", "dog"),
            ("B/train/dog/1.png", "dog"),
            ("B/train/emu/deep/1.png", "emu"),
        ];
        assert_eq!(told(&*source), expected(&list), "{spec}");
    }
}

#[test]
fn joined_folders_that_hold_pictures_themselves_are_classes() {
    let dir = tempfile::tempdir().unwrap();
    pictures(
        dir.path(),
        &[
            "all/cat/1.png",
            "all/dog/1.png",
            "other/dog/1.png",
            "train/emu/1.png",
            "train/loose.png",
        ],
    );
    let alone = told(&*joined(dir.path(), "all"));
    assert_eq!(alone, expected(&[("cat/1.png", "cat"), ("dog/1.png", "dog")]));
    for spec in ["all/*", "all/{cat,dog}", "all/dog::all/cat"] {
        assert_eq!(told(&*joined(dir.path(), spec)), alone, "{spec}");
    }
    let list = [("all/cat/1.png", "cat"), ("all/dog/1.png", "dog"), ("other/dog/1.png", "dog")];
    assert_eq!(told(&*joined(dir.path(), "all/cat::all/dog::other/dog")), expected(&list));
    // Some hold class folders and some pictures; one holds both.
    let list = [("all/cat/1.png", "cat"), ("train/emu/1.png", "emu"), ("train/loose.png", "train")];
    assert_eq!(told(&*joined(dir.path(), "train::all/cat")), expected(&list));
    assert_eq!(joined(dir.path(), "train").classes(), ["emu"]);
}

#[test]
fn what_is_named_twice_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    pictures(dir.path(), &["x/a.png", "y/a.png", "all/cat/1.png", "all/dog/1.png"]);
    pictures(dir.path(), &["all/loose.png", "all/cat/deep/2.png"]);
    let alone = told(&*joined(dir.path(), "all"));
    let list = [
        ("cat/1.png", "cat"),
        ("cat/deep/2.png", "cat"),
        ("dog/1.png", "dog"),
        ("loose.png", ""),
    ];
    assert_eq!(alone, expected(&list));
    let parts = [
        "all",
        "all/../all",
        "all/cat",
        "all/cat/deep",
        "all/cat/1.png",
        "all/../all/cat/1.png",
        "all/loose.png",
    ];
    for part in parts {
        for spec in [format!("all::{part}"), format!("{part}::all")] {
            let found: Vec<_> = told(&*joined(dir.path(), &spec));
            let last = |(name, class): &(String, Option<String>)| (name.trim_start_matches("all/../all/").to_owned(), class.clone());
            assert_eq!(found.iter().map(last).collect::<Vec<_>>(), alone, "{spec}");
        }
    }
    assert_eq!(names(&*joined(dir.path(), "x/a.png::y/a.png")), ["x/a.png", "y/a.png"]);
}

#[test]
fn joined_folders_stand_in_the_order_of_what_is_below_them() {
    let dir = tempfile::tempdir().unwrap();
    pictures(dir.path(), &["A/train/dog/1.png", "A/train/ant/1.png", "B/train/cat/1.png"]);
    let list = ["A/train/ant/1.png", "B/train/cat/1.png", "A/train/dog/1.png"];
    assert_eq!(names(&*joined(dir.path(), "A/train::B/train")), list);
}

#[cfg(unix)]
#[test]
fn a_folder_behind_many_links_is_gone_through_once() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let at = |number: usize| dir.path().join(format!("{number:02}"));
    for number in 0..30 {
        write(at(number).join("1.png"), png(2, 2, 1));
    }
    for number in 0..29 {
        symlink(at(number + 1), at(number).join("a")).unwrap();
        symlink(at(number + 1), at(number).join("b")).unwrap();
    }
    let opened = open(at(0)).unwrap();
    assert_eq!((opened.source.len(), opened.skipped.count), (30, 0));
    assert_eq!(opened.source.classes(), ["a"]);
    // From above each lies in the folder itself, whatever leads there.
    let all = open(dir.path()).unwrap().source;
    assert_eq!((all.len(), all.classes().len()), (30, 30));
}

#[cfg(unix)]
#[test]
fn a_link_gives_its_name_to_what_lies_nowhere_else() {
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    pictures(dir.path(), &["in/a/1.png", "in/dogs/1.png", "away/1.png", "away/deep/2.png"]);
    for (to, link) in [
        ("in/dogs", "in/a/pets"),
        ("away", "in/fox"),
        ("away", "in/emu"),
        ("in", "in/a/up"),
        ("in/a/1.png", "in/a/2.png"),
    ] {
        symlink(dir.path().join(to), dir.path().join(link)).unwrap();
    }
    let list = [
        ("a/1.png", "a"),
        ("a/2.png", "a"),
        ("dogs/1.png", "dogs"),
        ("emu/1.png", "emu"),
        ("emu/deep/2.png", "emu"),
    ];
    assert_eq!(told(&*joined(dir.path(), "in")), expected(&list));
    let found: Vec<_> = data::list(&dir.path().join("in"))
        .unwrap()
        .0
        .into_iter()
        .map(|[_, name]| name)
        .collect();
    assert_eq!(found.len(), 5, "{found:?}");
    let spec = dir.path().join("in");
    assert!(data::reads(spec.to_str().unwrap(), &dir.path().join("away/deep/2.png")));
}
