//! I-JEPA (Assran et al., "Self-Supervised Learning from Images with a Joint-Embedding Predictive Architecture", 2023).
//!
//! A step: [`Blocks`] draws a context block and target blocks of each picture. The teacher encodes the whole picture, without a
//! graph; the student encodes the context block alone; the predictor says, from the context and from places alone, what the
//! teacher has there. Loss: smooth L1 over the patches of the target blocks, [`distil::i_jepa`](super::losses::distil::i_jepa).
//! After the optimiser's step the teacher follows by a moving average ([`teacher`](super::losses::teacher), called by
//! [`joint`](super::joint)).
//!
//! Energy: the same distance for each hidden patch, with the teacher as the only encoder, which is what the authors evaluate and
//! what a file of weights holds, with the predictor.

mod blocks;
mod card;
#[cfg(test)]
mod tests;

use burn::{module::Module, tensor::Tensor};

pub use blocks::{Blocks, Cut};
pub use card::CARD;

use super::{
    Batch, Entry, Form, Knobs, Loss, MethodCard, MethodError, Names, Step,
    joint::{Branch, Design, Joint, Nets, Objective, Trunk, numbers, range},
    losses::distil::{i_jepa, i_jepa_energy, i_jepa_unstopped},
    mae::names::{block, linear, norm},
    schedule,
};
use crate::{
    config::RunConfig,
    mask::Grid,
    nn::{
        BlockConfig, Builder, HeadConfig, Order, Predictor, PredictorConfig,
        backbone::{EPSILON, Pool},
        order::indices,
    },
    views::Recipe,
};

/// The method.
pub type Ijepa = Joint<Prediction>;

/// Patches a side that leave room for a context and for targets.
const LEAST_SIDE: usize = 3;

/// The predictor, and what it is asked.
#[derive(Module, Debug)]
pub struct Prediction {
    /// Context tokens to what the teacher has at other places.
    pub predictor: Predictor,
    #[module(skip)]
    blocks: Blocks,
    #[module(skip)]
    grid: Grid,
    #[module(skip)]
    momentum: f64,
    #[module(skip)]
    rising: bool,
    #[module(skip)]
    stops_gradient: bool,
    #[module(skip)]
    seed: u64,
}

impl Objective for Prediction {
    const CARD: &'static MethodCard = &CARD;
    const PREDICTS: bool = true;
    const POOL: Pool = Pool::Mean;

    fn design(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Design, MethodError> {
        if !trunk.projector.is_empty() {
            return Err(MethodError::value(
                "projector",
                knobs.text("projector"),
                "I-JEPA compares tokens as they are; set it to none",
            ));
        }
        shape(knobs, trunk)?;
        let projector = HeadConfig::projector(trunk.dim(), &[]);
        Ok(Design {
            least_batch: 1,
            hides: true,
            ..Design::new(projector, vec![trunk.view(Recipe::ijepa(trunk.size))]).with_answering_teacher()
        })
    }

    fn new(mut at: Builder<'_>, knobs: &Knobs<'_>, trunk: &Trunk, config: &RunConfig) -> Result<Self, MethodError> {
        let shape = shape(knobs, trunk)?;
        Ok(Self {
            predictor: Predictor::new(at.at("predictor"), shape),
            blocks: Blocks {
                targets: knobs.within("targets", 1, 64)?,
                context_scale: range(knobs, "context_scale")?,
                target_scale: range(knobs, "target_scale")?,
                target_aspect: numbers(knobs, "target_aspect", 16.0)?,
                least_context: knobs.within("least_context", 1, 65_536)?,
            },
            grid: shape.grid,
            momentum: knobs.within("teacher_momentum", 0.0, 1.0)?,
            rising: knobs.read("rising", "it is true or false")?,
            stops_gradient: knobs.read("stop_gradient", "it is true or false")?,
            seed: config.seed,
        })
    }

    fn loss(&self, nets: &Nets<'_>, batch: &Batch, step: Step) -> Loss {
        // A picture that comes from no source goes by its place in the batch.
        let numbers = batch.indices.iter().enumerate().map(|(row, index)| index.unwrap_or(row) as u64);
        let cut = self.blocks.draw(self.grid, [self.seed, step.index], &numbers.collect::<Vec<_>>());
        let target = nets.teacher.filter(|_| self.stops_gradient).unwrap_or(nets.student);
        let seen = target.encoder.forward(batch.pictures.clone());
        let aim = picked(seen.tokens, &cut.targets);
        let said = self.said(nets.student, batch, &Order::of(&cut.contexts), &cut.targets);
        let total = match self.stops_gradient {
            true => i_jepa(said, aim),
            false => i_jepa_unstopped(said, aim).mean(),
        };
        Loss::new(total).with_features(&seen.pooled)
    }

    fn momentum(&self, step: Step) -> f64 {
        let end = if self.rising { 1.0 } else { self.momentum };
        schedule::ramp(self.momentum, end, 1.0, step)
    }

    /// All hidden patches are asked for at once, from all visible ones. `None` where nothing is visible.
    fn patch_energy(&self, answering: &Branch, batch: &Batch) -> Option<Tensor<2>> {
        let order = Order::of(&batch.masks);
        let (pictures, patches) = (batch.masks.len(), order.patches());
        if order.hidden == 0 {
            return Some(Tensor::zeros([pictures, patches], &batch.pictures.device()));
        }
        if order.kept == 0 {
            return None;
        }
        let asked = [order.places().iter().map(|places| places[order.kept..].to_vec()).collect()];
        let tokens = answering.encoder.forward(batch.pictures.clone()).tokens;
        let energy = i_jepa_energy(self.said(answering, batch, &order, &asked), picked(tokens, &asked));
        let visible = Tensor::zeros([pictures, order.kept], &energy.device());
        let all = Tensor::cat(vec![visible, energy], 1).unsqueeze_dim::<3>(2);
        Some(order.restore(all).reshape([pictures, patches]))
    }

    fn entries(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<Vec<Entry>, MethodError> {
        let PredictorConfig {
            grid,
            encoder_dim,
            depth,
            block: sizes,
        } = shape(knobs, trunk)?;
        let (dim, rows) = (sizes.dim, 1 + grid.len());
        let (ours, theirs) = ("objective.predictor", "predictor.predictor");
        let mut list = vec![
            Entry::one(format!("{ours}.mask_token"), "predictor.mask_token", &[1, 1, dim], Form::Vector),
            Entry::one(
                format!("{ours}.positions"),
                format!("{theirs}_pos_embed"),
                &[1, rows, dim],
                Form::Vector,
            ),
        ];
        list.extend(linear(&format!("{ours}.embed"), &format!("{theirs}_embed"), dim, encoder_dim));
        let blocks = |index| {
            block(
                &format!("{ours}.blocks"),
                &format!("{theirs}_blocks"),
                index,
                dim,
                4,
                Names::Original,
            )
        };
        list.extend((0..depth).flat_map(blocks));
        list.extend(norm(&format!("{ours}.norm"), &format!("{theirs}_norm"), dim));
        list.extend(linear(&format!("{ours}.output"), &format!("{theirs}_proj"), encoder_dim, dim));
        Ok(list)
    }
}

impl Prediction {
    /// What the predictor says of `asked`, from the patches that `order` keeps: `[questions batch, places, dim]`.
    fn said(&self, branch: &Branch, batch: &Batch, order: &Order, asked: &[Vec<Vec<usize>>]) -> Tensor<3> {
        let context = branch.encoder.tokens_of_kept(batch.pictures.clone(), order);
        let places: Vec<Vec<usize>> = order.places().iter().map(|places| places[..order.kept].to_vec()).collect();
        self.predictor.forward(context, &places, asked)
    }
}

/// Tokens `[batch, patches, dim]` at the places of each question: `[questions batch, places, dim]`.
fn picked(tokens: Tensor<3>, asked: &[Vec<Vec<usize>>]) -> Tensor<3> {
    let [batch, patches, dim] = tokens.dims();
    let of_picture = |(picture, places): (usize, &Vec<usize>)| places.iter().map(|place| picture * patches + place).collect::<Vec<_>>();
    let rows = asked.iter().flat_map(|question| question.iter().enumerate().flat_map(of_picture));
    let index = indices(rows, &tokens.device());
    let count = asked.first().and_then(|question| question.first()).map_or(0, Vec::len);
    tokens
        .reshape([batch * patches, dim])
        .select(0, index)
        .reshape([asked.len() * batch, count, dim])
}

fn shape(knobs: &Knobs<'_>, trunk: &Trunk) -> Result<PredictorConfig, MethodError> {
    let refused = |wanted: &str| MethodError::value("backbone", &trunk.backbone, wanted);
    let patch = trunk
        .backbone
        .patch()
        .ok_or_else(|| refused("I-JEPA hides patches, which a residual network does not have; give it a vision transformer"))?;
    let grid = Grid::of(trunk.size, patch).filter(|grid| grid.rows >= LEAST_SIDE);
    let grid = grid.ok_or_else(|| refused("context and targets need three patches a side or more"))?;
    let (dim, heads) = (knobs.within("predictor_dim", 4, 4096)?, knobs.within("predictor_heads", 1, 256)?);
    if dim % 4 > 0 || dim % heads > 0 {
        return Err(MethodError::value(
            "predictor_dim",
            dim,
            format!("it must be divisible by 4 and by the predictor's {heads} heads"),
        ));
    }
    Ok(PredictorConfig {
        grid,
        encoder_dim: trunk.dim(),
        depth: knobs.within("predictor_depth", 1, 64)?,
        block: BlockConfig {
            dim,
            heads,
            hidden: 4 * dim,
            epsilon: EPSILON,
            layer_scale: false,
        },
    })
}
