//! What the linker must know of the engines.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_FAMILY").as_deref() == Ok("wasm") {
        // They link further functions when they start: src/engine/browser/tiles.rs.
        println!("cargo::rustc-link-arg-bin=engine=--growable-table");
        println!("cargo::rustc-link-arg-bin=engine-webgpu=--growable-table");
        println!("cargo::rustc-link-arg-bin=together-engine=--growable-table");
    }
}
