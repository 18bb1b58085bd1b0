//! The way back, written by hand.

use burn::backend::{
    Autodiff, Flex,
    autodiff::{
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
    flex::FlexTensor,
};

use super::{
    Manner, Maps, Numbers,
    flex::{convolution, convolved},
};
use crate::kernels::{
    bridge::{
        autodiff::{Tracked, register},
        flex::{reuse, shape, slice, tensor, whole},
    },
    conv::Window,
};

#[derive(Debug)]
struct ConvBackward;

impl Backward<Flex, 2> for ConvBackward {
    type State = ([FlexTensor; 2], Window);

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let ([x, weight], window) = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let conv = convolution(&x, &weight, window);
        let [wants_x, wants_weight] = ops.parents.each_ref().map(Option::is_some);
        let by_x = wants_x.then(|| conv.backward(slice(&gradient)));
        let by_weight = wants_weight.then(|| conv.learn(slice(&x), slice(&gradient)));
        register!(
            grads,
            ops.parents,
            [(by_x.unwrap_or_default(), &x), (by_weight.unwrap_or_default(), &weight)]
        );
        [gradient, x].into_iter().for_each(reuse);
    }
}

/// With one parent more where something is added.
#[derive(Debug)]
struct NormBackward;

/// What went in, what came out, and the numbers.
type NormState = ([FlexTensor; 2], Numbers<Flex>, Manner);

impl Backward<Flex, 3> for NormBackward {
    type State = NormState;

    fn backward(self, ops: Ops<Self::State, 3>, grads: &mut Gradients, _: &mut Checkpointer) {
        let ([x, y], numbers, manner) = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let by = numbers.norm(&x, manner).backward(slice(&x), slice(&y), slice(&gradient), false);
        register!(
            grads,
            ops.parents,
            [(by.x, &x), (by.weight, &numbers.weight), (by.bias, &numbers.bias)]
        );
        [gradient, x, y].into_iter().for_each(reuse);
    }
}

impl Backward<Flex, 4> for NormBackward {
    type State = NormState;

    fn backward(self, ops: Ops<Self::State, 4>, grads: &mut Gradients, _: &mut Checkpointer) {
        let ([x, y], numbers, manner) = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let by = numbers.norm(&x, manner).backward(slice(&x), slice(&y), slice(&gradient), true);
        register!(
            grads,
            ops.parents,
            [
                (by.x, &x),
                (by.weight, &numbers.weight),
                (by.bias, &numbers.bias),
                (by.added.unwrap_or_default(), &x),
            ]
        );
        [gradient, x, y].into_iter().for_each(reuse);
    }
}

impl<C: CheckpointStrategy> Maps for Autodiff<Flex, C> {
    fn kernel_conv(x: Tracked<C>, weight: Tracked<C>, window: Window) -> Tracked<C> {
        let parents = [x.node(), weight.node()];
        let state = [x.into_primitive(), weight.into_primitive()].map(whole);
        let conv = convolution(&state[0], &state[1], window);
        let output = tensor(conv.forward(slice(&state[0])), convolved(&state[0], &conv));
        match ConvBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish((state, window), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_batch_norm(x: Tracked<C>, numbers: Numbers<Self>, manner: Manner) -> Tracked<C> {
        let parents = [x.node(), numbers.weight.node(), numbers.bias.node()];
        let (x, numbers) = (whole(x.into_primitive()), inner(numbers));
        let output = tensor(numbers.norm(&x, manner).forward(slice(&x), None), shape(&x));
        match Backward::<Flex, 3>::prepare::<C>(NormBackward, parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(([x, output.clone()], numbers, manner), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_batch_norm_add(x: Tracked<C>, add: Tracked<C>, numbers: Numbers<Self>, manner: Manner) -> Tracked<C> {
        let parents = [x.node(), numbers.weight.node(), numbers.bias.node(), add.node()];
        let (x, add, numbers) = (whole(x.into_primitive()), whole(add.into_primitive()), inner(numbers));
        assert_eq!(shape(&x), shape(&add), "what is added has the shape of what is normalised");
        let output = tensor(numbers.norm(&x, manner).forward(slice(&x), Some(slice(&add))), shape(&x));
        match Backward::<Flex, 4>::prepare::<C>(NormBackward, parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(([x, output.clone()], numbers, manner), output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}

/// The numbers themselves, without what is known of their gradients.
fn inner<C: CheckpointStrategy>(numbers: Numbers<Autodiff<Flex, C>>) -> Numbers<Flex> {
    Numbers::<Flex> {
        weight: numbers.weight.into_primitive(),
        bias: numbers.bias.into_primitive(),
        moments: numbers.moments.into_primitive(),
    }
    .whole()
}
