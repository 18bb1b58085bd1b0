use super::*;
use crate::{chance::Chance, learn::Schedule};

mod frozen;
mod parity;

impl Optimiser {
    fn rows(&self) -> Rows {
        let mut reading = Reading::default();
        let owed = self.read(&mut reading);
        owed.rows(&mut reading.now().into_iter())
    }
}

fn random(len: usize, index: u64) -> Vec<f32> {
    let mut chance = Chance::new(3, "optim test", index);
    (0..len).map(|_| chance.normal()).collect()
}

const ADAMW: Rule = Rule::AdamW { betas: [0.9, 0.95] };

fn rates(index: u64, clip: f64) -> Rates {
    Rates {
        lr: 1e-2,
        constant_lr: 1e-2,
        bias_lr: 1.0,
        weight_decay: 0.1,
        clip,
        average: 0.9,
        count: index + 1,
        scale: 0.5,
        forgive: false,
    }
}

/// Every rule at its defaults, and the choices that change its arithmetic.
fn rules() -> Vec<Rule> {
    let with = |optimiser: &str, nesterov: bool, trust_clip: bool| {
        Rule::of(&RunConfig {
            optimiser: optimiser.into(),
            nesterov,
            trust_clip,
            ..RunConfig::default()
        })
    };
    let plain = NAMES.into_iter().map(|name| with(name, false, false));
    plain
        .chain([
            with("muon", true, false),
            with("sgd", true, false),
            with("lars", true, false),
            with("lars", false, true),
        ])
        .collect()
}

/// A row longer than a chunk, its parts of odd lengths.
fn parts(len: usize) -> Vec<Part> {
    let lens = [len / 2, 7, len / 3, 1, 300];
    let last = len - lens.iter().sum::<usize>();
    let all = lens.into_iter().chain([last]).enumerate();
    all.map(|(index, len)| Part {
        len,
        is_matrix: index % 2 == 0,
        rows: (1..=len)
            .take_while(|rows| rows * rows <= len)
            .filter(|rows| len.is_multiple_of(*rows))
            .last()
            .unwrap_or(1),
    })
    .collect()
}

fn run(rule: Rule, is_host: bool, clip: f64, bias_lr: f64) -> (Rows, Vec<f64>) {
    let device = Device::flex();
    let len = 40_000;
    let parts = parts(len);
    let rows = Rows::new(&rule, random(len, 0), parts.len());
    let mut optimiser = Optimiser::new(rule, rows, parts, &device, is_host);
    let mut norms = Vec::new();
    for index in 0..4 {
        for half in 0..2 {
            let gradient = Tensor::<1>::from_floats(random(len, 10 + 2 * index + half).as_slice(), &device);
            optimiser.add(vec![gradient.clone().narrow(0, 0, 100), gradient.narrow(0, 100, len - 100)]);
        }
        let rates = Rates {
            bias_lr,
            ..rates(index, clip)
        };
        norms.push(match optimiser.step(&rates, &[]) {
            Norm::Known(norm) => norm,
            Norm::Pending(norm) => norm.into_scalar::<f64>(),
        });
    }
    (optimiser.rows(), norms)
}

fn near(a: &[f32], b: &[f32]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= 2e-6 * (1.0 + b.abs()))
}

#[test]
fn both_homes_do_the_same() {
    for rule in rules() {
        for (clip, bias_lr) in [(0.0, 1.0), (1.0, 1.0), (1e6, 0.024)] {
            let ((host, host_norms), (device, device_norms)) = (run(rule, true, clip, bias_lr), run(rule, false, clip, bias_lr));
            assert!(
                near(&host.weights, &device.weights) && near(&host.average, &device.average),
                "{rule:?}"
            );
            assert!(
                near(&host.moment_1, &device.moment_1) && near(&host.moment_2, &device.moment_2),
                "{rule:?}"
            );
            assert!(
                host_norms.iter().zip(device_norms).all(|(a, b)| (a / b - 1.0).abs() < 1e-5),
                "{rule:?}"
            );
        }
    }
}

#[test]
fn biases_move_at_their_own_rate() {
    let moved = |bias_lr: f64| {
        let rule = Rule::of(&RunConfig {
            optimiser: "sgd".into(),
            ..RunConfig::default()
        });
        let parts = vec![
            Part {
                len: 1,
                is_matrix: true,
                rows: 1,
            },
            Part {
                len: 1,
                is_matrix: false,
                rows: 1,
            },
        ];
        let rows = Rows::new(&rule, vec![0.0; 2], 2);
        let mut optimiser = Optimiser::new(rule, rows, parts, &Device::flex(), true);
        optimiser.add(vec![Tensor::from_floats([2.0, 2.0], &Device::flex())]);
        let rates = Rates { bias_lr, ..rates(0, 0.0) };
        optimiser.step(&rates, &[]);
        optimiser.rows().weights
    };
    assert_eq!(moved(1.0), [-0.01, -0.01]);
    assert_eq!(moved(0.5), [-0.01, -0.005]);
}

#[test]
fn one_number_follows_the_paper() {
    let parts = vec![
        Part {
            len: 1,
            is_matrix: true,
            rows: 1,
        },
        Part {
            len: 1,
            is_matrix: false,
            rows: 1,
        },
    ];
    let mut optimiser = Optimiser::new(ADAMW, Rows::new(&ADAMW, vec![2.0, 2.0], 2), parts, &Device::flex(), true);
    let (mut w, mut m, mut v) = ([2.0f64, 2.0], 0.0f64, 0.0f64);
    for t in 0..5 {
        let g = 0.3 + 0.1 * t as f64;
        optimiser.add(vec![Tensor::from_floats([2.0 * g as f32, 2.0 * g as f32], &Device::flex())]);
        optimiser.step(&rates(t, 0.0), &[]);
        (m, v) = (0.9 * m + 0.1 * g, 0.95 * v + 0.05 * g * g);
        let update = 1e-2 * (m / (1.0 - 0.9f64.powf(t as f64 + 1.0))) / ((v / (1.0 - 0.95f64.powf(t as f64 + 1.0))).sqrt() + EPSILON);
        w = [w[0] - 1e-2 * 0.1 * w[0] - update, w[1] - update];
    }
    assert!(
        near(&optimiser.rows().weights, &[w[0] as f32, w[1] as f32]),
        "{:?} against {w:?}",
        optimiser.rows().weights
    );
}

#[test]
fn clipping_keeps_the_direction_and_bounds_the_length() {
    let parts = vec![Part {
        len: 2,
        is_matrix: false,
        rows: 1,
    }];
    let mut optimiser = Optimiser::new(ADAMW, Rows::new(&ADAMW, vec![0.0; 2], 1), parts, &Device::flex(), true);
    optimiser.add(vec![Tensor::from_floats([60.0, 80.0], &Device::flex())]);
    let Norm::Known(norm) = optimiser.step(&rates(0, 1.0), &[]) else {
        panic!("the CPU knows its norm")
    };
    assert!((norm - 50.0).abs() < 1e-9, "half of 100: {norm}");
    assert!(near(&optimiser.rows().moment_1, &[0.06, 0.08]));
}

#[test]
fn the_average_starts_young() {
    let config = RunConfig {
        average: 0.999,
        ..RunConfig::default()
    };
    let schedule = Schedule::of(&config, 10);
    assert!(Rates::new(&config, &schedule, 0).average <= 0.1);
    assert!((Rates::new(&config, &schedule, 1_000_000).average - 0.999).abs() < 1e-12);
    let off = RunConfig {
        average: 0.0,
        ..RunConfig::default()
    };
    assert_eq!(Rates::new(&off, &schedule, 5).average, 0.0, "off means the weights themselves");
}
