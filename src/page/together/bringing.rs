//! The loop that brings to the engine what it lacks: models, pictures, embeddings. One at a time, always after the
//! newest wish, so that nothing a person does waits for it.

use leptos::{prelude::*, task::spawn_local};

use super::{Room, Thumb};
use crate::{
    page::{
        browser::later::later,
        desk::{Phase, Progress, Remedy, Tone},
        engines::{Engine, Together, Trouble},
        state::{figures::count, gathering::Item, strip::Origin},
    },
    protocol::together::{Slot, ToTogether},
};

/// Pictures that are decoded at once.
const AT_ONCE: usize = 8;
/// Pictures embedded in one go: between two of them the engine answers other questions.
const IN_ONE_GO: usize = 32;

impl Room {
    /// Brings to the engine what it lacks.
    pub fn bring(self) {
        self.line.wishes.update_value(|n| *n += 1);
        if self.line.busy.get_value() {
            return;
        }
        self.line.busy.set_value(true);
        spawn_local(async move {
            let mut done = None;
            while done != Some(self.line.wishes.get_value()) {
                let mine = self.line.wishes.get_value();
                self.desk.enter(Phase::Working);
                match self.bring_once(mine).await {
                    Ok(()) => done = Some(mine),
                    Err(Trouble::Failed(why)) => {
                        self.desk.trouble(why);
                        self.desk.progress.set(None);
                        done = Some(mine);
                    }
                    // Where an engine was lost, that has been said, and the newer wish is to bring all to the next one.
                    Err(Trouble::Gone(_)) if self.line.wishes.get_value() != mine => self.desk.progress.set(None),
                    Err(Trouble::Gone(why)) => {
                        self.desk.tell(Tone::Trouble, why, Some(Remedy::Retry));
                        self.desk.progress.set(None);
                        self.line.busy.set_value(false);
                        return self.desk.enter(Phase::Error);
                    }
                }
            }
            self.line.busy.set_value(false);
            self.desk.enter(Phase::Ready);
            self.test_devices();
        });
    }

    /// Everything that is missing, or as much until a newer wish comes.
    async fn bring_once(self, wish: u64) -> Result<(), Trouble> {
        let engine = self.engine().await?;
        self.let_go(&engine).await?;
        self.bring_pictures(&engine, wish).await?;
        for slot in [Slot::First, Slot::Second, Slot::Drawing] {
            match self.settle_slot(&engine, slot).await {
                Err(Trouble::Failed(why)) => {
                    // Another may take its place, with the next wish.
                    self.desk.trouble(why);
                    self.line.wishes.update_value(|n| *n += 1);
                }
                settled => settled?,
            }
        }
        let embedded = self.embed_all(&engine, wish).await;
        if let Err(Trouble::Gone(_)) = embedded {
            return embedded;
        }
        self.move_on(wish).await;
        // What one engine failed at, the one that took its place has done.
        if self.line.is(&engine) { embedded } else { Ok(()) }
    }

    /// Brings everything to the engine that is to take the place of the one that answers, which goes on answering meanwhile.
    ///
    /// # Errors
    /// What it cannot hold, or its end.
    pub(super) async fn fill(self, next: &Engine<Together>, wish: u64) -> Result<(), Trouble> {
        self.let_go(next).await?;
        self.bring_pictures(next, wish).await?;
        if !self.is_newest(wish) {
            return Ok(());
        }
        for slot in [Slot::First, Slot::Second, Slot::Drawing] {
            self.settle_beside(next, slot).await?;
        }
        self.embed_all(next, wish).await
    }

    pub(super) fn is_newest(self, wish: u64) -> bool {
        self.line.wishes.get_value() == wish
    }

    async fn let_go(self, engine: &Engine<Together>) -> Result<(), Trouble> {
        let places = self.pictures.all.with_untracked(|all| all.places());
        let ids: Vec<u32> = engine.holds(|holds| holds.pictures.iter().copied().filter(|id| !places.contains_key(id)).collect());
        if ids.is_empty() {
            return Ok(());
        }
        engine.holds(|holds| {
            holds.pictures.retain(|id| !ids.contains(id));
            for done in holds.embedded.values_mut() {
                done.retain(|id| !ids.contains(id));
            }
        });
        self.line.tell_embedded();
        engine.ask(&ToTogether::DropPictures { ids }, Vec::new(), None).await.map(drop)
    }

    async fn bring_pictures(self, engine: &Engine<Together>, wish: u64) -> Result<(), Trouble> {
        let missing: Vec<Item> = self.pictures.all.with_untracked(|all| {
            engine.holds(|holds| {
                all.items()
                    .iter()
                    .filter(|item| !holds.pictures.contains(&item.id))
                    .cloned()
                    .collect()
            })
        });
        let of = missing.len();
        let mut thumbs = Vec::new();
        for (turn, some) in missing.chunks(AT_ONCE).enumerate() {
            if of > AT_ONCE {
                let done = turn * AT_ONCE;
                self.desk.progress.set(Some(Progress {
                    words: format!("Reading pictures: {} of {}", count(done as u64), count(of as u64)),
                    part: Some(done as f64 / of as f64),
                }));
            }
            let mut coming = Vec::new();
            for item in some.iter().cloned() {
                let (giver, came) = later();
                let engine = engine.clone();
                spawn_local(async move { giver.give(self.bring_one(&engine, item).await) });
                coming.push(came);
            }
            let mut gone = None;
            for came in coming {
                match came.await {
                    Ok(thumb) => thumbs.extend(thumb),
                    Err(trouble) => gone = Some(trouble),
                }
            }
            // The more there are, the rarer they are shown: every showing looks at all of them.
            if thumbs.len() >= self.pictures.list.with_untracked(|list| list.len() / 8).max(AT_ONCE) || gone.is_some() {
                self.show(std::mem::take(&mut thumbs));
            }
            if let Some(trouble) = gone {
                return Err(trouble);
            }
            if !self.is_newest(wish) {
                break;
            }
        }
        self.show(thumbs);
        self.desk.progress.set(None);
        Ok(())
    }

    /// One picture; `None` where it was refused, and that has been said. What an engine beside the one that answers cannot
    /// take stays in the room: that engine fails.
    async fn bring_one(self, engine: &Engine<Together>, item: Item) -> Result<Option<Thumb>, Trouble> {
        let Item { id, name, origin } = item.clone();
        let answer = match origin {
            Origin::Scene(seed) => engine.ask(&ToTogether::AddScene { id, seed }, Vec::new(), None).await,
            Origin::File => match self.bytes(id).await {
                Some(buffer) => engine.ask(&ToTogether::AddPicture { id, name }, vec![buffer], None).await,
                None => Err(Trouble::Failed(format!(
                    "“{name}” is no longer in this browser's storage. Add it again."
                ))),
            },
        };
        match answer {
            Ok(answer) => {
                engine.holds(|holds| holds.pictures.insert(id));
                Ok(self.develop(item, &answer))
            }
            Err(Trouble::Failed(why)) if self.line.is(engine) => {
                self.refuse(id);
                self.desk.trouble(why);
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
    }

    async fn embed_all(self, engine: &Engine<Together>, wish: u64) -> Result<(), Trouble> {
        for slot in [Slot::First, Slot::Second] {
            self.embed(engine, slot, wish).await?;
        }
        Ok(())
    }

    async fn embed(self, engine: &Engine<Together>, slot: Slot, wish: u64) -> Result<(), Trouble> {
        let Some(name) = engine.holds(|holds| holds.models.get(&slot).cloned()) else {
            return Ok(());
        };
        let ids = self
            .pictures
            .list
            .with_untracked(|list| list.iter().map(|thumb| thumb.id).collect::<Vec<_>>());
        // Where an engine took another's place, not all may be there yet.
        let missing: Vec<u32> = engine.holds(|holds| {
            let done = holds.embedded.get(&slot);
            let is_missing = |id: &u32| holds.pictures.contains(id) && done.is_none_or(|done| !done.contains(id));
            ids.into_iter().filter(is_missing).collect()
        });
        let of = missing.len();
        let what = format!("Embedding pictures with {name}");
        for (turn, some) in missing.chunks(IN_ONE_GO).enumerate() {
            let what = what.clone();
            let shows = move |at: u64| {
                let at = at.min(of as u64);
                self.desk.progress.set(Some(Progress {
                    words: format!("{what}: {} of {}", count(at), count(of as u64)),
                    part: Some(at as f64 / of.max(1) as f64),
                }));
            };
            let before = (turn * IN_ONE_GO) as u64;
            shows(before);
            let progress: super::OnProgress = std::rc::Rc::new(move |_, done, _| shows(before + done));
            let body = ToTogether::Embed { slot, ids: some.to_vec() };
            let answer = engine.ask(&body, Vec::new(), Some(progress)).await;
            if answer.is_ok() {
                engine.holds(|holds| holds.embedded.entry(slot).or_default().extend(some.iter().copied()));
                self.line.tell_embedded();
            }
            if answer.is_err() || !self.is_newest(wish) {
                self.desk.progress.set(None);
                return answer.map(drop);
            }
        }
        self.desk.progress.set(None);
        Ok(())
    }
}
