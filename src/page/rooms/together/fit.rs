//! Which part fits? A hole, candidates for it, and what two kinds of model say. One kind is enough.

mod candidates;
mod cut;
mod verdicts;

use leptos::prelude::*;

use self::{candidates::Candidates, cut::Cut, verdicts::Verdicts};
use super::{
    models::Drawing,
    needs::{Needs, NeedsModel},
};
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
    let lacks_joint = move || lacks(Judge::Joint);
    let lacks_drawn = move || lacks(Judge::Drawn) && !room.drawing_comes();
    let name = move |slot| room.models.name_in(slot).unwrap_or_default();
    let no_joint = Signal::derive(move || match room.judge(Judge::Drawn) {
        Some(Slot::First) => format!(
            "“{}” draws the hole and ranks by that alone. A model that predicts embeddings of a part it cannot see would rank beside it.",
            name(Slot::First)
        ),
        Some(slot) => format!(
            "“{}” does not predict embeddings of a part that it cannot see, so it ranks nothing here; “{}” draws the hole and ranks alone.",
            name(Slot::First),
            name(slot)
        ),
        None => format!(
            "“{}” does not predict embeddings of a part that it cannot see, so it ranks nothing here.",
            name(Slot::First)
        ),
    });
    let no_drawn = Signal::derive(move || match room.judge(Judge::Joint) {
        Some(slot) => format!(
            "“{}” predicts embeddings and ranks by that alone. A masked autoencoder would draw the hole and rank beside it.",
            name(slot)
        ),
        None => "A masked autoencoder would draw the hole and rank by that; none is open.".into(),
    });
    view! {
        <section class="fit" data-testid="fit">
            <p class="lead">
                "One of these parts was cut out of the picture. Your turn first: which one fits? Then see the energy that a model gives them, lowest where it fits best."
            </p>
            <Show when=any fallback=|| view! { <Needs words="There is no picture yet. Drop one anywhere, or add some." pictures=true/> }>
                <div class="bench two">
                    <div class="left">
                        <Cut/>
                        <Drawing/>
                    </div>
                    <div class="middle">
                        <Candidates/>
                        <Show when=lacks_joint>
                            <NeedsModel words=no_joint place=Slot::First can=move |able: Able| { able.predicts }/>
                        </Show>
                        <Show when=lacks_drawn>
                            <NeedsModel words=no_drawn place=Slot::Drawing can=move |able: Able| { able.draws }/>
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
    room.bring_drawing();
    let wish = move || {
        (
            room.pictures.first().map(|thumb| thumb.id),
            room.hole(),
            room.draw_seed(),
            [Slot::First, Slot::Second, Slot::Drawing].map(|slot| room.models.name_in(slot)),
            room.pictures.list.with(Vec::len),
        )
    };
    room.keep_asking(wish, Room::ask_fit);
}
