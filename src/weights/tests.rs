#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use burn::tensor::Device;
use safetensors::SafeTensors;

use super::*;
use crate::methods::{Names, build};

fn config(knobs: &[(&str, &str)]) -> RunConfig {
    let tiny = [
        ("size", "16"),
        ("patch", "4"),
        ("encoder_dim", "12"),
        ("encoder_heads", "3"),
        ("encoder_depth", "2"),
        ("decoder_dim", "8"),
        ("decoder_heads", "2"),
        ("decoder_depth", "1"),
    ];
    let knobs = tiny
        .iter()
        .chain(knobs)
        .map(|(name, value)| ((*name).to_owned(), toml::Value::String((*value).to_owned())))
        .collect();
    RunConfig {
        method: "mae".into(),
        seed: 5,
        knobs,
        ..RunConfig::default()
    }
}

fn model(knobs: &[(&str, &str)]) -> AnyMethod {
    build(&config(knobs), &Device::flex()).unwrap()
}

fn residual() -> AnyMethod {
    model(&[("target", "residual"), ("fill_to_decoder", "true")])
}

fn bytes(method: &AnyMethod, dtype: Dtype) -> Vec<u8> {
    let header = Header {
        card: ModelCard {
            name: "test".into(),
            steps: 7,
            ..ModelCard::default()
        },
        ..Header::new(method, &RunConfig::default())
    };
    to_bytes(method, &header, dtype).unwrap()
}

fn open(bytes: &[u8]) -> Result<Opened, WeightsError> {
    from_bytes(bytes, "a.safetensors", &Device::flex())
}

fn refused(bytes: &[u8]) -> String {
    open(bytes).map(|_| ()).unwrap_err().to_string()
}

/// A file with this header and so many bytes of tensors.
fn file(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.resize(bytes.len() + data, 0);
    bytes
}

#[test]
fn what_is_written_reads_back_to_the_bit() {
    for method in [model(&[]), residual()] {
        let written = bytes(&method, Dtype::F32);
        let opened = open(&written).unwrap();
        assert_eq!(state(&opened.method), state(&method));
        let header = opened.header.unwrap();
        assert_eq!((header.method.as_str(), header.card.steps, header.format), ("mae", 7, FORMAT));
        assert_eq!(header.config.knobs, method.knobs());
        assert_eq!(
            written,
            to_bytes(
                &opened.method,
                &Header {
                    config: header.config.clone(),
                    ..header
                },
                Dtype::F32
            )
            .unwrap(),
            "equal weights make equal bytes"
        );
    }
}

#[test]
fn half_precision_halves_the_file_and_keeps_the_answer() {
    let method = residual();
    let (full, half) = (bytes(&method, Dtype::F32), bytes(&method, Dtype::F16));
    assert!(half.len() < full.len() * 7 / 10);
    let opened = open(&half).unwrap();
    let check = opened.header.unwrap().check.unwrap();
    let answer = crate::predict::block_on(crate::predict::self_test(&opened.method, &Device::flex())).unwrap();
    assert!(check.error(&answer) < 1e-6, "the stored answer is that of the stored numbers");
    let unrounded = crate::predict::block_on(crate::predict::self_test(&method, &Device::flex())).unwrap();
    assert!(check.error(&unrounded) > 0.0 && check.error(&unrounded) < check::TOLERANCE);
    assert_eq!(check.error(&answer[1..]), f32::INFINITY);
}

#[test]
fn other_readers_of_safetensors_take_our_files() {
    let written = bytes(&model(&[]), Dtype::F16);
    let read = SafeTensors::deserialize(&written).unwrap();
    let tensor = read.tensor("vit.encoder.layer.1.attention.attention.key.weight").unwrap();
    assert_eq!(tensor.shape(), [12, 12]);
    assert_eq!(
        read.tensor("vit.embeddings.patch_embeddings.projection.weight").unwrap().shape(),
        [12, 3, 4, 4]
    );
    assert_eq!(read.tensor("decoder.decoder_pos_embed").unwrap().shape(), [1, 17, 8]);
    let (_, metadata) = SafeTensors::read_metadata(&written).unwrap();
    assert_eq!(metadata.metadata().as_ref().unwrap()["format"], "pt");
}

#[test]
fn published_names_go_out_and_in() {
    let method = model(&[]);
    let ours = bytes(&method, Dtype::F32);
    for names in [Names::HuggingFace, Names::Original] {
        let published = convert(&ours, "a.safetensors", Some(names), Dtype::F32).unwrap();
        let opened = open(&published).unwrap();
        assert!(opened.header.is_none() && opened.note.unwrap().contains("published"));
        assert_eq!(state(&opened.method), state(&method), "{names:?}");
        let back = open(&convert(&published, "dir/b.safetensors", None, Dtype::F32).unwrap()).unwrap();
        assert_eq!(state(&back.method), state(&method));
        assert_eq!(back.header.unwrap().card.name, "b");
    }
    let normalised = bytes(&model(&[("target", "normalised")]), Dtype::F32);
    let published = convert(&normalised, "n", Some(Names::Original), Dtype::F32).unwrap();
    assert_eq!(open(&published).unwrap().method.knobs()["target"].as_str(), Some("normalised"));
    let refused = convert(&bytes(&residual(), Dtype::F32), "r", Some(Names::HuggingFace), Dtype::F32).unwrap_err();
    assert!(refused.to_string().contains("smooth fill"), "{refused}");
    let overlapping = bytes(&model(&[("overlap", "true")]), Dtype::F32);
    let refused = convert(&overlapping, "o", Some(Names::HuggingFace), Dtype::F32).unwrap_err();
    assert!(refused.to_string().contains("overlap"), "{refused}");
}

#[test]
fn a_device_that_binds_little_has_weights_in_parts_and_answers_alike() {
    let answer = |method: &AnyMethod| crate::predict::block_on(crate::predict::self_test(method, &Device::flex())).unwrap();
    for overlap in ["false", "true"] {
        let written = bytes(
            &model(&[("target", "residual"), ("fill_to_decoder", "true"), ("overlap", overlap)]),
            Dtype::F32,
        );
        let whole = open(&written).unwrap().method;
        let opened = from_bytes_within(&written, "a", &Device::flex(), 1000).unwrap();
        assert!(state(&opened.method).len() > state(&whole).len(), "something is split");
        let check = opened.header.unwrap().check.unwrap();
        assert!(check.error(&answer(&opened.method.for_answers())) < 1e-5, "overlap {overlap}");
        assert!(check.error(&answer(&whole.for_answers())) < 1e-5, "overlap {overlap}");
    }
    // Positions take 17 rows of 12 numbers, and are no matrix of a map: nobody splits them.
    let written = bytes(&residual(), Dtype::F32);
    let refused = from_bytes_within(&written, "a", &Device::flex(), 700).unwrap_err().to_string();
    assert!(
        refused.contains("position_embeddings") && refused.contains("switch to the CPU"),
        "{refused}"
    );
}

#[test]
fn a_run_may_add_what_the_weights_it_starts_from_were_made_without() {
    let device = Device::flex();
    let plain = bytes(&model(&[("target", "residual")]), Dtype::F32);
    let added = [("target", "residual"), ("corrector_dim", "8")];
    let started = onto(&config(&added), &plain, "a", &device).unwrap();
    assert_eq!(started.new, ["corrector"]);
    let [known, new] = [&open(&plain).unwrap().method, &started.method].map(|method| BTreeMap::from_iter(state(method)));
    for (path, numbers) in &new {
        match known.get(path) {
            Some(known) => assert_eq!(known, numbers, "{path}"),
            None => assert!(path.starts_with("corrector."), "{path}"),
        }
    }
    assert!(new.len() > known.len() && known.keys().all(|path| new.contains_key(path)));
    // Half of a part is none: a deeper network is another one.
    for deeper in [("encoder_depth", "3"), ("decoder_depth", "2"), ("fill_to_decoder", "true")] {
        let refused = onto(&config(&[added[0], deeper]), &plain, "a", &device).unwrap_err().to_string();
        assert!(refused.contains("lacks tensor"), "{deeper:?}: {refused}");
    }
    // Nothing that was learnt is left behind unsaid.
    let with_more = bytes(&model(&added), Dtype::F32);
    let less = config(&[("target", "residual")]);
    let refused = onto(&less, &with_more, "a", &device).unwrap_err().to_string();
    assert!(refused.contains("corrector."), "{refused}");
}

#[test]
fn a_run_of_another_picture_size_starts_with_positions_stretched_and_all_else_as_it_was() {
    let device = Device::flex();
    let written = bytes(&model(&[]), Dtype::F32);
    let own = BTreeMap::from_iter(state(&open(&written).unwrap().method));
    let table = |path: &str| {
        let data = &own[path];
        let [rows, dim] = [data.shape()[0], data.shape()[1]];
        burn::tensor::Tensor::<2>::from_data(burn::tensor::TensorData::new(data.iter::<f32>().collect(), [rows, dim]), &device)
    };
    let grid = |side| crate::mask::Grid::new(side, side);
    let larger = ("size", "24");
    // Of its own kind, the drawing half too; of another kind, the encoder.
    let started = onto(&config(&[larger]), &written, "a", &device).unwrap();
    let stretched = started.stretched.unwrap();
    assert_eq!((stretched.from, stretched.to), (grid(4), grid(6)));
    assert_eq!(onto(&config(&[]), &written, "a", &device).unwrap().stretched, None);
    let started = started.method;
    let knobs = [("size", "24"), ("backbone", "vit:12x2/3/4"), ("projector", "8,4")];
    let knobs = knobs.map(|(name, value)| (name.to_owned(), toml::Value::String(value.into())));
    let joint = RunConfig {
        method: "simclr".into(),
        seed: 5,
        knobs: knobs.into_iter().collect(),
        ..RunConfig::default()
    };
    let other = onto(&joint, &written, "a", &device).unwrap();
    assert_eq!(other.stretched, Some(stretched));
    let other = other.method;
    let mut stretched = 0;
    for (path, numbers) in state(&started) {
        if path.ends_with(".positions") {
            assert_eq!(numbers.shape()[0], 37, "{path}");
            let wanted = crate::nn::positions::resized(table(&path), grid(4), grid(6)).into_data();
            assert_eq!(
                numbers.iter::<f32>().collect::<Vec<_>>(),
                wanted.iter::<f32>().collect::<Vec<_>>(),
                "{path}"
            );
            stretched += 1;
        } else {
            assert_eq!(own[&path], numbers, "{path}");
        }
    }
    assert_eq!(stretched, 2, "the encoder's and the decoder's");
    let of_other = BTreeMap::from_iter(state(&other));
    let positions = of_other.iter().find(|(path, _)| path.ends_with("network.positions")).unwrap().1;
    let wanted = crate::nn::positions::resized(table("encoder.positions"), grid(4), grid(6)).into_data();
    assert_eq!(
        positions.iter::<f32>().collect::<Vec<_>>(),
        wanted.iter::<f32>().collect::<Vec<_>>()
    );
    // What is written then opens by itself, at its own size.
    assert_eq!(open(&bytes(&started, Dtype::F32)).unwrap().method.views().size_px, 24);
    // Patches of another size are another network.
    let refused = onto(&config(&[("patch", "8")]), &written, "a", &device).unwrap_err().to_string();
    assert!(refused.contains("patch_embeddings"), "{refused}");
    // A corrector works on the whole picture.
    let corrected = [("target", "residual"), ("corrector_dim", "8")];
    let with_corrector = bytes(&model(&corrected), Dtype::F32);
    let refused = onto(&config(&[corrected[0], corrected[1], larger]), &with_corrector, "a", &device)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("corrector."), "{refused}");
}

#[test]
fn broken_files_are_refused_with_a_sentence_that_names_them() {
    let good = bytes(&model(&[]), Dtype::F32);
    let tensor =
        |dtype: &str, shape: &str, offsets: &str| format!(r#"{{"x":{{"dtype":"{dtype}","shape":{shape},"data_offsets":{offsets}}}}}"#);
    let two = |second: &str| {
        format!(r#"{{"x":{{"dtype":"F32","shape":[1],"data_offsets":[0,4]}},"y":{{"dtype":"F32","shape":[1],"data_offsets":{second}}}}}"#)
    };
    let deep = format!(r#"{{"x":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
    let many: Vec<String> = (0..100_000)
        .map(|i| format!(r#""t{i}":{{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#))
        .collect();
    let cases: Vec<(Vec<u8>, &str)> = vec![
        (vec![], "is empty"),
        (vec![1, 2, 3], "fewer than"),
        (b"this is a photograph, not weights".to_vec(), "announce a header"),
        (u64::MAX.to_le_bytes().to_vec(), "announce a header"),
        (good[..100].to_vec(), "cut short"),
        (good[..good.len() - 1].to_vec(), "cut short"),
        ([good.clone(), vec![0]].concat(), "belong to none"),
        (file("{", 0), "header"),
        (file(&deep, 0), "header"),
        (file(&format!("{{{}}}", many.join(",")), 0), "more than 10000 tensors"),
        (file(&tensor("F32", "[2]", "[0,8]"), 4), "cut short"),
        (file(&tensor("F32", "[2]", "[8,0]"), 8), "before it starts"),
        (file(&tensor("F32", "[3]", "[0,8]"), 8), "does not fit shape"),
        (
            file(&tensor("F32", "[4294967296,4294967296,4294967296]", "[0,8]"), 8),
            "does not fit shape",
        ),
        (file(&tensor("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"), 4), "9 axes"),
        (file(&tensor("F32", "[-1]", "[0,8]"), 8), "header"),
        (file(&tensor("I64", "[1]", "[0,8]"), 8), "type I64"),
        (file(&tensor("Z9", "[1]", "[0,8]"), 8), "header"),
        (file(&two("[0,4]"), 4), "overlaps"),
        (file(&two("[8,12]"), 12), "gap"),
        (
            file(
                r#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#,
                4,
            ),
            "twice",
        ),
        (
            file(&tensor("F32", "[2]", "[0,8]"), 8),
            "no model known here: its first tensor is \"x\"",
        ),
        (file("{}", 0), "no tensors"),
        (file(r#"{"__metadata__":{"darkroom":"{\"format\":99}"}}"#, 0), "later Darkroom"),
        (
            file(r#"{"__metadata__":{"darkroom":"{\"format\":1,\"method\":\"mea\"}"}}"#, 0),
            "did you mean \"mae\"",
        ),
        (file(r#"{"__metadata__":{"darkroom":"not json"}}"#, 0), "under \"darkroom\""),
        (
            file(r#"{"__metadata__":{"darkroom":"{\"format\":1,\"method\":\"mae\"}"}}"#, 0),
            "lacks tensor \"vit.embeddings.cls_token\"",
        ),
    ];
    for (bytes, says) in cases {
        let refused = refused(&bytes);
        assert!(refused.contains("a.safetensors") && refused.contains(says), "{refused} / {says}");
        assert!(refused.len() < 400, "{refused}");
    }
}

/// A good file with one change to its header's text, which keeps its length.
fn changed(from: &str, to: &str) -> Vec<u8> {
    let good = bytes(&model(&[]), Dtype::F32);
    let at = good.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
    assert_eq!(from.len(), to.len());
    [&good[..at], to.as_bytes(), &good[at + from.len()..]].concat()
}

#[test]
fn every_tensor_is_accounted_for() {
    let missing = refused(&changed("vit.layernorm.weight", "vit.layernorm.widget"));
    assert!(missing.contains("lacks tensor \"vit.layernorm.weight\" of shape [12]"), "{missing}");
    let shape = refused(&changed(
        "decoder.decoder_embed.weight\":{\"dtype\":\"F32\",\"shape\":[8,12]",
        "decoder.decoder_embed.weight\":{\"dtype\":\"F32\",\"shape\":[12,8]",
    ));
    assert!(
        shape.contains("\"decoder.decoder_embed.weight\" is [12, 8]; this model's is [8, 12]"),
        "{shape}"
    );
    // One layer less in the header's configuration leaves that layer's tensors over.
    let extra = refused(&changed("\\\"encoder_depth\\\":2", "\\\"encoder_depth\\\":1"));
    assert!(
        extra.contains("\"vit.encoder.layer.1.") && extra.contains("accounted for"),
        "{extra}"
    );
    let huge = refused(&changed("\\\"encoder_dim\\\":12", "\\\"encoder_dim\\\":96"));
    assert!(huge.contains("is [1, 1, 12]; this model's is [1, 1, 96]"), "{huge}");
}

#[test]
fn weights_that_are_not_finite_are_refused() {
    let mut bytes = bytes(&model(&[]), Dtype::F32);
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    let refused = refused(&bytes);
    assert!(
        refused.contains("decoder.decoder_pred.bias") && refused.contains("finite"),
        "{refused}"
    );
}

#[test]
fn a_network_whose_heads_cannot_be_told_is_refused() {
    let published = convert(&bytes(&model(&[]), Dtype::F32), "a", Some(Names::HuggingFace), Dtype::F32).unwrap();
    let at = published.windows(19).position(|window| window == b"num_attention_heads").unwrap();
    let mut nameless = published.clone();
    nameless[at] = b'x'; // the decoder's remark comes first: "decoder_num_attention_heads"
    let refused = refused(&nameless);
    assert!(
        refused.contains("decoder is 8 wide") && refused.contains("known widths: 512"),
        "{refused}"
    );
}

#[test]
fn a_training_network_takes_a_state_and_stays_one() {
    use burn::module::{Module, ModuleVisitor, Param};
    use burn::tensor::Tensor;
    struct Tracked(usize);
    impl ModuleVisitor for Tracked {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0 += usize::from(param.val().is_autodiff() && param.val().is_require_grad());
        }
    }
    let tracked = |method: &AnyMethod| {
        let mut tracked = Tracked(0);
        method.visit(&mut tracked);
        tracked.0
    };
    let device = Device::flex().autodiff();
    let config = RunConfig {
        method: "mae".into(),
        knobs: model(&[]).knobs(),
        ..RunConfig::default()
    };
    let training = build(&config, &device).unwrap();
    let wanted = state(&training).len() - 2;
    assert_eq!(tracked(&training), wanted);
    let training = with_state(training, state(&model(&[]))).unwrap();
    assert_eq!(tracked(&training), wanted, "positions stay fixed, the rest stays trained");
    assert_eq!(state(&training), state(&model(&[])));
    let mut lacking = state(&training);
    let (name, _) = lacking.pop().unwrap();
    assert_eq!(with_state(training, lacking).unwrap_err(), StateError::Missing { name });
}
