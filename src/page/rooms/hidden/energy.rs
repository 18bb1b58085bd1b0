//! The energy: how badly the truth fits what the model expects.

use leptos::prelude::*;

use crate::page::{desk::Dialog, state::figures, studio::Studio};

/// The number that matters, and that of the patch pointed at.
#[component]
pub fn Energy() -> impl IntoView {
    let studio = Studio::here();
    let numbers = Memo::new(move |_| studio.print().and_then(|print| print.numbers));
    let energy = Memo::new(move |_| numbers.with(|numbers| numbers.as_ref().and_then(|numbers| numbers.energy)));
    let figure = move || energy.get().map_or_else(|| "—".to_string(), figures::energy);
    let nothing_hidden = move || numbers.with(|numbers| numbers.as_ref().is_some_and(|numbers| numbers.energy.is_none()));
    say_when_settled(studio, energy);
    view! {
        <section class="card energy" data-testid="energy">
            <h2>"Energy"</h2>
            <p class="large">
                <output aria-label="Energy" aria-live="off">{figure}</output>
                <span class="unit">"squared error per hidden pixel, 0 to 1; less is better"</span>
            </p>
            <p>
                {move || if nothing_hidden() {
                    "Nothing is hidden, so there is nothing to be wrong about. Paint over a part."
                } else {
                    "How badly the truth fits what the model expects."
                }}
                " "
                <button class="link" on:click=move |_| studio.desk.dialog.set(Some(Dialog::Words))>"What is energy?"</button>
            </p>
            <p class="pointed"><Pointed/></p>
        </section>
    }
}

#[component]
fn Pointed() -> impl IntoView {
    let studio = Studio::here();
    move || {
        let patch = studio.hiding.pointed.get().and_then(|at| at.patch(studio.grid()));
        let Some(patch) = patch else {
            return "Point at a patch for its own energy.".into_any();
        };
        match studio.print().and_then(|print| print.energy_of(patch)) {
            Some(energy) => view! { "Under the brush: " <strong class="figure">{figures::energy(energy)}</strong> }.into_any(),
            None => "Under the brush: visible.".into_any(),
        }
    }
}

/// Says the energy aloud a second after it came to rest, not at every stroke.
fn say_when_settled(studio: Studio, energy: Memo<Option<f32>>) {
    let due = StoredValue::new(0u32);
    Effect::new(move |_| {
        let Some(energy) = energy.get() else { return };
        due.update_value(|n| *n = n.wrapping_add(1));
        let mine = due.get_value();
        let say = move || {
            if due.try_get_value() == Some(mine) {
                studio.desk.said.set(format!("Energy {}", figures::energy(energy)));
            }
        };
        set_timeout(say, std::time::Duration::from_secs(1));
    });
}
