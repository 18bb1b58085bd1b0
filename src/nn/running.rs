//! A statistic that a network keeps of what it has seen.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use burn::{
    module::{Content, Module, ModuleDisplay, ModuleDisplayDefault, ModuleMapper, ModuleVisitor, Param, ParamId},
    tensor::{Device, Tensor},
};

/// `[channels]`, changed in passing while a network is trained, and trained by no gradient. It is a part of the module
/// like any parameter: saved, loaded, kept in checkpoints. A clone has a statistic of its own.
pub struct Running {
    id: ParamId,
    value: Mutex<Tensor<1>>,
}

impl Running {
    /// A statistic that starts at the parameter's value.
    #[must_use]
    pub fn new(start: &Param<Tensor<1>>) -> Self {
        Self::of(start.id, start.val())
    }

    fn of(id: ParamId, value: Tensor<1>) -> Self {
        Self {
            id,
            value: Mutex::new(value.detach().set_require_grad(false)),
        }
    }

    // Of a thread that died in between, the value is a whole tensor all the same.
    fn lock(&self) -> MutexGuard<'_, Tensor<1>> {
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it is now.
    #[must_use]
    pub fn value(&self) -> Tensor<1> {
        self.lock().clone()
    }

    /// `r ← (1 − share) r + share new`, without a graph.
    pub fn follow(&self, new: Tensor<1>, share: f64) {
        let mut value = self.lock();
        *value = (value.clone() * (1.0 - share) + new.detach() * share).detach();
    }

    fn map_value(self, change: impl FnOnce(Tensor<1>) -> Tensor<1>) -> Self {
        Self::of(self.id, change(self.value()))
    }
}

impl Clone for Running {
    fn clone(&self) -> Self {
        Self::of(self.id, self.value())
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Running({:?})", self.value().dims())
    }
}

impl fmt::Display for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "running statistic of {} channels", self.value().dims()[0])
    }
}

impl ModuleDisplay for Running {}

impl ModuleDisplayDefault for Running {
    fn content(&self, content: Content) -> Option<Content> {
        content.add_formatted(&self.to_string()).optional()
    }
}

impl Module for Running {
    fn visit<V: ModuleVisitor>(&self, visitor: &mut V) {
        visitor.visit_float(&Param::initialized(self.id, self.value()));
    }

    fn map<M: ModuleMapper>(self, mapper: &mut M) -> Self {
        let (id, value) = (self.id, self.value());
        let (_, value, _) = mapper.map_float(Param::initialized(id, value)).consume();
        Self::of(id, value)
    }

    fn collect_devices(&self, mut devices: Vec<Device>) -> Vec<Device> {
        let device = self.value().device();
        if !devices.contains(&device) {
            devices.push(device);
        }
        devices
    }

    fn to_device(self, device: &Device) -> Self {
        self.map_value(|value| value.to_device(device))
    }

    fn fork(self, device: &Device) -> Self {
        self.to_device(device)
    }

    fn materialize(self) -> Self {
        self
    }

    fn valid(&self) -> Self {
        Self::of(self.id, self.value().without_autodiff())
    }

    fn train(self) -> Self {
        self.map_value(Tensor::from_inner)
    }
}
