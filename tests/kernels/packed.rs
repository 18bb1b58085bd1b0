//! Networks that only answer, their weights packed, against the same ones as they were trained.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Tensor},
};
use darkroom::{
    config::RunConfig,
    kernels::bridge::serves,
    mask::{Grid, Mask},
    methods::{self, Batch, Method},
    nn,
    train::settings::Settings,
};

use super::{assert_close, batch, both, numbers};

/// Wide enough that panels of every processor are full.
const WIDTHS: [(&str, &str); 4] = [
    ("encoder_dim", "64"),
    ("encoder_heads", "4"),
    ("decoder_dim", "32"),
    ("decoder_heads", "2"),
];

fn config(more: &[(&str, &str)]) -> RunConfig {
    let set = WIDTHS
        .iter()
        .chain(more)
        .map(|(knob, value)| ((*knob).to_owned(), (*value).to_owned()));
    let settings = Settings {
        preset: Some("tiny"),
        set: set.collect(),
        ..Settings::default()
    };
    settings.resolve().unwrap()
}

/// A batch of which all but one patch of each picture is hidden, each time another.
fn nearly_hidden(config: &RunConfig, device: &Device) -> Batch {
    let mut batch = batch(config, 3, device);
    for (kept, mask) in batch.masks.iter_mut().enumerate() {
        let Grid { rows, columns } = mask.grid;
        let hidden = (0..rows * columns).map(|place| place != 5 * kept).collect();
        *mask = Mask { grid: mask.grid, hidden };
    }
    batch
}

/// The shapes of a module's numbers.
struct Shapes(Vec<Vec<usize>>);

impl ModuleVisitor for Shapes {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.0.push(param.val().dims().to_vec());
    }
}

fn shapes(module: &impl Module) -> Vec<Vec<usize>> {
    let mut shapes = Shapes(vec![]);
    module.visit(&mut shapes);
    shapes.0
}

#[test]
fn a_packed_network_draws_what_it_drew() {
    let residual = [("target", "residual"), ("fill_to_decoder", "true")];
    let sets: [&[(&str, &str)]; 5] = [
        &[("target", "pixels")],
        &[("target", "normalised")],
        &residual,
        &[residual[0], residual[1], ("overlap", "true")],
        &[residual[0], residual[1], ("corrector_dim", "8")],
    ];
    let device = Device::flex();
    for set in sets {
        let config = config(set);
        for batch in [batch(&config, 3, &device), nearly_hidden(&config, &device)] {
            let drawn = || numbers(methods::build(&config, &device).unwrap().complete(&batch).unwrap());
            let [plain, fast] = both(drawn);
            let packed = both(|| {
                let model = methods::build(&config, &device).unwrap();
                let before = shapes(&model);
                let packed = nn::packed(model.for_answers());
                // Where the kernels serve, no weight is left that Burn's own composition would take for the old one.
                let after = shapes(&packed);
                let changed = |sides: usize| {
                    let mut pairs = before.iter().zip(&after).filter(|(before, _)| before.len() == sides);
                    pairs.any(|(before, after)| before != after)
                };
                let has_convolutions = before.iter().any(|shape| shape.len() == 4);
                let serves = serves(&batch.pictures);
                assert_eq!([changed(2), changed(4)], [serves, serves && has_convolutions], "{set:?}");
                numbers(packed.complete(&batch).unwrap())
            });
            assert_close(&plain, &fast, 1e-4, &format!("{set:?}, the kernels"));
            assert_close(&plain, &packed[0], 1e-5, &format!("{set:?}, for answers"));
            assert_close(&fast, &packed[1], 1e-5, &format!("{set:?}, packed"));
        }
    }
}
