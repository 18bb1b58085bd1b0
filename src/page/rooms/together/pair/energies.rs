//! The energies, as numbers and as bars on one scale.

use std::time::Duration;

use leptos::prelude::*;

use crate::{
    page::{
        together::Room,
        widgets::bars::{Bar, Bars},
    },
    protocol::together::{PairEnergy, Slot},
};

/// The largest energy of two points on a sphere of radius 1.
const MOST: f32 = 4.0;

fn figure(energy: f32) -> String {
    format!("{energy:.3}")
}

fn bars(of: &PairEnergy) -> Vec<Bar> {
    let bar = |name, energy: f32, own| Bar {
        name,
        part: energy / MOST,
        figure: figure(energy),
        own,
    };
    let others = [("disturbed – B", of.to_other), ("A – B", of.apart)];
    let others = others
        .into_iter()
        .filter_map(|(name, energy)| energy.map(|energy| bar(name, energy, false)));
    std::iter::once(bar("disturbed – A", of.to_original, true)).chain(others).collect()
}

/// The card.
#[component]
pub fn Energies() -> impl IntoView {
    let room = Room::here();
    let energies = Memo::new(move |_| {
        room.pair
            .print
            .with(|print| print.as_ref().map(|print| print.energies.clone()).unwrap_or_default())
    });
    let of = move |slot: Slot| energies.with(|all| all.iter().find(|energy| energy.slot == slot).copied());
    let first = Memo::new(move |_| of(Slot::First).map(|energy| energy.to_original));
    say_when_settled(room, first);
    let name = move |slot: Slot| room.models.name_in(slot).unwrap_or_default();
    let several = move || energies.with(Vec::len) > 1;
    let model = move |slot: Slot| {
        view! {
            <Show when=move || of(slot).is_some()>
                <Show when=several><h3>{move || name(slot)}</h3></Show>
                <Bars bars=Signal::derive(move || of(slot).as_ref().map(bars).unwrap_or_default())/>
            </Show>
        }
    };
    view! {
        <section class="card energies" aria-label="Energies">
            <h2>"Energy"</h2>
            <p class="large">
                <output aria-label="Energy of A and A disturbed" aria-live="off">
                    {move || first.get().map_or_else(|| "—".to_owned(), figure)}
                </output>
                <span class="unit">"A and A disturbed: squared distance, 0 to 4; less is closer"</span>
            </p>
            {model(Slot::First)}
            {model(Slot::Second)}
            <p class="small">"All bars are on one scale, from 0 to 4; embeddings at right angles to each other are 2 apart. Many models put all pictures closer together than that: compare the bars with each other."</p>
        </section>
    }
}

/// Says the energy aloud a second after it came to rest.
fn say_when_settled(room: Room, energy: Memo<Option<f32>>) {
    let due = StoredValue::new(0u32);
    Effect::new(move |before: Option<()>| {
        let Some(energy) = energy.get() else { return };
        due.update_value(|n| *n = n.wrapping_add(1));
        let mine = due.get_value();
        let say = move || {
            if due.try_get_value() == Some(mine) {
                room.desk.said.set(format!("Energy of A and A disturbed: {}", figure(energy)));
            }
        };
        if before.is_some() {
            set_timeout(say, Duration::from_secs(1));
        }
    });
}
