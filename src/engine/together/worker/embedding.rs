//! Pictures through networks, round by round: what is kept is not computed again.

use std::rc::Rc;

use super::{Engine, failed, models::Held};
use crate::{
    engine::{
        browser::{answer::Progress, shipped::Stop},
        together::{Kind, Rounds},
    },
    picture::{Picture, Rgb8},
    platform::{now_ms, yield_now},
    predict::{
        PredictError,
        together::{Kept, patches, tell},
    },
    protocol::{
        Job,
        together::{FromTogether, Slot, Stage},
    },
    worlds::Scene,
};

/// One request that asks a network about several pictures.
pub struct Asking<'a> {
    /// What holds pictures and models.
    pub engine: &'a Engine,
    /// The request.
    pub job: Job,
    /// Whether newer requests overtake it.
    pub kind: Option<Kind>,
    progress: Progress,
}

impl<'a> Asking<'a> {
    /// Of a request that only a newer one of `kind` overtakes.
    pub fn new(engine: &'a Engine, job: Job, kind: Option<Kind>) -> Self {
        Self {
            engine,
            job,
            kind,
            progress: Progress::of(job),
        }
    }

    /// Says how far it is.
    pub fn say(&self, stage: Stage, done: usize, of: usize) {
        let (done, of) = (done as u64, of as u64);
        self.progress.tell(done, of, || FromTogether::Progress { stage, done, of });
    }

    /// Lets others have their turn, and stops where it was overtaken.
    ///
    /// # Errors
    /// [`Stop::Overtaken`].
    pub async fn pause(&self) -> Result<(), Stop> {
        yield_now().await;
        self.engine.check_newest(self.kind.as_ref(), self.job)
    }

    /// Embeds those of `ids` that the model in `slot` has not seen.
    ///
    /// # Errors
    /// A picture or a model that is not there, a device that fails.
    pub async fn embed(&self, slot: Slot, ids: &[u32]) -> Result<Rc<Held>, Stop> {
        let missing = self.engine.kept.borrow().missing(slot, ids);
        let device = &self.engine.chosen.device;
        let ask = async |held: &Held, squares: &[Picture]| tell(&held.model, squares, device).await;
        self.in_rounds(slot, &missing, ask, |kept, id, told| kept.keep(slot, id, told))
            .await
    }

    /// The same for the pictures' patches.
    ///
    /// # Errors
    /// As [`Asking::embed`]; a model without patches.
    pub async fn look(&self, slot: Slot, ids: &[u32]) -> Result<Rc<Held>, Stop> {
        let missing = self.engine.kept.borrow().missing_patches(slot, ids);
        let device = &self.engine.chosen.device;
        let ask = async |held: &Held, squares: &[Picture]| patches(&held.model, squares, device).await;
        self.in_rounds(slot, &missing, ask, |kept, id, rows| kept.keep_patches(slot, id, rows))
            .await
    }

    /// Asks the model in `slot` about `missing` pictures, some at a time, and keeps what it says of those still there.
    async fn in_rounds<T>(
        &self,
        slot: Slot,
        missing: &[u32],
        ask: impl AsyncFn(&Held, &[Picture]) -> Result<Vec<T>, PredictError>,
        keep: impl Fn(&mut Kept, u32, T),
    ) -> Result<Rc<Held>, Stop> {
        let held = self.engine.model(slot)?;
        let mut rounds = Rounds::default();
        let mut done = 0;
        while let Some(round) = missing.get(done..).filter(|rest| !rest.is_empty()) {
            let round = &round[..rounds.size().min(round.len())];
            let began = now_ms();
            let squares = self.engine.squares(round, held.size_px)?;
            let found = ask(&held, &squares).await.map_err(failed)?;
            self.engine.check_held(slot, &held)?;
            for (id, found) in round.iter().zip(found).filter(|(id, _)| self.engine.pictures.borrow().has(**id)) {
                keep(&mut self.engine.kept.borrow_mut(), *id, found);
            }
            rounds.took(now_ms() - began);
            done += round.len();
            self.say(Stage::Embed, done, missing.len());
            self.pause().await?;
        }
        Ok(held)
    }

    /// What a model says of scenes, `[scenes, dim]` one after the other.
    ///
    /// # Errors
    /// A device that fails.
    pub async fn scenes(&self, held: &Held, scenes: &[&Scene]) -> Result<Vec<Vec<f32>>, Stop> {
        let mut rounds = Rounds::default();
        let mut rows = Vec::with_capacity(scenes.len());
        while let Some(round) = scenes.get(rows.len()..).filter(|rest| !rest.is_empty()) {
            let round = &round[..rounds.size().min(round.len())];
            let began = now_ms();
            let squares: Vec<Picture> = round.iter().map(|scene| Picture::from_rgb8(&scene.render(held.size_px))).collect();
            let told = tell(&held.model, &squares, &self.engine.chosen.device).await.map_err(failed)?;
            rows.extend(told.into_iter().map(|told| told.embedding));
            rounds.took(now_ms() - began);
            self.say(Stage::Embed, rows.len(), scenes.len());
            self.pause().await?;
        }
        Ok(rows)
    }
}

impl Engine {
    /// The middle squares of these pictures, as a model of this size takes them.
    ///
    /// # Errors
    /// A picture that is not there.
    pub fn squares(&self, ids: &[u32], size_px: usize) -> Result<Vec<Picture>, Stop> {
        let mut pictures = self.pictures.borrow_mut();
        let square = |id: &u32| {
            let frame = pictures.centre(*id).map_err(failed)?;
            pictures.square(*id, frame, size_px).map(Rc::unwrap_or_clone).map_err(failed)
        };
        ids.iter().map(square).collect()
    }

    /// The middle square of a picture in bytes, to be looked at.
    ///
    /// # Errors
    /// A picture that is not there.
    pub fn square_rgb8(&self, id: u32, size_px: usize) -> Result<Rgb8, Stop> {
        Ok(self.squares(&[id], size_px)?.remove(0).to_rgb8())
    }
}
