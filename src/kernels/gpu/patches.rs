//! Pictures into patches.

use burn_cubecl::{
    cubecl::{self, CubeElement, prelude::*},
    tensor::CubeTensor,
};

use super::{UNITS, empty, tiles, whole, width};
use crate::kernels::bridge::PatchCut;

/// Of each picture those patches that stand at its `places`, standardised: `[batch, 3, height, width]` to
/// `[batch, places, 3 p p]`.
pub fn patches(pictures: CubeTensor, cut: PatchCut, places: &[Vec<usize>]) -> CubeTensor {
    let pictures = whole(pictures);
    let [batch, channels, height, across] = [0, 1, 2, 3].map(|axis| pictures.meta.shape()[axis]);
    let side = cut.patch_px;
    assert!(
        places.len() == batch && channels == cut.mean.len() && side > 0 && [height, across].iter().all(|size| size.is_multiple_of(side)),
        "patches of {side} pixels of {batch} pictures of {channels} channels, {height} by {across}, at {} lists of places",
        places.len()
    );
    let (count, values) = (places.first().map_or(0, Vec::len), channels * side * side);
    let output = empty(&pictures, [batch, count, values].into());
    let flat: Vec<u32> = places.iter().flatten().map(|place| *place as u32).collect();
    assert_eq!(flat.len(), batch * count, "as many places of every picture");
    let step = width(&[side]);
    let vectors = batch * count * values / step;
    if vectors == 0 {
        return output;
    }
    let at = output.client.create_from_slice(u32::as_bytes(&flat));
    let ([red, green, blue], [red_by, green_by, blue_by]) = (cut.mean, cut.deviation);
    let cubes = vectors.div_ceil(UNITS as usize);
    let wide = cubes.min(1 << 15);
    // SAFETY: the shader writes every vector of the output and reads at places of the pictures' grid.
    unsafe {
        patches_shader::launch_unchecked(
            &output.client.clone(),
            tiles(wide, cubes.div_ceil(wide), 1),
            CubeDim::new_1d(UNITS),
            step,
            pictures.into_buffer_arg(),
            BufferArg::from_raw_parts(at, flat.len()),
            output.clone().into_buffer_arg(),
            vectors as u32,
            count as u32,
            side as u32,
            (side / step) as u32,
            (across / side) as u32,
            (height / side) as u32,
            red,
            green,
            blue,
            red_by,
            green_by,
            blue_by,
        );
    }
    output
}

/// A vector of a row of a patch. `line` counts vectors of such a row.
#[cube(launch_unchecked)]
fn patches_shader<N: Size>(
    pictures: &[Vector<f32, N>],
    places: &[u32],
    output: &mut [Vector<f32, N>],
    vectors: u32,
    count: u32,
    side: u32,
    line: u32,
    columns: u32,
    rows: u32,
    red: f32,
    green: f32,
    blue: f32,
    red_by: f32,
    green_by: f32,
    blue_by: f32,
) {
    let index = (CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) * CUBE_DIM_X + UNIT_POS_X;
    if index >= vectors {
        terminate!();
    }
    let x = index % line;
    let y = index / line % side;
    let channel = index / (line * side) % 3;
    let patch = index / (line * side * 3);
    let place = places[patch as usize];
    let above = ((patch / count * 3 + channel) * rows + place / columns) * side + y;
    let pixels = pictures[((above * columns + place % columns) * line + x) as usize];
    let mean = select(channel == 0, red, select(channel == 1, green, blue));
    let by = select(channel == 0, red_by, select(channel == 1, green_by, blue_by));
    output[index as usize] = (pixels - Vector::new(mean)) / Vector::new(by);
}
