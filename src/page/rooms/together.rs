//! Together: which pictures belong together, and what keeps a model from putting all of them together.

mod collapse;
mod device;
mod fit;
mod head;
mod map;
mod models;
mod needs;
mod pair;
mod patches;
mod place;
mod strip;
mod tabs;
mod through;
mod ways;

use leptos::prelude::*;

use self::{
    collapse::Collapse, fit::Fit, head::Head, map::Map, pair::Pair, patches::Patches, place::Place, strip::PictureStrip, tabs::Tabs,
};
use crate::page::{
    state::{panel::Panel, settings::Word},
    together::Room,
    widgets::progress::Loading,
};

/// The room.
#[component]
pub fn Together() -> impl IntoView {
    let room = Room::here();
    let panel = move || match room.panel.get() {
        Panel::Map => view! { <Map/> }.into_any(),
        Panel::Pair => view! { <Pair/> }.into_any(),
        Panel::Patches => view! { <Patches/> }.into_any(),
        Panel::Collapse => view! { <Collapse/> }.into_any(),
        Panel::Fit => view! { <Fit/> }.into_any(),
        Panel::Place => view! { <Place/> }.into_any(),
    };
    view! {
        <Head/>
        <main class="together">
            <div class="invitation">
                <h1>"Which pictures belong together?"</h1>
                <p>"A model turns every picture into a point. What it takes for the same lies close; training has to keep it from putting everything there."</p>
                <Loading/>
            </div>
            <PictureStrip/>
            <Tabs/>
            <div
                class="panel"
                role="tabpanel"
                id="panel"
                aria-labelledby=move || format!("tab-{}", room.panel.get().word())
            >
                {panel}
            </div>
        </main>
        <footer>
            <p><strong>"Pictures never leave this machine."</strong>" What you drop here is decoded, embedded and compared in this browser, and kept in it alone."</p>
        </footer>
    }
}
