//! From one trainer into another that is set differently: what both have stays.

use super::{Trainer, optim::Tensors};
use crate::device::OpenDevice;

impl Trainer {
    /// Goes on where another trainer, of the same method but set differently, stood after `done` steps: with these, and by
    /// name with its weights, its teacher, what it keeps between steps and its optimiser's memory. What has another shape,
    /// or is new, begins as `own` has it, this trainer's tensors; a teacher that is new begins as the student.
    ///
    /// # Errors
    /// A sentence that names a tensor that does not fit.
    pub fn carry_on(&mut self, own: Tensors, done: u64, other: Tensors, on: &OpenDevice) -> Result<(), String> {
        self.restore(done, merged(own, other), on)
    }
}

/// `new` with what `old` has under the same name and in the same shape.
fn merged(new: Tensors, old: Tensors) -> Tensors {
    let of_student = |name: &str| {
        let side = ["teacher.", "later."].into_iter().find(|side| name.contains(side))?;
        Some(name.replacen(side, "student.", 1))
    };
    // Steps that a part rested are written where there were some.
    let rested = old.iter().filter(|(name, _)| {
        let part = name.strip_prefix("rested.");
        part.is_some_and(|part| {
            let name = format!("model.{part}");
            new.get(&name).map(|(shape, _)| shape) == old.get(&name).map(|(shape, _)| shape)
        })
    });
    let rested: Vec<_> = rested.map(|(name, tensor)| (name.clone(), tensor.clone())).collect();
    let taken = new.into_iter().map(|(name, own)| {
        let known = old.get(&name).or_else(|| old.get(&of_student(&name)?));
        let fitting = known.filter(|(shape, _)| *shape == own.0).cloned();
        (name, fitting.unwrap_or(own))
    });
    taken.chain(rested).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensors(list: &[(&str, &[usize], f32)]) -> Tensors {
        let tensor = |(name, shape, value): &(&str, &[usize], f32)| {
            let numbers = vec![*value; shape.iter().product()];
            ((*name).to_owned(), (shape.to_vec(), numbers))
        };
        list.iter().map(tensor).collect()
    }

    #[test]
    fn names_and_shapes_decide_what_stays() {
        let old = tensors(&[
            ("model.student.w", &[2, 2], 1.0),
            ("moment_1.student.w", &[2, 2], 2.0),
            ("model.objective.predictor.w", &[3], 3.0),
            ("model.objective.queue", &[4], 4.0),
            ("rested.student.w", &[1], 5.0),
            ("rested.objective.predictor.w", &[1], 5.0),
        ]);
        let new = tensors(&[
            ("model.student.w", &[2, 2], 9.0),
            ("moment_1.student.w", &[2, 2], 9.0),
            ("model.teacher.w", &[2, 2], 9.0),
            ("model.objective.queue", &[8], 9.0),
        ]);
        let expected = tensors(&[
            ("model.student.w", &[2, 2], 1.0),
            ("moment_1.student.w", &[2, 2], 2.0),
            ("model.teacher.w", &[2, 2], 1.0),
            ("model.objective.queue", &[8], 9.0),
            ("rested.student.w", &[1], 5.0),
        ]);
        assert_eq!(merged(new, old), expected);
    }
}
