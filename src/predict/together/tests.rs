#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use burn::tensor::{Device, Tensor, TensorData};

use super::*;
use crate::{
    config::RunConfig,
    mask::Mask,
    methods::build,
    nn::packed,
    picture::Picture,
    predict::{PredictError, block_on, predict},
    probes::Embeddings,
    protocol::together::{Changes, Origin, Slot},
    worlds::sample,
};

/// A small network of this method.
fn model(method: &str, knobs: &[(&str, &str)]) -> AnyMethod {
    let knobs: BTreeMap<String, toml::Value> = knobs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), toml::Value::String((*value).to_owned())))
        .collect();
    let config = RunConfig {
        method: method.into(),
        seed: 5,
        knobs,
        ..RunConfig::default()
    };
    build(&config, &Device::flex()).unwrap()
}

fn drawing() -> AnyMethod {
    let sizes = [
        ("size", "32"),
        ("patch", "4"),
        ("encoder_dim", "12"),
        ("encoder_heads", "3"),
        ("encoder_depth", "2"),
    ];
    model("mae", &[&sizes[..], &[("decoder_dim", "8")]].concat())
}

fn predicting() -> AnyMethod {
    let predictor = [("predictor_dim", "8"), ("predictor_heads", "2"), ("predictor_depth", "1")];
    model("ijepa", &[&[("size", "32"), ("backbone", "vit:12x2/3/8")][..], &predictor].concat())
}

fn comparing() -> AnyMethod {
    model("simclr", &[("size", "32"), ("backbone", "vit:12x2/3/8"), ("projector", "16,6")])
}

fn residual() -> AnyMethod {
    model("simclr", &[("size", "32"), ("backbone", "resnet18-cifar"), ("projector", "16,6")])
}

fn picture(index: u64) -> Picture {
    Picture::from_rgb8(&sample(index).render(32))
}

const DEVICE: fn() -> Device = Device::flex;

#[test]
fn what_a_model_says_it_can_do_it_does() {
    for model in [drawing(), predicting(), comparing(), residual()] {
        let able = able(&model);
        let seen = std::slice::from_ref(&picture(0)).to_vec();
        assert_eq!(block_on(patches(&model, &seen, &DEVICE())).is_ok(), able.patches);
        let found = block_on(attention(&model, &seen[0], None, &DEVICE())).unwrap();
        assert_eq!(found.is_some(), able.attention, "{}", model.name());
        let fitted = block_on(fit(
            &question(&sample(19).render(48), &hole()),
            Some(&model),
            Some(&model),
            &DEVICE(),
        ));
        let says = |which: fn(&Fitted) -> bool| fitted.as_ref().is_ok_and(which);
        assert_eq!(
            says(|fitted| fitted.candidates[0].joint.is_some()),
            able.predicts,
            "{}",
            model.name()
        );
        assert_eq!(says(|fitted| fitted.candidates[0].drawn.is_some()), able.draws, "{}", model.name());
    }
    assert!(!able(&residual()).attention && able(&comparing()).attention);
}

#[test]
fn a_picture_is_told_alike_alone_and_among_others() {
    for model in [drawing(), comparing(), residual()] {
        let pictures: Vec<Picture> = (0..3).map(picture).collect();
        let together = block_on(tell(&model, &pictures, &DEVICE())).unwrap();
        let looked = block_on(patches(&model, &pictures, &DEVICE())).unwrap();
        for (at, picture) in pictures.iter().enumerate() {
            let alone = block_on(tell(&model, std::slice::from_ref(picture), &DEVICE())).unwrap();
            let near = |a: &[f32], b: &[f32]| a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-4);
            assert!(near(&alone[0].embedding, &together[at].embedding));
            assert!(near(&alone[0].projection, &together[at].projection));
            let patches = block_on(patches(&model, std::slice::from_ref(picture), &DEVICE())).unwrap();
            assert!(near(patches[0].values(), looked[at].values()));
            let lengths = patches[0].iter().map(|row| row.iter().map(|x| x * x).sum::<f32>());
            assert!(lengths.into_iter().all(|length| (length - 1.0).abs() < 1e-4));
            assert_eq!(grid_of(patches[0].rows()).len(), patches[0].rows());
        }
        assert!(block_on(tell(&model, &[], &DEVICE())).unwrap().is_empty());
        assert!(block_on(patches(&model, &[], &DEVICE())).unwrap().is_empty());
        let small = block_on(patches(&model, &[Picture::grey(8, 8, 0.5)], &DEVICE())).unwrap_err();
        assert!(matches!(small, PredictError::Size { wanted: 32, .. }), "{small}");
    }
}

#[test]
fn a_disturbed_picture_has_energy_to_itself_and_one_at_rest_has_none() {
    let model = comparing();
    let mut kept = Kept::default();
    let pairs = [
        changed(&picture(0), &Changes::default()),
        picture(0),
        changed(
            &picture(0),
            &Changes {
                crop: 0.3,
                ..Changes::default()
            },
        ),
    ];
    for (id, told) in (0..).zip(block_on(tell(&model, &pairs, &DEVICE())).unwrap()) {
        kept.keep(Slot::First, id, told);
    }
    let rows = kept.projections(Slot::First, &[0, 1, 2]).unwrap();
    assert_eq!(rows.dim(), 6);
    assert_eq!(energy(rows.row(0), rows.row(1)), 0.0);
    assert!(energy(rows.row(2), rows.row(1)) > 1e-6);
}

#[test]
fn attention_is_of_the_picture_and_sums_to_what_the_class_token_leaves() {
    for (model, heads, patches) in [(drawing(), 3, 64), (comparing(), 3, 16), (predicting(), 3, 16)] {
        let ask = |index: u64, patch| block_on(attention(&model, &picture(index), patch, &DEVICE())).unwrap().unwrap();
        let found = ask(0, Some(5));
        assert_eq!((found.grid.len(), found.heads.len()), (patches, heads));
        for head in &found.heads {
            let sum: f32 = head.iter().sum();
            assert!(
                head.len() == patches && head.iter().all(|x| (0.0..=1.0).contains(x)) && sum > 0.5 && sum < 1.0,
                "{sum}"
            );
        }
        assert_ne!(ask(0, None), found);
        assert_ne!(ask(1, Some(5)), found);
        let beyond = block_on(attention(&model, &picture(0), Some(patches), &DEVICE())).unwrap_err();
        assert!(beyond.to_string().contains(&format!("no patch {patches}")), "{beyond}");
    }
}

#[test]
fn weights_laid_out_for_answers_look_where_the_others_look() {
    for method in [drawing, comparing] {
        let ask = |model: &AnyMethod| block_on(attention(model, &picture(0), Some(3), &DEVICE())).unwrap().unwrap();
        let (plain, packed) = (ask(&method()), ask(&packed(method().for_answers())));
        let pairs = plain.heads.iter().flatten().zip(packed.heads.iter().flatten());
        assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-5));
    }
}

#[test]
fn convolutions_laid_out_for_answers_embed_as_the_others() {
    let pictures = || Tensor::<4>::from_data(TensorData::new(picture(0).pixels, [1, 3, 32, 32]), &DEVICE());
    let ask = |model: &AnyMethod| model.embed(pictures()).into_data().try_into_vec::<f32>().unwrap();
    let (plain, packed) = (ask(&residual()), ask(&packed(residual().for_answers())));
    let most = plain.iter().fold(0.0, |most: f32, value| most.max(value.abs()));
    assert!(most > 0.0 && plain.iter().zip(&packed).all(|(a, b)| (a - b).abs() < 1e-5 * most));
}

#[test]
fn registers_are_left_out_of_attention() {
    let model = model(
        "simclr",
        &[("size", "32"), ("backbone", "vit:12x2/3/8+registers:3"), ("projector", "16,6")],
    );
    let found = block_on(attention(&model, &picture(0), None, &DEVICE())).unwrap().unwrap();
    assert!(found.heads.iter().all(|head| head.len() == 16));
}

#[test]
fn a_picture_looks_where_its_patches_look_where_they_stand_for_it() {
    for model in [predicting(), drawing()] {
        let ask = |patch| block_on(attention(&model, &picture(0), patch, &DEVICE())).unwrap().unwrap();
        let whole = ask(None);
        let of_patches: Vec<_> = (0..whole.grid.len()).map(|patch| ask(Some(patch)).heads).collect();
        for (head, whole) in whole.heads.iter().enumerate() {
            for (patch, part) in whole.iter().enumerate() {
                let mean = of_patches.iter().map(|heads| heads[head][patch]).sum::<f32>() / of_patches.len() as f32;
                assert!((part - mean).abs() < 1e-6, "{}: {part} instead of {mean}", model.name());
            }
        }
    }
}

#[test]
fn the_mean_of_the_patches_stands_for_a_picture_where_it_is_asked_for() {
    let of = |backbone| model("simclr", &[("size", "32"), ("backbone", backbone), ("projector", "16,6")]);
    let pictures = Tensor::<4>::from_data(TensorData::new(picture(0).pixels, [1, 3, 32, 32]), &DEVICE());
    let (class, mean) = (of("vit:12x2/3/8"), of("vit:12x2/3/8+mean"));
    let patches = mean.embed_patches(pictures.clone()).unwrap();
    let apart = |model: &AnyMethod| {
        let embedded = model.embed(pictures.clone());
        (embedded - patches.clone().mean_dim(1).squeeze_dim(1))
            .abs()
            .max()
            .into_scalar::<f32>()
    };
    assert!(apart(&mean) < 1e-6, "{}", apart(&mean));
    assert!(apart(&class) > 1e-3, "{}", apart(&class));
}

/// Two by two of four by four patches.
fn hole() -> Mask {
    Mask::by(Grid::new(4, 4), |row, column| (1..3).contains(&row) && (1..3).contains(&column))
}

fn question<'a>(picture: &'a crate::picture::Rgb8, hole: &'a Mask) -> Question<'a> {
    Question {
        picture,
        frame: picture.centre_frame(),
        hole,
        others: &[],
        seed: 3,
        count: 5,
    }
}

#[test]
fn energies_of_parts_are_those_of_the_models_themselves() {
    let (picture, other, hole) = (sample(19).render(32), sample(17).render(40), hole());
    let asked = Question {
        others: &[(9, &other)],
        ..question(&picture, &hole)
    };
    let (joint, draws) = (predicting(), drawing());
    let found = block_on(fit(&asked, Some(&joint), Some(&draws), &DEVICE())).unwrap();
    assert_eq!((found.size_px, found.squares.len(), &found.hole), (32, 5, &hole));
    for (square, candidate) in found.squares.iter().zip(&found.candidates) {
        let square = Picture::from_rgb8(square);
        let said = block_on(predict(&draws, &square, &hole.scaled_to(Grid::new(8, 8)), &DEVICE())).unwrap();
        assert!((said.energy.unwrap() - candidate.drawn.unwrap()).abs() < 1e-6);
        let batch = crate::methods::Batch::of(&[square], std::slice::from_ref(&hole), None, &DEVICE());
        let sum: f32 = joint.patch_energy(&batch).unwrap().into_data().iter::<f32>().sum();
        assert!((sum / 4.0 - candidate.joint.unwrap()).abs() < 1e-5);
    }
    let right = found
        .candidates
        .iter()
        .position(|candidate| candidate.origin == Origin::Right)
        .unwrap();
    assert_eq!(found.squares[right], picture);
    // The hole is grey, all around it stands.
    let grey = found.holed.at(16, 16);
    assert_eq!((grey, found.holed.at(1, 1)), ([128; 3], picture.at(1, 1)));
}

#[test]
fn one_model_alone_answers_for_itself_and_none_says_so() {
    let (picture, hole) = (sample(19).render(40), hole());
    let asked = question(&picture, &hole);
    let only = block_on(fit(&asked, None, Some(&drawing()), &DEVICE())).unwrap();
    assert!(only.candidates.iter().all(|one| one.joint.is_none() && one.drawn.is_some()));
    assert_eq!(only.hole.grid, Grid::new(8, 8));
    let only = block_on(fit(&asked, Some(&predicting()), None, &DEVICE())).unwrap();
    assert!(only.candidates.iter().all(|one| one.joint.is_some() && one.drawn.is_none()));
    for neither in [Some(comparing()), None] {
        let why = block_on(fit(&asked, neither.as_ref(), None, &DEVICE())).unwrap_err();
        assert_eq!(why, PredictError::NothingFits);
    }
    let all = hole.inverted().hidden.iter().map(|_| true).collect();
    let all = Mask {
        hidden: all,
        ..hole.clone()
    };
    let ask = |hole: &Mask| block_on(fit(&question(&picture, hole), None, Some(&drawing()), &DEVICE())).unwrap_err();
    assert_eq!(ask(&all), PredictError::NothingVisible);
    assert_eq!(ask(&Mask::none(Grid::new(4, 4))), PredictError::NothingHidden);
}

#[test]
fn a_palette_is_the_models_own_and_stays() {
    let (one, other) = (comparing(), predicting());
    let mut heard = Vec::new();
    let palette = block_on(Palette::of(&one, &DEVICE(), |done, of| heard.push((done, of)))).unwrap();
    assert_eq!((heard.len(), heard.last()), (5, Some(&(40, 40))));
    assert_eq!(block_on(Palette::of(&one, &DEVICE(), |_, _| {})).unwrap(), palette);
    assert_ne!(block_on(Palette::of(&other, &DEVICE(), |_, _| {})).unwrap(), palette);
    let seen = block_on(patches(&one, &[picture(0)], &DEVICE())).unwrap();
    assert_eq!(palette.colours(&seen[0]).unwrap().len(), 4 * 16);
}

#[test]
fn scenes_out_of_place_are_embedded_and_counted() {
    let model = comparing();
    let all = triples(1, 4);
    let pictures: Vec<Picture> = all
        .iter()
        .flat_map(Triple::scenes)
        .map(|scene| Picture::from_rgb8(&scene.render(32)))
        .collect();
    let told = block_on(tell(&model, &pictures, &DEVICE())).unwrap();
    let dim = told[0].embedding.len();
    let rows = Embeddings::new(12, dim, told.into_iter().flat_map(|told| told.embedding).collect()).unwrap();
    let share = follows_object(&rows).unwrap().unwrap();
    assert!((0.0..=1.0).contains(&share) && (share * 8.0).fract() == 0.0);
}
