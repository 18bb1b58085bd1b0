//! The page's program: puts it on the screen.

#[cfg(target_family = "wasm")]
fn main() {
    darkroom::page::start();
}

#[cfg(not(target_family = "wasm"))]
fn main() {}
