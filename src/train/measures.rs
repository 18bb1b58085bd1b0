//! What a run is measured by: the drawing where a method draws, the embeddings where it does not.

use std::path::{Path, PathBuf};

use burn::tensor::Device;

use super::{
    Progress, TrainError, Validated,
    pictures::Pictures,
    probing::Probing,
    sheet::{self, Sheet},
    validate::Validator,
};
use crate::{
    config::RunConfig,
    methods::{AnyMethod, ViewPlan},
    picture::Picture,
    probes::{Seen, verdict_since},
};

/// Held-out pictures and how they are measured.
#[allow(clippy::large_enum_variant)] // one a run
pub enum Measures {
    /// PSNR over what masks hide, and drawings to look at.
    Drawing {
        /// Pictures under masks.
        validator: Validator,
        /// Which of them are drawn.
        sheet: Sheet,
    },
    /// Instruments of embeddings.
    Embedding(Box<Probing>),
}

/// When and where a model is measured.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// Steps done.
    pub step: u64,
    /// The run's folder.
    pub folder: &'a Path,
    /// What the linear probe beside the training reaches.
    pub linear: Option<f32>,
}

/// What was found.
pub struct Found {
    /// The numbers.
    pub validated: Validated,
    /// A picture of examples, where one was drawn.
    pub picture: Option<PathBuf>,
}

impl Measures {
    /// Prepares what does not change all through a run.
    ///
    /// # Errors
    /// Patches that do not divide the size.
    pub fn new(config: &RunConfig, plan: &ViewPlan, pictures: &Pictures, draws: bool) -> Result<Self, TrainError> {
        if !draws {
            return Ok(Self::Embedding(Box::new(Probing::new(config, plan, pictures))));
        }
        let squares: Vec<Picture> = pictures.validation.iter().map(|square| square.picture.clone()).collect();
        let validator = Validator::new(squares, plan.size_px, plan.patch_px)?;
        let sheet = Sheet::new(&validator);
        Ok(Self::Drawing { validator, sheet })
    }

    /// Whether it is drawings that are measured.
    #[must_use]
    pub fn draws(&self) -> bool {
        matches!(self, Self::Drawing { .. })
    }

    /// How many pictures.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Drawing { validator, .. } => validator.len(),
            Self::Embedding(probing) => probing.len(),
        }
    }

    /// Measures a model at a moment of its run; what `progress` remembers grows by it. Waits for the device.
    ///
    /// # Errors
    /// A device that fails, a picture that cannot be written.
    pub fn measure(&self, model: &AnyMethod, device: &Device, moment: &Moment<'_>, progress: &mut Progress) -> Result<Found, TrainError> {
        let Moment { step, folder, linear } = *moment;
        let mut validated = Validated {
            step,
            ..Validated::default()
        };
        match self {
            Self::Drawing { validator, sheet } => {
                validated.psnr = validator.measure(model, device)?;
                let picture = Some(sheet.draw(validator, model, device, folder, step)?);
                Ok(Found { validated, picture })
            }
            Self::Embedding(probing) => {
                let (mut instruments, picture) = probing.measure(model, device)?;
                instruments.linear = linear;
                progress.seen.push(Seen {
                    step,
                    loss: f64::from(progress.loss.unwrap_or(f32::NAN)),
                    instruments: instruments.without_spectrum(),
                });
                validated.verdict = Some(verdict_since(progress.first_loss.map(f64::from), &progress.seen));
                validated.instruments = Some(instruments);
                let picture = picture.map(|picture| sheet::save(folder, step, &picture)).transpose()?;
                Ok(Found { validated, picture })
            }
        }
    }
}
