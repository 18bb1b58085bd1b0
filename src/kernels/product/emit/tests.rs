use wasmi::{Engine, Extern, Linker, Memory, MemoryType, Module, Store};

use super::*;
use crate::chance::Chance;

/// Columns of a tile.
const WIDTH: usize = 8;
/// Numbers from row to row, more than there are of them.
const STEP: usize = 24;

/// An interpreter with a module in it.
struct Machine {
    store: Store<()>,
    memory: Memory,
    instance: wasmi::Instance,
}

impl Machine {
    fn new(fused: bool) -> Self {
        let engine = Engine::default();
        let mut store = Store::new(&engine, ());
        let module = Module::new(&engine, module(fused)).expect("a valid module");
        let memory = Memory::new(&mut store, MemoryType::new(1, None)).expect("memory");
        let mut linker = Linker::new(&engine);
        linker.define(MEMORY[0], MEMORY[1], Extern::Memory(memory)).expect("a name");
        let instance = linker.instantiate_and_start(&mut store, &module).expect("an instance");
        Self { store, memory, instance }
    }

    fn write(&mut self, at: usize, values: &[f32]) {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.memory.write(&mut self.store, 4 * at, &bytes).expect("room");
    }

    fn read(&self, at: usize, count: usize) -> Vec<f32> {
        let mut bytes = vec![0; 4 * count];
        self.memory.read(&self.store, 4 * at, &mut bytes).expect("room");
        bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }
}

/// Rows, then depth, then blocks of rows; whether the product is added to what is there.
fn check(fused: bool, rows: usize, depth: usize, blocks: usize, keep: bool) {
    let mut chance = Chance::new(3, "tile", (rows * 1000 + depth * 10 + blocks) as u64);
    let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| chance.range(-1.0..1.0)).collect() };
    let all = rows * blocks;
    let (a, panel, bias, from, out) = (
        draw(all * STEP),
        draw(depth * WIDTH),
        draw(WIDTH),
        draw(all * STEP),
        draw(all * STEP),
    );
    let [a_at, panel_at, bias_at, from_at, out_at] = [100, 1000, 2000, 3000, 4000];
    let mut machine = Machine::new(fused);
    for (at, values) in [(a_at, &a), (panel_at, &panel), (bias_at, &bias), (from_at, &from), (out_at, &out)] {
        machine.write(at, values);
    }
    let added = if keep { out_at } else { from_at };
    let tile = machine
        .instance
        .get_func(&machine.store, &rows.to_string())
        .expect("a tile of that size");
    let arguments = [
        4 * a_at,
        4 * STEP,
        4 * panel_at,
        depth,
        4 * out_at,
        4 * STEP,
        4 * bias_at,
        4 * added,
        4 * STEP,
        blocks,
    ];
    let arguments = arguments.map(|value| wasmi::Val::I32(value as i32));
    tile.call(&mut machine.store, &arguments, &mut []).expect("no trap");
    let found = machine.read(out_at, out.len());
    for row in 0..all {
        for column in 0..STEP {
            let here = row * STEP + column;
            if column >= WIDTH {
                assert_eq!(found[here], out[here], "written beside the tile");
                continue;
            }
            let products = (0..depth).map(|i| f64::from(a[row * STEP + i]) * f64::from(panel[i * WIDTH + column]));
            let added = f64::from(if keep { out[here] } else { from[here] });
            let wanted = products.sum::<f64>() + f64::from(bias[column]) + added;
            assert!(
                (f64::from(found[here]) - wanted).abs() < 1e-5,
                "{} instead of {wanted}: {rows} rows, {depth} deep",
                found[here]
            );
        }
    }
}

#[test]
fn every_tile_multiplies() {
    for fused in [false, true] {
        for rows in 1..=MOST_ROWS {
            for depth in [0, 1, 3, 4, 5, 8, 23] {
                check(fused, rows, depth, 1, false);
                check(fused, rows, depth, 3, true);
            }
        }
    }
}

#[test]
fn numbers_are_written_as_the_format_wants() {
    // The examples of the DWARF standard, where the encoding comes from.
    assert_eq!(
        [unsigned(2), unsigned(127), unsigned(128), unsigned(12857)],
        [vec![2], vec![0x7f], vec![0x80, 1], vec![0xb9, 0x64]]
    );
    let signed = code::signed;
    assert_eq!(
        [signed(2), signed(-2), signed(127), signed(-128)],
        [vec![2], vec![0x7e], vec![0xff, 0], vec![0x80, 0x7f]]
    );
}
