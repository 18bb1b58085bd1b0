//! The engine of the room "Together": a module worker that embeds, compares and trains on the processor.

fn main() {
    #[cfg(target_family = "wasm")]
    darkroom::engine::together::start();
}
