//! The engine: a module worker that computes on the processor.

fn main() {
    #[cfg(target_family = "wasm")]
    darkroom::engine::start();
}
