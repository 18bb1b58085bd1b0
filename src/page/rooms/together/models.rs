//! The models: the one that the room looks through, the one it is compared with; their cards, and others to pick.

use leptos::prelude::*;

use crate::{
    page::{
        desk,
        state::figures,
        together::{OpenModel, Room},
        widgets::{
            dialog::Dialog,
            icon::Icon,
            model_card::Card,
            model_list::{List, rows},
        },
    },
    protocol::{
        EmbeddingCard,
        together::{Able, Slot},
    },
};

/// Both buttons with their dialogs.
#[component]
pub fn Models() -> impl IntoView {
    let room = Room::here();
    let second = move || room.wanted_model(Slot::Second).is_some();
    view! {
        <div class="lenses" data-testid="models">
            <Lens place=Slot::First which=desk::Dialog::First words="Seen through" none="no model yet"/>
            <Lens place=Slot::Second which=desk::Dialog::Second words="beside" none="no other"/>
            <Show when=second>
                <button
                    class="tool quiet"
                    aria-label="Put the second model away"
                    title="Put the second model away"
                    on:click=move |_| room.choose_model(Slot::Second, None)
                >
                    <Icon name="clear"/>
                </button>
            </Show>
        </div>
        <Dialog which=desk::Dialog::First title="Seen through">
            <Chooser place=Slot::First/>
        </Dialog>
        <Dialog which=desk::Dialog::Second title="Compare with another model">
            <Chooser place=Slot::Second/>
        </Dialog>
    }
}

/// The model that draws the hole in "Which part fits?", where the room's own does not.
#[component]
pub fn Drawing() -> impl IntoView {
    view! {
        <div class="lenses">
            <Lens place=Slot::Drawing which=desk::Dialog::Drawing words="Drawn by" none="no other model"/>
        </div>
        <Dialog which=desk::Dialog::Drawing title="Draw the hole with">
            <Chooser place=Slot::Drawing/>
        </Dialog>
    }
}

#[component]
fn Lens(place: Slot, which: desk::Dialog, words: &'static str, none: &'static str) -> impl IntoView {
    let room = Room::here();
    let open = move || room.models.in_slot(place).and_then(|model| model.get());
    let name = move || match (open(), room.wanted_model(place)) {
        (Some(model), _) => model.name,
        (None, Some(wanted)) => wanted,
        (None, None) => none.to_owned(),
    };
    let label = move || format!("{words} {}: choose another model, read its card", name());
    view! {
        <button class="chip lens" class:coming=move || open().is_none() aria-label=label on:click=move |_| room.desk.dialog.set(Some(which))>
            <span class="role">{words}</span>
            // Between two words, also for who is read the button.
            " "
            <span class="name">{name}</span>
            <Icon name="down"/>
        </button>
    }
}

#[component]
fn Chooser(place: Slot) -> impl IntoView {
    let room = Room::here();
    let all = move || {
        let dropped = room
            .models
            .dropped
            .with(|all| all.iter().map(|(name, blob)| (name.clone(), blob.size())).collect());
        rows(room.models.shipped.get().unwrap_or_default(), room.models.stored.get(), dropped)
    };
    let none = match place {
        Slot::Second => ("None", "one model alone"),
        Slot::Drawing => (
            "The room's own choice",
            "a masked autoencoder from beside the page, where no other model here draws",
        ),
        _ => (
            "The room's own choice",
            "the model that puts photographs beside each other, where there is one",
        ),
    };
    let open = move || room.models.in_slot(place).and_then(|model| model.get());
    view! {
        <div class="chooser">
            <List
                rows=all
                chosen=move || room.models.wanted_by_hand(place)
                none
                hint="Or drop a .safetensors anywhere: what this project's trainer wrote, or a published checkpoint of this family."
                choose=move |name| room.choose_model(place, name)
                take=move |files| room.take_files_for(place, files)
                delete={None::<fn(String)>}
            />
            {move || open().map(|model| view! { <About model/> })}
        </div>
    }
}

#[component]
fn About(model: OpenModel) -> impl IntoView {
    let OpenModel { name, info, able } = model;
    let title = info.card.as_ref().map(|card| card.title.clone()).filter(|title| !title.is_empty());
    let note = info.note.clone();
    let curve_of = match info.card.as_ref().and_then(|card| card.embeddings.as_ref()) {
        None => "PSNR on held-out pictures, dB",
        Some(worth) if worth.knn.is_some() => "share told right by neighbours",
        Some(_) => "spread of the embeddings",
    };
    let worth = info.card.as_ref().and_then(|card| card.embeddings.clone());
    let facts = format!(
        "{} parameters, {}. It takes {} × {} pixels.",
        figures::count(info.parameters),
        figures::bytes(info.bytes),
        info.size_px,
        info.size_px,
    );
    view! {
        <section class="about" aria-label="Its card">
            <p class="name">{name}</p>
            {title.map(|title| view! { <p>{title}</p> })}
            <p class="small">{facts}</p>
            <p class="small">{can(able)}</p>
            {note.map(|note| view! { <p class="small note">{note}</p> })}
            {worth.map(|worth| view! { <dl class="worth">{worth_of(&worth)}</dl> })}
            <Card model=info curve_of/>
        </section>
    }
}

/// What its embeddings were worth when it was last measured.
fn worth_of(worth: &EmbeddingCard) -> impl IntoView + use<> {
    let share = |value: Option<f32>| value.map(|value| format!("{:.1} %", f64::from(value) * 100.0));
    let all = [
        ("Told right by neighbours", share(worth.knn)),
        ("Told right by a linear probe", share(worth.linear)),
        (
            "Spread",
            worth.spread.map(|spread| format!("{spread:.3} of {:.3}", worth.healthy_spread)),
        ),
        ("Rank", worth.rank_me.map(|rank| format!("{rank:.0} of {}", worth.highest_rank))),
        ("Verdict", Some(worth.verdict.clone()).filter(|verdict| !verdict.is_empty())),
    ];
    all.into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .map(|(name, value)| view! { <dt>{name}</dt> <dd>{value}</dd> })
        .collect_view()
}

/// What it can do in this room, as a sentence.
fn can(able: Able) -> String {
    let all = [
        (true, "places pictures on the map", ""),
        (able.patches, "compares patches", "compare patches"),
        (able.attention, "shows where its heads look", "show where its heads look"),
        (able.predicts, "ranks parts that may fit", "rank parts that may fit"),
        (able.draws, "draws what is hidden", "draw what is hidden"),
    ];
    let can: Vec<&str> = all.iter().filter(|(able, ..)| *able).map(|(_, does, _)| *does).collect();
    let cannot: Vec<&str> = all.iter().filter(|(able, ..)| !*able).map(|(.., does_not)| *does_not).collect();
    match cannot.is_empty() {
        true => format!("It {}.", can.join(", ")),
        false => format!("It {}. It does not {}.", can.join(", "), cannot.join(", or ")),
    }
}
