//! The room's program: puts the room on the screen and follows what happens anywhere on it.

use leptos::{prelude::*, tachys::view::any_view::AnyView, task::spawn_local};
use wasm_bindgen::JsCast;

use super::Room;
use crate::{
    page::{
        browser::files,
        desk::{Progress, Remedy},
        rooms::together::Together,
        state::figures::count,
        widgets::{drop_zone::DropZone, notices::Notices},
    },
    protocol::together::Slot,
};

/// So many files are looked at without a word.
const SILENTLY: usize = 50;

/// Puts the room on the screen, in the place of what `index.html` holds.
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
    let room = Room::new();
    provide_context(room);
    room.restore();
    room.list_models();
    room.keep_session();
    room.keep_choosing_device();
    room.keep_watching();
    room.desk.keep_offline();
    room.desk.tell_the_outside();
    let _ = window_event_listener(leptos::ev::resize, move |_| room.desk.resized.update(|n| *n = n.wrapping_add(1)));
    let _ = window_event_listener(leptos::ev::hashchange, move |_| room.follow_link());
    let _ = window_event_listener(leptos::ev::paste, move |event| {
        let files = event.clipboard_data().and_then(|data| data.files());
        room.take_files(files::of_list(files));
    });
    let act = move |remedy| match remedy {
        Remedy::Renew => room.desk.renew(),
        Remedy::Undo => room.undo(),
        Remedy::Retry => room.retry(),
    };
    view! {
        <DropZone take=move |files| room.take_files(files) words="Let go to put them with the others"/>
        <Together/>
        <Notices act/>
        <div class="unseen" aria-live="polite" role="log">{move || room.desk.said.get()}</div>
    }
    .into_any()
}

impl Room {
    /// Takes files as what they are: weights become the model of the room, the rest comes to the pictures.
    pub fn take_files(self, list: Vec<web_sys::File>) {
        self.take_files_for(Slot::First, list);
    }

    /// The same, with the place that weights are meant for.
    pub fn take_files_for(self, slot: Slot, list: Vec<web_sys::File>) {
        if list.is_empty() {
            return;
        }
        spawn_local(async move {
            let many = list.len();
            if many > SILENTLY {
                self.desk.progress.set(Some(Progress {
                    words: format!("Looking at {} files", count(many as u64)),
                    part: None,
                }));
            }
            let sorted = files::sort(list, |why| self.desk.trouble(why)).await;
            if many > SILENTLY {
                self.desk.progress.set(None);
            }
            for (name, blob) in sorted.weights {
                self.take_weights(slot, name, blob);
            }
            if !sorted.pictures.is_empty() {
                self.add_pictures(sorted.pictures);
            }
        });
    }
}
