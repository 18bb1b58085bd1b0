//! Which pictures go together, and how many groups are asked for.

use leptos::prelude::*;

use super::super::through::Through;
use crate::page::{
    state::grouping::{Grouping, MOST, colour, members},
    together::{Room, mapping::MOST_PAIRED},
    widgets::{chip::chip, slide::Slide},
};

/// The card.
#[component]
pub fn Groups() -> impl IntoView {
    let room = Room::here();
    let grouping = Memo::new(move |_| room.grouping());
    let all = move || {
        let groups = room.mapping.through(room.lens()).groups.get()?;
        Some(members(&groups.ids, &groups.groups).iter().map(Vec::len).collect::<Vec<_>>())
    };
    let button = move |value: fn(Grouping, usize) -> Grouping, on: fn(Grouping) -> bool, name: &'static str| {
        let now = move || all().map_or(4, |groups| groups.len()).clamp(2, MOST);
        let press = move || room.set_grouping(value(grouping.get_untracked(), untrack(now)));
        chip(name, None, move || on(grouping.get()), press)
    };
    let count = move || match grouping.get() {
        Grouping::Count(count) => Some(count),
        _ => None,
    };
    let some = move || count().is_some();
    let slider = move || {
        view! {
            <Slide
                name="Number of groups" low=2.0 high=MOST as f64 step=1.0
                value=Signal::derive(move || count().unwrap_or(2) as f64)
                words=|count: f64| count.to_string()
                set=move |count: f64| room.set_grouping(Grouping::Count(count as usize))
            />
        }
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
    let list = move || all().map(|all| all.into_iter().enumerate().map(one).collect_view());
    let any = move || all().is_some();
    let words = move || match (grouping.get(), any()) {
        (Grouping::Off, _) => "Pictures are not grouped.",
        (_, false) if room.pictures.list.with(Vec::len) > MOST_PAIRED => "Groups are made of up to 400 pictures.",
        (_, false) => "The groups are on their way.",
        (Grouping::WidestGap, true) => "Cut where the gap between groups is widest.",
        (Grouping::Count(_), true) => "By the mean energy between groups.",
    };
    view! {
        <section class="card groups" data-testid="groups">
            <h2>"Groups"</h2>
            <Through/>
            <div class="row" role="group" aria-label="Groups">
                {button(|_, _| Grouping::WidestGap, |g| g == Grouping::WidestGap, "Widest gap")}
                {button(|g, now| if matches!(g, Grouping::Count(_)) { g } else { Grouping::Count(now) }, |g| matches!(g, Grouping::Count(_)), "So many")}
                {button(|_, _| Grouping::Off, |g| g == Grouping::Off, "None")}
            </div>
            <Show when=some>{slider}</Show>
            <p class="small">{words} {move || (room.has_two() && any()).then_some(" Both maps show the groups of this one model.")}</p>
            <ul class="legend-groups">{list}</ul>
        </section>
    }
}
