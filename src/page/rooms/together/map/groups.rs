//! Which pictures go together, and how many groups are asked for.

use leptos::prelude::*;

use crate::page::{
    state::grouping::{Grouping, MOST, colour, members},
    together::{Room, mapping::MOST_PAIRED},
};

/// The card.
#[component]
pub fn Groups() -> impl IntoView {
    let room = Room::here();
    let grouping = Memo::new(move |_| room.grouping());
    let all = Memo::new(move |_| {
        let groups = room.mapping.first.groups.get();
        groups.map(|groups| members(&groups.ids, &groups.groups).iter().map(Vec::len).collect::<Vec<_>>())
    });
    let button = move |value: fn(Grouping, usize) -> Grouping, on: fn(Grouping) -> bool, name: &'static str| {
        let now = move || all.get().map_or(4, |groups| groups.len()).clamp(2, MOST);
        view! {
            <button
                class="chip"
                class:own=move || on(grouping.get())
                aria-pressed=move || on(grouping.get()).to_string()
                on:click=move |_| room.set_grouping(value(grouping.get_untracked(), untrack(now)))
            >
                {name}
            </button>
        }
    };
    let count = move || match grouping.get() {
        Grouping::Count(count) => Some(count),
        _ => None,
    };
    let slid = move |event| {
        if let Ok(count) = event_target_value(&event).parse::<usize>() {
            room.set_grouping(Grouping::Count(count.clamp(2, MOST)));
        }
    };
    let part = move |count: usize| format!("{:.1}%", (count - 2) as f64 / (MOST - 2) as f64 * 100.0);
    let slider = move || {
        count().map(|count| {
            view! {
                <label class="slide">
                    <span>"Groups"</span>
                    <input type="range" min="2" max=MOST.to_string() step="1" prop:value=count.to_string() style=("--part", part(count)) aria-label="Number of groups" on:input=slid/>
                    <span class="figure">{count}</span>
                </label>
            }
        })
    };
    let one = |(group, size): (usize, usize)| {
        let words = if size == 1 {
            "1 picture".to_owned()
        } else {
            format!("{size} pictures")
        };
        view! {
            <li>
                <span class="swatch" style:background=colour(group as u32)><span class="unseen">"Group "</span>{group + 1}</span>
                <span>{words}</span>
            </li>
        }
    };
    let list = move || all.get().map(|all| all.into_iter().enumerate().map(one).collect_view());
    let words = move || match (grouping.get(), all.get().map(|all| all.len())) {
        (Grouping::Off, _) => "Pictures are not grouped.",
        (_, None) if room.pictures.list.with(Vec::len) > MOST_PAIRED => "Groups are made of up to 400 pictures.",
        (_, None) => "The groups are on their way.",
        (Grouping::WidestGap, Some(_)) => "Cut where the gap between groups is widest.",
        (Grouping::Count(_), Some(_)) => "By the mean energy between groups.",
    };
    view! {
        <section class="card groups" data-testid="groups">
            <h2>"Groups"</h2>
            <div class="row" role="group" aria-label="Groups">
                {button(|_, _| Grouping::WidestGap, |g| g == Grouping::WidestGap, "Widest gap")}
                {button(|g, now| if matches!(g, Grouping::Count(_)) { g } else { Grouping::Count(now) }, |g| matches!(g, Grouping::Count(_)), "So many")}
                {button(|_, _| Grouping::Off, |g| g == Grouping::Off, "None")}
            </div>
            {slider}
            <p class="small">{words}</p>
            <ul class="legend-groups">{list}</ul>
        </section>
    }
}
