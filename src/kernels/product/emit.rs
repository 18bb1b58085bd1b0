//! The tile as WebAssembly, written instruction by instruction when the program starts.
//!
//! Two reasons not to leave it to the compiler. A module that holds one instruction of relaxed SIMD is refused whole by
//! a browser that lacks it, so a module that may hold some is best made for the browser at hand. And LLVM takes a loop
//! of intrinsics apart: strength reduction loses what lets a constant offset be part of a load, and an unrolled loop has
//! its loads drawn together until sums leave their registers. Measured in V8 on one machine: 10 to 16 billion
//! multiplications and additions a second from intrinsics, 17.6 from these bytes, 24.5 with the fused instruction.

mod code;
#[cfg(test)]
mod tests;

use super::linked::{ACROSS, MOST_ROWS};
use code::{Code, list, name, sized, unsigned};

/// Steps of the sum in one turn of the loop.
const UNROLLED: u32 = 4;
/// Numbers in a vector.
const LANES: u32 = 4;
/// Bytes of a number.
const NUMBER: u32 = 4;
/// Bytes of one row of a panel.
const PANEL_STEP: u32 = ACROSS as u32 * LANES * NUMBER;

/// Where the module looks for the memory it works on.
pub const MEMORY: [&str; 2] = ["env", "memory"];

/// A module that exports a [`Tile`](super::linked::Tile) for every number of rows up to [`MOST_ROWS`], each under that
/// number. `fused` asks for relaxed SIMD's multiplication and addition in one instruction.
#[must_use]
pub fn module(fused: bool) -> Vec<u8> {
    let sizes: Vec<u32> = (1..=MOST_ROWS as u32).collect();
    let types = vec![[&[0x60][..], &list(&vec![vec![I32]; PARAMETERS as usize]), &[0]].concat()];
    let memory = [&name(MEMORY[0])[..], &name(MEMORY[1]), &[2, 0, 0]].concat();
    let functions: Vec<Vec<u8>> = sizes.iter().map(|_| vec![0]).collect();
    let exports: Vec<Vec<u8>> = sizes
        .iter()
        .enumerate()
        .map(|(index, rows)| [&name(&rows.to_string())[..], &[0], &unsigned(index as u32)].concat())
        .collect();
    let code: Vec<Vec<u8>> = sizes.iter().map(|rows| tile(*rows, fused)).collect();
    let sections = [(1, types), (2, vec![memory]), (3, functions), (7, exports), (10, code)];
    let mut bytes = b"\0asm\x01\0\0\0".to_vec();
    for (id, items) in sections {
        bytes.push(id);
        bytes.extend(sized(&list(&items)));
    }
    bytes
}

const I32: u8 = 0x7f;
const V128: u8 = 0x7b;

// The parameters of a tile, in the order of `Tile`; they change as it moves down.
const A: u32 = 0;
const A_STEP: u32 = 1;
const PANEL: u32 = 2;
const DEPTH: u32 = 3;
const OUT: u32 = 4;
const OUT_STEP: u32 = 5;
const BIAS: u32 = 6;
const FROM: u32 = 7;
const FROM_STEP: u32 = 8;
const BLOCKS: u32 = 9;
const PARAMETERS: u32 = 10;

/// What else a tile of `rows` rows remembers.
#[derive(Clone, Copy)]
struct Locals {
    rows: u32,
}

impl Locals {
    const LEFT: u32 = PARAMETERS;
    const IN_PANEL: u32 = PARAMETERS + 1;

    fn row(row: u32) -> u32 {
        PARAMETERS + 2 + row
    }

    fn integers(self) -> u32 {
        2 + self.rows
    }

    fn sum(self, row: u32, across: u32) -> u32 {
        Self::row(self.rows) + row * ACROSS as u32 + across
    }

    fn right(self, across: u32) -> u32 {
        self.sum(self.rows, across)
    }

    fn left(self) -> u32 {
        self.right(ACROSS as u32)
    }

    fn vectors(self) -> u32 {
        self.left() + 1 - Self::row(self.rows)
    }
}

fn tile(rows: u32, fused: bool) -> Vec<u8> {
    let locals = Locals { rows };
    let mut code = Code::default();
    code.repeat(|code| {
        for row in 0..rows {
            match row {
                0 => code.get(A),
                _ => code.get(Locals::row(row - 1)).get(A_STEP).add(),
            };
            code.set(Locals::row(row));
            for across in 0..ACROSS as u32 {
                code.zero().set(locals.sum(row, across));
            }
        }
        code.get(PANEL).set(Locals::IN_PANEL);
        code.get(DEPTH).set(Locals::LEFT);
        sum(code, locals, UNROLLED, fused);
        sum(code, locals, 1, fused);
        finish(code, locals);
        code.get(A).get(A_STEP).constant(rows as i32).multiply().add().set(A);
        code.get(BLOCKS).constant(1).subtract().tee(BLOCKS);
    });
    let declared = list(&[
        [&unsigned(locals.integers())[..], &[I32]].concat(),
        [&unsigned(locals.vectors())[..], &[V128]].concat(),
    ]);
    sized(&[&declared[..], &code.bytes, &[0x0b]].concat())
}

/// Adds to the sums while `steps` more are left.
fn sum(code: &mut Code, locals: Locals, steps: u32, fused: bool) {
    code.unless_below(Locals::LEFT, steps, |code| {
        code.repeat(|code| {
            for step in 0..steps {
                for across in 0..ACROSS as u32 {
                    code.get(Locals::IN_PANEL);
                    code.load(step * PANEL_STEP + across * LANES * NUMBER).set(locals.right(across));
                }
                for row in 0..locals.rows {
                    code.get(Locals::row(row)).load_everywhere(step * NUMBER).set(locals.left());
                    for across in 0..ACROSS as u32 {
                        code.plus_product(locals.sum(row, across), locals.left(), locals.right(across), fused);
                    }
                }
            }
            code.advance(Locals::IN_PANEL, steps * PANEL_STEP);
            (0..locals.rows).for_each(|row| code.advance(Locals::row(row), steps * NUMBER));
            code.get(Locals::LEFT).constant(steps as i32).subtract().tee(Locals::LEFT);
            code.constant(steps as i32).at_least();
        });
    });
}

/// Sum, bias and what is added, in that order, to where they belong.
fn finish(code: &mut Code, locals: Locals) {
    for row in 0..locals.rows {
        for across in 0..ACROSS as u32 {
            let offset = across * LANES * NUMBER;
            code.get(OUT).get(locals.sum(row, across));
            code.get(BIAS).load(offset).add_vectors();
            code.get(FROM).load(offset).add_vectors();
            code.store(offset);
        }
        code.get(OUT).get(OUT_STEP).add().set(OUT);
        code.get(FROM).get(FROM_STEP).add().set(FROM);
    }
}
