//! Weights of a network that only answers, laid out once as the kernels read them.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::Tensor,
};

use crate::kernels::bridge;

/// The same network with the weights of its affine maps and convolutions packed, where the kernels serve its device. It answers as
/// before; it cannot be trained or written to a file.
#[must_use]
pub fn packed<M: Module>(module: M) -> M {
    module.map(&mut Packing::default())
}

/// One weight after the other, so that no more than one of them is there twice.
#[derive(Default)]
struct Packing {
    in_weight: bool,
}

impl ModuleMapper for Packing {
    fn enter_module(&mut self, name: &str, container_type: &str) {
        self.in_weight = name == "weight" && matches!(container_type, "Struct:Linear" | "Struct:Conv");
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if !self.in_weight {
            return param;
        }
        param.map(|weight| if bridge::serves(&weight) { bridge::pack(weight) } else { weight })
    }
}
