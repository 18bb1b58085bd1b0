//! A picture of neighbours as training goes on: a row a held-out picture, itself first, then what lies nearest to it.

use super::{TrainError, sheet::together};
use crate::{
    picture::{Picture, Rgb8},
    probes::{Embeddings, nearest},
};

/// Held-out pictures that are asked for.
const QUERIES: usize = 12;

/// Neighbours of each.
const NEAREST: usize = 7;

/// Smaller pictures are shown larger, by whole pixels, so that one can see what they are.
const LEAST_PX: usize = 64;

/// Pictures with their embeddings.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// One a row.
    pub pictures: &'a [Picture],
    /// `[pictures, dim]`.
    pub embeddings: &'a Embeddings,
}

/// Draws the same dozen of `queries`, spread over them, with the nearest of `bank`, or of the queries themselves but for
/// each itself. `None` where nothing can be asked for or nothing found.
///
/// # Errors
/// A sheet beyond what a picture may be.
pub fn draw(queries: Shown<'_>, bank: Option<Shown<'_>>) -> Result<Option<Rgb8>, TrainError> {
    let count = queries.pictures.len().min(queries.embeddings.rows());
    let asked = count.min(QUERIES);
    let chosen = (0..asked).map(|i| i * count / asked);
    let mut columns: Vec<Vec<Rgb8>> = vec![Vec::new(); 1 + NEAREST];
    for query in chosen {
        let Some(picture) = queries.pictures.get(query) else { continue };
        let blank = Picture::grey(picture.width, picture.height, 1.0);
        let mut found = found(queries, bank, query).into_iter();
        for (place, column) in columns.iter_mut().enumerate() {
            let cell = if place == 0 { Some(picture) } else { found.next() };
            column.push(larger(&cell.unwrap_or(&blank).to_rgb8()));
        }
    }
    let is_empty = columns.iter().all(Vec::is_empty);
    (!is_empty).then(|| together(&columns)).transpose()
}

/// The nearest pictures of one query, nearest first.
fn found<'a>(queries: Shown<'a>, bank: Option<Shown<'a>>, query: usize) -> Vec<&'a Picture> {
    let among = bank.unwrap_or(queries);
    // Among the queries each finds itself, or a twin of itself, which is as good.
    let own = bank.is_none().then_some(query);
    let near = nearest(queries.embeddings.row(query), among.embeddings, NEAREST + 1);
    let others = near.into_iter().filter(|(row, _)| Some(*row) != own).take(NEAREST);
    others.filter_map(|(row, _)| among.pictures.get(row)).collect()
}

/// Each pixel several times, so that the picture has [`LEAST_PX`] or more a side.
fn larger(picture: &Rgb8) -> Rgb8 {
    let side = picture.width.min(picture.height).max(1);
    let times = LEAST_PX.div_ceil(side);
    if times == 1 {
        return picture.clone();
    }
    let mut pixels = Vec::with_capacity(picture.pixels.len() * times * times);
    for line in picture.pixels.chunks_exact(3 * picture.width.max(1)) {
        let wide: Vec<u8> = line.chunks_exact(3).flat_map(|pixel| pixel.repeat(times)).collect();
        (0..times).for_each(|_| pixels.extend_from_slice(&wide));
    }
    Rgb8 {
        width: picture.width * times,
        height: picture.height * times,
        pixels,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Greys in order, each on a direction of its own between black's and white's.
    fn greys(values: &[f32]) -> (Vec<Picture>, Embeddings) {
        let pictures = values.iter().map(|value| Picture::grey(16, 16, *value)).collect();
        let rows = values.iter().flat_map(|value| [*value, 1.0 - value]).collect();
        (pictures, Embeddings::new(values.len(), 2, rows).unwrap())
    }

    /// The grey in the middle of the cell in this column and row, 0..1.
    fn cell(sheet: &Rgb8, column: usize, row: usize) -> f32 {
        let [x, y] = [column, row].map(|at| at * (LEAST_PX + 4) + 4 + LEAST_PX / 2);
        f32::from(sheet.pixels[3 * (y * sheet.width + x)]) / 255.0
    }

    #[test]
    fn each_row_has_a_picture_and_its_nearest_in_order() {
        let (pictures, embeddings) = greys(&[0.0, 1.0]);
        let queries = Shown {
            pictures: &pictures,
            embeddings: &embeddings,
        };
        let (others, of_others) = greys(&[0.2, 0.9, 0.4]);
        let bank = Shown {
            pictures: &others,
            embeddings: &of_others,
        };
        let sheet = draw(queries, Some(bank)).unwrap().unwrap();
        let row = |row| [0, 1, 2, 3, 4].map(|column| (10.0 * cell(&sheet, column, row)).round() as i32);
        assert_eq!(row(0), [0, 2, 4, 9, 10], "the last is blank: there are no more");
        assert_eq!(row(1), [10, 9, 4, 2, 10]);
        assert_eq!((sheet.width, sheet.height), (8 * 68 + 4, 2 * 68 + 4));
    }

    #[test]
    fn among_themselves_none_finds_itself() {
        let (pictures, embeddings) = greys(&[0.0, 0.3, 0.6]);
        let queries = Shown {
            pictures: &pictures,
            embeddings: &embeddings,
        };
        let sheet = draw(queries, None).unwrap().unwrap();
        assert!((cell(&sheet, 1, 0) - 0.3).abs() < 0.01 && (cell(&sheet, 2, 0) - 0.6).abs() < 0.01);
        let none = Shown {
            pictures: &[],
            embeddings: &Embeddings::new(0, 2, Vec::new()).unwrap(),
        };
        assert_eq!(draw(none, None).unwrap(), None);
    }
}
