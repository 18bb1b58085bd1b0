//! The way back, written by hand.

use std::sync::Arc;

use burn::backend::{
    Autodiff, Flex,
    autodiff::{
        checkpoint::{base::Checkpointer, strategy::CheckpointStrategy},
        grads::Gradients,
        ops::{Backward, Ops, OpsKind},
    },
};

use super::{Picked, Placed, patches, summed};
use crate::kernels::{
    bridge::{
        autodiff::Tracked,
        flex::{reuse, slice, tensor, whole},
    },
    gather::Picks,
};

#[derive(Debug)]
struct SumsBackward;

impl Backward<Flex, 1> for SumsBackward {
    type State = Arc<Picks>;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        if let [Some(table)] = ops.parents {
            grads.register::<Flex>(table.id, summed(&ops.state.turned(), &gradient, None));
        }
        reuse(gradient);
    }
}

impl Backward<Flex, 2> for SumsBackward {
    type State = Arc<Picks>;

    fn backward(self, ops: Ops<Self::State, 2>, grads: &mut Gradients, _: &mut Checkpointer) {
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        let [base, table] = ops.parents;
        if let Some(table) = table {
            grads.register::<Flex>(table.id, summed(&ops.state.turned(), &gradient, None));
        }
        match base {
            Some(base) => grads.register::<Flex>(base.id, gradient),
            None => reuse(gradient),
        }
    }
}

#[derive(Debug)]
struct PlacedBackward;

impl Backward<Flex, 1> for PlacedBackward {
    type State = Placed;

    fn backward(self, ops: Ops<Self::State, 1>, grads: &mut Gradients, _: &mut Checkpointer) {
        let Placed { cells: lie, places } = ops.state;
        let gradient = whole(grads.consume::<Flex>(&ops.node));
        if let [Some(cells)] = ops.parents {
            let like = [places.len(), lie.count(), lie.values()];
            grads.register::<Flex>(cells.id, tensor(lie.backward(slice(&gradient), &places), like.into()));
        }
        reuse(gradient);
    }
}

impl<C: CheckpointStrategy> Picked for Autodiff<Flex, C> {
    fn kernel_sums(table: Tracked<C>, picks: Arc<Picks>) -> Tracked<C> {
        let parents = [table.node()];
        let output = Flex::kernel_sums(table.into_primitive(), picks.clone());
        match Backward::<Flex, 1>::prepare::<C>(SumsBackward, parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(picks, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_sums_onto(base: Tracked<C>, table: Tracked<C>, picks: Arc<Picks>) -> Tracked<C> {
        let parents = [base.node(), table.node()];
        let output = Flex::kernel_sums_onto(base.into_primitive(), table.into_primitive(), picks.clone());
        match Backward::<Flex, 2>::prepare::<C>(SumsBackward, parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(picks, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }

    fn kernel_placed(cells: Tracked<C>, placed: Placed) -> Tracked<C> {
        let parents = [cells.node()];
        let output = patches(&whole(cells.into_primitive()), &placed);
        match PlacedBackward.prepare::<C>(parents).compute_bound().stateful() {
            OpsKind::Tracked(prep) => prep.finish(placed, output),
            OpsKind::UnTracked(prep) => prep.finish(output),
        }
    }
}
