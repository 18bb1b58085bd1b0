//! The camera: live in a dialog where the browser lends it, the phone's own camera where it does not.

use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, HtmlInputElement, HtmlVideoElement, MediaStream, MediaStreamConstraints, MediaStreamTrack};

use crate::{
    page::{
        browser::{canvas, files},
        desk,
        studio::Studio,
        widgets::dialog::Dialog,
    },
    platform::web,
};

/// The dialog.
#[component]
pub fn Camera() -> impl IntoView {
    view! {
        <Dialog which=desk::Dialog::Camera title="Take a picture">
            <Finder/>
        </Dialog>
    }
}

async fn stream() -> Result<MediaStream, String> {
    // Absent where the page is not served securely.
    let there = !web::get(&window().navigator(), "mediaDevices").is_undefined();
    let devices = window().navigator().media_devices().ok().filter(|_| there);
    let devices = devices.ok_or("This browser lends no camera to pages that are not served securely.")?;
    let wishes = MediaStreamConstraints::new();
    wishes.set_video(&true.into());
    let refused = |e| format!("The camera could not be opened: {}", web::said(&e));
    let promise = devices.get_user_media_with_constraints(&wishes).map_err(refused)?;
    JsFuture::from(promise).await.map_err(refused)?.dyn_into().map_err(refused)
}

fn stop(stream: &MediaStream) {
    for track in stream.get_tracks().iter() {
        if let Ok(track) = track.dyn_into::<MediaStreamTrack>() {
            track.stop();
        }
    }
}

#[component]
fn Finder() -> impl IntoView {
    let studio = Studio::here();
    let video = NodeRef::<html::Video>::new();
    let trouble = RwSignal::new(None::<String>);
    let live = RwSignal::new_local(None::<MediaStream>);
    let alive = StoredValue::new(true);
    spawn_local(async move {
        match stream().await {
            Ok(stream) if alive.try_get_value() == Some(true) => live.set(Some(stream)),
            // The dialog was closed while the person was asked.
            Ok(stream) => stop(&stream),
            Err(why) => drop(trouble.try_set(Some(why))),
        }
    });
    Effect::new(move |_| {
        if let (Some(video), Some(stream)) = (video.get(), live.get()) {
            video.set_src_object(Some(&stream));
            let _ = video.play();
        }
    });
    on_cleanup(move || {
        alive.set_value(false);
        if let Some(stream) = live.get_untracked() {
            stop(&stream);
        }
    });
    let take = move |_| {
        let Some(video) = video.get_untracked() else { return };
        spawn_local(async move {
            match shot(&video).await {
                Some(blob) => {
                    studio.add_pictures(vec![("camera.png".into(), blob)]);
                    studio.desk.dialog.set(None);
                }
                None => studio
                    .desk
                    .trouble("The camera gave no picture yet. Wait until you see yourself, then try again."),
            }
        });
    };
    let picked = move |event: Event| {
        let Some(input) = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok()) else {
            return;
        };
        studio.take_files(files::of_list(input.files()));
        studio.desk.dialog.set(None);
    };
    view! {
        <div class="finder" data-testid="camera">
            {move || trouble.get().map(|why| view! { <p role="alert">{why}</p> })}
            <Show when=move || trouble.get().is_none()>
                <video node_ref=video playsinline muted aria-label="Live picture of the camera"></video>
                <div class="row"><button class="chip own" disabled=move || live.get().is_none() on:click=take>"Take it"</button></div>
            </Show>
            <label class="chip">
                <input class="unseen" type="file" accept="image/*" capture="environment" aria-label="Use the device's own camera" on:change=picked/>
                "Use the device's own camera"
            </label>
            <p class="small">"The picture stays on this machine."</p>
        </div>
    }
}

async fn shot(video: &HtmlVideoElement) -> Option<web_sys::Blob> {
    let (width, height) = (video.video_width(), video.video_height());
    if width == 0 || height == 0 {
        return None;
    }
    let sheet = canvas::sheet(width, height)?;
    canvas::pen(&sheet)?.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
    canvas::png(&sheet).await
}
