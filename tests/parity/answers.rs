//! What both networks say of the same pictures.

use std::collections::HashMap;

use burn::{
    module::{Module, ModuleVisitor, Param},
    tensor::{Device, Gradients, Tensor, TensorData},
};
use darkroom::{
    methods::{AnyMethod, Method, Names, Step},
    nn::patches::patchify,
    predict::{block_on, predict},
    weights::state,
};

use crate::case::{Case, PATCH, SIZE, TOLERANCE, WEIGHTS, config, difference, forward, mae, normalised, numbers, open};

#[test]
fn encoder_and_decoder_say_what_the_other_says() {
    let (device, case) = (Device::flex(), Case::read());
    for bytes in [WEIGHTS, &normalised()] {
        let (encoded, logits) = forward(mae(&open(bytes, &device).method), &case, &device);
        case.same("encoded", &encoded);
        case.same("logits", &logits);
    }
}

#[test]
fn losses_are_the_same_for_pixels_and_for_normalised_patches() {
    let (device, case) = (Device::flex(), Case::read());
    for (bytes, name) in [(WEIGHTS, "loss"), (&normalised()[..], "loss_normalised")] {
        let loss = open(bytes, &device)
            .method
            .loss(&case.batch(&device), Step { index: 0, of: 1 })
            .total;
        case.same(name, &numbers(loss));
    }
}

#[test]
fn reconstructions_are_the_same() {
    let (device, case) = (Device::flex(), Case::read());
    let drawn = open(WEIGHTS, &device).method.complete(&case.batch(&device)).unwrap();
    case.same("reconstruction", &numbers(drawn));

    // Theirs takes a patch's mean and contrast from the truth. Ours does so where the truth may be seen, and
    // estimates them elsewhere.
    let drawn = open(&normalised(), &device).method.complete(&case.batch(&device)).unwrap();
    let theirs = TensorData::new(case.numbers("reconstruction_normalised").to_vec(), [2, 3, SIZE, SIZE]);
    let (ours, theirs) = (patchify(drawn, PATCH), patchify(Tensor::<4>::from_data(theirs, &device), PATCH));
    let masks = case.masks();
    for hidden in [false, true] {
        let parts = |patches: &Tensor<3>| -> Vec<f32> {
            let patches = numbers(patches.clone());
            let flags = masks.iter().flat_map(|mask| &mask.hidden);
            let kept = patches.chunks(3 * PATCH * PATCH).zip(flags).filter(|(_, is)| **is == hidden);
            kept.flat_map(|(patch, _)| patch.to_vec()).collect()
        };
        let off = difference(&parts(&ours), &parts(&theirs));
        println!("reconstruction_normalised, hidden {hidden}: {off:.1e}");
        assert_eq!(off < TOLERANCE, !hidden, "hidden {hidden}: off by {off:e}");
    }
}

#[test]
fn a_prediction_is_the_others_reconstruction_set_into_the_picture() {
    let (device, case) = (Device::flex(), Case::read());
    let method = open(WEIGHTS, &device).method;
    let theirs = case.numbers("reconstruction").chunks(3 * SIZE * SIZE);
    for ((picture, mask), theirs) in case.pictures().iter().zip(case.masks()).zip(theirs) {
        let predicted = block_on(predict(&method, picture, &mask, &device)).unwrap();
        assert!(difference(&predicted.drawn.pixels, theirs) < TOLERANCE);
    }
}

#[test]
fn gradients_are_the_same() {
    let (device, case) = (Device::flex().autodiff(), Case::read());
    for (bytes, prefix) in [(WEIGHTS, "gradient."), (&normalised()[..], "gradient_normalised.")] {
        let opened = open(bytes, &device);
        let loss = opened.method.loss(&case.batch(&device), Step { index: 0, of: 1 }).total;
        let ours = published_gradients(&opened.method, loss.backward());
        let theirs: Vec<_> = case.0.keys().filter_map(|name| name.strip_prefix(prefix)).collect();
        assert_eq!(theirs.len(), 4 * 10 + 9, "every vector of both halves");
        // Some are nothing but rounding (a key's bias turns no softmax), so all are measured by the largest of all.
        let all = |of: &dyn Fn(&str) -> Vec<f32>| -> Vec<f32> { theirs.iter().flat_map(|name| of(name)).collect() };
        let off = difference(
            &all(&|name| ours[name].clone()),
            &all(&|name| case.numbers(&format!("{prefix}{name}")).to_vec()),
        );
        println!("{prefix}: {off:.1e}");
        assert!(off < TOLERANCE, "{prefix} is off by {off:e}");
    }
}

/// Gradients of all that is trained, under published names.
fn published_gradients(method: &AnyMethod, gradients: Gradients) -> HashMap<String, Vec<f32>> {
    struct Reader {
        gradients: Gradients,
        found: Vec<Option<Vec<f32>>>,
    }
    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.found.push(param.val().grad(&self.gradients).map(numbers));
        }
    }
    let mut reader = Reader { gradients, found: vec![] };
    method.visit(&mut reader);
    // A network's state stands in the order in which it is visited.
    let mut found: HashMap<String, Vec<f32>> = state(method)
        .into_iter()
        .zip(reader.found)
        .filter_map(|((name, _), gradient)| Some((name, gradient?)))
        .collect();
    let entries = AnyMethod::entries(&config(method), Names::HuggingFace).unwrap();
    let theirs = entries.into_iter().filter_map(|entry| Some((found.remove(&entry.ours)?, entry)));
    theirs
        .flat_map(|(numbers, entry)| entry.theirs.clone().into_iter().map(|(name, _)| name).zip(entry.write(&numbers)))
        .collect()
}
