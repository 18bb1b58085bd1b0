//! A run in the room as a plain struct: it makes a batch, takes a step, is measured, broken, mended and saved.

use std::{collections::BTreeSet, sync::Arc};

use burn::tensor::Device;

use super::{Plan, watched::squares};
use crate::{
    config::RunConfig,
    data::{Batches, LoaderConfig, Pool, Sample},
    device::OpenDevice,
    learn::{Numbers, Outcome, Standing, Tensors, Trainer, on_host},
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
    /// The network before the last step, while that one's numbers are still on a device: nobody has judged the new one.
    judged: Option<(u64, AnyMethod)>,
    has_failed: bool,
}

impl Session {
    /// New weights for `samples`, at step 0, with what stops collapse or without it.
    ///
    /// # Errors
    /// A sentence: a method that cannot be trained here, too few pictures for it.
    pub fn new(settings: &TrainSettings, samples: Vec<Sample>, on: &OpenDevice) -> Result<Self, String> {
        let plan = Plan::of(settings, samples.len())?;
        let card = methods::cards().iter().find(|card| card.name == plan.whole.method);
        if card.is_some_and(methods::MethodCard::wants_labels) && samples.iter().all(|sample| sample.label.is_none()) {
            return Err(format!(
                "“{}” learns from labels, and none of these pictures has one. Begin with scenes, which have, or choose another method.",
                plan.whole.method
            ));
        }
        let safeguard = settings.safeguard || plan.broken.is_none();
        let config = plan.with(safeguard);
        let views = AnyMethod::plan(config).map_err(|why| why.to_string())?;
        let watched = squares(&samples, views.size_px);
        let trainer = fresh(config, on)?;
        let network = trainer.averaged();
        let classes: BTreeSet<usize> = samples.iter().filter_map(|sample| sample.label).collect();
        let doubts = network.doubts(config.batch, classes.len());
        let batches = batches(config, samples)?;
        Ok(Self {
            sound: (0, network),
            judged: None,
            has_failed: false,
            plan,
            on: on.clone(),
            trainer,
            batches,
            watched: Arc::new(watched),
            doubts,
            safeguard,
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

    /// One step. What it leaves is still on the device: give what was read of it to [`Session::learnt`] before the next.
    ///
    /// # Errors
    /// A sentence: a picture that cannot be cut.
    pub fn step(&mut self) -> Result<Outcome, String> {
        let batch = self.batches.make(self.trainer.done()).map_err(|why| why.to_string())?;
        if !self.on.is_host() {
            self.judged = Some((self.done(), self.trainer.averaged()));
        }
        Ok(self.trainer.step(vec![batch]))
    }

    /// Takes the numbers of the last step in. After an error nothing more can be learnt from this run, and its network is the
    /// last sound one that was kept.
    ///
    /// # Errors
    /// A sentence: which number is none, in which term, at which step.
    pub fn learnt(&mut self, numbers: Numbers) -> Result<Numbers, String> {
        let step = self.done();
        self.loss = Some(numbers.loss);
        self.judged = None;
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

    /// Where the run stands, for [`Session::switch`]; `None` where that would change nothing.
    #[must_use]
    pub fn standing(&self, safeguard: bool) -> Option<Standing> {
        (safeguard != self.safeguard && self.plan.broken.is_some()).then(|| self.trainer.standing())
    }

    /// Takes away what stops collapse, or puts it back, in mid-training: weights, teacher and the optimiser's memory stay, as
    /// far as both ways have them. `stood` is what came of [`Session::standing`]; no step was taken since.
    ///
    /// # Errors
    /// A sentence; then nothing changed.
    pub fn switch(&mut self, safeguard: bool, stood: Tensors) -> Result<(), String> {
        let config = self.plan.with(safeguard);
        let begun = fresh(config, &host())?;
        let own = begun.tensors();
        let mut next = if self.on.is_host() { begun } else { fresh(config, &self.on)? };
        next.carry_on(own, self.done(), stood, &self.on)?;
        self.trainer = next;
        self.safeguard = safeguard;
        Ok(())
    }

    /// The network as it is, without gradients: what measures and answers.
    #[must_use]
    pub fn network(&self) -> AnyMethod {
        match (&self.judged, self.has_failed) {
            (_, true) => self.sound.1.clone(),
            (Some((_, network)), false) => network.clone(),
            (None, false) => self.trainer.averaged(),
        }
    }

    /// The step that [`Session::network`] is of.
    #[must_use]
    pub fn step_of_network(&self) -> u64 {
        match (&self.judged, self.has_failed) {
            (_, true) => self.sound.0,
            (Some((step, _)), false) => *step,
            (None, false) => self.done(),
        }
    }

    /// What [`Session::network`] is now, for [`Session::measure`].
    #[must_use]
    pub fn at(&self) -> At {
        At {
            step: self.step_of_network(),
            loss: self.loss,
        }
    }

    /// Reads the instruments over what [`Session::network`] said of the watched pictures when it was `at`, and judges by all
    /// readings so far.
    pub fn measure(&mut self, embedded: &Embedded, at: At) -> Measured {
        // Without kNN: so few pictures of so many classes have no neighbours to vote.
        let instruments = together::instruments(embedded, None);
        let Some(loss) = at.loss else {
            // Nothing was learnt yet: a reading that belongs to no series.
            return together::measured(&[seen(0, 0.0, instruments)]);
        };
        self.thin_out();
        self.seen.push(seen(at.step, loss, instruments));
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

    /// What there is to be saved now; steps taken meanwhile change nothing of it.
    #[must_use]
    pub fn left(&self) -> Left {
        Left {
            model: self.network(),
            config: self.plan.with(self.safeguard).clone(),
            steps: self.step_of_network(),
            device: self.on.name.clone(),
        }
    }
}

/// Where a network stands: its step, and the loss that was read last.
#[derive(Clone, Copy, Debug)]
pub struct At {
    step: u64,
    loss: Option<f32>,
}

/// A run as it was at one step.
pub struct Left {
    model: AnyMethod,
    config: RunConfig,
    steps: u64,
    device: String,
}

impl Left {
    /// A name and the bytes of a file that the native program opens.
    ///
    /// # Errors
    /// A sentence: numbers that no file can hold, a device that gives nothing back.
    pub async fn file(self) -> Result<(String, Vec<u8>), String> {
        let Self { config, steps, device, .. } = self;
        let model = on_host(self.model, config.clone()).await?;
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
            device,
            license: config.license.clone(),
            ..ModelCard::default()
        };
        let header = Header {
            card,
            ..Header::new(&model, &config)
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

/// The processor.
#[must_use]
pub fn host() -> OpenDevice {
    OpenDevice {
        device: Device::flex(),
        kind: "cpu",
        name: "the browser's processor".into(),
    }
}

/// A trainer with first weights: the processor draws them, whichever device they are for, so that it need not be waited for.
fn fresh(config: &RunConfig, on: &OpenDevice) -> Result<Trainer, String> {
    let model = methods::build(config, &Device::flex().autodiff()).map_err(|why| why.to_string())?;
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
    use crate::{
        engine::together::training::{scene, tests::step},
        predict::block_on,
    };

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
            safeguard: true,
        };
        let samples = (0..96).map(|index| scene(3, index, 0.9)).collect();
        let mut session = Session::new(&settings, samples, &host()).unwrap();
        (0..KEPT_EVERY + 1).for_each(|_| drop(step(&mut session).unwrap()));
        let config = &session.plan.whole;
        let spoilt = methods::build(config, &session.on.device.clone().autodiff())
            .unwrap()
            .map(&mut Spoil);
        session.trainer = Trainer::new(spoilt, config, config.steps, &session.on);
        let sentence = step(&mut session).unwrap_err();
        assert!(
            sentence.contains("became NaN") && sentence.contains("step 20 is kept"),
            "{sentence}"
        );
        let (name, bytes) = block_on(session.left().file()).unwrap();
        let opened = weights::from_bytes(&bytes, &name, &Device::flex()).unwrap();
        assert_eq!(opened.header.unwrap().card.steps, KEPT_EVERY);
    }
}
