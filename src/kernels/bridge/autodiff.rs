//! The way back, written by hand, as Burn's autodiff takes it.

use burn::backend::{
    Autodiff, Flex,
    autodiff::{
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    flex::FlexTensor,
    tensor::FloatTensor,
};

use super::{
    Aim, Half, Kernels,
    flex::{errors, last, map, mapped, norm, reuse, shape, slice, tensor, whole},
};
use crate::kernels::{attention::Kept as AttentionKept, gelu, mlp::Kept as MlpKept, pool::Buffer, rows::MapGradients};

/// A tensor and what is known of its gradient.
pub(super) type Tracked<C> = FloatTensor<Autodiff<Flex, C>>;

/// Hands each parent that wants one its gradient: its numbers, in the shape of what went in.
macro_rules! register {
    ($grads:ident, $parents:expr, [$(($values:expr, $like:expr)),+ $(,)?]) => {
        for (parent, gradient) in $parents.into_iter().zip([$(($values, $crate::kernels::bridge::flex::shape($like))),+]) {
            if let Some(node) = parent {
                $grads.register::<Flex>(node.id, $crate::kernels::bridge::flex::tensor(gradient.0, gradient.1));
            }
        }
    };
}

pub(super) use register;

#[derive(Debug)]
struct LinearBackward;

impl Backward<Flex, 3> for LinearBackward {
    type State = [FlexTensor; 3];

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [x, weight, bias] = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let by = map(&weight, None, last(&x)).backward(slice(&x), slice(&gradient), ops.parents[0].is_some());
        let MapGradients {
            x: by_x,
            weight: by_weight,
            bias: by_bias,
        } = by;
        register!(
            grads,
            ops.parents,
            [(by_x.unwrap_or_default(), &x), (by_weight, &weight), (by_bias, &bias)]
        );
        [gradient, x].into_iter().for_each(reuse);
    }
}

#[derive(Debug)]
struct ProductBackward;

impl Backward<Flex, 2> for ProductBackward {
    type State = [FlexTensor; 2];

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let [x, weight] = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let by = map(&weight, None, last(&x)).backward(slice(&x), slice(&gradient), ops.parents[0].is_some());
        register!(grads, ops.parents, [(by.x.unwrap_or_default(), &x), (by.weight, &weight)]);
        [gradient, x].into_iter().for_each(reuse);
    }
}

#[derive(Debug)]
struct NormBackward;

impl Backward<Flex, 3> for NormBackward {
    /// What went in, and what the way there left.
    type State = ([FlexTensor; 3], Buffer, f32);

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let ([x, weight, bias], statistics, epsilon) = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let norm = norm(&x, &weight, &bias, epsilon);
        let [by_x, by_weight, by_bias] = norm.backward(&statistics, slice(&x), slice(&gradient));
        register!(grads, ops.parents, [(by_x, &x), (by_weight, &weight), (by_bias, &bias)]);
        [gradient, x].into_iter().for_each(reuse);
    }
}

#[derive(Debug)]
struct AttentionBackward;

impl Backward<Flex, 7> for AttentionBackward {
    type State = (FlexTensor, Half<Flex>, AttentionKept, usize, f32);

    fn backward(self, ops: Ops<Self::State, 7>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (x, half, kept, heads, epsilon) = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let attention = half.attention(&x, heads, epsilon);
        let by = attention.backward(&kept, slice(&x), slice(&gradient));
        let ([norm_weight, norm_bias], [qkv, qkv_bias], [output, output_bias]) = (by.norm, by.qkv, by.output);
        register!(
            grads,
            ops.parents,
            [
                (by.x, &x),
                (norm_weight, &half.norm_weight),
                (norm_bias, &half.norm_bias),
                (qkv, &half.first_weight),
                (qkv_bias, &half.first_bias),
                (output, &half.second_weight),
                (output_bias, &half.second_bias),
            ]
        );
        [gradient, x].into_iter().for_each(reuse);
    }
}

#[derive(Debug)]
struct MlpBackward;

impl Backward<Flex, 7> for MlpBackward {
    type State = (FlexTensor, Half<Flex>, MlpKept, f32);

    fn backward(self, ops: Ops<Self::State, 7>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (x, half, kept, epsilon) = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let by = half.mlp(&x, epsilon).backward(kept, slice(&x), slice(&gradient));
        let ([norm_weight, norm_bias], [up, up_bias], [down, down_bias]) = (by.norm, by.up, by.down);
        register!(
            grads,
            ops.parents,
            [
                (by.x, &x),
                (norm_weight, &half.norm_weight),
                (norm_bias, &half.norm_bias),
                (up, &half.first_weight),
                (up_bias, &half.first_bias),
                (down, &half.second_weight),
                (down_bias, &half.second_bias),
            ]
        );
        [gradient, x].into_iter().for_each(reuse);
    }
}

#[derive(Debug)]
struct GeluBackward;

impl Backward<Flex, 1> for GeluBackward {
    type State = FlexTensor;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let x = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        register!(grads, ops.parents, [(gelu::backward(slice(&x), slice(&gradient)), &x)]);
        [gradient, x].into_iter().for_each(reuse);
    }
}

#[derive(Debug)]
struct ErrorsBackward;

impl Backward<Flex, 1> for ErrorsBackward {
    type State = (FlexTensor, Aim<Flex>);

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let (said, aim) = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        register!(grads, ops.parents, [(aim.aim().backward(slice(&said), slice(&gradient)), &said)]);
    }
}

/// The guards of a half's parents, its input first, and the tensors themselves.
macro_rules! take {
    ($x:ident, $numbers:ident) => {{
        let parents = [
            $x.node(),
            $numbers.norm_weight.node(),
            $numbers.norm_bias.node(),
            $numbers.first_weight.node(),
            $numbers.first_bias.node(),
            $numbers.second_weight.node(),
            $numbers.second_bias.node(),
        ];
        let half = Half::<Flex> {
            norm_weight: $numbers.norm_weight.into_primitive(),
            norm_bias: $numbers.norm_bias.into_primitive(),
            first_weight: $numbers.first_weight.into_primitive(),
            first_bias: $numbers.first_bias.into_primitive(),
            second_weight: $numbers.second_weight.into_primitive(),
            second_bias: $numbers.second_bias.into_primitive(),
        };
        (parents, whole($x.into_primitive()), half.whole())
    }};
}

impl<C: CheckpointStrategy> Kernels for Autodiff<Flex, C> {
    fn kernel_product(x: Tracked<C>, weight: Tracked<C>) -> Tracked<C> {
        let parents = [x.node(), weight.node()];
        let state = [x.into_primitive(), weight.into_primitive()].map(whole);
        let output = Flex::kernel_product(state[0].clone(), state[1].clone());
        match ProductBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(state, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_linear(x: Tracked<C>, weight: Tracked<C>, bias: Tracked<C>) -> Tracked<C> {
        let parents = [x.node(), weight.node(), bias.node()];
        let state = [x.into_primitive(), weight.into_primitive(), bias.into_primitive()].map(whole);
        let map = map(&state[1], Some(&state[2]), last(&state[0]));
        let output = tensor(map.forward(slice(&state[0])), mapped(&state[0], &map));
        match LinearBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(state, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_norm(x: Tracked<C>, weight: Tracked<C>, bias: Tracked<C>, epsilon: f32) -> Tracked<C> {
        let parents = [x.node(), weight.node(), bias.node()];
        let state = [x.into_primitive(), weight.into_primitive(), bias.into_primitive()].map(whole);
        let norm = norm(&state[0], &state[1], &state[2], epsilon);
        let values = slice(&state[0]);
        let mut statistics = Buffer::of(norm.statistics(values));
        let output = tensor(norm.forward(values, &mut statistics), shape(&state[0]));
        match NormBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((state, statistics, epsilon), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_attention(x: Tracked<C>, numbers: Half<Self>, heads: usize, epsilon: f32) -> Tracked<C> {
        let (parents, x, half) = take!(x, numbers);
        match AttentionBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (output, kept) = half.attention(&x, heads, epsilon).forward(slice(&x));
                let output = tensor(output, shape(&x));
                prep.finish((x, half, kept, heads, epsilon), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(Flex::kernel_attention(x, half, heads, epsilon)),
        }
    }

    fn kernel_mlp(x: Tracked<C>, numbers: Half<Self>, epsilon: f32) -> Tracked<C> {
        let (parents, x, half) = take!(x, numbers);
        match MlpBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => {
                let (output, kept) = half.mlp(&x, epsilon).forward(slice(&x));
                let output = tensor(output, shape(&x));
                prep.finish((x, half, kept, epsilon), output)
            }
            OpsKind::UnTracked(prep) => prep.finish(Flex::kernel_mlp(x, half, epsilon)),
        }
    }

    fn kernel_gelu(x: Tracked<C>) -> Tracked<C> {
        let parents = [x.node()];
        let x = whole(x.into_primitive());
        let output = Flex::kernel_gelu(x.clone());
        match GeluBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(x, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_errors(said: Tracked<C>, aim: Aim<Self>) -> Tracked<C> {
        let parents = [said.node()];
        let said = whole(said.into_primitive());
        let aim = match aim {
            Aim::Truth(truth) => Aim::<Flex>::Truth(truth.into_primitive()),
            Aim::Lack(truth, less) => Aim::Lack(truth.into_primitive(), less.into_primitive()),
        };
        let aim = aim.stacked();
        let output = errors(&said, &aim);
        match ErrorsBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((said, aim), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}
