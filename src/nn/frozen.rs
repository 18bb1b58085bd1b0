//! Parts that stay as they are while others learn.

use burn::{
    module::{Module, ModuleMapper, Param},
    tensor::Tensor,
};

/// A module that no gradient trains.
pub fn frozen<M: Module>(module: M) -> M {
    struct Freeze;
    impl ModuleMapper for Freeze {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.set_require_grad(false)
        }
    }
    module.map(&mut Freeze)
}
