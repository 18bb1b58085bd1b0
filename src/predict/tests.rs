#![allow(clippy::unwrap_used)]

use super::*;
use crate::{chance::Chance, config::RunConfig, mask::MaskKind, methods::build};

fn model(knobs: &[(&str, &str)]) -> AnyMethod {
    let tiny = [
        ("size", "32"),
        ("patch", "4"),
        ("encoder_dim", "12"),
        ("encoder_heads", "3"),
        ("encoder_depth", "1"),
        ("decoder_dim", "8"),
    ];
    let knobs = tiny
        .iter()
        .chain(knobs)
        .map(|(name, value)| ((*name).to_owned(), toml::Value::String((*value).to_owned())))
        .collect();
    build(
        &RunConfig {
            method: "mae".into(),
            seed: 5,
            knobs,
            ..RunConfig::default()
        },
        &Device::flex(),
    )
    .unwrap()
}

fn targets() -> [AnyMethod; 3] {
    [
        model(&[]),
        model(&[("target", "normalised")]),
        model(&[("target", "residual"), ("fill_to_decoder", "true")]),
    ]
}

fn picture(index: u64) -> Picture {
    let mut chance = Chance::new(3, "picture", index);
    let base = chance.unit();
    Picture::new(
        32,
        32,
        (0..3 * 32 * 32).map(|_| (base + chance.range(-0.2..0.2)).clamp(0.0, 1.0)).collect(),
    )
    .unwrap()
}

fn ask(model: &AnyMethod, picture: &Picture, mask: &Mask) -> Result<Predicted, PredictError> {
    block_on(predict(model, picture, mask, &Device::flex()))
}

const GRID: Grid = Grid::new(8, 8);

#[test]
fn hidden_pixels_change_nothing_that_is_drawn() {
    for model in targets() {
        for kind in ["random:0.75", "half", "block", "outside-block", "checkerboard"] {
            let mask = kind.parse::<MaskKind>().unwrap().draw(GRID, 1, 0);
            let (one, other) = (picture(0), picture(1));
            let mixed = mask.set_in(&one, &other); // visible from one, hidden from the other
            let [one, mixed] = [one, mixed].map(|picture| ask(&model, &picture, &mask).unwrap());
            assert_eq!(one.drawn, mixed.drawn, "{kind}");
            assert_ne!(one.energy, mixed.energy);
        }
    }
}

#[test]
fn any_mask_that_leaves_a_patch_is_drawn() {
    let all_but = |kept: usize| Mask::from_hidden(GRID, &(0..64).filter(|patch| *patch != kept).collect::<Vec<_>>());
    for model in targets() {
        for mask in [Mask::from_hidden(GRID, &[17]), all_but(0), all_but(63)] {
            let said = ask(&model, &picture(2), &mask).unwrap();
            assert!(said.drawn.pixels.iter().all(|value| value.is_finite()));
            assert_eq!(said.patch_energy.iter().flatten().count(), mask.hidden_count());
            let mean = said.patch_energy.iter().flatten().sum::<f32>() / mask.hidden_count() as f32;
            assert!((mean - said.energy.unwrap()).abs() < 1e-5);
            let psnr = said.psnr.unwrap();
            assert!((psnr.model - psnr_db(f64::from(said.energy.unwrap())) as f32).abs() < 1e-3);
            assert!(psnr.mean.is_finite() && psnr.smooth.is_finite());
        }
        let nothing = ask(&model, &picture(2), &Mask::none(GRID)).unwrap();
        assert_eq!((nothing.energy, nothing.psnr, nothing.patch_energy), (None, None, vec![None; 64]));
    }
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let model = model(&[]);
    let all = Mask::none(GRID).inverted();
    assert_eq!(ask(&model, &picture(0), &all), Err(PredictError::NothingVisible));
    let other = ask(&model, &picture(0), &Mask::none(Grid::new(4, 4))).unwrap_err().to_string();
    assert!(other.contains("4 by 4") && other.contains("8 by 8"), "{other}");
    let small = ask(&model, &Picture::grey(16, 16, 0.5), &Mask::none(GRID)).unwrap_err().to_string();
    assert!(small.contains("16 by 16") && small.contains("32"), "{small}");
}

#[test]
fn the_method_and_the_room_agree_on_energy() {
    for model in targets() {
        let mask = MaskKind::Random(0.75).draw(GRID, 4, 0);
        let said = ask(&model, &picture(5), &mask).unwrap();
        let smooth = fill::smooth(&picture(5), &mask);
        let batch = Batch::of(&[picture(5)], std::slice::from_ref(&mask), Some(&[smooth]), &Device::flex());
        let energies: Vec<f32> = model.patch_energy(&batch).unwrap().into_data().iter::<f32>().collect();
        for (here, there) in energies.iter().zip(&said.patch_energy) {
            assert!((here - there.unwrap_or(0.0)).abs() < 1e-5, "{here} {there:?}");
        }
    }
}

#[test]
fn many_pictures_are_measured_as_one_by_one() {
    let model = model(&[("target", "residual")]);
    let kinds: Vec<MaskKind> = ["random:0.75", "half", "none"].iter().map(|kind| kind.parse().unwrap()).collect();
    let pictures = || (0..5).map(picture);
    let mut heard = 0;
    let (count, psnr) = block_on(evaluate(
        &model,
        pictures().map(Ok::<_, PredictError>),
        &kinds,
        9,
        &Device::flex(),
        |done| heard = done,
    ))
    .unwrap();
    assert_eq!((count, heard, psnr.len()), (5, 5, 3));
    assert_eq!(psnr[2], None);
    for (kind, found) in kinds.iter().zip(&psnr).take(2) {
        let each = pictures()
            .enumerate()
            .map(|(i, picture)| ask(&model, &picture, &kind.draw(GRID, 9, i as u64)).unwrap().psnr.unwrap());
        let mean = each.fold([0.0; 3], |sum, psnr| {
            [sum[0] + psnr.model / 5.0, sum[1] + psnr.mean / 5.0, sum[2] + psnr.smooth / 5.0]
        });
        let found = found.unwrap();
        for (one, all) in mean.into_iter().zip([found.model, found.mean, found.smooth]) {
            assert!((one - all).abs() < 1e-3, "{one} {all}");
        }
    }
    let broken: Vec<Result<Picture, PredictError>> = vec![Ok(picture(0)), Err(PredictError::NothingVisible)];
    assert!(block_on(evaluate(&model, broken, &kinds, 9, &Device::flex(), |_| {})).is_err());
}
