//! Which part fits? A hole, candidates for it, and what two kinds of model say.

mod candidates;
mod cut;
mod verdicts;

use leptos::prelude::*;

use self::{candidates::Candidates, cut::Cut, verdicts::Verdicts};
use super::needs::{Needs, NeedsModel};
use crate::{
    page::{state::ranking::Judge, together::Room},
    protocol::together::{Able, Slot},
};

/// The panel.
#[component]
pub fn Fit() -> impl IntoView {
    let room = Room::here();
    keep_asking(room);
    let any = move || room.pictures.first().is_some();
    let open = move || room.models.first.with(Option::is_some);
    let lacks = move |judge| open() && room.judge(judge).is_none();
    let name = move || {
        room.models
            .first
            .with(|model| model.as_ref().map(|model| model.name.clone()).unwrap_or_default())
    };
    let lacking = Signal::derive(move || {
        format!(
            "“{}” does not predict embeddings of a part that it cannot see, so it ranks nothing here.",
            name()
        )
    });
    view! {
        <section class="fit" data-testid="fit">
            <p class="lead">
                "One of these parts was cut out of the picture. Your turn first: which one fits? Then see the energy that each model gives them, lowest where it fits best."
            </p>
            <Show when=any fallback=|| view! { <Needs words="There is no picture yet. Drop one anywhere, or add some." pictures=true/> }>
                <div class="bench two">
                    <div class="left"><Cut/></div>
                    <div class="middle">
                        <Candidates/>
                        <Show when=move || lacks(Judge::Joint)>
                            <NeedsModel words=lacking place=Slot::First can=move |able: Able| { able.predicts }/>
                        </Show>
                        <Show when=move || lacks(Judge::Drawn)>
                            <NeedsModel words="No masked autoencoder is open beside it: it would draw the hole and compare." place=Slot::Drawing can=move |able: Able| { able.draws }/>
                        </Show>
                        <Verdicts/>
                    </div>
                </div>
            </Show>
        </section>
    }
}

/// Asks anew whenever something changed that the candidates depend on.
fn keep_asking(room: Room) {
    Effect::new(move |_| {
        room.models.shipped.track();
        untrack(|| room.bring_drawing());
    });
    let name = move |slot: Slot| {
        room.models
            .in_slot(slot)?
            .with(|model| model.as_ref().map(|model| model.name.clone()))
    };
    let wish = Memo::new(move |_| {
        (
            room.pictures.first().map(|thumb| thumb.id),
            room.hole(),
            room.draw_seed(),
            name(Slot::First),
            name(Slot::Drawing),
            room.pictures.list.with(Vec::len),
        )
    });
    Effect::new(move |_| {
        wish.with(|_| ());
        untrack(|| room.ask_fit());
    });
}
