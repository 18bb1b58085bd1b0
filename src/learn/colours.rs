//! The colours of views, changed on the device that trains: what [`views`](crate::views) does to one picture at a time, for
//! all pictures of a batch at once. Values are those of the host but for rounding.

use burn::tensor::{Bool, Device, Int, Tensor, TensorData};

use crate::views::{Drawn, blur::reflected, jitter::Jittered, planes::GREY, solarise::THRESHOLD};

/// Places in a jitter's order.
const TURNS: usize = 4;

/// Does to each of `pictures`, `[batch, 3, height, width]` in 0..1, what was drawn for it: jitter, grey, blur, solarise. As
/// many draws as pictures.
#[must_use]
pub fn colour(pictures: Tensor<4>, drawn: &[Drawn]) -> Tensor<4> {
    let sheet = Sheet::of(drawn, &pictures.device());
    let mut x = (0..TURNS).fold(pictures, |x, turn| jitter(x, &sheet, turn));
    if sheet.any(|drawn| drawn.is_grey) {
        let faded = grey(&x).expand(x.dims());
        let chosen = sheet.flags(Column::Grey).expand(x.dims());
        x = x.mask_where(chosen, faded);
    }
    if sheet.radius > 0 {
        let weights: Vec<Tensor<4>> = (0..=sheet.radius).map(|tap| sheet.column(Column::Tap(tap))).collect();
        x = along(along(x, &weights, 3), &weights, 2);
    }
    if sheet.any(|drawn| drawn.is_solarised) {
        let bright = x.clone().greater_equal_elem(THRESHOLD);
        let chosen = sheet.flags(Column::Solarised).expand(x.dims()).bool_and(bright);
        let inverted = x.clone().neg() + 1.0;
        x = x.mask_where(chosen, inverted);
    }
    x
}

/// A number of each picture.
#[derive(Clone, Copy)]
enum Column {
    /// Factor of an operation at a turn; 1 leaves a picture as it is.
    Factor(usize, usize),
    /// How far hues turn at a turn, in sixths of the circle.
    Sixths(usize),
    /// 1 where they do.
    Turned(usize),
    Grey,
    Solarised,
    /// Weight of what lies so many pixels to either side.
    Tap(usize),
}

/// All that was drawn for a batch, moved onto its device in one go.
struct Sheet<'a> {
    drawn: &'a [Drawn],
    /// Pixels to either side that the widest blur sums.
    radius: usize,
    /// Column after column: `[columns * batch, 1, 1, 1]`.
    numbers: Tensor<4>,
}

impl<'a> Sheet<'a> {
    fn of(drawn: &'a [Drawn], device: &Device) -> Self {
        let radius = drawn
            .iter()
            .filter_map(|drawn| drawn.blur)
            .map(|blur| blur.radius)
            .max()
            .unwrap_or(0);
        let turns = (0..TURNS).flat_map(|turn| {
            let factors = (0..3).map(move |operation| Column::Factor(operation, turn));
            factors.chain([Column::Sixths(turn), Column::Turned(turn)])
        });
        let taps = (0..=radius).map(Column::Tap);
        let columns: Vec<Column> = turns.chain([Column::Grey, Column::Solarised]).chain(taps).collect();
        let weights: Vec<Vec<f32>> = drawn
            .iter()
            .map(|drawn| drawn.blur.map_or(vec![1.0], |blur| blur.weights()))
            .collect();
        let number = |column: &Column, picture: usize| match *column {
            Column::Tap(tap) => weights[picture].get(tap).copied().unwrap_or(0.0),
            column => plain(&drawn[picture], column),
        };
        let pictures = 0..drawn.len();
        let values: Vec<f32> = columns
            .iter()
            .flat_map(|column| pictures.clone().map(move |picture| number(column, picture)))
            .collect();
        let count = values.len();
        Self {
            drawn,
            radius,
            numbers: Tensor::from_data(TensorData::new(values, [count, 1, 1, 1]), device),
        }
    }

    fn any(&self, what: impl Fn(&Drawn) -> bool) -> bool {
        self.drawn.iter().any(what)
    }

    /// `[batch, 1, 1, 1]`.
    fn column(&self, column: Column) -> Tensor<4> {
        let place = match column {
            Column::Factor(operation, turn) => 5 * turn + operation,
            Column::Sixths(turn) => 5 * turn + 3,
            Column::Turned(turn) => 5 * turn + 4,
            Column::Grey => 5 * TURNS,
            Column::Solarised => 5 * TURNS + 1,
            Column::Tap(tap) => 5 * TURNS + 2 + tap,
        };
        let batch = self.drawn.len();
        self.numbers.clone().narrow(0, place * batch, batch)
    }

    /// `[batch, 1, 1, 1]`.
    fn flags(&self, column: Column) -> Tensor<4, Bool> {
        self.column(column).greater_elem(0.5)
    }
}

/// A number of one picture that is no tap.
fn plain(drawn: &Drawn, column: Column) -> f32 {
    let now = |operation: usize, turn: usize| drawn.jitter.filter(|jitter| jitter.order[turn] == operation);
    let hue = |turn: usize| now(3, turn).and_then(|jitter: Jittered| jitter.turn);
    let flag = |is_set: bool| f32::from(u8::from(is_set));
    match column {
        Column::Factor(operation, turn) => now(operation, turn).map_or(1.0, |jitter| jitter.factors[operation]),
        Column::Sixths(turn) => hue(turn).map_or(0.0, |turn| 6.0 * (turn - turn.floor())),
        Column::Turned(turn) => flag(hue(turn).is_some()),
        Column::Grey => flag(drawn.is_grey),
        Column::Solarised => flag(drawn.is_solarised),
        Column::Tap(_) => 0.0,
    }
}

/// What comes at place `turn` of each picture's own order.
fn jitter(mut x: Tensor<4>, sheet: &Sheet<'_>, turn: usize) -> Tensor<4> {
    for operation in 0..3 {
        let column = Column::Factor(operation, turn);
        if !sheet.any(|drawn| plain(drawn, column) != 1.0) {
            continue;
        }
        let factor = sheet.column(column);
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
    let column = Column::Turned(turn);
    if sheet.any(|drawn| plain(drawn, column) > 0.0) {
        let turned = hue(&x, sheet.column(Column::Sixths(turn)));
        let chosen = sheet.flags(column).expand(x.dims());
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
