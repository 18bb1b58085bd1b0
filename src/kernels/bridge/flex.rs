//! The operations on the CPU backend's tensors.

use burn::{
    backend::{Flex, flex::FlexTensor},
    tensor::{Shape, TensorData},
};

use super::{Aim, Constants, Half, Kernels, PatchCut, maps};
use crate::kernels::{
    attention::Attention,
    cells::Cells,
    error::{self, Stack},
    gelu,
    mlp::Mlp,
    norm::Norm,
    patches::Cut,
    pool::Buffer,
    product::{View, panel_width, panels},
    rows::Map,
};

/// The tensor with its numbers in one piece, so that [`slice`] finds them.
pub fn whole(tensor: FlexTensor) -> FlexTensor {
    if tensor.as_slice::<f32>().is_some() {
        tensor
    } else {
        tensor.to_contiguous()
    }
}

/// The numbers of a tensor that is [`whole`].
///
/// # Panics
/// When it is not, or not of f32: `serves` was not asked.
pub fn slice(tensor: &FlexTensor) -> &[f32] {
    match tensor.as_slice::<f32>() {
        Some(values) => values,
        None => panic!("kernels take tensors of f32 that lie in one piece, not {tensor:?}"),
    }
}

/// A tensor of these numbers.
pub fn tensor(values: Vec<f32>, shape: Shape) -> FlexTensor {
    FlexTensor::from_data(TensorData::new(values, shape))
}

/// Takes the memory of a tensor that is done with, where nobody else holds it.
#[cfg(feature = "joint")]
pub fn reuse(tensor: FlexTensor) {
    if tensor.is_unique() && tensor.is_contiguous() && tensor.layout().start_offset() == 0 {
        let (bytes, ..) = tensor.into_data().into_parts();
        if let Ok(values) = bytes.try_into_vec::<f32>() {
            crate::kernels::pool::give(values);
        }
    }
}

/// The tensor's shape.
pub fn shape(tensor: &FlexTensor) -> Shape {
    tensor.layout().shape().clone()
}

/// A map of `from` numbers, of these. A weight of another number of rows is one that was packed: see [`pack`].
pub fn map<'a>(weight: &'a FlexTensor, bias: Option<&'a FlexTensor>, from: usize) -> Map<'a> {
    let shape = weight.layout().shape();
    let (values, packed) = (slice(weight), shape[0] != from);
    assert!(
        !packed || shape[1] == panel_width(),
        "a weight of {} rows for {from} numbers",
        shape[0]
    );
    let columns = if packed { values.len() / from.max(1) } else { shape[1] };
    let bias = bias.map(slice);
    assert!(
        !packed || bias.is_none_or(|bias| bias.len() == columns),
        "a packed weight of {columns} columns needs one bias for each"
    );
    Map {
        weight: values,
        packed,
        bias,
        shape: [from, columns],
    }
}

/// Numbers of the last axis.
pub fn last(x: &FlexTensor) -> usize {
    let shape = x.layout().shape();
    shape[shape.num_dims() - 1]
}

/// A norm of the last axis of `x`.
///
/// # Panics
/// When it is not as wide.
pub fn norm<'a>(x: &FlexTensor, weight: &'a FlexTensor, bias: &'a FlexTensor, epsilon: f32) -> Norm<'a> {
    let (dim, weight, bias) = (last(x), slice(weight), slice(bias));
    assert!(
        weight.len() == dim && bias.len() == dim,
        "a norm of {} weights and {} biases for rows of {dim} numbers",
        weight.len(),
        bias.len()
    );
    Norm { weight, bias, epsilon }
}

/// A weight `[d_input, d_output]` in panels, `[panels d_input, width]`. It stays as it is where the last panel would
/// not be full, since shapes could no longer tell what it was. A convolution's weight likewise.
pub fn pack(weight: FlexTensor) -> FlexTensor {
    let weight = whole(weight);
    if shape(&weight).num_dims() == 4 {
        return maps::flex::packed(weight);
    }
    let (shape, width) = (shape(&weight), panel_width());
    if shape.num_dims() != 2 || shape[0] == 0 || shape[1] % width != 0 {
        return weight;
    }
    let panels = panels(View::new(slice(&weight), shape[1]));
    tensor(panels, Shape::from([shape[0] * shape[1] / width, width]))
}

/// The shape of what a map makes of rows of this shape.
pub fn mapped(x: &FlexTensor, map: &Map<'_>) -> Shape {
    let mut shape = shape(x);
    let last = shape.num_dims() - 1;
    shape[last] = map.shape[1];
    shape
}

impl Half<Flex> {
    /// Each in one piece.
    pub fn whole(self) -> Self {
        Self {
            norm_weight: whole(self.norm_weight),
            norm_bias: whole(self.norm_bias),
            first_weight: whole(self.first_weight),
            first_bias: whole(self.first_bias),
            second_weight: whole(self.second_weight),
            second_bias: whole(self.second_bias),
        }
    }

    fn norm(&self, x: &FlexTensor, epsilon: f32) -> Norm<'_> {
        norm(x, &self.norm_weight, &self.norm_bias, epsilon)
    }

    /// As the second half of a layer, for rows such as those of `x`.
    ///
    /// # Panics
    /// When they are of another width.
    pub fn mlp(&self, x: &FlexTensor, epsilon: f32) -> Mlp<'_> {
        Mlp {
            norm: self.norm(x, epsilon),
            up: map(&self.first_weight, Some(&self.first_bias), last(&self.norm_weight)),
            down: map(&self.second_weight, Some(&self.second_bias), last(&self.first_bias)),
        }
    }

    /// As the first half of a layer, for pictures such as `x`: `[batch, tokens, dim]`.
    ///
    /// # Panics
    /// When they are of another width, without a token, or the heads do not divide it.
    pub fn attention(&self, x: &FlexTensor, heads: usize, epsilon: f32) -> Attention<'_> {
        let (shape, dim) = (shape(x), last(x));
        assert!(shape.num_dims() == 3, "attention takes [batch, tokens, dim], not {shape:?}");
        let tokens = shape[1];
        assert!(tokens > 0, "attention of pictures without a token");
        assert!(
            heads > 0 && dim.is_multiple_of(heads),
            "{heads} heads do not share {dim} numbers evenly"
        );
        Attention {
            norm: self.norm(x, epsilon),
            qkv: map(&self.first_weight, Some(&self.first_bias), last(&self.norm_weight)),
            output: map(&self.second_weight, Some(&self.second_bias), last(&self.norm_weight)),
            heads,
            tokens,
        }
    }
}

impl Kernels for Flex {
    fn kernel_product(x: FlexTensor, weight: FlexTensor) -> FlexTensor {
        let (x, weight) = (whole(x), whole(weight));
        let map = map(&weight, None, last(&x));
        tensor(map.forward(slice(&x)), mapped(&x, &map))
    }

    fn kernel_linear(x: FlexTensor, weight: FlexTensor, bias: FlexTensor) -> FlexTensor {
        let (x, weight, bias) = (whole(x), whole(weight), whole(bias));
        let map = map(&weight, Some(&bias), last(&x));
        tensor(map.forward(slice(&x)), mapped(&x, &map))
    }

    fn kernel_norm(x: FlexTensor, weight: FlexTensor, bias: FlexTensor, epsilon: f32) -> FlexTensor {
        let (x, weight, bias) = (whole(x), whole(weight), whole(bias));
        let norm = norm(&x, &weight, &bias, epsilon);
        let mut statistics = Buffer::of(norm.statistics(slice(&x)));
        tensor(norm.forward(slice(&x), &mut statistics), shape(&x))
    }

    fn kernel_attention(x: FlexTensor, numbers: Half<Self>, heads: usize, epsilon: f32) -> FlexTensor {
        let (x, numbers) = (whole(x), numbers.whole());
        let attention = numbers.attention(&x, heads, epsilon);
        tensor(attention.forward(slice(&x)).0, shape(&x))
    }

    fn kernel_mlp(x: FlexTensor, numbers: Half<Self>, epsilon: f32) -> FlexTensor {
        let (x, numbers) = (whole(x), numbers.whole());
        tensor(numbers.mlp(&x, epsilon).predict(slice(&x)), shape(&x))
    }

    fn kernel_gelu(x: FlexTensor) -> FlexTensor {
        let x = whole(x);
        tensor(gelu::forward(slice(&x)), shape(&x))
    }

    fn kernel_errors(said: FlexTensor, aim: Aim<Self>) -> FlexTensor {
        errors(&whole(said), &aim.stacked())
    }
}

impl Constants for Flex {
    fn kernel_pack(weight: FlexTensor) -> FlexTensor {
        pack(weight)
    }

    fn kernel_powers(aim: Aim<Self>) -> FlexTensor {
        row(aim.stacked().aim().powers())
    }

    fn kernel_patches(pictures: FlexTensor, cut: PatchCut, places: Vec<Vec<usize>>) -> FlexTensor {
        let pictures = whole(pictures);
        assert_eq!(places.len(), shape(&pictures)[0], "a list of places for every picture");
        let patches = cut.of(&pictures).patches(slice(&pictures), &places);
        let count = places.first().map_or(0, Vec::len);
        tensor(patches, Shape::new([places.len(), count, cut.values()]))
    }

    fn kernel_cells(pictures: FlexTensor, cut: PatchCut) -> FlexTensor {
        let pictures = whole(pictures);
        assert!(cut.patch_px.is_multiple_of(2), "half of a patch of {} pixels", cut.patch_px);
        let by = cut.of(&pictures);
        let cells = Cells::under(&by);
        let shape = Shape::new([shape(&pictures)[0], cells.count(), cells.values()]);
        tensor(cells.cut(slice(&pictures), &by), shape)
    }
}

impl PatchCut {
    /// Numbers in a patch.
    fn values(&self) -> usize {
        self.mean.len() * self.patch_px * self.patch_px
    }

    /// For pictures such as these.
    ///
    /// # Panics
    /// When they are none, or patches do not divide them.
    fn of(&self, pictures: &FlexTensor) -> Cut<'_> {
        let shape = shape(pictures);
        assert!(
            shape.num_dims() == 4 && shape[1] == self.mean.len(),
            "pictures are [batch, 3, height, width], not {shape:?}"
        );
        assert!(
            self.patch_px > 0 && [shape[2], shape[3]].iter().all(|side| side.is_multiple_of(self.patch_px)),
            "patches of {} pixels do not divide pictures of {} by {}",
            self.patch_px,
            shape[2],
            shape[3]
        );
        Cut {
            size_px: [shape[2], shape[3]],
            patch_px: self.patch_px,
            mean: &self.mean,
            deviation: &self.deviation,
        }
    }
}

/// Mean squared error of what was said of each picture; `said` is [`whole`], `aim` is [`Aim::stacked`].
///
/// # Panics
/// When their shapes differ.
pub fn errors(said: &FlexTensor, aim: &Aim<Flex>) -> FlexTensor {
    let aim = aim.aim();
    assert_eq!(
        shape(said).to_vec(),
        aim.truth.shape,
        "what is said has the shape of what is aimed at"
    );
    row(aim.errors(slice(said)))
}

/// A tensor of one axis.
pub fn row(values: Vec<f32>) -> FlexTensor {
    let shape = Shape::new([values.len()]);
    tensor(values, shape)
}

impl Aim<Flex> {
    /// Every row in one piece, though not every picture: a part of a larger tensor stays where it is.
    pub fn stacked(self) -> Self {
        let stacked = |tensor: FlexTensor| if stack(&tensor).is_some() { tensor } else { tensor.to_contiguous() };
        match self {
            Self::Truth(truth) => Self::Truth(stacked(truth)),
            Self::Lack(truth, less) => Self::Lack(stacked(truth), stacked(less)),
        }
    }

    /// For the kernels.
    ///
    /// # Panics
    /// When it is not [`Aim::stacked`], of no three axes, or of two shapes.
    pub fn aim(&self) -> error::Aim<'_> {
        let lay = |tensor| stack(tensor).unwrap_or_else(|| panic!("what is aimed at is [batch, rows, values], not {tensor:?}"));
        match self {
            Self::Truth(truth) => error::Aim {
                truth: lay(truth),
                less: None,
            },
            Self::Lack(truth, less) => {
                let (truth, less) = (lay(truth), lay(less));
                assert_eq!(truth.shape, less.shape, "what is taken from the truth has its shape");
                error::Aim { truth, less: Some(less) }
            }
        }
    }
}

fn stack(tensor: &FlexTensor) -> Option<Stack<'_>> {
    let layout = tensor.layout();
    let shape = <[usize; 3]>::try_from(layout.shape().to_vec()).ok()?;
    let &[first, second, 1] = layout.strides() else {
        return None;
    };
    let steps = [usize::try_from(first).ok()?, usize::try_from(second).ok()?];
    Some(Stack {
        values: tensor.storage::<f32>().get(layout.start_offset()..)?,
        shape,
        steps,
    })
}
