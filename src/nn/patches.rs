//! Pictures into patches and back.

use burn::tensor::Tensor;

/// `[batch, 3, rows p, columns p]` to `[batch, rows columns, 3 p p]`: patches row by row, in each channel, row,
/// column, which is how a convolution's kernel lies.
#[must_use]
pub fn patchify(pictures: Tensor<4>, patch_px: usize) -> Tensor<3> {
    let [batch, channels, height, width] = pictures.dims();
    let (rows, columns) = (height / patch_px, width / patch_px);
    pictures
        .reshape([batch, channels, rows, patch_px, columns, patch_px])
        .permute([0, 2, 4, 1, 3, 5])
        .reshape([batch, rows * columns, channels * patch_px * patch_px])
}

/// The way back, for a grid `columns` wide.
#[must_use]
pub fn unpatchify(patches: Tensor<3>, patch_px: usize, columns: usize) -> Tensor<4> {
    let [batch, count, values] = patches.dims();
    let (rows, channels) = (count / columns, values / (patch_px * patch_px));
    patches
        .reshape([batch, rows, columns, channels, patch_px, patch_px])
        .permute([0, 3, 1, 4, 2, 5])
        .reshape([batch, channels, rows * patch_px, columns * patch_px])
}
