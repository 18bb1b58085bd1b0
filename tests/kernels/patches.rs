//! Pictures into patches, and how far what is said of them lies from the truth.

use burn::tensor::{Device, Tensor, TensorData};
use darkroom::{
    chance::Chance,
    kernels::{
        bridge::{self, AimTensors, PatchCut, picks::sums_onto},
        cells::Cells,
        gather::Picks,
    },
    mask::{Grid, Mask, MaskKind},
    nn::{Builder, Drawn, Linear, Order, Overlap, overlap::CORNERS, patches::patchify},
};

use crate::{assert_close, both, inputs, numbers, random};

#[test]
fn patches_and_errors_are_burns() {
    let device = Device::flex().autodiff();
    let put =
        |shape: [usize; 3], kind: &[f32]| Tensor::<3>::from_data(TensorData::new(kind[..shape.iter().product()].to_vec(), shape), &device);
    for [pictures, rows, columns, patch_px] in [[1, 1, 2, 1], [2, 3, 2, 5], [3, 2, 4, 8], [2, 1, 1, 7]] {
        let [height, width, places] = [rows * patch_px, columns * patch_px, rows * columns];
        let masks: Vec<Mask> = (0..pictures as u64)
            .map(|index| MaskKind::Random(0.5).draw(Grid { rows, columns }, 1, index))
            .collect();
        let order = Order::of(&masks);
        let cut = PatchCut {
            patch_px,
            mean: [0.4, -1.0, 0.0],
            deviation: [0.2, 3.0, 1.0],
        };
        let shape = [pictures, places, 3 * patch_px * patch_px];
        for (kind, x) in inputs(pictures * 3 * height * width) {
            let seen = Tensor::<4>::from_data(TensorData::new(x.clone(), [pictures, 3, height, width]), &device);
            let channel = |values: [f32; 3]| Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), &device);
            let plain = patchify((seen.clone() - channel(cut.mean)) / channel(cut.deviation), patch_px);
            let plain = order.arrange(plain);
            assert_close(
                &numbers(plain.inner()),
                &numbers(bridge::patches(seen, cut, order.places()).inner()),
                1e-6,
                kind,
            );

            let said = put(shape, &x).require_grad();
            for less in [None, Some(put(shape, &random(x.len(), 6)))] {
                let truth = put(shape, &random(x.len(), 5));
                let aim = || AimTensors {
                    truth: truth.clone(),
                    less: less.clone(),
                };
                let wanted = less.clone().map_or(truth.clone(), |less| truth.clone() - less);
                let of_each = |values: Tensor<3>| values.mean_dim(2).mean_dim(1).flatten::<1>(0, 2);
                let plain = of_each((said.clone() - wanted.clone()).square());
                let ours = bridge::errors(said.clone(), aim());
                let slope = |errors: &Tensor<1>| numbers(said.grad(&errors.clone().sum().backward()).unwrap());
                assert_close(&slope(&plain), &slope(&ours), 2e-6, kind);
                assert_close(&numbers(plain.inner()), &numbers(ours.inner()), 2e-6, kind);
                let powers = bridge::powers(aim(), &said);
                assert_close(&numbers(of_each(wanted.square()).inner()), &numbers(powers.inner()), 2e-6, kind);
            }
        }
    }
}

#[test]
fn cells_and_what_they_draw_are_burns() {
    let device = Device::flex().autodiff();
    let put = |values: &[f32], shape: [usize; 3]| Tensor::<3>::from_data(TensorData::new(values.to_vec(), shape), &device);
    for [pictures, rows, columns, patch_px, dim] in [[1, 1, 1, 2, 1], [2, 3, 2, 4, 5], [3, 2, 4, 8, 16], [1, 1, 5, 6, 7]] {
        let grid = Grid { rows, columns };
        let masks: Vec<Mask> = (0..pictures as u64)
            .map(|index| MaskKind::Random(0.5).draw(grid, 1, index))
            .collect();
        let order = Order::of(&masks);
        let overlap = Overlap {
            grid,
            patch_px,
            is_folded: false,
        };
        let values = 3 * patch_px * patch_px;
        let linear = |shape| Linear::new(Builder::new(&mut Drawn { seed: 3 }, &device), shape, true, 1.0);
        let (project, draw) = (linear([values, CORNERS * dim]), linear([CORNERS * dim, values]));
        for (kind, x) in inputs(pictures * rows * columns * values) {
            let seen = Tensor::<4>::from_data(TensorData::new(x, [pictures, 3, rows * patch_px, columns * patch_px]), &device);
            let [plain, ours] = both(|| numbers(overlap.cells(seen.clone()).inner()));
            assert_close(&plain, &ours, 0.0, kind);
            let cut = PatchCut {
                patch_px,
                mean: [0.4, -1.0, 0.0],
                deviation: [0.2, 3.0, 1.0],
            };
            let channel = |values: [f32; 3]| Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), &device);
            let standard = (seen.clone() - channel(cut.mean)) / channel(cut.deviation);
            assert_close(
                &numbers(overlap.cells(standard).inner()),
                &numbers(bridge::cells(seen, cut).inner()),
                1e-6,
                kind,
            );
        }
        let cells = random(pictures * overlap.cell_count() * values, 7);
        let tokens = random(pictures * (1 + rows * columns) * dim, 8);
        // One of the patches, all of them, and only those that are hidden.
        for count in [1, rows * columns, order.hidden.max(1)] {
            let [plain, ours] = both(|| {
                let cells = put(&cells, [pictures, overlap.cell_count(), values]).require_grad();
                let tokens = put(&tokens, [pictures, 1 + rows * columns, dim]).require_grad();
                let gathered = overlap.gather(tokens.clone(), cells.clone(), &project, &order);
                let drawn = overlap.draw(gathered.clone(), &draw, count, &order);
                let weights = put(&random(pictures * count * values, 9), [pictures, count, values]);
                let slopes = (drawn.clone() * weights).sum().backward();
                let of = |tensor: &Tensor<3>| numbers(tensor.grad(&slopes).unwrap());
                let by_weights = [&project, &draw].map(|map| numbers(map.weight.val().grad(&slopes).unwrap()));
                let [project, draw] = by_weights;
                [
                    numbers(gathered.inner()),
                    numbers(drawn.inner()),
                    of(&cells),
                    of(&tokens),
                    project,
                    draw,
                ]
            });
            let what = ["gathered", "drawn", "by cells", "by tokens", "by the projection", "by what draws"];
            for ((plain, ours), what) in plain.iter().zip(&ours).zip(what) {
                assert_close(
                    plain,
                    ours,
                    2e-6,
                    &format!("{what}, {pictures} x {rows} x {columns}, {count} patches"),
                );
            }
        }
    }
}

#[test]
fn sums_of_rows_give_slopes_to_what_is_trained_alone() {
    let device = Device::flex().autodiff();
    let put = |rows: usize, index| Tensor::<2>::from_data(TensorData::new(random(rows * 5, index), [rows, 5]), &device);
    let picks = || Picks::of([vec![1, 3], vec![], vec![3]], 4);
    let (base, table, by) = (put(3, 1), put(4, 2), put(3, 3));
    let selected = |table: &Tensor<2>| {
        let row = |row: usize| table.clone().narrow(0, row, 1);
        Tensor::cat(vec![row(1) + row(3), row(0).zeros_like(), row(3)], 0)
    };
    for [base_learns, table_learns] in [[true, true], [true, false], [false, true], [false, false]] {
        let [plain, ours] = [false, true].map(|is_ours| {
            let base = base.clone().set_require_grad(base_learns);
            let table = table.clone().set_require_grad(table_learns);
            // Columns from the middle: tensors that do not lie in one piece.
            let narrow = |tensor: &Tensor<2>| tensor.clone().narrow(1, 1, 3);
            let (from, onto) = (narrow(&table), narrow(&base));
            let sums = if is_ours {
                sums_onto(onto, from, picks())
            } else {
                onto + selected(&from)
            };
            let slopes = (sums.clone() * narrow(&by)).sum();
            let [of_base, of_table] = if base_learns || table_learns {
                let slopes = slopes.backward();
                [&base, &table].map(|tensor| tensor.grad(&slopes).map(numbers))
            } else {
                [None, None]
            };
            (numbers(sums.inner()), of_base, of_table)
        });
        assert_eq!((ours.1.is_some(), ours.2.is_some()), (base_learns, table_learns));
        assert_close(&plain.0, &ours.0, 1e-6, "sums");
        for (plain, ours) in [(plain.1, ours.1), (plain.2, ours.2)] {
            assert_close(&plain.unwrap_or_default(), &ours.unwrap_or_default(), 1e-6, "slopes");
        }
    }
}

#[test]
fn no_pictures_have_no_cells() {
    let cells = Cells {
        grid: [2, 3],
        channels: 3,
        patch_px: 4,
    };
    assert!(cells.patches(&[], &[]).is_empty() && cells.backward(&[], &[]).is_empty());
    // Pictures of which no patch is asked for: nothing comes out, and no cell is wrong.
    let values = 2 * cells.count() * cells.values();
    assert!(cells.patches(&random(values, 1), &[vec![], vec![]]).is_empty());
    assert_eq!(cells.backward(&[], &[vec![], vec![]]), vec![0.0; values]);
}

#[test]
fn sums_of_rows_are_those_of_plain_loops() {
    for [from, count, dim] in [[1, 1, 1], [7, 130, 3], [200, 61, 16], [3, 0, 2]] {
        let mut chance = Chance::new(2, "picks", from as u64);
        // None of a sum's rows, or some, the same one more than once among them.
        let lists: Vec<Vec<usize>> = (0..count)
            .map(|_| (0..chance.below(5)).map(|_| chance.below(from)).collect())
            .collect();
        let picks = Picks::of(lists.iter().cloned(), from);
        let (table, base) = (random(from * dim, 1), random(count * dim, 2));
        for base in [None, Some(base.as_slice())] {
            let mut expected = base.map_or_else(|| vec![0.0; count * dim], <[f32]>::to_vec);
            let rows = expected.chunks_exact_mut(dim).zip(&lists);
            rows.for_each(|(sums, list)| {
                for row in list {
                    sums.iter_mut().zip(&table[row * dim..]).for_each(|(sum, value)| *sum += value);
                }
            });
            assert_close(&expected, &picks.sums(&table, base, dim), 1e-6, "sums");
        }
        let turned = picks.turned();
        assert_eq!((turned.count(), turned.from()), (from, count));
        assert_eq!(
            turned.turned(),
            Picks::of(
                lists.iter().map(|list| {
                    let mut list = list.clone();
                    list.sort_unstable();
                    list
                }),
                from
            )
        );
        // The way back is the way there with the roles of both sides changed: <y, S x> = <S' y, x>.
        let y = random(count * dim, 3);
        let dot = |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(a * b)).sum() };
        let (there, back) = (dot(&y, &picks.sums(&table, None, dim)), dot(&turned.sums(&y, None, dim), &table));
        assert!((there - back).abs() <= 1e-4 * there.abs().max(1.0), "{there} and {back}");
    }
}
