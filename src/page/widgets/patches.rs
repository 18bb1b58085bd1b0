//! The canvas on which patches are hidden: shows what stays visible, takes brush and keyboard.

use leptos::{html, prelude::*};
use web_sys::{CanvasRenderingContext2d as Context, HtmlCanvasElement as Canvas, KeyboardEvent, PointerEvent};

use crate::{
    chance::Chance,
    mask::{Grid, Mask},
    page::{
        browser::canvas::{fit, lay_part, of_rgba},
        state::{
            brush::{Brush, Spot, Tool},
            cursor::Move,
            figures,
        },
        studio::{Studio, prints::place},
    },
};

/// The canvas itself.
#[component]
pub fn Patches() -> impl IntoView {
    let studio = Studio::here();
    let node = NodeRef::<html::Canvas>::new();
    let fingers = StoredValue::new(Vec::<i32>::new());
    let focused = RwSignal::new(false);
    let paper = StoredValue::new_local(unexposed_paper());
    let mask = Memo::new(move |_| {
        let grid = studio.grid();
        studio.hiding.history.with(|history| history.on(grid))
    });
    Effect::new(move |_| {
        studio.desk.resized.track();
        let Some((canvas, source)) = node.get().zip(Some(source(studio))) else {
            return;
        };
        let pointed = studio.hiding.pointed.get();
        let outline = pointed.map(|at| (at, studio.hiding.brush.get()));
        mask.with(|mask| paper.with_value(|paper| draw(&canvas, source, mask, outline, paper.as_ref())));
    });

    let spot = move |event: &PointerEvent| {
        let canvas = node.get_untracked()?;
        let area = canvas.get_bounding_client_rect();
        let grid = studio.grid_now();
        let part = |at: i32, start: f64, length: f64| ((f64::from(at) - start) / length.max(1.0)) as f32;
        let x = part(event.client_x(), area.left(), area.width()) * grid.columns as f32;
        let y = part(event.client_y(), area.top(), area.height()) * grid.rows as f32;
        Some(Spot { x, y })
    };
    let down = move |event: PointerEvent| {
        fingers.update_value(|fingers| fingers.push(event.pointer_id()));
        if fingers.with_value(Vec::len) > 1 {
            return studio.stroke_is_cancelled();
        }
        let Some(tool) = tool_of(&event, studio.hiding.brush.get_untracked().tool) else {
            return;
        };
        if let Some((canvas, at)) = node.get_untracked().zip(spot(&event)) {
            let _ = canvas.set_pointer_capture(event.pointer_id());
            let _ = canvas.focus();
            studio.hiding.pointed.set(Some(at));
            studio.stroke_begins(at, tool);
        }
    };
    let moved = move |event: PointerEvent| {
        let Some(at) = spot(&event) else { return };
        studio.hiding.pointed.set(Some(at));
        studio.stroke_goes(at);
    };
    let lifted = move |event: PointerEvent| {
        fingers.update_value(|fingers| fingers.retain(|id| *id != event.pointer_id()));
        studio.stroke_ends();
        if event.pointer_type() == "touch" {
            studio.hiding.pointed.set(None);
        }
    };
    let taken = move |event: PointerEvent| {
        fingers.update_value(|fingers| fingers.retain(|id| *id != event.pointer_id()));
        studio.stroke_is_cancelled();
        studio.hiding.pointed.set(None);
    };
    let left = move |_| {
        if studio.hiding.stroke.get_untracked().is_none() {
            studio.hiding.pointed.set(None);
        }
    };
    let entered = move |_| focused.set(true);
    view! {
        <canvas
            node_ref=node
            class="patches"
            class:by-keys=move || focused.get()
            tabindex="0"
            role="application"
            aria-label="What the model sees"
            aria-roledescription="grid of patches"
            aria-describedby="patches-help"
            on:pointerdown=down
            on:pointermove=moved
            on:pointerup=lifted
            on:pointercancel=taken
            on:pointerleave=left
            on:contextmenu=|event| event.prevent_default()
            on:focus=entered
            on:blur=move |_| { focused.set(false); studio.hiding.pointed.set(None) }
            on:keydown=move |event| by_key(studio, &event)
        ></canvas>
        <p id="patches-help" class="unseen">
            "Arrow keys move from patch to patch, space hides or shows what is under the brush."
        </p>
    }
}

/// What this pointer does: the tool in hand, or the eraser for a pen's other end, the right button and a held Alt.
fn tool_of(event: &PointerEvent, tool: Tool) -> Option<Tool> {
    match event.button() {
        0 if event.alt_key() => Some(Tool::Eraser),
        0 => Some(tool),
        2 | 5 => Some(Tool::Eraser),
        _ => None,
    }
}

fn by_key(studio: Studio, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let grid = studio.grid_now();
    let here = studio.hiding.pointed.get_untracked().and_then(|at| at.patch(grid));
    let to = match (Move::of_key(&event.key()), event.key().as_str()) {
        (Some(go), _) => here.map_or(0, |patch| go.from(grid, patch)),
        (None, " " | "Enter") => {
            let patch = here.unwrap_or(0);
            dab(studio, grid, patch);
            patch
        }
        _ => return,
    };
    event.prevent_default();
    studio.hiding.pointed.set(Some(Spot::of_patch(grid, to)));
    studio.desk.said.set(words_of(studio, grid, to));
}

/// The brush pressed on a patch by key: hides where the patch was visible, shows where it was hidden.
fn dab(studio: Studio, grid: Grid, patch: usize) {
    let brush = studio.hiding.brush.get_untracked();
    let patches = brush.under(grid, Spot::of_patch(grid, patch));
    studio.hiding.history.update(|history| {
        let hide = !history.on(grid).is_hidden(patch);
        history.paint(grid, &patches, hide);
    });
}

/// A patch in words, for those who hear the page.
fn words_of(studio: Studio, grid: Grid, patch: usize) -> String {
    let columns = grid.columns.max(1);
    let hidden = studio.hiding.history.with_untracked(|history| history.on(grid).is_hidden(patch));
    let energy = studio
        .seeing
        .print
        .with_untracked(|print| print.as_ref().and_then(|print| print.energy_of(patch)));
    let state = match (hidden, energy) {
        (true, Some(energy)) => format!("hidden, energy {}", figures::energy(energy)),
        (true, None) => "hidden".into(),
        (false, _) => "visible".into(),
    };
    format!("Row {}, column {}: {state}", patch / columns + 1, patch % columns + 1)
}

/// What lies under the mask: the print's own pixels where it is of this very square, else the picture itself.
fn source(studio: Studio) -> Option<(Canvas, [f64; 4])> {
    let item = studio.table.strip.with(|strip| strip.item().cloned())?;
    if let Some(print) = studio.print()
        && print.picture == item.id
        && (print.frame.is_none() || print.frame == item.square())
    {
        let side = f64::from(print.truth.width());
        return Some((print.truth, [0.0, 0.0, side, side]));
    }
    let film = studio.table.films.with(|films| films.get(&item.id).cloned())?;
    let frame = item.square()?;
    let scale = f64::from(film.width()) / item.size?[0].max(1) as f64;
    let [x, y, side] = [frame.x, frame.y, frame.side].map(|v| f64::from(v) * scale);
    Some((film, [x, y, side, side]))
}

fn draw(canvas: &Canvas, source: Option<(Canvas, [f64; 4])>, mask: &Mask, outline: Option<(Spot, Brush)>, paper: Option<&Canvas>) {
    let Some((pen, side)) = fit(canvas) else { return };
    pen.set_fill_style_str("#0d0b0a");
    pen.fill_rect(0.0, 0.0, side, side);
    if let Some((from, part)) = source {
        lay_part(&pen, &from, part, [0.0, 0.0, side, side]);
    }
    cover(&pen, mask, side, paper);
    if let Some((at, brush)) = outline {
        mark(&pen, mask, side, at, brush);
    }
}

/// Lays unexposed paper over every hidden patch.
fn cover(pen: &Context, mask: &Mask, side: f64, paper: Option<&Canvas>) {
    let grain = paper.and_then(|paper| pen.create_pattern_with_html_canvas_element(paper, "repeat").ok().flatten());
    match &grain {
        Some(grain) => pen.set_fill_style_canvas_pattern(grain),
        None => pen.set_fill_style_str("#161210"),
    }
    for patch in mask.hidden_indices() {
        // Whole pixels, so that no light seeps between two hidden patches.
        let [x, y, width, height] = place(mask, patch, side);
        let (left, top) = (x.round(), y.round());
        pen.fill_rect(left, top, (x + width).round() - left, (y + height).round() - top);
    }
    pen.set_stroke_style_str("rgba(243, 236, 226, 0.045)");
    pen.set_line_width(1.0);
    for patch in mask.hidden_indices() {
        let [x, y, width, height] = place(mask, patch, side);
        pen.stroke_rect(x.round() + 0.5, y.round() + 0.5, width.round(), height.round());
    }
}

/// Outlines what the brush would cover.
fn mark(pen: &Context, mask: &Mask, side: f64, at: Spot, brush: Brush) {
    let size = if brush.tool == Tool::Rectangle { 1 } else { brush.size };
    let covered = Brush { size, ..brush }.under(mask.grid, at);
    let within = |row: isize, column: isize| {
        let inside = row >= 0 && column >= 0 && row < mask.grid.rows as isize && column < mask.grid.columns as isize;
        inside && covered.contains(&((row * mask.grid.columns as isize + column) as usize))
    };
    pen.begin_path();
    for &patch in &covered {
        let [x, y, width, height] = place(mask, patch, side);
        let (row, column) = ((patch / mask.grid.columns) as isize, (patch % mask.grid.columns) as isize);
        let edges = [
            (within(row - 1, column), [x, y, x + width, y]),
            (within(row + 1, column), [x, y + height, x + width, y + height]),
            (within(row, column - 1), [x, y, x, y + height]),
            (within(row, column + 1), [x + width, y, x + width, y + height]),
        ];
        for (inner, [x0, y0, x1, y1]) in edges {
            if !inner {
                pen.move_to(x0, y0);
                pen.line_to(x1, y1);
            }
        }
    }
    let unit = side / f64::from(pen.canvas().map_or(1, |canvas| canvas.client_width()).max(1));
    for (width, colour) in [(4.0, "rgba(12, 9, 8, 0.55)"), (2.0, "#ff5b3a")] {
        pen.set_line_width(width * unit);
        pen.set_line_cap("round");
        pen.set_stroke_style_str(colour);
        pen.stroke();
    }
}

/// A tile of unexposed paper: nearly black, warm, with a grain.
fn unexposed_paper() -> Option<Canvas> {
    const SIDE: usize = 96;
    let mut chance = Chance::new(0, "paper", 0);
    let mut rgba = Vec::with_capacity(4 * SIDE * SIDE);
    for _ in 0..SIDE * SIDE {
        let grain = chance.normal() * 2.2;
        let shade = |base: f32| (base + grain).clamp(0.0, 255.0) as u8;
        rgba.extend([shade(25.0), shade(20.5), shade(18.5), 255]);
    }
    of_rgba(&crate::platform::web::to_buffer(&rgba), SIDE, SIDE)
}
