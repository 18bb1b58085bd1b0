//! The case, and how a loss is held against it. Differences are the largest of a tensor's, relative to its largest value.

use std::{cell::RefCell, collections::BTreeMap};

use burn::tensor::{Device, Tensor, TensorData};
use safetensors::SafeTensors;

const CASE: &[u8] = include_bytes!("case.safetensors");
const TOLERANCE: f32 = 1e-4;

pub fn device() -> Device {
    Device::flex().autodiff()
}

pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// Rows of numbers as a tensor that no gradient trains.
pub fn rows<const D: usize>(rows: &[[f32; D]]) -> Tensor<2> {
    Tensor::from_data(TensorData::new(rows.as_flattened().to_vec(), [rows.len(), D]), &device())
}

pub fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(f32::MIN_POSITIVE, |most, value| most.max(value.abs()));
    let off = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs());
    off.fold(0.0, |most: f32, off| if off.is_nan() { f32::INFINITY } else { most.max(off) }) / largest
}

#[track_caller]
pub fn same(what: &str, ours: &[f32], theirs: &[f32]) {
    let off = difference(ours, theirs);
    println!("{what}: {off:.1e}");
    assert!(
        off < TOLERANCE,
        "{what} is off by {off:e} of its largest value: {ours:?}, not {theirs:?}"
    );
}

/// What the script wrote.
pub struct Case(BTreeMap<String, (Vec<usize>, Vec<f32>)>);

impl Case {
    pub fn read() -> Self {
        let float = |four: &[u8; 4]| f32::from_le_bytes(*four);
        let read = SafeTensors::deserialize(CASE).unwrap();
        let of = |view: &safetensors::tensor::TensorView| view.data().as_chunks::<4>().0.iter().map(float).collect();
        Self(
            read.iter()
                .map(|(name, view)| (name.to_owned(), (view.shape().to_vec(), of(&view))))
                .collect(),
        )
    }

    pub fn numbers(&self, name: &str) -> &[f32] {
        &self.0[name].1
    }

    /// Whole numbers, with -1 for none.
    pub fn wholes(&self, name: &str) -> Vec<Option<usize>> {
        self.numbers(name).iter().map(|x| (*x >= 0.0).then_some(*x as usize)).collect()
    }

    pub fn tensor<const D: usize>(&self, name: &str) -> Tensor<D> {
        let (shape, values) = &self.0[name];
        Tensor::from_data(TensorData::new(values.clone(), shape.clone()), &device())
    }

    /// The loss's value and its gradient at every input for which the case has one.
    #[track_caller]
    pub fn check(&self, name: &str, loss: impl FnOnce(&Inputs<'_>) -> Tensor<1>) {
        let inputs = Inputs {
            case: self,
            leaves: RefCell::default(),
        };
        let loss = loss(&inputs);
        same(name, &numbers(loss.clone()), self.numbers(&format!("{name}.value")));
        let gradients = loss.backward();
        let start = format!("{name}.grad.");
        let expected: Vec<&str> = self.0.keys().filter_map(|key| key.strip_prefix(&start)).collect();
        assert!(!expected.is_empty(), "{name} has no gradient to be held against");
        for input in expected {
            let gradient = inputs.leaves.borrow()[input].grad(&gradients).unwrap();
            same(
                &format!("{start}{input}"),
                &numbers(gradient),
                self.numbers(&format!("{start}{input}")),
            );
        }
    }
}

/// The inputs as they are asked for; each takes a gradient.
pub struct Inputs<'a> {
    case: &'a Case,
    leaves: RefCell<BTreeMap<String, Tensor<1>>>,
}

impl Inputs<'_> {
    pub fn get<const D: usize>(&self, name: &str) -> Tensor<D> {
        let (shape, values) = &self.case.0[name];
        let mut leaves = self.leaves.borrow_mut();
        let leaf = leaves.entry(name.to_owned()).or_insert_with(|| {
            let data = TensorData::new(values.clone(), [values.len()]);
            Tensor::from_data(data, &device()).require_grad()
        });
        let shape: [usize; D] = shape.clone().try_into().unwrap();
        leaf.clone().reshape(shape)
    }

    pub fn rows<const COUNT: usize>(&self, names: [&str; COUNT]) -> [Tensor<2>; COUNT] {
        names.map(|name| self.get(name))
    }
}
