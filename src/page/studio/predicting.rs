//! The loop that keeps the print up to date: one prediction at a time, always of the newest wish.

use leptos::{prelude::*, task::spawn_local};

use super::{Studio, prints::Print};
use crate::{
    mask::Mask,
    page::{
        desk::{Phase, Remedy, Tone, Topic},
        engines::{Engine, Trouble},
        state::strip::Strip,
    },
    protocol::{Frame, FromEngine, ToEngine},
};

/// What came of one turn.
enum Turn {
    /// A print, or nothing to print.
    Done,
    /// The wish changed on the way, or the engine: once more.
    Again,
    /// It cannot be done; said why.
    Stuck,
}

impl Studio {
    /// Watches everything a prediction depends on.
    pub fn keep_predicting(self) {
        let wish = Memo::new(move |_| {
            let item = self.table.strip.with(|strip| strip.item().map(|item| (item.id, item.frame)));
            let mask = self.hiding.history.with(|history| history.mask().clone());
            (
                item,
                mask,
                self.models.chosen.get(),
                self.devices.active.get(),
                self.models.shipped.with(Option::is_some),
            )
        });
        Effect::new(move |_| {
            // Read, not only tracked: a memo that nobody reads is never computed and follows nothing.
            wish.with(|_| ());
            untrack(|| self.predict());
        });
    }

    /// Asks for a prediction of what is on the table now.
    pub fn predict(self) {
        self.devices.wishes.update_value(|wishes| *wishes += 1);
        if !self.devices.busy.get_value() {
            self.devices.busy.set_value(true);
            spawn_local(self.turns());
        }
    }

    async fn turns(self) {
        let mut last;
        loop {
            let wishes = self.devices.wishes.get_value();
            // An empty table is ready; what comes onto it is worked on.
            if self.is_live() || self.desk.phase.get_untracked() == Phase::Ready {
                self.desk.enter(Phase::Working);
            }
            last = match self.turn().await {
                Turn::Again => continue,
                turn => turn,
            };
            if self.devices.wishes.get_value() == wishes {
                break;
            }
        }
        self.devices.busy.set_value(false);
        let live = self.is_live();
        let is_empty = self.table.strip.with_untracked(|strip| strip.items().is_empty());
        match last {
            Turn::Done if live || is_empty => self.desk.enter(Phase::Ready),
            Turn::Stuck => self.desk.enter(if live { Phase::Ready } else { Phase::Error }),
            _ => {}
        }
        if live {
            self.develop_the_rest();
            self.test_devices();
        }
    }

    fn is_live(self) -> bool {
        self.seeing.print.with_untracked(|print| print.as_ref().is_some_and(Print::is_live))
    }

    async fn turn(self) -> Turn {
        let engine = match self.engine().await {
            Ok(engine) => engine,
            Err(why) => return self.stuck(&why),
        };
        match self.one(&engine).await {
            Ok(turn) => turn,
            Err(Trouble::Failed(why)) => self.refused(Topic::Any, &why),
            Err(Trouble::Gone(why)) => {
                if self.is_lost(&engine, &why) {
                    Turn::Again
                } else {
                    self.stuck(&why)
                }
            }
        }
    }

    async fn one(self, engine: &Engine) -> Result<Turn, Trouble> {
        let Some(id) = self.table.strip.with_untracked(Strip::current) else {
            return Ok(Turn::Done);
        };
        // The list of models first: what a picture opens under depends on it.
        if self.models.shipped.with_untracked(Option::is_none) {
            return Ok(Turn::Done);
        }
        let Some(model) = self.wanted_model() else { return Ok(Turn::Done) };
        if let Err(trouble) = self.bring(engine, id).await {
            if matches!(trouble, Trouble::Failed(_)) {
                self.refuse(id);
            }
            return Err(trouble);
        }
        match self.open_wanted(engine, &model).await {
            Err(Trouble::Failed(why)) => {
                let topic = self.without_model(&model);
                return Ok(self.refused(topic, &why));
            }
            done => done?,
        }
        let Some((frame, mask)) = self.wish_of(id) else {
            return Ok(Turn::Again);
        };
        let answer = engine
            .ask(&ToEngine::Predict { picture: id, frame, mask }, Vec::new(), None)
            .await?;
        if let FromEngine::Predicted(numbers) = answer.body {
            self.devices.failures.set_value(0);
            if self.table.strip.with_untracked(|strip| strip.find(id).is_none()) {
                return Ok(Turn::Again); // taken out meanwhile
            }
            let print = Print::of_answer(numbers, frame, model, &answer.buffers);
            self.seeing.print.set(print);
        }
        Ok(Turn::Done)
    }

    async fn open_wanted(self, engine: &Engine, name: &str) -> Result<(), Trouble> {
        match self.open_model(engine, name, false).await {
            Ok(Some(info)) => {
                self.desk.settle(Topic::Weights);
                self.models.open.set(Some(info));
                self.list_stored();
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(trouble) => Err(trouble),
        }
    }

    /// A model that does not open: goes back to the one that is open, if it was chosen by hand. What to say of it is about
    /// the choice then, and stays when another opens in its place.
    fn without_model(self, name: &str) -> Topic {
        let chosen = self.models.chosen.get_untracked();
        if chosen.as_deref() != Some(name) {
            return Topic::Weights;
        }
        self.models.dropped.update(|dropped| dropped.retain(|(known, _)| known != name));
        let open = self
            .models
            .open
            .with_untracked(|open| open.as_ref().map(|model| model.name.clone()));
        self.models.chosen.set(open.filter(|open| open != name));
        Topic::Wish
    }

    fn wish_of(self, id: u32) -> Option<(Frame, Mask)> {
        let frame = self.table.strip.with_untracked(|strip| strip.find(id)?.square())?;
        let grid = self.grid_now();
        Some((frame, self.hiding.history.with_untracked(|history| history.on(grid))))
    }

    fn refused(self, topic: Topic, why: &str) -> Turn {
        // While only the first look is there, a person can do nothing else about it.
        let remedy = (topic != Topic::Wish && !self.is_live()).then_some(Remedy::Retry);
        self.desk.tell_of(topic, Tone::Trouble, why, remedy);
        Turn::Stuck
    }

    fn stuck(self, why: &str) -> Turn {
        self.desk.progress.set(None);
        self.desk.tell(Tone::Trouble, why, Some(Remedy::Retry));
        self.desk.enter(Phase::Error);
        Turn::Stuck
    }

    /// Tries again what failed.
    pub fn retry(self) {
        self.desk.put_away_remedy(Remedy::Retry);
        self.devices.failures.set_value(0);
        if self.models.shipped.with_untracked(|list| list.as_ref().is_none_or(Vec::is_empty)) {
            self.list_shipped();
        }
        self.predict();
    }

    /// Develops the films of the strip that are not yet, one at a time, as long as nothing else is asked.
    fn develop_the_rest(self) {
        spawn_local(async move {
            let Some(engine) = self.devices.active_engine() else { return };
            while !self.devices.busy.get_value() {
                let next = self.table.strip.with_untracked(|strip| {
                    let films = self.table.films.read_untracked();
                    strip.items().iter().find(|item| !films.contains_key(&item.id)).map(|item| item.id)
                });
                let Some(id) = next else { return };
                match self.bring(&engine, id).await {
                    Ok(()) if self.table.films.with_untracked(|films| films.contains_key(&id)) => {}
                    Err(Trouble::Failed(why)) => {
                        self.desk.trouble(why);
                        self.refuse(id);
                    }
                    _ => return,
                }
            }
        });
    }
}
