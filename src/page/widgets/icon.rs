//! Icons, drawn with one stroke on a grid of 24.

use leptos::prelude::*;

/// An icon by its name; decoration only, the button around it has the words.
#[component]
pub fn Icon(
    /// Which.
    name: &'static str,
) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
            <path d=path(name)/>
        </svg>
    }
}

fn path(name: &str) -> &'static str {
    match name {
        "brush" => "M20 4c-5 2-9 6-11 9l2 2c3-2 7-6 9-11zM9 13c-3 0-4 2-4 4 0 1-1 2-2 2 3 2 8 1 8-4",
        "eraser" => "M4 15 14 5l6 6-9 9H7l-3-3zM9 10l6 6M11 20h9",
        "rectangle" => "M4 6h16v12H4zM4 6h.01",
        "undo" => "M9 7 5 11l4 4M5 11h9a5 5 0 0 1 0 10h-3",
        "redo" => "m15 7 4 4-4 4M19 11h-9a5 5 0 0 0 0 10h3",
        "invert" => "M12 4v16M12 4a8 8 0 0 0 0 16M12 4a8 8 0 0 1 0 16M14.5 7v10M17 8.500v7",
        "clear" => "M6 6l12 12M18 6 6 18",
        "dice" => "M20 12a8 8 0 1 1-2.500-5.800M20 3v4h-4",
        "plus" => "M12 5v14M5 12h14",
        "camera" => "M4 8h4l2-3h4l2 3h4v11H4zM12 16.500a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
        "crop" => "M7 2v15h15M2 7h15v15",
        "link" => "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
        "save" => "M12 4v11M7 11l5 5 5-5M5 20h14",
        "open" => "M12 16V5M7 9l5-5 5 5M5 20h14",
        "sun" => {
            "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.500 1.500M17.500 17.500 19 19M5 19l1.500-1.500M17.500 6.500 19 5"
        }
        "moon" => "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10",
        "auto" => "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 4v16M12 8h5M12 12h7.500M12 16h5",
        "keys" => "M9 9a3 3 0 1 1 4 2.800c-.7.4-1 .9-1 1.700v.5M12 18v.01",
        "bin" => "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
        "eye" => "M2 12c5-8 15-8 20 0-5 8-15 8-20 0M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
        "scene" => "M3 19l6-9 4 6 3-4 5 7zM17 7a1.500 1.500 0 1 0 .01 0",
        "down" => "M6 9l6 6 6-6",
        _ => "",
    }
}
