//! The program of the room "Together": puts it on the screen.

#[cfg(target_family = "wasm")]
fn main() {
    darkroom::page::start_together();
}

#[cfg(not(target_family = "wasm"))]
fn main() {}
