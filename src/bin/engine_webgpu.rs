//! The engines of both rooms with a GPU under them: a module worker. Which room's it is the worker's name says.

#[cfg(target_family = "wasm")]
unsafe extern "C" {
    /// What crates want done ahead of `main`.
    fn __wasm_call_ctors();
}

fn main() {
    #[cfg(target_family = "wasm")]
    {
        // CubeCL's compiler registers its operations there, by the thousand. A linker that sees nobody call this has every
        // function that is called from the browser do it first, each time: then a prediction spends most of its time on it.
        // SAFETY: nothing has run before, and what is registered twice is registered once.
        unsafe { __wasm_call_ctors() };
        darkroom::engine::start_by_name();
    }
}
