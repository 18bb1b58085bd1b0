//! Masked autoencoder (He et al., "Masked Autoencoders Are Scalable Vision Learners", 2021).
//!
//! The encoder sees the patches that are kept; the decoder gets their codes and one and the same token for every
//! hidden patch, and says what pixels are there. Loss: mean squared error over the hidden patches. Energy: the mean
//! squared error of the hidden pixels in 0..1, whatever target was learnt. A knob of ours has convolutions correct the smooth
//! fill first (`nn/corrector.rs`).

mod card;
mod config;
mod cost;
pub(super) mod names;
mod recognise;
mod statistics;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use burn::{
    module::Module,
    tensor::{Device, FloatDType, Tensor, TensorData},
};

pub use card::CARD;
pub use config::{MaeConfig, Target};

use super::{Batch, Entry, Loss, Method, MethodError, Names, Recognised, Step, ViewPlan, knobs::precision_of};
use crate::{
    config::RunConfig,
    kernels::bridge::{self, AimTensors, PatchCut},
    nn::{
        Builder, Corrector, Decoder, DecoderConfig, Order, Source, Vit, VitConfig,
        backbone::Pool,
        frozen,
        patches::{patchify, unpatchify},
    },
};

/// Keeps a patch without any contrast from being divided by nothing, as in the published code.
const LEAST_VARIANCE: f32 = 1e-6;

/// Keeps a picture of which there is nothing to say from outweighing all others: mean square of standardised pixels.
const LEAST_POWER: f32 = 0.02;

/// A masked autoencoder.
#[derive(Module, Debug)]
pub struct Mae {
    /// Kept patches into codes.
    pub encoder: Vit,
    /// Codes into pixels.
    pub decoder: Decoder,
    /// Smooth fills into better ones.
    pub corrector: Option<Corrector>,
    #[module(skip)]
    config: MaeConfig,
    #[module(skip)]
    precision: FloatDType,
}

/// The patches of a batch, standardised, in the order that the network takes them.
struct Arranged {
    order: Order,
    /// `[batch, patches, 3 p p]`.
    patches: Tensor<3>,
    /// `[batch, patches, 3 p p]`: visible as they are, hidden ones filled.
    fill: Option<Tensor<3>>,
    /// The filled pictures themselves, in 0..1.
    filled: Option<Tensor<4>>,
}

impl Mae {
    /// A network of the given shape.
    pub fn with(config: MaeConfig, mut at: Builder<'_>) -> Self {
        let (grid, patch_values) = (config.grid(), config.patch_values());
        let encoder = VitConfig {
            grid,
            patch_values,
            depth: config.encoder_depth,
            block: config.encoder_block(),
            registers: 0,
        };
        let decoder = DecoderConfig {
            grid,
            patch_values,
            from_dim: config.encoder_dim,
            depth: config.decoder_depth,
            block: config.decoder_block(),
            fill: config.fill_to_decoder,
            overlap: config.overlapping(),
            // What the fill lacks is small: a run that starts near the fill itself has less to unlearn.
            last_gain: if config.target == Target::Residual { 0.1 } else { 1.0 },
        };
        let encoder = Vit::new(at.at("encoder"), encoder);
        let decoder = Decoder::new(at.at("decoder"), decoder);
        let is_trained = !config.is_corrector_alone();
        Self {
            encoder: if is_trained { encoder } else { frozen(encoder) },
            decoder: if is_trained { decoder } else { frozen(decoder) },
            corrector: config.corrector().map(|corrector| Corrector::new(at.at("corrector"), corrector)),
            precision: at.precision(),
            config,
        }
    }

    /// Its sizes and choices.
    #[must_use]
    pub fn config(&self) -> &MaeConfig {
        &self.config
    }

    /// What is said of the last `count` patches in the order, all hidden ones among them: `[batch, count, 3 p p]`.
    fn predict(&self, arranged: &Arranged, count: usize) -> Tensor<3> {
        let Some(added) = self.corrected(arranged) else {
            return self.decode(arranged, None, count);
        };
        let order = &arranged.order;
        let here = order.arrange(added.clone()).narrow(1, order.patches() - count, count);
        if self.config.is_corrector_alone() {
            return here;
        }
        // The corrector has its gradient by the sum; by what the decoder makes of it, it gets none.
        self.decode(arranged, Some(added.detach()), count) + here
    }

    /// What the corrector adds to the fill of hidden patches, and 0 to visible ones, in rows of the grid:
    /// `[batch, patches, 3 p p]`.
    fn corrected(&self, arranged: &Arranged) -> Option<Tensor<3>> {
        let (corrector, fill) = (self.corrector.as_ref()?, arranged.fill.as_ref()?);
        let masks = arranged.order.masks(&fill.device());
        let added = corrector.forward(arranged.order.restore(fill.clone()), masks.clone());
        Some(added * masks.unsqueeze_dim(2))
    }

    /// The decoder's numbers for the last `count` patches in the order, where it is shown the fill with what was `added` to it:
    /// `[batch, count, 3 p p]`.
    fn decode(&self, arranged: &Arranged, added: Option<Tensor<3>>, count: usize) -> Tensor<3> {
        let order = &arranged.order;
        let kept = arranged.patches.clone().narrow(1, 0, order.kept).cast(self.precision);
        let shown = self.shown(arranged, added).map(|shown| shown.cast(self.precision));
        let encoded = self.encoder.forward(kept, order);
        let tokens = self.decoder.forward(encoded, shown, order);
        self.decoder.draw(tokens, count, order).cast(FloatDType::F32)
    }

    /// What the decoder is shown, if anything: the fill with what was `added` to it, or its cells where patches overlap.
    fn shown(&self, arranged: &Arranged, added: Option<Tensor<3>>) -> Option<Tensor<3>> {
        let fill = arranged.fill.as_ref().filter(|_| self.config.fill_to_decoder)?;
        let Some(overlap) = self.config.overlapping() else {
            let added = added.map(|added| arranged.order.arrange(added));
            return Some(added.into_iter().fold(fill.clone(), |fill, added| fill + added));
        };
        let filled = arranged.filled.clone()?;
        if added.is_none() && bridge::serves(&filled) {
            return Some(bridge::cells(filled, self.cut()));
        }
        let pictures = self.standard(filled);
        let added = added.map(|added| unpatchify(added, self.config.patch, self.config.grid().columns));
        Some(overlap.cells(added.into_iter().fold(pictures, |pictures, added| pictures + added)))
    }

    /// How the kernels cut pictures up.
    fn cut(&self) -> PatchCut {
        PatchCut {
            patch_px: self.config.patch,
            mean: self.config.mean,
            deviation: self.config.std,
        }
    }

    fn arrange(&self, batch: &Batch) -> Arranged {
        let order = Order::of(&batch.masks);
        let standard = |pictures: &Tensor<4>| {
            if bridge::answers(pictures) {
                bridge::patches(pictures.clone(), self.cut(), order.places())
            } else {
                order.arrange(self.standardise(pictures.clone()))
            }
        };
        let patches = standard(&batch.pictures);
        assert!(
            batch.fill.is_some() || !self.config.wants_fill(),
            "this masked autoencoder's batches must carry the smooth fill"
        );
        let filled = batch.fill.as_ref().filter(|_| self.config.wants_fill());
        let fill = filled.map(standard);
        Arranged {
            order,
            patches,
            fill,
            filled: filled.cloned(),
        }
    }

    /// Pictures in 0..1 to standardised patches `[batch, patches, 3 p p]`.
    fn standardise(&self, pictures: Tensor<4>) -> Tensor<3> {
        patchify(self.standard(pictures), self.config.patch)
    }

    /// Pictures in 0..1 by the channels' means and deviations.
    fn standard(&self, pictures: Tensor<4>) -> Tensor<4> {
        let [mean, std] = self.channels(&pictures);
        (pictures - mean) / std
    }

    fn channels(&self, pictures: &Tensor<4>) -> [Tensor<4>; 2] {
        let device = pictures.device();
        [self.config.mean, self.config.std].map(|values| Tensor::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), &device))
    }

    /// Every patch encoded, nothing hidden: `[batch, patches, dim]`.
    fn encode(&self, pictures: Tensor<4>) -> Tensor<3> {
        let patches = self.standardise(pictures).cast(self.precision);
        let [batch, count, _] = patches.dims();
        let tokens = self.encoder.forward(patches, &Order::all_kept(batch, count));
        tokens.narrow(1, 1, count).cast(FloatDType::F32)
    }

    /// What the decoder should say of the hidden patches: `[batch, hidden, 3 p p]`, the first without the second.
    fn target(&self, arranged: &Arranged) -> AimTensors {
        let Order { kept, hidden, .. } = arranged.order;
        let truth = arranged.patches.clone().narrow(1, kept, hidden);
        let less = match (self.config.target, &arranged.fill) {
            (Target::Residual, Some(fill)) => Some(fill.clone().narrow(1, kept, hidden)),
            _ => None,
        };
        let truth = if self.config.target == Target::Normalised {
            let (variance, mean) = truth.clone().var_mean(2);
            (truth - mean) / (variance + LEAST_VARIANCE).sqrt()
        } else {
            truth
        };
        AimTensors { truth, less }
    }

    /// Mean squared error of what was said of the hidden patches, `[1]`. Balanced, it is the part of each picture's
    /// target that is still unsaid, in the mean over pictures: its gradient is close to that of the mean PSNR, where
    /// the plain mean is ruled by the few pictures with the most contrast.
    fn error(&self, said: Tensor<3>, target: AimTensors) -> Tensor<1> {
        if bridge::serves(&said) {
            let errors = bridge::errors(said.clone(), target.clone());
            return match self.config.balance {
                true => (errors / (bridge::powers(target, &said) + LEAST_POWER)).mean(),
                false => errors.mean(),
            };
        }
        let AimTensors { truth, less } = target;
        let target = less.map_or(truth.clone(), |less| truth - less);
        let error = (said - target.clone()).square();
        if !self.config.balance {
            return error.mean();
        }
        let of_each = |values: Tensor<3>| values.mean_dim(2).mean_dim(1);
        (of_each(error) / (of_each(target.square()) + LEAST_POWER)).mean()
    }

    /// What the decoder said of every patch, as standardised pixels: the way back from [`Mae::target`], without a
    /// look at what is hidden.
    fn pixels(&self, said: Tensor<3>, arranged: &Arranged, batch: &Batch) -> Tensor<3> {
        match (self.config.target, &arranged.fill) {
            (Target::Residual, Some(fill)) => said + fill.clone(),
            (Target::Normalised, _) => {
                let visible = arranged.patches.clone().narrow(1, 0, arranged.order.kept);
                let [mean, deviation] = statistics::spread(visible, &batch.masks, &arranged.order, LEAST_VARIANCE);
                said * deviation + mean
            }
            _ => said,
        }
    }
}

impl Method for Mae {
    fn new(config: &RunConfig, source: &mut dyn Source, device: &Device) -> Result<Self, MethodError> {
        let at = Builder::new(source, device).within(precision_of(config)?);
        Ok(Self::with(MaeConfig::from_run(config)?, at))
    }

    fn plan(config: &RunConfig) -> Result<ViewPlan, MethodError> {
        Ok(MaeConfig::from_run(config)?.views())
    }

    fn entries(config: &RunConfig, names: Names) -> Result<Vec<Entry>, MethodError> {
        Ok(names::entries(&MaeConfig::from_run(config)?, names))
    }

    fn multiply_adds(config: &RunConfig, kept: usize) -> Result<u64, MethodError> {
        Ok(cost::multiply_adds(&MaeConfig::from_run(config)?, kept))
    }

    fn recognise(shapes: &BTreeMap<String, Vec<usize>>, remarks: &BTreeMap<String, String>) -> Option<Recognised> {
        recognise::recognise(shapes, remarks)
    }

    fn published(&self) -> Result<BTreeMap<String, String>, String> {
        recognise::remarks(&self.config)
    }

    fn knobs(&self) -> BTreeMap<String, toml::Value> {
        self.config.to_knobs()
    }

    fn note(&self) -> Option<String> {
        let says = "It learnt patches normalised by their own mean and contrast, so each hidden patch is drawn with mean \
                    and contrast estimated from the visible patches around it.";
        let alone = "Its convolutions alone draw, upon the smooth fill. Its encoder is as it was before these learnt; its decoder says nothing.";
        let is_alone = self.config.is_corrector_alone();
        let says = [(self.config.target == Target::Normalised, says), (is_alone, alone)];
        says.into_iter().find(|(is_so, _)| *is_so).map(|(_, says)| says.to_owned())
    }

    fn doubts(&self, _batch: usize, _classes: usize) -> Vec<String> {
        let doubt = match (self.config.corrector_alone, self.corrector.is_some()) {
            (false, _) => return Vec::new(),
            (true, false) => "corrector_alone does nothing where there is no corrector: set corrector_dim too",
            (true, true) => {
                "corrector_alone trains the convolutions alone: encoder and decoder stay as --from has them, or else as they were drawn, and then embeddings and attention of this model say nothing"
            }
        };
        vec![doubt.to_owned()]
    }

    fn views(&self) -> ViewPlan {
        self.config.views()
    }

    fn loss(&self, batch: &Batch, _step: Step) -> Loss {
        let arranged = self.arrange(batch);
        let total = match arranged.order.hidden {
            // Nothing is hidden, so there is nothing to be wrong about; the graph stays whole.
            0 => self.predict(&arranged, arranged.order.kept).sum() * 0.0,
            hidden => self.error(self.predict(&arranged, hidden), self.target(&arranged)),
        };
        Loss::new(total)
    }

    fn complete(&self, batch: &Batch) -> Option<Tensor<4>> {
        let arranged = self.arrange(batch);
        let said = self.predict(&arranged, arranged.order.patches());
        let patches = arranged.order.restore(self.pixels(said, &arranged, batch));
        let [mean, std] = self.channels(&batch.pictures);
        Some(unpatchify(patches, self.config.patch, self.config.grid().columns) * std + mean)
    }

    fn patch_energy(&self, batch: &Batch) -> Option<Tensor<2>> {
        let drawn = self.complete(batch)?.clamp(0.0, 1.0);
        let error = patchify((drawn - batch.pictures.clone()).square(), self.config.patch)
            .mean_dim(2)
            .squeeze_dim::<2>(2);
        let hidden: Vec<f32> = batch
            .masks
            .iter()
            .flat_map(|mask| mask.hidden.iter().map(|hidden| f32::from(u8::from(*hidden))))
            .collect();
        let hidden = Tensor::<2>::from_data(TensorData::new(hidden, error.dims()), &error.device());
        Some(error * hidden)
    }

    fn for_answers(self) -> Self {
        Self {
            decoder: self.decoder.folded(),
            ..self
        }
    }

    /// Mean of the encoded patches, as in the paper's fine-tuning (global average pooling).
    fn embed(&self, pictures: Tensor<4>) -> Tensor<2> {
        self.encode(pictures).mean_dim(1).squeeze_dim(1)
    }

    fn embed_patches(&self, pictures: Tensor<4>) -> Option<Tensor<3>> {
        Some(self.encode(pictures))
    }

    fn has_patches(&self) -> bool {
        true
    }

    fn attention(&self, pictures: Tensor<4>) -> Option<Tensor<4>> {
        let patches = self.standardise(pictures);
        let [batch, count, _] = patches.dims();
        let found = self.encoder.attention(patches, &Order::all_kept(batch, count))?;
        Some(Pool::Mean.attention(found))
    }

    fn attends(&self) -> bool {
        !self.encoder.blocks.is_empty()
    }
}
