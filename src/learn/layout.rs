//! A model's trainable tensors as one long row of numbers, in the order in which the module is visited.
//!
//! The optimiser and the moving average work on the row: a handful of large operations a step where a hundred and
//! sixty tensors would cost thousands of small ones, and one read where a checkpoint would need hundreds.

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};

use super::reading::Reading;

/// One float tensor of a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its path: `encoder.blocks.0.mlp.fc1.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Where it begins in the row; `None` for one that no gradient trains.
    pub start: Option<usize>,
}

impl Slot {
    /// Numbers in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether weight decay applies: to matrices (and convolutions), not to biases, norms and tokens.
    #[must_use]
    pub fn decays(&self) -> bool {
        self.shape.iter().filter(|&&n| n > 1).count() >= 2
    }
}

/// Where each float tensor of a module lies in the row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// All of them, in visiting order.
    pub slots: Vec<Slot>,
    /// Numbers in the row.
    pub len: usize,
}

impl Layout {
    /// Reads the layout off a module on an autodiff device.
    #[must_use]
    pub fn of<M: Module>(model: &M) -> Self {
        let mut survey = Survey {
            path: Vec::new(),
            layout: Self { slots: Vec::new(), len: 0 },
        };
        model.visit(&mut survey);
        survey.layout
    }

    /// The trainable ones.
    pub fn trainable(&self) -> impl Iterator<Item = (usize, &Slot)> {
        self.slots.iter().filter_map(|slot| Some((slot.start?, slot)))
    }

    /// What no gradient trains: a teacher, a queue.
    pub fn rest(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.start.is_none())
    }

    /// The row of a module's own values. Waits for its device.
    #[must_use]
    pub fn row_of<M: Module>(&self, model: &M) -> Vec<f32> {
        let mut reading = Reading::default();
        self.read(model, true, &mut reading);
        reading.now().into_iter().flatten().collect()
    }

    /// Has [`Layout::rest`] of a module read, tensor by tensor.
    pub fn read_rest<M: Module>(&self, model: &M, reading: &mut Reading) {
        self.read(model, false, reading);
    }

    fn read<M: Module>(&self, model: &M, trainable: bool, reading: &mut Reading) {
        model.visit(&mut Reader {
            layout: self,
            next: 0,
            trainable,
            reading,
        });
    }

    /// The gradients in the row's order, each `[n]` and without autodiff; zeros where a tensor had none.
    #[must_use]
    pub fn gradients<M: Module>(&self, model: &M, gradients: &mut Gradients) -> Vec<Tensor<1>> {
        let mut gather = Gather {
            layout: self,
            next: 0,
            gradients,
            row: Vec::new(),
        };
        model.visit(&mut gather);
        gather.row
    }

    /// The module with its trainable tensors out of `row`.
    #[must_use]
    pub fn fill<M: Module>(&self, model: M, row: &Row<'_>) -> M {
        model.map(&mut Scatter {
            layout: self,
            next: 0,
            row,
        })
    }

    /// The module with what no gradient trains replaced, in [`Layout::rest`]'s order.
    #[must_use]
    pub fn fill_rest<M: Module>(&self, model: M, rest: Vec<Vec<f32>>) -> M {
        model.map(&mut Restore {
            layout: self,
            next: 0,
            rest: rest.into_iter(),
        })
    }
}

/// The row's numbers, wherever they are.
pub enum Row<'a> {
    /// In memory.
    Host(&'a [f32]),
    /// On a device, `[len]`, f32.
    Device(&'a Tensor<1>),
}

impl Row<'_> {
    fn part<const D: usize>(&self, start: usize, shape: [usize; D], device: &Device) -> Tensor<D> {
        let end = start + shape.iter().product::<usize>();
        match self {
            Self::Host(row) => {
                let values = row.get(start..end).unwrap_or_default().to_vec();
                Tensor::from_data(TensorData::new(values, shape), device)
            }
            Self::Device(row) => (*row).clone().narrow(0, start, end - start).reshape(shape),
        }
    }
}

struct Survey {
    path: Vec<String>,
    layout: Layout,
}

impl Survey {
    fn name(&self) -> String {
        self.path
            .iter()
            .filter(|part| !part.is_empty())
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(".")
    }
}

impl ModuleVisitor for Survey {
    fn enter_module(&mut self, name: &str, container: &str) {
        // Which variant an enum holds is no part of a tensor's name.
        self.path.push(if container.starts_with("Enum") {
            String::new()
        } else {
            name.into()
        });
    }

    fn exit_module(&mut self, _name: &str, _container: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let value = param.val();
        let is_trained = value.is_require_grad();
        let slot = Slot {
            name: self.name(),
            shape: value.dims().to_vec(),
            start: is_trained.then_some(self.layout.len),
        };
        self.layout.len += if is_trained { slot.len() } else { 0 };
        self.layout.slots.push(slot);
    }
}

/// Steps through the slots in visiting order.
fn advance<'a>(layout: &'a Layout, next: &mut usize) -> Option<&'a Slot> {
    let slot = layout.slots.get(*next);
    *next += 1;
    slot
}

struct Reader<'a> {
    layout: &'a Layout,
    next: usize,
    trainable: bool,
    reading: &'a mut Reading,
}

impl ModuleVisitor for Reader<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(slot) = advance(self.layout, &mut self.next) else { return };
        if slot.start.is_some() == self.trainable {
            self.reading.add(param.val().inner());
        }
    }
}

struct Gather<'a> {
    layout: &'a Layout,
    next: usize,
    gradients: &'a mut Gradients,
    row: Vec<Tensor<1>>,
}

impl ModuleVisitor for Gather<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let Some(slot) = advance(self.layout, &mut self.next) else { return };
        if slot.start.is_none() {
            return;
        }
        let value = param.val();
        let gradient = value.grad_remove(self.gradients).map(|g| g.reshape([slot.len()]));
        self.row
            .push(gradient.unwrap_or_else(|| Tensor::zeros([slot.len()], &value.device().without_autodiff())));
    }
}

struct Scatter<'a> {
    layout: &'a Layout,
    next: usize,
    row: &'a Row<'a>,
}

impl ModuleMapper for Scatter<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let Some(start) = advance(self.layout, &mut self.next).and_then(|slot| slot.start) else {
            return param;
        };
        param.map(|old| {
            let device = old.device();
            let new = self.row.part(start, old.dims(), &device.clone().without_autodiff());
            if device.is_autodiff() {
                Tensor::from_inner(new).require_grad()
            } else {
                new
            }
        })
    }
}

struct Restore<'a> {
    layout: &'a Layout,
    next: usize,
    rest: std::vec::IntoIter<Vec<f32>>,
}

impl ModuleMapper for Restore<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let is_rest = advance(self.layout, &mut self.next).is_some_and(|slot| slot.start.is_none());
        let Some(values) = is_rest.then(|| self.rest.next()).flatten() else {
            return param;
        };
        param.map(|old| Tensor::from_data(TensorData::new(values, old.dims()), (&old.device(), old.dtype())))
    }
}
