//! The way back.

use burn::{
    backend::{
        Autodiff, Backend, TensorMetadata,
        autodiff::{
            checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
            grads::Gradients,
            ops::{Backward, Ops, OpsKind},
        },
        tensor::FloatTensor,
    },
    tensor::FloatDType,
};

use super::{Along, Halves, Numbers, standard};

#[derive(Debug)]
struct NormBackward;

/// What is kept on the way there.
#[derive(Clone, Debug)]
struct Kept<B: Backend> {
    x: FloatTensor<B>,
    weight: FloatTensor<B>,
    mean: FloatTensor<B>,
    scale: FloatTensor<B>,
    along: Along,
}

impl<B: Halves> Backward<B, 3> for NormBackward {
    type State = Kept<B>;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Kept {
            x,
            weight,
            mean,
            scale,
            along,
        } = ops.state;
        let dtype: FloatDType = x.dtype().into();
        let rows = x.shape()[0];
        // Anew wherever they are needed: two fused kernels that read half precision beat one f32 tensor between them.
        let standard = || standard::<B>(x.clone(), mean.clone(), scale.clone());
        let gradient = B::float_cast(grads.consume::<B>(&ops.node), FloatDType::F32);
        let by_bias = B::float_sum_dim(gradient.clone(), 0);
        let by_weight = B::float_sum_dim(B::float_mul(gradient.clone(), standard()), 0);
        let [for_x, for_weight, for_bias] = ops.parents;
        if let Some(node) = for_x {
            // s (g − mean g − x̂ mean(g x̂)), g what comes from above times the weight.
            let weighted = B::float_mul(gradient, weight.clone());
            let [level, slope] = match along {
                Along::Columns => {
                    [&by_bias, &by_weight].map(|sum| B::float_div_scalar(B::float_mul(sum.clone(), weight.clone()), (rows as f64).into()))
                }
                Along::Rows => [weighted.clone(), B::float_mul(weighted.clone(), standard())].map(|part| B::float_mean_dim(part, 1)),
            };
            let by_x = B::float_sub(B::float_sub(weighted, level), B::float_mul(standard(), slope));
            grads.register::<B>(node.id, B::float_cast(B::float_mul(by_x, scale.clone()), dtype));
        }
        for (node, gradient) in [(for_weight, by_weight), (for_bias, by_bias)] {
            if let Some(node) = node {
                grads.register::<B>(node.id, gradient);
            }
        }
    }
}

impl<B: Halves, C: CheckpointStrategy> Halves for Autodiff<B, C> {
    fn norm_of_half(x: FloatTensor<Self>, numbers: Numbers<Self>, along: Along) -> FloatTensor<Self> {
        let parents = [x.node(), numbers.weight.node(), numbers.bias.node()];
        let x = x.into_primitive();
        let numbers = Numbers::<B> {
            weight: numbers.weight.into_primitive(),
            bias: numbers.bias.into_primitive(),
            mean: numbers.mean.into_primitive(),
            scale: numbers.scale.into_primitive(),
        };
        let kept = Kept::<B> {
            x: x.clone(),
            weight: numbers.weight.clone(),
            mean: numbers.mean.clone(),
            scale: numbers.scale.clone(),
            along,
        };
        let output = B::norm_of_half(x, numbers, along);
        match NormBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(kept, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}
