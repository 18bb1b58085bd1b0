//! The page as a whole: puts the rooms together and follows what happens anywhere on it.

use leptos::{prelude::*, tachys::view::any_view::AnyView};
use wasm_bindgen::JsCast;

use super::{
    desk::Remedy,
    rooms::hidden::Hidden,
    studio::Studio,
    widgets::{drop_zone::DropZone, notices::Notices, shortcuts},
};

/// Puts the page on the screen, in the place of the first look that `index.html` holds.
pub fn start() {
    console_error_panic_hook::set_once();
    let place = document()
        .get_element_by_id("page")
        .and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok());
    let Some(place) = place.or_else(|| document().body()) else { return };
    place.set_inner_html("");
    leptos::mount::mount_to(place, app).forget();
}

fn app() -> AnyView {
    let studio = Studio::new();
    let act = move |remedy| match remedy {
        Remedy::Renew => studio.desk.renew(),
        _ => studio.retry(),
    };
    provide_context(studio);
    studio.restore();
    studio.show_first_look();
    studio.list_shipped();
    studio.keep_predicting();
    studio.keep_choosing_devices();
    studio.keep_session();
    studio.desk.keep_offline();
    studio.desk.tell_the_outside();
    listen(studio);
    view! {
        <DropZone take=move |files| studio.take_files(files) words="Let go to put it on the table"/>
        <Hidden/>
        <Notices act/>
        <div class="unseen" aria-live="polite" role="log">{move || studio.desk.said.get()}</div>
    }
    .into_any()
}

fn listen(studio: Studio) {
    let _ = window_event_listener(leptos::ev::resize, move |_| studio.desk.resized.update(|n| *n = n.wrapping_add(1)));
    let _ = window_event_listener(leptos::ev::hashchange, move |_| studio.follow_link());
    let _ = window_event_listener(leptos::ev::paste, move |event| {
        let files = event.clipboard_data().and_then(|data| data.files());
        studio.take_files(super::browser::files::of_list(files));
    });
    shortcuts::listen(studio);
}
