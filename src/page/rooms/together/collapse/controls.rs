//! What trains, on what; start, pause, one step; and the switch.

use leptos::prelude::*;

use super::doubts::Doubts;
use crate::{
    page::{
        together::Room,
        widgets::{chip::chip, icon::Icon},
    },
    protocol::together::{Steer, Trainable},
};

/// The cards on the left.
#[component]
pub fn Controls() -> impl IntoView {
    view! {
        <section class="card setup" aria-label="Training">
            <h2>"Training"</h2>
            <Method/>
            <Source/>
            <Buttons/>
            <Facts/>
            <Doubts/>
        </section>
        <Switch/>
        <Keep/>
    }
}

#[component]
fn Method() -> impl IntoView {
    let room = Room::here();
    let methods = room.training.methods;
    let chosen = Memo::new(move |_| room.method());
    let name = move || chosen.get().map(|method| method.name).unwrap_or_default();
    let option = move |method: &Trainable| {
        let value = method.name.clone();
        let on = chosen.with_untracked(|chosen| chosen.as_ref().is_some_and(|chosen| chosen.name == value));
        view! { <option value=value selected=on>{format!("{} ({})", method.title, method.family)}</option> }
    };
    let options = move || methods.with(|methods| methods.iter().flatten().map(option).collect_view());
    view! {
        <label class="field">
            <span>"Method"</span>
            <select
                prop:value=name
                disabled=move || methods.with(Option::is_none)
                on:change=move |event| room.choose_method(event_target_value(&event))
            >
                {options}
            </select>
        </label>
        {move || chosen.get().map(|method| view! {
            <p>{format!("What stops collapse: {}", lower(&method.stops_collapse))}</p>
            <details>
                <summary>"What it does"</summary>
                <p class="small">{method.summary}</p>
            </details>
        })}
    }
}

/// A sentence in the middle of another.
fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|first| first.to_lowercase().to_string()).unwrap_or_default();
    let second_is_capital = letters.clone().next().is_some_and(char::is_uppercase);
    if second_is_capital {
        sentence.to_owned()
    } else {
        first + letters.as_str()
    }
}

#[component]
fn Source() -> impl IntoView {
    let room = Room::here();
    let own = move || room.trains_on_own();
    let count = move || room.pictures.list.with(Vec::len);
    let few = move || match count() {
        0 | 1 => "Add pictures first, two at least: methods compare them with each other.",
        _ => "A handful of pictures is soon learnt by heart. Some dozens show more; or take the scenes.",
    };
    let one = move |wanted: bool, name: &'static str| {
        let on = move || own() == wanted;
        chip(name, None, on, move || room.say("train", "strip", wanted))
    };
    let seed = move |event| {
        if let Ok(seed) = event_target_value(&event).parse::<u64>() {
            room.set_control("seed", (seed != 0).then(|| seed.to_string()));
        }
    };
    view! {
        <div class="row" role="group" aria-label="Pictures to train on">
            {one(false, "Scenes")}
            {one(true, "My pictures")}
            <label class="field seed" title="Draws weights, views and order">
                <span>"Seed"</span>
                <input type="number" min="0" max="999999" step="1" inputmode="numeric" prop:value=move || room.train_seed().to_string() on:change=seed/>
            </label>
        </div>
        <Show when=move || own() && count() < 8>
            <p class="small">{few}</p>
        </Show>
    }
}

#[component]
fn Buttons() -> impl IntoView {
    let room = Room::here();
    let training = room.training;
    let begun = move || training.begun.with(Option::is_some);
    let going = Memo::new(move |_| begun() && training.as_read(|run| run.is_going()));
    let over = Memo::new(move |_| begun() && training.as_read(|run| run.ended || run.stopped.is_some()));
    let starting = move || training.starting.get();
    let cannot = move || starting() || room.training.methods.with(Option::is_none) || elsewhere(room);
    let lacks = move || room.trains_on_own() && room.pictures.list.with(Vec::len) < 2;
    let cannot_begin = move || lacks() && (!begun() || over.get());
    let main = move |_| match (begun(), over.get_untracked()) {
        (true, false) => room.pause(going.get_untracked()),
        _ => room.begin_watched(false),
    };
    let main_words = move || match (starting(), begun(), going.get(), over.get()) {
        (true, ..) => "Starting …",
        (_, false, ..) => "Start",
        (.., true) => "Start again",
        (_, _, true, _) => "Pause",
        (_, _, false, _) => "Go on",
    };
    let step = move |_| {
        if begun() {
            room.steer(Steer::Step)
        } else {
            room.begin_watched(true)
        }
    };
    let slow = move || room.is_slow();
    view! {
        <div class="row buttons" role="group" aria-label="Run">
            <button class="chip own main" disabled=move || cannot() || cannot_begin() on:click=main>{main_words}</button>
            <button class="chip" disabled=move || cannot() || cannot_begin() || going.get() || over.get() title="One step, then wait" on:click=step>"One step"</button>
            <button class="chip" role="switch" class:own=slow aria-checked=move || slow().to_string() title="A few steps a second, so that each can be seen" on:click=move |_| room.pace(!slow())>"Slow"</button>
            <button class="chip" disabled=move || !begun() || elsewhere(room) title="End this run and forget it" on:click=move |_| room.forget_run()>"Reset"</button>
        </div>
        <Show when=move || elsewhere(room)>
            <p class="small">"This is the run that “Out of place” asked for. It goes on to its end, or is stopped there."</p>
        </Show>
    }
}

/// Whether the run in hand is of another panel, which counts on its going on as it began.
fn elsewhere(room: Room) -> bool {
    room.placing.going.with(Option::is_some)
}

#[component]
fn Facts() -> impl IntoView {
    let room = Room::here();
    let training = room.training;
    let speed = move || {
        training.as_read(|run| match (run.step, run.is_going()) {
            (0, _) => String::new(),
            (step, true) => format!("Step {step}, {:.0} a second", run.steps_per_s),
            (step, false) => format!("Step {step}"),
        })
    };
    let fact = |(name, value): (String, String)| view! { <dt>{name}</dt> <dd>{value}</dd> };
    let set = move || {
        training.begun.get().map(|begun| {
            view! {
                <details>
                    <summary>"How it is set"</summary>
                    <dl class="small pairs">{begun.facts.into_iter().map(fact).collect_view()}</dl>
                </details>
            }
        })
    };
    view! {
        <p class="figure steps">{speed}</p>
        {set}
    }
}

/// The switch that takes away what stops collapse, in the middle of training or before it begins.
#[component]
fn Switch() -> impl IntoView {
    let room = Room::here();
    let training = room.training;
    let begun = move || training.begun.with(Option::is_some);
    // What runs may be another method than the one that is chosen for the next run.
    let method = Memo::new(move |_| {
        let name = training
            .begun
            .with(|begun| begun.as_ref().map(|begun| begun.settings.method.clone()));
        let known = |name: String| {
            training
                .methods
                .with(|all| all.iter().flatten().find(|method| method.name == name).cloned())
        };
        name.and_then(known).or_else(|| room.method())
    });
    let takes = move || method.get().and_then(|method| method.switch);
    let none = move || method.with(Option::is_some) && takes().is_none();
    // As the run in hand has it, which throws it between two steps; or as the next one will begin.
    let on = Memo::new(move |_| {
        if begun() {
            training.as_read(|run| run.safeguard)
        } else {
            none() || room.is_guarded()
        }
    });
    view! {
        <section class="card guard" class:off=move || !on.get() aria-label="What stops collapse">
            <button
                class="guard-switch"
                role="switch"
                aria-checked=move || on.get().to_string()
                disabled=move || takes().is_none() || training.starting.get() || elsewhere(room)
                on:click=move |_| room.guard(!on.get_untracked())
            >
                <span class="lever" aria-hidden="true"><span></span></span>
                <span>
                    <strong>"What stops collapse"</strong>
                    <small>{move || if on.get() { "in place" } else { "taken away" }}</small>
                </span>
            </button>
            <p class="small">
                {move || if none() {
                    "This method has nothing to take away: choose another to see collapse.".to_owned()
                } else if on.get() {
                    takes().map(|words| format!("Without it: {}", lower(&words))).unwrap_or_default()
                } else {
                    takes().unwrap_or_default()
                }}
            </p>
        </section>
    }
}

/// The weights as a file, and how the native program opens it.
#[component]
fn Keep() -> impl IntoView {
    let room = Room::here();
    let training = room.training;
    let any = Memo::new(move |_| training.begun.with(Option::is_some) && training.as_read(|run| run.step > 0));
    let method = move || {
        training
            .begun
            .with(|begun| begun.as_ref().map(|begun| begun.settings.method.clone()))
            .unwrap_or_default()
    };
    let file = move || {
        let now = || format!("{}-room-{}.safetensors", method(), training.as_read(|run| run.step));
        training.saved.get().unwrap_or_else(now)
    };
    view! {
        <Show when=move || any.get()>
            <section class="card keep-run" aria-label="Keep the network">
                <button class="chip" on:click=move |_| room.save_trained()>
                    <Icon name="save"/>
                    "Save the weights"
                </button>
                <p class="small">"A .safetensors file: drop it here as a model, or let the native program look at it:"</p>
                <pre><code>{move || format!("darkroom eval rank --model {}", file())}</code></pre>
            </section>
        </Show>
    }
}
