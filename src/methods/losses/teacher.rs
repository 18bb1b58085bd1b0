//! A teacher as the moving average of its student.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::Tensor,
};

/// What becomes of a teacher's tensors that no gradient trains in the student: running statistics of batch norm,
/// fixed positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Statistics {
    /// They stay the teacher's own, as in the published code of MoCo, BYOL and DINO: only what is trained is averaged,
    /// and the teacher, which runs in training mode too, keeps its own statistics.
    #[default]
    Keep,
    /// Averaged like all others, for a teacher that runs in evaluation mode.
    Average,
    /// The student's.
    Copy,
}

/// `θ_teacher ← m θ_teacher + (1 − m) θ_student` over all parameters that training changes in the student (He et al., MoCo, 2020,
/// eq. 2; Grill et al., BYOL, 2020, eq. 1).
///
/// Both are modules of one shape, of float tensors; the teacher comes back without any that takes a gradient. With
/// `momentum` m 1 the teacher stays as it is; with 0 and [`Statistics::Copy`] it becomes the student's copy, which is how it
/// begins: made as a network of its own, since a clone shares what a module keeps behind a lock (Burn's running state).
#[must_use]
pub fn momentum_update<M: Module>(teacher: M, student: &M, momentum: f32, statistics: Statistics) -> M {
    let mut collect = Collect(Vec::new());
    student.visit(&mut collect);
    teacher.map(&mut Average {
        student: collect.0.into_iter(),
        momentum,
        statistics,
    })
}

/// A student's tensors, flat and without a graph, each with whether it is trained.
struct Collect(Vec<(Tensor<1>, bool)>);

impl ModuleVisitor for Collect {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let is_trained = value.is_require_grad();
        self.0.push((value.set_require_grad(false).flatten(0, D - 1), is_trained));
    }
}

struct Average {
    student: std::vec::IntoIter<(Tensor<1>, bool)>,
    momentum: f32,
    statistics: Statistics,
}

impl ModuleMapper for Average {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some((student, is_trained)) = self.student.next() else {
            return param;
        };
        let momentum = match self.statistics {
            _ if is_trained => self.momentum,
            Statistics::Keep => 1.0,
            Statistics::Average => self.momentum,
            Statistics::Copy => 0.0,
        };
        let average = |old: Tensor<D>| {
            let old = old.set_require_grad(false);
            let student = student.reshape(old.dims());
            // Neither end by arithmetic: a copy is exact, and what stays does so even where the other is not finite.
            match momentum {
                0.0 => student,
                1.0 => old,
                _ => old * momentum + student * (1.0 - momentum),
            }
        };
        param.map(average).set_require_grad(false)
    }
}
