use super::*;
use crate::{chance::Chance, kernels::vector::Level};

/// What the linked code does, as plainly as can be.
#[allow(clippy::too_many_arguments, reason = "a tile's own")]
unsafe extern "C" fn tile<const ROWS: usize>(
    a: *const f32,
    a_step: usize,
    panel: *const f32,
    depth: usize,
    out: *mut f32,
    out_step: usize,
    bias: *const f32,
    from: *const f32,
    from_step: usize,
    blocks: usize,
) {
    for row in 0..ROWS * blocks {
        for column in 0..WIDTH {
            // SAFETY: the test lends as much as `Tile` asks for; steps are in bytes.
            unsafe {
                let product = |i: usize| *a.byte_add(row * a_step).add(i) * *panel.add(i * WIDTH + column);
                let sum: f32 = (0..depth).map(product).sum();
                *out.byte_add(row * out_step).add(column) = sum + *bias.add(column) + *from.byte_add(row * from_step).add(column);
            }
        }
    }
}

const TEST_TILES: Tiles = [tile::<1>, tile::<2>, tile::<3>, tile::<4>, tile::<5>];

struct Case {
    shape: [usize; 3],
    turned: bool,
    bias: bool,
    add: bool,
    keep: bool,
}

fn check(case: &Case) {
    let [rows, depth, columns] = case.shape;
    let mut chance = Chance::new(5, "sweep", (rows * 1_000_000 + depth * 1000 + columns) as u64);
    let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| chance.range(-1.0..1.0)).collect() };
    let (a, b, bias, add, before) = (
        draw(rows * depth),
        draw(depth * columns),
        draw(columns),
        draw(rows * columns),
        draw(rows * columns),
    );
    let view = if case.turned {
        View::new(&a, rows).turned()
    } else {
        View::new(&a, depth)
    };
    let packed = Packed::at(Level::Linked, View::new(&b, columns));
    let ending = Ending {
        bias: case.bias.then_some(&bias[..]),
        add: case.add.then_some(&add[..]),
        keep: case.keep,
    };
    let mut out = before.clone();
    // SAFETY: `out` is as large as the product.
    unsafe { sweep(&TEST_TILES, Out::new(out.as_mut_ptr(), columns), view, &packed, ending) };
    for row in 0..rows {
        for column in 0..columns {
            let left = |i: usize| if case.turned { a[i * rows + row] } else { a[row * depth + i] };
            let here = row * columns + column;
            let mut wanted: f64 = (0..depth).map(|i| f64::from(left(i)) * f64::from(b[i * columns + column])).sum();
            wanted += if case.bias { f64::from(bias[column]) } else { 0.0 };
            wanted += if case.add { f64::from(add[here]) } else { 0.0 };
            wanted += if case.keep { f64::from(before[here]) } else { 0.0 };
            assert!(
                (f64::from(out[here]) - wanted).abs() < 1e-4,
                "{:?}: {} instead of {wanted}",
                case.shape,
                out[here]
            );
        }
    }
}

#[test]
fn products_of_any_shape() {
    for rows in [1, 2, 5, 6, 9, 17] {
        for depth in [1, 3, DEPTH - 1, DEPTH, 2 * DEPTH + 1] {
            for columns in [1, 7, 8, 9, 24] {
                let shape = [rows, depth, columns];
                for (bias, add, keep) in [
                    (false, false, false),
                    (true, true, false),
                    (true, false, false),
                    (false, false, true),
                ] {
                    let turned = (rows + columns) % 2 == 0;
                    check(&Case {
                        shape,
                        turned,
                        bias,
                        add,
                        keep,
                    });
                }
            }
        }
    }
}

#[test]
fn a_panel_packed_before_is_read_as_one_packed_now() {
    let width = crate::kernels::product::panel_width();
    let weight: Vec<f32> = (0..3 * 2 * width).map(|i| i as f32).collect();
    let a: Vec<f32> = (0..6).map(|i| 1.0 - i as f32).collect();
    let view = View::new(&weight, 2 * width);
    let panels = crate::kernels::product::panels(view);
    let mut outs = [vec![0.0; 4 * width], vec![0.0; 4 * width]];
    for (out, b) in outs.iter_mut().zip([Packed::new(view), Packed::lent(&panels, [3, 2 * width])]) {
        crate::kernels::product::product(out, View::new(&a, 3), &b, Ending::default());
    }
    assert_eq!(outs[0], outs[1]);
}
