//! Queue, bank, centre, constant and teacher, step by step against plain code, and through a checkpoint's row.

use std::collections::VecDeque;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Tensor, TensorData},
};
use darkroom::{
    methods::losses::{
        memory::{Bank, Centre, Partition, Queue},
        teacher::{Statistics, momentum_update},
    },
    nn::{Builder, Drawn, Init, Linear},
};

use super::case::{device, numbers, rows, same};

fn at<T>(seed: u64, make: impl FnOnce(Builder<'_>) -> T) -> T {
    make(Builder::new(&mut Drawn { seed }, &device()))
}

/// `[count, 2]`, no two rows alike.
fn keys(count: usize, step: usize) -> Vec<[f32; 2]> {
    (0..count).map(|row| [step as f32, row as f32]).collect()
}

#[test]
fn a_queue_holds_the_newest_keys_whatever_the_batch() {
    for (size, batch) in [(6, 2), (7, 3), (5, 4), (4, 4), (3, 5)] {
        let mut queue = at(1, |at| Queue::new(at, [size, 2], 1));
        let start = numbers(queue.rows());
        let mut plain: VecDeque<[f32; 2]> = start.as_chunks::<2>().0.iter().copied().collect();
        for step in 0..5 {
            let keys = keys(batch, step);
            queue.push(rows(&keys));
            keys.iter().rev().for_each(|key| plain.push_front(*key));
            plain.truncate(size);
            let expected: Vec<f32> = plain.iter().flatten().copied().collect();
            assert_eq!(numbers(queue.rows()), expected, "size {size}, batch {batch}, step {step}");
            let real = plain.iter().filter(|row| !start.as_chunks::<2>().0.contains(row)).count();
            assert_eq!(
                real == size,
                step + 1 >= queue.full_after(batch),
                "size {size}, batch {batch}, step {step}"
            );
        }
    }
}

#[test]
fn queues_and_banks_start_with_directions_of_their_seed() {
    let start = |seed| numbers(at(9, |at| Queue::new(at, [4, 8], seed)).rows());
    assert_eq!(start(1), start(1));
    assert_ne!(start(1), start(2));
    assert_ne!(start(1), numbers(at(9, |at| Bank::new(at, [4, 8], 1)).rows()));
    for row in start(1).chunks(8) {
        assert!((row.iter().map(|x| x * x).sum::<f32>() - 1.0).abs() < 1e-5);
    }
}

fn unit(row: [f32; 2]) -> [f32; 2] {
    let length = row[0].hypot(row[1]);
    row.map(|x| x / length)
}

#[test]
fn a_bank_moves_the_rows_of_the_batch_and_no_others() {
    let mut bank = at(1, |at| Bank::new(at, [5, 2], 1));
    let start = numbers(bank.rows());
    let mut plain: Vec<[f32; 2]> = start.as_chunks::<2>().0.to_vec();
    let batches = [
        ([Some(3), Some(0), None], [[1.0, 2.0], [0.5, -1.0], [9.0, 9.0]]),
        // A picture twice: the last counts. One beyond the bank: nothing.
        ([Some(3), Some(3), Some(17)], [[1.0, 0.0], [0.0, 3.0], [9.0, 9.0]]),
        ([None, None, None], [[1.0, 0.0]; 3]),
    ];
    for (momentum, (indices, x)) in [0.5, 0.9, 0.5].into_iter().zip(batches) {
        bank.update(&indices, rows(&x), momentum);
        let mut moved: Vec<(usize, [f32; 2])> = Vec::new();
        for (index, x) in indices.iter().zip(x) {
            if let Some(index) = index.filter(|index| *index < 5) {
                moved.retain(|(other, _)| *other != index);
                let (old, x) = (plain[index], unit(x));
                let mix = |axis: usize| momentum * old[axis] + (1.0 - momentum) * x[axis];
                moved.push((index, unit([mix(0), mix(1)])));
            }
        }
        moved.into_iter().for_each(|(index, row)| plain[index] = row);
        same("bank", &numbers(bank.rows()), plain.as_flattened());
    }
    assert_eq!(numbers(bank.rows())[2..6], start[2..6], "rows 1 and 2 were in no batch");
}

#[test]
fn a_momentum_of_zero_replaces_rows_of_an_empty_bank() {
    let mut bank = at(1, |at| Bank::empty(at, [3, 2]));
    assert_eq!(numbers(bank.rows()), [0.0; 6]);
    bank.update(&[Some(1)], rows(&[[3.0, 4.0]]), 0.0);
    same("bank", &numbers(bank.rows()), &[0.0, 0.0, 0.6, 0.8, 0.0, 0.0]);
}

#[test]
fn a_centre_follows_the_mean_of_all_views() {
    let mut centre = at(1, |at| Centre::new(at, 2));
    let mut plain = [0.0f32; 2];
    for step in 0..4 {
        let views = [keys(3, step), keys(3, step + 5)];
        centre.update(&views.each_ref().map(|view| rows(view)), 0.9);
        let all: Vec<[f32; 2]> = views.concat();
        for (axis, centre) in plain.iter_mut().enumerate() {
            let mean = all.iter().map(|row| row[axis]).sum::<f32>() / 6.0;
            *centre = 0.9 * *centre + 0.1 * mean;
        }
        same("centre", &numbers(centre.value()), &plain);
    }
    centre.update(&[], 0.9);
    same("centre", &numbers(centre.value()), &plain);
}

#[test]
fn a_constant_is_the_first_estimate_for_good() {
    let one = |value: f32| Tensor::<1>::from_data([value], &device());
    let mut constant = at(1, Partition::new);
    assert_eq!(numbers(constant.log_z(one(4.0))), [4.0]);
    constant.keep(constant.log_z(one(4.0)));
    assert_eq!(numbers(constant.log_z(one(7.0))), [4.0]);
    constant.keep(constant.log_z(one(7.0)));
    assert_eq!(numbers(constant.log_z(one(9.0))), [4.0]);
}

/// A network with what networks have: trained matrices and vectors, and a tensor that no gradient trains.
#[derive(Module, Debug)]
struct Net {
    first: Linear,
    running: Param<Tensor<1>>,
    last: Linear,
}

impl Net {
    fn new(seed: u64, running: f32) -> Self {
        at(seed, |mut at| Self {
            first: Linear::new(at.at("first"), [3, 4], true, 1.0),
            running: at.fixed("running", [2], Init::Values(vec![running; 2])),
            last: Linear::new(at.at("last"), [4, 2], false, 1.0),
        })
    }

    fn trained(&self) -> Vec<f32> {
        let bias = numbers(self.first.bias.as_ref().unwrap().val());
        [numbers(self.first.weight.val()), bias, numbers(self.last.weight.val())].concat()
    }
}

#[test]
fn a_teacher_is_the_moving_average_of_what_is_trained() {
    let (teacher, student) = (Net::new(1, 0.0), Net::new(2, 8.0));
    let mut plain = teacher.trained();
    let mut teacher = teacher;
    for momentum in [0.9, 0.996, 0.5] {
        teacher = momentum_update(teacher, &student, momentum, Statistics::Keep);
        for (teacher, student) in plain.iter_mut().zip(student.trained()) {
            *teacher = momentum * *teacher + (1.0 - momentum) * student;
        }
        same("teacher", &teacher.trained(), &plain);
        assert_eq!(numbers(teacher.running.val()), [0.0, 0.0], "the teacher's own");
    }
}

#[test]
fn running_statistics_go_as_they_are_told() {
    let student = Net::new(2, 8.0);
    let of = |momentum, statistics| {
        let teacher = momentum_update(Net::new(1, 4.0), &student, momentum, statistics);
        numbers(teacher.running.val())
    };
    assert_eq!(of(0.75, Statistics::Keep), [4.0, 4.0]);
    assert_eq!(of(0.75, Statistics::Average), [5.0, 5.0]);
    assert_eq!(of(0.75, Statistics::Copy), [8.0, 8.0]);
}

#[test]
fn a_teacher_begins_as_an_exact_copy_and_takes_no_gradient() {
    let student = Net::new(2, 8.0);
    let teacher = momentum_update(Net::new(1, 0.0), &student, 0.0, Statistics::Copy);
    assert_eq!(teacher.trained(), student.trained());
    assert_eq!(Floats::of(&teacher).trained, 0, "nothing of a teacher is trained");
    assert_eq!(Floats::of(&student).trained, 12 + 4 + 8, "the student is trained as before");
    let stays = momentum_update(teacher, &Net::new(3, 1.0), 1.0, Statistics::Average);
    assert_eq!(stays.trained(), student.trained(), "momentum 1 holds the teacher still");
}

#[derive(Module, Debug)]
struct Kept {
    queue: Queue,
    bank: Bank,
    centre: Centre,
    constant: Partition,
    teacher: Net,
}

impl Kept {
    fn new(seed: u64) -> Self {
        Self {
            queue: at(seed, |at| Queue::new(at, [3, 2], seed)),
            bank: at(seed, |at| Bank::new(at, [4, 2], seed)),
            centre: at(seed, |at| Centre::new(at, 2)),
            constant: at(seed, Partition::new),
            teacher: momentum_update(Net::new(seed, 0.0), &Net::new(seed, 0.0), 0.0, Statistics::Copy),
        }
    }

    fn step(&mut self) {
        self.queue.push(rows(&keys(2, 1)));
        self.bank.update(&[Some(2), Some(0)], rows(&keys(2, 1)), 0.5);
        self.centre.update(&[rows(&keys(2, 1))], 0.9);
        self.constant.keep(Tensor::<1>::from_data([2.5], &device()));
    }
}

/// A module's float tensors in visiting order, as a checkpoint reads them.
#[derive(Default)]
struct Floats {
    values: Vec<Vec<f32>>,
    /// Numbers that a gradient trains.
    trained: usize,
}

impl Floats {
    fn of<M: Module>(module: &M) -> Self {
        let mut floats = Self::default();
        module.visit(&mut floats);
        floats
    }
}

impl ModuleVisitor for Floats {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        self.trained += if value.is_require_grad() { value.shape().num_elements() } else { 0 };
        self.values.push(numbers(value));
    }
}

/// And puts them back.
struct Fill(std::vec::IntoIter<Vec<f32>>);

impl ModuleMapper for Fill {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let values = self.0.next().unwrap();
        param.map(|old| Tensor::from_data(TensorData::new(values, old.dims()), &old.device()))
    }
}

#[test]
fn a_checkpoint_finds_all_of_it_and_nothing_to_train() {
    let mut kept = Kept::new(1);
    kept.step();
    let floats = Floats::of(&kept);
    assert_eq!(floats.trained, 0);
    assert_eq!(floats.values.len(), 4 + 4, "queue, bank, centre, constant, and the teacher's four");
    let mut back = Kept::new(2).map(&mut Fill(floats.values.into_iter()));
    assert_eq!(Floats::of(&back).values, Floats::of(&kept).values);
    // And goes on as if nothing had been.
    kept.step();
    back.step();
    assert_eq!(Floats::of(&back).values, Floats::of(&kept).values);
}
