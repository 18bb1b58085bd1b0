//! The colours of views, changed on the device that trains: what [`views`](crate::views) does to one picture at a time, for
//! all pictures of a batch at once. Values are those of the host but for rounding.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::views::{
    Drawn,
    blur::{Blurred, reflected},
    jitter::Jittered,
    planes::GREY,
    solarise::THRESHOLD,
};

/// Does to each of `pictures`, `[batch, 3, height, width]` in 0..1, what was drawn for it: jitter, grey, blur, solarise. As
/// many draws as pictures.
#[must_use]
pub fn colour(pictures: Tensor<4>, drawn: &[Drawn]) -> Tensor<4> {
    let jitters: Vec<Option<Jittered>> = drawn.iter().map(|drawn| drawn.jitter).collect();
    let mut x = (0..4).fold(pictures, |x, turn| jitter(x, &jitters, turn));
    if drawn.iter().any(|drawn| drawn.is_grey) {
        let chosen = chosen(&x, drawn.iter().map(|drawn| drawn.is_grey));
        let faded = grey(&x).expand(x.dims());
        x = x.mask_where(chosen, faded);
    }
    let blurs: Vec<Option<Blurred>> = drawn.iter().map(|drawn| drawn.blur).collect();
    let radius = blurs.iter().flatten().map(|blur| blur.radius).max().unwrap_or(0);
    if radius > 0 {
        let weights = weights(&blurs, radius, &x.device());
        x = along(along(x, &weights, 3), &weights, 2);
    }
    if drawn.iter().any(|drawn| drawn.is_solarised) {
        let bright = x.clone().greater_equal_elem(THRESHOLD);
        let chosen = chosen(&x, drawn.iter().map(|drawn| drawn.is_solarised)).bool_and(bright);
        let inverted = x.clone().neg() + 1.0;
        x = x.mask_where(chosen, inverted);
    }
    x
}

/// What comes at place `turn` of each picture's own order. A factor of 1 leaves a picture as it is.
fn jitter(mut x: Tensor<4>, drawn: &[Option<Jittered>], turn: usize) -> Tensor<4> {
    let now = |operation: usize| drawn.iter().map(move |drawn| drawn.filter(|drawn| drawn.order[turn] == operation));
    for operation in 0..3 {
        let factors: Vec<f32> = now(operation)
            .map(|drawn| drawn.map_or(1.0, |drawn| drawn.factors[operation]))
            .collect();
        if factors.iter().all(|factor| *factor == 1.0) {
            continue;
        }
        let factor = numbers(factors, &x.device());
        let towards = match operation {
            0 => None,
            1 => Some(grey(&x).mean_dim(2).mean_dim(3)),
            _ => Some(grey(&x)),
        };
        let part = x * factor.clone();
        let whole = match towards {
            None => part,
            Some(grey) => part + grey * (factor.neg() + 1.0),
        };
        x = whole.clamp(0.0, 1.0);
    }
    let turns: Vec<Option<f32>> = now(3).map(|drawn| drawn.and_then(|drawn| drawn.turn)).collect();
    if turns.iter().any(Option::is_some) {
        let chosen = chosen(&x, turns.iter().map(Option::is_some));
        let sixths = turns
            .iter()
            .map(|turn| turn.map_or(0.0, |turn| 6.0 * (turn - turn.floor())))
            .collect();
        let turned = hue(&x, numbers(sixths, &x.device()));
        x = x.mask_where(chosen, turned);
    }
    x
}

/// `[batch, 1, height, width]`.
fn grey(x: &Tensor<4>) -> Tensor<4> {
    let [red, green, blue] = [0, 1, 2].map(|channel| x.clone().narrow(1, channel, 1) * GREY[channel]);
    red + green + blue
}

/// Hues turned by so many sixths of the circle, `[batch, 1, 1, 1]`; see [`crate::views::jitter::hue`].
fn hue(x: &Tensor<4>, sixths: Tensor<4>) -> Tensor<4> {
    let [r, g, b] = [0, 1, 2].map(|channel| x.clone().narrow(1, channel, 1));
    let value = x.clone().max_dim(1);
    let span = value.clone() - x.clone().min_dim(1);
    let [is_red, is_green] = [&r, &g].map(|channel| channel.clone().equal(value.clone()));
    // The largest channel says from where on the circle the others' difference counts.
    let choose = |of_red: Tensor<4>, of_green: Tensor<4>, of_blue: Tensor<4>| {
        of_blue.mask_where(is_green.clone(), of_green).mask_where(is_red.clone(), of_red)
    };
    let difference = choose(g.clone() - b.clone(), b.clone() - r.clone(), r - g);
    let from = choose(span.zeros_like(), span.full_like(2.0), span.full_like(4.0));
    let none = span.clone().equal_elem(0.0);
    let hue = from + sixths + difference / span.clone().mask_fill(none, 1.0);
    let channel = |offset: f32| {
        let at = hue.clone() + offset;
        let at = at.clone() - (at / 6.0).floor() * 6.0;
        let trapezium = at.clone().min_pair(at.neg() + 4.0).clamp(0.0, 1.0);
        value.clone() - span.clone() * trapezium
    };
    Tensor::cat([5.0, 3.0, 1.0].map(channel).to_vec(), 1)
}

/// Weight of each tap to either side, `[batch, 1, 1, 1]` each, the middle's first.
fn weights(blurs: &[Option<Blurred>], radius: usize, device: &Device) -> Vec<Tensor<4>> {
    let of_each: Vec<Vec<f32>> = blurs.iter().map(|blur| blur.map_or(vec![1.0], |blur| blur.weights())).collect();
    (0..=radius)
        .map(|tap| {
            numbers(
                of_each.iter().map(|weights| weights.get(tap).copied().unwrap_or(0.0)).collect(),
                device,
            )
        })
        .collect()
}

/// The sum of what lies to either side along an axis, the picture reflected at its first and its last pixel.
fn along(x: Tensor<4>, weights: &[Tensor<4>], axis: usize) -> Tensor<4> {
    let (length, radius) = (x.dims()[axis], weights.len() - 1);
    let places: Vec<i32> = (0..length + 2 * radius)
        .map(|at| reflected(at as isize - radius as isize, length) as i32)
        .collect();
    let count = places.len();
    let index = Tensor::<1, Int>::from_data(TensorData::new(places, [count]), &x.device());
    let wider = x.select(axis, index);
    let at = |start: usize| wider.clone().narrow(axis, start, length);
    let middle = at(radius) * weights[0].clone();
    (1..=radius).fold(middle, |sum, tap| {
        sum + (at(radius - tap) + at(radius + tap)) * weights[tap].clone()
    })
}

/// One a picture: `[batch, 1, 1, 1]`.
fn numbers(values: Vec<f32>, device: &Device) -> Tensor<4> {
    let count = values.len();
    Tensor::from_data(TensorData::new(values, [count, 1, 1, 1]), device)
}

/// True in all of the pictures that are chosen, of the shape of `x`.
fn chosen(x: &Tensor<4>, which: impl Iterator<Item = bool>) -> Tensor<4, Bool> {
    let values: Vec<bool> = which.collect();
    let count = values.len();
    Tensor::<4, Bool>::from_data(TensorData::new(values, [count, 1, 1, 1]), &x.device()).expand(x.dims())
}
