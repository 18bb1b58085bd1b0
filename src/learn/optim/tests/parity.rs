//! Ten steps of each rule against PyTorch's own optimisers and LARS written out: `tests/parity/make_optim.py`.
#![allow(clippy::unwrap_used)]

use safetensors::SafeTensors;

use super::{
    super::{
        rule::{Momentum, Trust},
        *,
    },
    rates,
};

const PARTS: [Part; 4] = [
    Part {
        len: 12,
        is_matrix: true,
        rows: 3,
    },
    Part {
        len: 5,
        is_matrix: false,
        rows: 1,
    },
    Part {
        len: 6,
        is_matrix: true,
        rows: 2,
    },
    Part {
        len: 8,
        is_matrix: true,
        rows: 4,
    },
];
const PEAK: f64 = 0.2;
const CLIP: f64 = 1.5;

/// A tensor of the file, as one row.
fn row(file: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let (values, _) = file.tensor(name).unwrap().data().as_chunks::<4>();
    values.iter().map(|v| f32::from_le_bytes(*v)).collect()
}

/// The weights after each step.
fn steps(file: &SafeTensors<'_>, rule: Rule, has_paces: bool, clip: f64, is_host: bool) -> Vec<f32> {
    let device = Device::flex();
    let rows = Rows::new(&rule, row(file, "first"), PARTS.len());
    let len = rows.weights.len();
    let mut optimiser = Optimiser::new(rule, rows, PARTS.to_vec(), &device, is_host);
    let gradients = row(file, "gradients");
    let mut after = Vec::new();
    for index in 0..10u64 {
        let gradient = &gradients[index as usize * len..][..len];
        optimiser.add(vec![Tensor::from_floats(gradient, &device)]);
        let rates = Rates {
            lr: PEAK * 0.5 * (1.0 + (std::f64::consts::PI * index as f64 / 10.0).cos()),
            constant_lr: PEAK,
            weight_decay: 0.05,
            scale: 1.0,
            ..rates(index, clip)
        };
        let last = if index < 3 { Pace::Frozen } else { Pace::Scheduled };
        let paces = [Pace::Scheduled, Pace::Constant, Pace::Scheduled, last];
        optimiser.step(&rates, if has_paces { &paces } else { &[] });
        after.extend(optimiser.rows().weights);
    }
    after
}

#[test]
fn ten_steps_are_pytorchs_in_both_homes() {
    let bytes = include_bytes!("../../../../tests/parity/optim.safetensors");
    let file = SafeTensors::deserialize(bytes).unwrap();
    let sgd = |stays: f64, nesterov: bool| Rule::Sgd(Momentum { stays, nesterov });
    let lars = |coefficient: f64, clip: bool, nesterov: bool| Rule::Lars(Momentum { stays: 0.9, nesterov }, Trust { coefficient, clip });
    let adamw = Rule::AdamW { betas: [0.9, 0.999] };
    let muon = |nesterov: bool| Rule::Muon {
        momentum: Momentum { stays: 0.95, nesterov },
        betas: [0.9, 0.999],
    };
    for (name, rule, has_paces, clip) in [
        ("sgd", sgd(0.9, false), false, 0.0),
        ("sgd_plain", sgd(0.0, false), false, 0.0),
        ("sgd_nesterov", sgd(0.9, true), false, CLIP),
        ("sgd_paces", sgd(0.9, false), true, CLIP),
        ("adamw", adamw, false, CLIP),
        ("adamw_paces", adamw, true, 0.0),
        ("muon", muon(false), false, 0.0),
        ("muon_nesterov", muon(true), false, CLIP),
        ("muon_paces", muon(true), true, 0.0),
        ("lars", lars(0.001, false, false), false, 0.0),
        ("lars_nesterov", lars(0.1, false, true), false, CLIP),
        ("lars_clip", lars(0.02, true, false), false, 0.0),
        ("lars_clip_nesterov", lars(0.3, true, true), false, CLIP),
    ] {
        let expected = row(&file, name);
        for is_host in [true, false] {
            let ours = steps(&file, rule, has_paces, clip, is_host);
            let worst = ours
                .iter()
                .zip(&expected)
                .map(|(a, b)| (a - b).abs() / (1.0 + b.abs()))
                .fold(0.0, f32::max);
            assert_eq!(ours.len(), expected.len());
            // Muon's iteration takes small singular values to 1, and their rounding with them.
            let tolerance = if name.starts_with("muon") { 2e-5 } else { 2e-6 };
            assert!(worst < tolerance, "{name}, on the host: {is_host}, off by {worst}");
        }
    }
}
