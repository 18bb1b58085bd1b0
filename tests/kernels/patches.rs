//! Pictures into patches, and how far what is said of them lies from the truth.

use burn::tensor::{Device, Tensor, TensorData};
use darkroom::{
    kernels::bridge::{self, AimTensors, PatchCut},
    mask::{Grid, Mask, MaskKind},
    nn::{Order, patches::patchify},
};

use crate::{assert_close, inputs, numbers, random};

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
