//! The engine: a module worker that computes on the GPU.

fn main() {
    #[cfg(target_family = "wasm")]
    darkroom::engine::start();
}
