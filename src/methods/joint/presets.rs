//! Settings that several methods share; each preset says its source.

/// Knobs and what they are set to.
pub type Set = [(&'static str, &'static str)];

use crate::methods::{Preset, Sign};

/// Builds a preset.
#[must_use]
pub const fn preset(name: &'static str, help: &'static str, set: &'static [&'static Set]) -> Preset {
    Preset {
        name,
        help,
        set,
        sign: None,
    }
}

/// Builds a preset that takes something away, and says what is seen then.
#[must_use]
pub const fn broken(name: &'static str, help: &'static str, sign: Sign, set: &'static [&'static Set]) -> Preset {
    Preset {
        sign: Some(sign),
        ..preset(name, help, set)
    }
}

/// What presets of these names say of themselves in every method.
pub const TINY_HELP: &str = "Seconds on any machine: for trying things out.";
/// See [`SMALL`].
pub const SMALL_HELP: &str = "About two minutes on two cores: procedural scenes of 48 pixels.";

/// Seconds on any machine: for trying things out, and for tests.
pub const TINY: &Set = &[
    ("size", "32"),
    ("backbone", "vit:48x2/3/8"),
    ("projector", "64,32"),
    ("jitter", "0.5"),
    ("blur", "0"),
    ("batch", "16"),
    ("steps", "100"),
    ("base_lr", "0.016"),
    ("average", "0"),
    ("val_count", "32"),
];

/// Some two minutes on two cores: procedural scenes of 48 pixels.
pub const SMALL: &Set = &[
    ("size", "48"),
    ("backbone", "vit:96x4/4/8"),
    ("projector", "256,64"),
    ("crop_scale", "0.2,1"),
    ("jitter", "0.5"),
    ("blur", "0"),
    ("batch", "64"),
    ("steps", "300"),
    ("base_lr", "0.004"),
    ("average", "0"),
    ("val_count", "200"),
    ("probe", "1000"),
];

/// For methods that remember each picture: as few as are seen again within [`TINY`]'s steps.
pub const SEEN_AGAIN: &Set = &[("data", "scenes?count=320")];
/// The same for [`SMALL`].
pub const MORE_SEEN_AGAIN: &Set = &[("data", "scenes?count=3200")];

/// CIFAR-10 as in lightly's benchmark (`docs/source/getting_started/benchmarks/cifar10_benchmark.py`): ResNet-18 with a
/// 3x3 stem, 200 epochs, batch 128, SGD at 0.06, kNN with k = 200 and T = 0.1.
pub const CIFAR: &Set = &[
    ("size", "32"),
    ("backbone", "resnet18-cifar"),
    ("jitter", "0.5"),
    ("blur", "0"),
    ("batch", "128"),
    ("epochs", "200"),
    ("optimiser", "sgd"),
    ("momentum", "0.9"),
    ("weight_decay", "0.0005"),
    ("base_lr", "0.12"),
    ("warmup", "0"),
    ("clip", "0"),
    ("average", "0"),
    ("val_count", "2000"),
    ("probe", "8000"),
];

/// Imagenette as in lightly's benchmark (`docs/source/getting_started/benchmarks/imagenette_benchmark.py`), over [`CIFAR`]: a ResNet-18
/// as for ImageNet, 128 px, 800 epochs of batch 256, SGD at 0.06.
pub const IMAGENETTE: &Set = &[
    ("size", "128"),
    ("backbone", "resnet18"),
    ("blur", "1"),
    ("batch", "256"),
    ("epochs", "800"),
    ("base_lr", "0.06"),
];

/// A hundred classes of ImageNet as in lightly's benchmark (`imagenet100_benchmark.py`, beside the other), over [`IMAGENET`]: ResNet-18,
/// 200 epochs of batch 256, 10 of them to warm up, LARS.
pub const IMAGENET_100: &Set = &[
    ("backbone", "resnet18"),
    ("batch", "256"),
    ("epochs", "200"),
    ("warmup", "0.05"),
    ("weight_decay", "0.000001"),
];
/// What some of its methods have in place of LARS: SGD from the first step on.
pub const IMAGENET_100_SGD: &Set = &[("optimiser", "sgd"), ("weight_decay", "0.0001"), ("warmup", "0")];

/// CIFAR-10 as in solo-learn's table (`scripts/pretrain/cifar/*.yaml`): ResNet-18 with a 3x3 stem, 1000 epochs of batch 256,
/// 10 of them to warm up, LARS unless a method's own list says SGD; its figure is that of a linear probe.
pub const SOLO: &Set = &[
    ("size", "32"),
    ("backbone", "resnet18-cifar"),
    ("crop_scale", "0.08,1"),
    ("batch", "256"),
    ("epochs", "1000"),
    ("warmup", "0.01"),
    ("optimiser", "lars"),
    ("trust", "0.02"),
    ("trust_clip", "true"),
    ("momentum", "0.9"),
    ("clip", "0"),
    ("average", "0"),
    ("val_count", "2000"),
    ("probe", "8000"),
];

/// CIFAR-10 as in eb_jepa's sweep (`examples/image_jepa/cfgs/*.yaml`): as solo-learn's, but for 300 epochs.
pub const JEPA: &Set = &[
    ("epochs", "300"),
    ("warmup", "0.0333"),
    ("base_lr", "0.3"),
    ("weight_decay", "0.0001"),
    ("crop_scale", "0.2,1"),
    ("blur", "0"),
];

/// ImageNet with a ResNet-50 as in lightly's benchmark (`benchmarks/imagenet/resnet50/*.py`), over [`IMAGENET`]: 100 epochs of batch
/// 256, 10 of them to warm up, LARS.
pub const LIGHTLY: &Set = &[("batch", "256"), ("epochs", "100"), ("warmup", "0.1"), ("weight_decay", "0.000001")];

/// ImageNet with a ResNet-50, as most papers of the family train; what differs stands in each method's own list.
pub const IMAGENET: &Set = &[
    ("size", "224"),
    ("backbone", "resnet50"),
    ("optimiser", "lars"),
    ("warmup", "0.01"),
    ("clip", "0"),
    ("average", "0"),
    ("val_count", "2000"),
    ("probe", "20000"),
];
