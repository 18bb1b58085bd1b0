//! Parts that stand still, or keep their rate.

use super::*;

const PACES: [Pace; 6] = [
    Pace::Scheduled,
    Pace::Constant,
    Pace::Frozen,
    Pace::Frozen,
    Pace::Constant,
    Pace::Scheduled,
];

/// After some steps with frozen parts and some without, from rows whose average lags behind.
fn thawed(rule: Rule, is_host: bool) -> (Rows, Rows) {
    let (device, len) = (Device::flex(), 40_000);
    let parts = parts(len);
    let rows = Rows {
        average: random(len, 1),
        ..Rows::new(&rule, random(len, 0), parts.len())
    };
    let mut optimiser = Optimiser::new(rule, rows, parts, &device, is_host);
    let mut cold = Rows::default();
    for index in 0..6 {
        let gradient = random(len, 10 + index);
        optimiser.add(vec![Tensor::from_floats(gradient.as_slice(), &device)]);
        let rates = Rates {
            constant_lr: 3e-2,
            ..rates(index, 1.0)
        };
        let paces: &[Pace] = if index < 3 { &PACES } else { &[] };
        optimiser.step(&rates, paces);
        if index == 2 {
            cold = optimiser.rows();
        }
    }
    (cold, optimiser.rows())
}

#[test]
fn what_is_frozen_stays_to_the_bit_and_its_average_goes_on() {
    let len = 40_000;
    let frozen = len / 2 + 7..len / 2 + 7 + len / 3 + 1;
    for rule in rules() {
        for is_host in [true, false] {
            let (cold, warm) = thawed(rule, is_host);
            assert_eq!(cold.weights[frozen.clone()], random(len, 0)[frozen.clone()], "{rule:?}");
            assert!(cold.moment_1[frozen.clone()].iter().all(|&m| m == 0.0), "{rule:?}");
            assert_eq!(cold.rested, [0, 0, 3, 3, 0, 0]);
            assert_ne!(cold.average[frozen.clone()], random(len, 1)[frozen.clone()]);
            let moved = warm.weights.iter().zip(&cold.weights).filter(|(a, b)| a != b).count();
            assert!(moved > len - 100, "{rule:?}: only {moved} thawed");
        }
        let ((_, host), (_, device)) = (thawed(rule, true), thawed(rule, false));
        assert!(
            near(&host.weights, &device.weights) && near(&host.average, &device.average),
            "{rule:?}"
        );
    }
}

#[test]
fn a_frozen_gradient_does_not_count_in_the_norm() {
    let parts = vec![
        Part {
            len: 2,
            is_matrix: false,
            rows: 1
        };
        2
    ];
    for is_host in [true, false] {
        let rows = Rows::new(&ADAMW, vec![0.0; 4], 2);
        let mut optimiser = Optimiser::new(ADAMW, rows, parts.clone(), &Device::flex(), is_host);
        optimiser.add(vec![Tensor::from_floats([6.0, 8.0, f32::NAN, 1e9], &Device::flex())]);
        let norm = match optimiser.step(&rates(0, 1.0), &[Pace::Scheduled, Pace::Frozen]) {
            Norm::Known(norm) => norm,
            Norm::Pending(norm) => norm.into_scalar::<f64>(),
        };
        assert!((norm - 5.0).abs() < 1e-6, "half of 10: {norm}");
        assert_eq!(optimiser.rows().weights[2..], [0.0; 2]);
    }
}

#[test]
fn at_half_precision_an_overflow_moves_nothing() {
    for rule in rules().into_iter().filter(|rule| rule.name() != "adamw") {
        let parts = vec![Part {
            len: 2,
            is_matrix: true,
            rows: 1,
        }];
        let rows = Rows::new(&rule, vec![1.0, 2.0], 1);
        let mut optimiser = Optimiser::new(rule, rows, parts, &Device::flex(), false);
        let forgiving = Rates {
            forgive: true,
            ..rates(0, 0.0)
        };
        optimiser.add(vec![Tensor::from_floats([0.5, 0.5], &Device::flex())]);
        optimiser.step(&forgiving, &[]);
        let before = optimiser.rows();
        optimiser.add(vec![Tensor::from_floats([f32::INFINITY, 0.5], &Device::flex())]);
        optimiser.step(&forgiving, &[]);
        assert_eq!(optimiser.rows().weights, before.weights, "{rule:?}");
        assert_eq!(optimiser.rows().moment_1, before.moment_1, "{rule:?}");
        optimiser.add(vec![Tensor::from_floats([0.5, 0.5], &Device::flex())]);
        optimiser.step(&forgiving, &[]);
        assert_ne!(optimiser.rows().weights, before.weights, "{rule:?}");
    }
}

#[test]
fn lars_leaves_a_matrix_without_a_gradient_where_it_is() {
    let matrix = Part {
        len: 2,
        is_matrix: true,
        rows: 1,
    };
    for rule in rules().into_iter().filter(|rule| rule.name() == "lars") {
        for is_host in [true, false] {
            let rows = Rows::new(&rule, vec![1.0, 2.0, 3.0, -4.0, 0.0, 0.0], 3);
            let mut optimiser = Optimiser::new(rule, rows, vec![matrix; 3], &Device::flex(), is_host);
            optimiser.add(vec![Tensor::from_floats([0.0, 0.0, 0.5, 0.5, 0.0, 1.0], &Device::flex())]);
            optimiser.step(&rates(0, 0.0), &[]);
            let weights = optimiser.rows().weights;
            assert_eq!(weights[..2], [1.0, 2.0], "{rule:?}, on the host: {is_host}");
            assert!(weights[2] < 3.0 && weights[3] != -4.0, "what has a gradient moves: {weights:?}");
            assert!(weights[5] < 0.0, "also from nothing: {weights:?}");
        }
    }
}
