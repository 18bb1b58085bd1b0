//! A run in the room as a plain struct: it makes a batch, takes a step, is measured, broken, mended and saved.

use std::{collections::BTreeSet, sync::Arc};

use burn::tensor::Device;

use super::{Plan, watched::squares};
use crate::{
    config::RunConfig,
    data::{Batches, LoaderConfig, Pool, Sample},
    device::OpenDevice,
    learn::{Numbers, Trainer, read},
    methods::{self, AnyMethod, Method},
    picture::Picture,
    predict::{Embedded, together},
    probes::{Instruments, Seen},
    protocol::{
        ModelCard,
        together::{Measured, TrainSettings},
    },
    weights::{self, Dtype, Header},
};

/// Measurements that a verdict looks back on; older ones are thinned out.
const LOOKED_BACK: usize = 120;

/// Steps from one network that is kept to the next.
const KEPT_EVERY: u64 = 20;

/// A run under way.
pub struct Session {
    plan: Plan,
    on: OpenDevice,
    trainer: Trainer,
    batches: Batches,
    watched: Arc<Vec<Picture>>,
    doubts: Vec<String>,
    safeguard: bool,
    /// Of the last step.
    loss: Option<f32>,
    seen: Vec<Seen>,
    /// A network whose numbers were all sound, and its step: what is left where a number is none.
    sound: (u64, AnyMethod),
    has_failed: bool,
}

impl Session {
    /// New weights for `samples`, at step 0.
    ///
    /// # Errors
    /// A sentence: a method that cannot be trained here, too few pictures for it.
    pub fn new(settings: &TrainSettings, samples: Vec<Sample>, device: &Device) -> Result<Self, String> {
        let plan = Plan::of(settings, samples.len())?;
        let card = methods::cards().iter().find(|card| card.name == plan.whole.method);
        if card.is_some_and(methods::MethodCard::wants_labels) && samples.iter().all(|sample| sample.label.is_none()) {
            return Err(format!(
                "“{}” learns from labels, and none of these pictures has one. Begin with scenes, which have, or choose another method.",
                plan.whole.method
            ));
        }
        let on = OpenDevice {
            device: device.clone(),
            kind: "cpu",
            name: "the browser's processor".into(),
        };
        let config = &plan.whole;
        let views = AnyMethod::plan(config).map_err(|why| why.to_string())?;
        let watched = squares(&samples, views.size_px);
        let trainer = fresh(config, &on)?;
        let network = trainer.averaged();
        let classes: BTreeSet<usize> = samples.iter().filter_map(|sample| sample.label).collect();
        let doubts = network.doubts(config.batch, classes.len());
        let batches = batches(config, samples)?;
        Ok(Self {
            sound: (0, network),
            has_failed: false,
            plan,
            on,
            trainer,
            batches,
            watched: Arc::new(watched),
            doubts,
            safeguard: true,
            loss: None,
            seen: Vec::new(),
        })
    }

    /// How it was set.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What its settings make doubtful on these pictures, as [`Method::doubts`] says it.
    #[must_use]
    pub fn doubts(&self) -> &[String] {
        &self.doubts
    }

    /// The pictures that are watched, squares of the network's size.
    #[must_use]
    pub fn watched(&self) -> Arc<Vec<Picture>> {
        Arc::clone(&self.watched)
    }

    /// Steps done.
    #[must_use]
    pub fn done(&self) -> u64 {
        self.trainer.done()
    }

    /// Whether what stops collapse is in place.
    #[must_use]
    pub fn safeguard(&self) -> bool {
        self.safeguard
    }

    /// One step. After an error nothing more can be learnt from it, and its network is the last sound one that was kept.
    ///
    /// # Errors
    /// A sentence: which number is none, in which term, at which step.
    pub fn step(&mut self) -> Result<Numbers, String> {
        let batch = self.batches.make(self.trainer.done()).map_err(|why| why.to_string())?;
        let outcome = self.trainer.step(vec![batch]);
        let (step, _, numbers) = read(vec![outcome]).pop().ok_or("the step left no numbers")?;
        self.loss = Some(numbers.loss);
        let Some(what) = not_finite(&numbers) else {
            if self.done().is_multiple_of(KEPT_EVERY) {
                self.sound = (self.done(), self.trainer.averaged());
            }
            return Ok(numbers);
        };
        self.has_failed = true;
        Err(format!(
            "{what} at step {step}: training stopped there. The network of step {} is kept. Begin again, with what stops collapse in \
             place.",
            self.sound.0
        ))
    }

    /// Takes away what stops collapse, or puts it back, in mid-training: weights, teacher and the optimiser's memory stay, as
    /// far as both ways have them.
    ///
    /// # Errors
    /// A sentence; then nothing changed.
    pub fn switch(&mut self, safeguard: bool) -> Result<(), String> {
        if safeguard == self.safeguard || self.plan.broken.is_none() {
            return Ok(());
        }
        let mut next = fresh(self.plan.with(safeguard), &self.on)?;
        next.carry_on(&self.trainer, &self.on)?;
        self.trainer = next;
        self.safeguard = safeguard;
        Ok(())
    }

    /// The network as it is, without gradients: what measures and answers.
    #[must_use]
    pub fn network(&self) -> AnyMethod {
        if self.has_failed {
            self.sound.1.clone()
        } else {
            self.trainer.averaged()
        }
    }

    /// The step that [`Session::network`] is of.
    fn step_of_network(&self) -> u64 {
        if self.has_failed { self.sound.0 } else { self.done() }
    }

    /// Reads the instruments over what [`Session::network`] said of the watched pictures, and judges by all readings so far.
    pub fn measure(&mut self, embedded: &Embedded) -> Measured {
        // Without kNN: so few pictures of so many classes have no neighbours to vote.
        let instruments = together::instruments(embedded, None);
        let Some(loss) = self.loss else {
            // Nothing was learnt yet: a reading that belongs to no series.
            return together::measured(&[seen(0, 0.0, instruments)]);
        };
        self.thin_out();
        self.seen.push(seen(self.done(), loss, instruments));
        let measured = together::measured(&self.seen);
        if let Some(last) = self.seen.last_mut() {
            last.instruments = last.instruments.without_spectrum();
        }
        measured
    }

    /// Leaves every second of too many readings. The first stays: it is where the run comes from.
    fn thin_out(&mut self) {
        if self.seen.len() < LOOKED_BACK {
            return;
        }
        let mut number = 0;
        self.seen.retain(|_| {
            number += 1;
            number % 2 == 1
        });
    }

    /// A name and the bytes of a file that the native program opens.
    ///
    /// # Errors
    /// A sentence: numbers that no file can hold.
    pub fn file(&self) -> Result<(String, Vec<u8>), String> {
        let model = self.network();
        let config = self.plan.with(self.safeguard);
        let steps = self.step_of_network();
        let name = format!("{}-room-{steps}", model.name());
        let card = ModelCard {
            name: name.clone(),
            title: format!("{}, {} pixels, trained in a browser", model.card().title, model.views().size_px),
            method: model.name().into(),
            data: if config.data == "scenes" {
                format!("{} procedural scenes", config.pictures)
            } else {
                format!("{} pictures of a visitor's own", config.pictures)
            },
            command: "the room Together, on the page".into(),
            steps,
            pictures: steps * config.batch as u64,
            device: self.on.name.clone(),
            license: config.license.clone(),
            ..ModelCard::default()
        };
        let header = Header {
            card,
            ..Header::new(&model, config)
        };
        let bytes = weights::to_bytes(&model, &header, Dtype::F32).map_err(|why| why.to_string())?;
        Ok((format!("{name}.safetensors"), bytes))
    }
}

fn seen(step: u64, loss: f32, instruments: Instruments) -> Seen {
    Seen {
        step,
        loss: f64::from(loss),
        instruments,
    }
}

/// A trainer with first weights.
fn fresh(config: &RunConfig, on: &OpenDevice) -> Result<Trainer, String> {
    let model = methods::build(config, &on.device.clone().autodiff()).map_err(|why| why.to_string())?;
    Ok(Trainer::new(model, config, config.steps, on))
}

/// The run's batches; what it is watched by changes none of them, nor does the switch.
fn batches(config: &RunConfig, samples: Vec<Sample>) -> Result<Batches, String> {
    let views = AnyMethod::plan(config).map_err(|why| why.to_string())?;
    let loader = LoaderConfig {
        batch: config.batch,
        size_px: views.size_px,
        patch_px: views.patch_px,
        masks: views.masks,
        fill: views.fill,
        recipes: views.recipes,
        crop: config.crop,
        flip: config.flip,
        seed: config.seed,
        ahead: 1,
        ..LoaderConfig::default()
    };
    let pool = Pool::new("the room's pictures", samples, Vec::new());
    Batches::new(Arc::new(pool), loader).map_err(|why| why.to_string())
}

/// Which number is none, where one is.
fn not_finite(numbers: &Numbers) -> Option<String> {
    let bad_part = numbers.parts.iter().find(|(_, value)| !value.is_finite());
    match (numbers.loss.is_finite(), bad_part) {
        (_, Some((name, value))) => Some(format!("the loss's term {name} became {value}")),
        (false, None) => Some(format!("the loss became {}", numbers.loss)),
        (true, None) if !numbers.gradient_norm.is_finite() => Some(format!("the gradient became {}", numbers.gradient_norm)),
        (true, None) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use burn::{
        module::{Module, ModuleMapper, Param},
        tensor::Tensor,
    };

    use super::*;
    use crate::engine::together::training::scene;

    struct Spoil;

    impl ModuleMapper for Spoil {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|tensor| tensor * f32::NAN)
        }
    }

    #[test]
    fn where_a_number_is_none_the_last_sound_network_is_left() {
        let settings = TrainSettings {
            method: "simclr".into(),
            ids: Vec::new(),
            bond: 0.9,
            seed: 3,
            steps: 0,
            paused: false,
        };
        let samples = (0..96).map(|index| scene(3, index, 0.9)).collect();
        let mut session = Session::new(&settings, samples, &Device::flex()).unwrap();
        (0..KEPT_EVERY + 1).for_each(|_| drop(session.step().unwrap()));
        let config = &session.plan.whole;
        let spoilt = methods::build(config, &session.on.device.clone().autodiff())
            .unwrap()
            .map(&mut Spoil);
        session.trainer = Trainer::new(spoilt, config, config.steps, &session.on);
        let sentence = session.step().unwrap_err();
        assert!(
            sentence.contains("became NaN") && sentence.contains("step 20 is kept"),
            "{sentence}"
        );
        let (name, bytes) = session.file().unwrap();
        let opened = weights::from_bytes(&bytes, &name, &Device::flex()).unwrap();
        assert_eq!(opened.header.unwrap().card.steps, KEPT_EVERY);
    }
}
