//! Gives the kernels tiles that are made for the browser at hand: their code is emitted, compiled and linked here.

use js_sys::{Function, Object, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};

use crate::kernels::product::{Tile, Tiles, emit, link, linked::MOST_ROWS};

/// Links tiles, with fused multiplication and addition where the browser has relaxed SIMD. Where it refuses, the
/// kernels' own remain.
///
/// # Errors
/// What the browser says.
pub fn install() -> Result<(), JsValue> {
    let fused = Uint8Array::from(&emit::module(true)[..]);
    let code = match WebAssembly::validate(&fused) {
        Ok(true) => fused,
        _ => Uint8Array::from(&emit::module(false)[..]),
    };
    let module = WebAssembly::Module::new(&code)?;
    let (imports, lent) = (Object::new(), Object::new());
    let [room, name] = emit::MEMORY.map(JsValue::from_str);
    Reflect::set(&lent, &name, &wasm_bindgen::memory())?;
    Reflect::set(&imports, &room, &lent)?;
    let instance = WebAssembly::Instance::new(&module, &imports)?;
    let table: WebAssembly::Table = wasm_bindgen::function_table().dyn_into()?;
    let first = table.grow(MOST_ROWS as u32)?;
    for index in 0..MOST_ROWS as u32 {
        let function: Function = Reflect::get(&instance.exports(), &JsValue::from_str(&(index + 1).to_string()))?.dyn_into()?;
        table.set(first + index, &function)?;
    }
    let tiles: Tiles = std::array::from_fn(|index| {
        // SAFETY: an address of a function is its place in this table, and what was put there has this signature: the
        // browser checks it with every call.
        unsafe { std::mem::transmute::<*const (), Tile>(std::ptr::with_exposed_provenance::<()>(first as usize + index)) }
    });
    // SAFETY: they are what `emit` says, and nothing is ever taken out of the table.
    unsafe { link(tiles) };
    Ok(())
}
