//! Files of weights.

use super::*;

/// A safetensors file of this header and as many zero bytes.
fn file(header: &str, bytes: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; bytes]].concat()
}

#[test]
fn weights_of_every_wrong_kind() {
    let folder = folder();
    let good = fs::read(shipped()).unwrap();
    let tensor = |name: &str, shape: &str, offsets: &str| format!(r#""{name}":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}}}"#);
    let changed = |from: &str, to: &str| {
        let at = good.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        [&good[..at], to.as_bytes(), &good[at + from.len()..]].concat()
    };
    let many: Vec<String> = (0..100_000).map(|i| tensor(&format!("t{i}"), "[0]", "[0,0]")).collect();
    let mut nan = good.clone();
    let end = nan.len();
    nan[end - 2..].copy_from_slice(&[0, 0x7e]);
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "is empty"),
        ("cut", good[..good.len() - 7].to_vec(), "cut short"),
        ("cut-early", good[..5].to_vec(), "fewer than"),
        (
            "overlapping",
            file(&format!("{{{},{}}}", tensor("a", "[1]", "[0,4]"), tensor("b", "[1]", "[0,4]")), 4),
            "overlaps",
        ),
        (
            "overflowing",
            file(&format!("{{{}}}", tensor("a", "[4294967296,4294967296,4294967296]", "[0,8]")), 8),
            "does not fit",
        ),
        (
            "beyond",
            file(
                &format!("{{{}}}", tensor("a", "[2]", "[18446744073709551608,18446744073709551615]")),
                8,
            ),
            "a",
        ),
        (
            "another",
            file(&format!("{{{}}}", tensor("conv1.weight", "[2]", "[0,8]")), 8),
            "no model known here",
        ),
        (
            "shapes",
            changed(
                r#""decoder.decoder_embed.weight":{"dtype":"F16","shape":[8,12]"#,
                r#""decoder.decoder_embed.weight":{"dtype":"F16","shape":[12,8]"#,
            ),
            "is [12, 8]",
        ),
        ("renamed", changed("vit.layernorm.weight", "vit.layernorm.widget"), "lacks tensor"),
        ("nan", nan, "finite"),
        ("many", file(&format!("{{{}}}", many.join(",")), 0), "more than 10000 tensors"),
        (
            "deep",
            file(&format!(r#"{{"x":{}{}}}"#, "[".repeat(200_000), "]".repeat(200_000)), 0),
            "header",
        ),
        ("endless", u64::MAX.to_le_bytes().to_vec(), "announce a header"),
        ("picture", encode_png(&common::scene(0, 24)), "announce a header"),
        ("no-json", file("hello", 0), "header"),
        ("zip", b"PK\x03\x04 and so on".to_vec(), "PyTorch"),
        (
            "pickle",
            b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19".to_vec(),
            "safetensors.torch.save_file",
        ),
        ("page", b"\n<!DOCTYPE html><title>Sign in</title>".to_vec(), "a web page"),
        ("pointer", b"version https://git-lfs.github.com/spec/v1".to_vec(), "git lfs pull"),
    ];
    for (name, bytes, why) in cases {
        let file = format!("{name}.safetensors");
        fs::write(folder.path().join(&file), bytes).unwrap();
        call(folder.path(), &format!("predict a.png --model {file}")).refused(&[&file, why]);
        call(folder.path(), &format!("models convert {file} out.safetensors")).refused(&[&file, why]);
        assert!(!folder.path().join("out.safetensors").exists());
    }
    call(folder.path(), "eval --model nan.safetensors --data scenes?count=2 --json").refused(&["nan.safetensors", "finite"]);
    call(folder.path(), "eval --model absent --json").refused(&["absent", "no such file"]);
    call(folder.path(), "eval --model .").refused(&["it is no file"]);
    let before = fs::read(folder.path().join("w.safetensors")).unwrap();
    for to in ["w.safetensors", "./w.safetensors"] {
        call(folder.path(), &format!("models convert w.safetensors {to} --dtype f32")).refused(&[to, "lost"]);
    }
    assert_eq!(fs::read(folder.path().join("w.safetensors")).unwrap(), before);
    call(folder.path(), "models convert w.safetensors x --names hff").refused(&["hff", "hf"]);
    call(folder.path(), "models convert w.safetensors x --dtype f17").refused(&["f17", "f16"]);
    call(folder.path(), "models --folder absent").refused(&["absent"]);
}

#[test]
fn weights_that_are_not_those_of_their_self_test_are_warned_of_and_never_given_another() {
    let folder = folder();
    let good = fs::read(shipped()).unwrap();
    let header = 8 + usize::try_from(u64::from_le_bytes(good[..8].try_into().unwrap())).unwrap();
    let filled = |with: [u8; 2]| [&good[..header], &with.repeat((good.len() - header) / 2)].concat();
    assert!(!call(folder.path(), "predict a.png --model w.safetensors").err.contains("self-test"));
    for (name, number) in [("zero", [0, 0]), ("large", [0x53, 0x7b])] {
        fs::write(folder.path().join(name), filled(number)).unwrap();
        let ran = call(folder.path(), &format!("predict a.png --model {name}"));
        assert!(ran.err.contains("self-test") && ran.err.contains(name), "{name}: {}", ran.err);
        call(folder.path(), &format!("models convert {name} to")).refused(&["self-test", name]);
        assert!(!folder.path().join("to").exists());
    }
}
