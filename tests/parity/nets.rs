//! Residual networks and heads against PyTorch's layers: `make_nets.py`. Both sides compute the first numbers from names.

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};
use darkroom::{
    kernels::bridge::use_plain,
    nn::{Builder, Head, HeadConfig, Init, ResNet, ResNetConfig, Source, heads::Activation, resnet::Stem},
    weights::{state, with_state},
};

use crate::case::{TOLERANCE, Tensors, difference, numbers, tensors};

/// `scale sin(1 + sum of the path's bytes + 0.7311 i)`.
fn line(path: &str, count: usize, scale: f64) -> Vec<f32> {
    let start = 1.0 + path.bytes().map(f64::from).sum::<f64>();
    (0..count).map(|i| (scale * (start + 0.7311 * i as f64).sin()) as f32).collect()
}

struct Named;

impl Source for Named {
    fn take(&mut self, path: &str, shape: &[usize], _: Init) -> Vec<f32> {
        let count = shape.iter().product();
        let last = path.rsplit('.').next().unwrap();
        match (last, shape.len()) {
            ("running_var", _) | ("weight", 1) => line(path, count, 0.3).iter().map(|x| 1.0 + x).collect(),
            ("bias" | "running_mean", _) => line(path, count, 0.2),
            _ => line(path, count, (2.0 / shape[1..].iter().product::<usize>() as f64).sqrt()),
        }
    }
}

/// Gradients in the order of a module's state.
struct Reader<'a>(&'a Gradients, Vec<Option<Vec<f32>>>);

impl ModuleVisitor for Reader<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        self.1.push(param.val().grad(self.0).map(numbers));
    }
}

/// One network's part of the case.
struct Expected {
    name: &'static str,
    all: Tensors,
}

impl Expected {
    #[track_caller]
    fn same(&self, what: &str, ours: &[f32]) {
        let off = difference(ours, &self.all[&format!("{}.{what}", self.name)].1);
        println!("{}.{what}: {off:.1e}", self.name);
        assert!(off < TOLERANCE, "{}.{what} is off by {off:e} of its largest value", self.name);
    }
}

/// A step's output, gradients and running statistics, then the answer of the network on a device that does not learn.
#[track_caller]
fn check<M: Module, const D: usize>(
    name: &'static str,
    make: impl Fn(Builder<'_>) -> M,
    shape: [usize; D],
    forward: impl Fn(&M, Tensor<D>) -> Tensor<2>,
) {
    let expected = Expected {
        name,
        all: tensors(include_bytes!("nets.safetensors")),
    };
    let values = TensorData::new(line("x", shape.iter().product(), 1.0), shape);
    for plain in [true, false] {
        use_plain(plain); // both are right, so that other tests of this process may see either
        let device = Device::flex().autodiff();
        let net = make(Builder::new(&mut Named, &device));
        let x = Tensor::<D>::from_data(values.clone(), &device).require_grad();
        let y = forward(&net, x.clone());
        let weights = TensorData::new(line("weights", y.shape().num_elements(), 1.0), y.dims());
        let gradients = (y.clone() * Tensor::from_data(weights, &device)).sum().backward();
        expected.same("y", &numbers(y.inner()));
        expected.same("x", &numbers(x.grad(&gradients).unwrap()));

        let mut reader = Reader(&gradients, vec![]);
        net.visit(&mut reader);
        let [mut ours, mut theirs] = [vec![], vec![]];
        let kept = state(&net);
        assert_eq!(kept.len(), reader.1.len());
        for ((path, values), gradient) in kept.iter().zip(reader.1) {
            let Some(gradient) = gradient else {
                assert!(path.contains("running"), "{path} has no gradient");
                expected.same(path, &values.iter::<f32>().collect::<Vec<_>>());
                continue;
            };
            let dot = |name: &str| {
                let sums = gradient.iter().zip(line(name, gradient.len(), 1.0));
                sums.map(|(a, b)| f64::from(*a) * f64::from(b)).sum::<f64>() as f32
            };
            ours.extend(["a", "b", "c", "d"].map(dot));
            theirs.extend(&expected.all[&format!("{name}.{path}")].1);
        }
        // By the largest of all: a bias in front of a norm has none but rounding.
        let off = difference(&ours, &theirs);
        assert!(off < TOLERANCE, "gradients of {name} are off by {off:e}");

        let device = Device::flex();
        let answering = with_state(make(Builder::new(&mut Named, &device)), kept).unwrap();
        expected.same("answer", &numbers(forward(&answering, Tensor::from_data(values.clone(), &device))));
    }
    use_plain(false);
}

#[test]
fn residual_networks_are_torchvisions() {
    let basic = ResNetConfig {
        blocks: [2, 1, 1, 2],
        width: 4,
        ..ResNetConfig::resnet18(Stem::Cifar)
    };
    let forward = |net: &ResNet, x| net.forward(x);
    check("basic", |at| ResNet::new(at, basic), [3, 3, 11, 11], forward);
    let bottleneck = ResNetConfig {
        blocks: [1, 2, 1, 1],
        width: 3,
        ..ResNetConfig::resnet50(Stem::Imagenet)
    };
    check("bottleneck", |at| ResNet::new(at, bottleneck), [3, 3, 37, 37], forward);
}

#[test]
fn heads_are_the_papers() {
    let forward = |head: &Head, x| head.forward(x);
    let configs = [
        ("projector", HeadConfig::projector(6, &[10, 5])),
        (
            "simsiam",
            HeadConfig {
                norm_last: true,
                affine_last: false,
                ..HeadConfig::projector(6, &[10, 10, 7])
            },
        ),
        ("dino", HeadConfig::dino(6, &[10, 10, 5], 9)),
    ];
    assert_eq!(configs[2].1.activation, Activation::Gelu);
    for (name, config) in configs {
        check(name, |at| Head::new(at, &config), [7, 6], forward);
    }
}
