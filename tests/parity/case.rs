//! The case, and what both kinds of tests do with it.

use std::collections::{BTreeMap, HashMap};

use burn::tensor::{Device, Tensor, TensorData};
use darkroom::{
    config::RunConfig,
    mask::{Grid, Mask},
    methods::{AnyMethod, Batch, Method, mae::Mae},
    nn::{Order, patches::patchify},
    picture::Picture,
    weights::{Opened, from_bytes},
};
use safetensors::{SafeTensors, tensor::TensorView};

pub const WEIGHTS: &[u8] = include_bytes!("mae.safetensors");
pub const CASE: &[u8] = include_bytes!("case.safetensors");
pub const TOLERANCE: f32 = 1e-4;
pub const GRID: Grid = Grid::new(4, 4);
pub const SIZE: usize = 32;
pub const PATCH: usize = 8;

pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

pub fn tensors(bytes: &[u8]) -> Tensors {
    let numbers = |view: &TensorView| {
        view.data()
            .as_chunks::<4>()
            .0
            .iter()
            .map(|four| f32::from_le_bytes(*four))
            .collect()
    };
    let read = SafeTensors::deserialize(bytes).unwrap();
    read.iter()
        .map(|(name, view)| (name.to_owned(), (view.shape().to_vec(), numbers(&view))))
        .collect()
}

/// Written by the `safetensors` crate, as any other program would.
pub fn file(tensors: &Tensors, remarks: &[(&str, &str)]) -> Vec<u8> {
    let bytes: Vec<Vec<u8>> = tensors
        .values()
        .map(|(_, numbers)| numbers.iter().flat_map(|x| x.to_le_bytes()).collect())
        .collect();
    let views = tensors.iter().zip(&bytes).map(|((name, (shape, _)), bytes)| {
        let view = TensorView::new(safetensors::Dtype::F32, shape.clone(), bytes).unwrap();
        (name, view)
    });
    let remarks: HashMap<String, String> = remarks
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    safetensors::serialize(views, Some(remarks)).unwrap()
}

pub const HEADS: [(&str, &str); 2] = [("num_attention_heads", "2"), ("decoder_num_attention_heads", "3")];

/// The same weights, of a network that learnt normalised patches: shapes do not tell, so the file says it.
pub fn normalised() -> Vec<u8> {
    file(&tensors(WEIGHTS), &[HEADS[0], HEADS[1], ("norm_pix_loss", "true")])
}

pub fn open(bytes: &[u8], device: &Device) -> Opened {
    from_bytes(bytes, "mae.safetensors", device).unwrap()
}

/// What makes a network of this one's shape.
pub fn config(method: &AnyMethod) -> RunConfig {
    RunConfig {
        method: method.name().into(),
        knobs: method.knobs(),
        ..RunConfig::default()
    }
}

pub fn mae(method: &AnyMethod) -> &Mae {
    match method {
        AnyMethod::Mae(mae) => mae,
        other => panic!("{} in place of mae", other.name()),
    }
}

/// What the other network was shown and what it said.
pub struct Case(pub Tensors);

impl Case {
    pub fn read() -> Self {
        Self(tensors(CASE))
    }

    pub fn numbers(&self, name: &str) -> &[f32] {
        &self.0[name].1
    }

    pub fn pictures(&self) -> Vec<Picture> {
        let pixels = self.numbers("pictures").chunks(3 * SIZE * SIZE);
        pixels.map(|pixels| Picture::new(SIZE, SIZE, pixels.to_vec()).unwrap()).collect()
    }

    pub fn masks(&self) -> Vec<Mask> {
        let hidden = |row: &[f32]| row.iter().map(|hidden| *hidden > 0.5).collect();
        let rows = self.numbers("hidden").chunks(GRID.len());
        rows.map(|row| Mask {
            grid: GRID,
            hidden: hidden(row),
        })
        .collect()
    }

    pub fn batch(&self, device: &Device) -> Batch {
        Batch::of(&self.pictures(), &self.masks(), None, device)
    }

    #[track_caller]
    pub fn same(&self, name: &str, ours: &[f32]) {
        let off = difference(ours, self.numbers(name));
        println!("{name}: {off:.1e}");
        assert!(off < TOLERANCE, "{name} is off by {off:e} of its largest value");
    }
}

pub fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    assert_eq!(ours.len(), theirs.len());
    let largest = theirs.iter().fold(0f32, |most, value| most.max(value.abs()));
    let off = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs());
    off.fold(0.0, |most: f32, off| if off.is_nan() { f32::INFINITY } else { most.max(off) }) / largest
}

pub fn numbers<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().try_to_vec().unwrap()
}

/// `[batch, patches, 3 p p]`, a pixel's channels apart as ours lie, to side by side as theirs do.
pub fn channels_last(patches: Tensor<3>) -> Tensor<3> {
    let [batch, count, values] = patches.dims();
    let pixels = patches.reshape([batch, count, 3, PATCH * PATCH]).permute([0, 1, 3, 2]);
    pixels.reshape([batch, count, values])
}

/// Encoder's and decoder's outputs for kept patches, through the network's own parts; logits in the grid's order.
pub fn forward(mae: &Mae, case: &Case, device: &Device) -> (Vec<f32>, Vec<f32>) {
    let constants = |values: [f32; 3]| Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), device);
    let batch = case.batch(device);
    let order = Order::of(&batch.masks);
    let standardised = (batch.pictures - constants([0.485, 0.456, 0.406])) / constants([0.229, 0.224, 0.225]);
    let kept = order.arrange(patchify(standardised, PATCH)).narrow(1, 0, order.kept);
    let encoded = mae.encoder.forward(kept, &order);
    let tokens = mae.decoder.forward(encoded.clone(), None, &order);
    let said = order.restore(mae.decoder.draw(tokens, GRID.len(), &order));
    (numbers(encoded), numbers(channels_last(said)))
}
