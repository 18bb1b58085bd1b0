//! Patches of maps, laid out as a product wants them: one a row, or a few of their numbers one below the other.

use std::ops::Range;

use crate::kernels::levels::at_every_level;

/// Which numbers of which maps are whose: patches overlap, and hang over the edges, where there are zeros.
#[derive(Clone, Debug)]
pub struct Patches<'a> {
    /// `[batch, rows, columns, channels]`.
    pub maps: &'a [f32],
    /// Rows and columns of a map.
    pub size: [usize; 2],
    /// Numbers of a place.
    pub channels: usize,
    /// Rows and columns of the places that look at a map.
    pub places: [usize; 2],
    /// From place to place, in places of the map.
    pub stride: usize,
    /// What a place looks at: rows down and columns right of where it stands on the map.
    pub taps: Vec<[isize; 2]>,
}

/// Numbers that are copied in one go, where as many lie together.
const WIDE: usize = 16;
/// The same, of what is then left.
const NARROW: usize = 4;

impl<'a> Patches<'a> {
    /// Numbers of a patch: tap by tap, channel by channel.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.taps.len() * self.channels
    }

    /// Patches of all maps.
    #[must_use]
    pub fn count(&self) -> usize {
        let map = self.size[0] * self.size[1] * self.channels;
        self.maps.len() / map.max(1) * self.places[0] * self.places[1]
    }

    /// The maps themselves, where a patch is one place and every place has one.
    #[must_use]
    pub fn plain(&self) -> Option<&'a [f32]> {
        (self.taps == [[0, 0]] && self.stride == 1 && self.places == self.size).then_some(self.maps)
    }

    /// `out[i]` gets the `numbers` of patch `first + i`.
    pub fn gather(&self, out: &mut [f32], first: usize, numbers: Range<usize>) {
        let (width, channels) = (numbers.len(), self.channels);
        let count = out.len() / width.max(1);
        let mut at = numbers.start;
        while at < numbers.end {
            let (tap, channel) = (at / channels, at % channels);
            let piece = Piece {
                tap: self.taps[tap],
                channel,
                len: (self.beside(tap) * channels - channel).min(numbers.end - at),
                width,
            };
            self.piece(&mut out[at - numbers.start..], first, count, piece);
            at += piece.len;
        }
    }

    /// How many taps from this one on lie beside each other on the map, so that their numbers do, too.
    fn beside(&self, tap: usize) -> usize {
        let [down, right] = self.taps[tap];
        let places = self.taps[tap..].iter().zip(right..);
        places.take_while(|(tap, right)| **tap == [down, *right]).count()
    }

    /// What patches have of taps beside each other.
    fn piece(&self, out: &mut [f32], first: usize, count: usize, piece: Piece) {
        let [_, across] = self.places;
        let (mut out, mut place, mut left) = (out, first, count);
        while left > 0 {
            let run = (across - place % across).min(left);
            self.run(out, place, run, piece);
            place += run;
            left -= run;
            if left > 0 {
                out = &mut out[run * piece.width..];
            }
        }
    }

    /// The same for places beside each other in one row.
    fn run(&self, out: &mut [f32], place: usize, run: usize, piece: Piece) {
        let ([down, across], [rows, columns]) = (self.places, self.size);
        let (map, row, column) = (place / (down * across), place / across % down, place % across);
        let Some(line) = (row * self.stride).checked_add_signed(piece.tap[0]).filter(|line| *line < rows) else {
            return blank(out, 0..run, piece);
        };
        let last = piece.tap[1] + ((piece.channel + piece.len - 1) / self.channels) as isize;
        let [of_first, of_last] = [piece.tap[1], last].map(|right| self.inside(right, columns, column..column + run));
        let inside = of_first.start..of_last.end.max(of_first.start);
        if last > piece.tap[1] {
            // Where only some of the taps fall onto the map, each is taken by itself.
            let edges = [column..inside.start, inside.end..column + run];
            for (tap, here) in piece.taps(self.channels) {
                for edge in &edges {
                    if !edge.is_empty() {
                        let first = edge.start - column;
                        self.run(&mut out[first * piece.width + here..], place + first, edge.len(), tap);
                    }
                }
            }
        } else {
            blank(out, 0..inside.start - column, piece);
            blank(out, inside.end - column..run, piece);
        }
        let from = (inside.start * self.stride).checked_add_signed(piece.tap[1]);
        let Some(from) = from.filter(|_| !inside.is_empty()) else { return };
        let start = ((map * rows + line) * columns + from) * self.channels + piece.channel;
        let to = &mut out[(inside.start - column) * piece.width..];
        copy(
            to,
            &self.maps[start..],
            [inside.len(), piece.len, piece.width, self.stride * self.channels],
        );
    }

    /// Those of the places in `run` whose tap falls onto the map.
    fn inside(&self, right: isize, columns: usize, run: Range<usize>) -> Range<usize> {
        let least = right.min(0).unsigned_abs().div_ceil(self.stride);
        let room = columns.checked_add_signed(-right).unwrap_or(0);
        let most = room.div_ceil(self.stride);
        let start = run.start.max(least).min(run.end);
        start..run.end.min(most).max(start)
    }
}

/// A part of what patches have of taps beside each other.
#[derive(Clone, Copy)]
struct Piece {
    /// The first.
    tap: [isize; 2],
    /// Of that tap, where the part begins.
    channel: usize,
    len: usize,
    /// From patch to patch of what is written.
    width: usize,
}

impl Piece {
    /// Each tap by itself, and where in the part it begins.
    fn taps(self, channels: usize) -> impl Iterator<Item = (Self, usize)> {
        let end = self.channel + self.len;
        (0..end.div_ceil(channels)).map(move |tap| {
            let start = self.channel.max(tap * channels);
            let piece = Self {
                tap: [self.tap[0], self.tap[1] + tap as isize],
                channel: start - tap * channels,
                len: end.min((tap + 1) * channels) - start,
                width: self.width,
            };
            (piece, start - self.channel)
        })
    }
}

fn blank(out: &mut [f32], patches: Range<usize>, piece: Piece) {
    for patch in patches {
        out[patch * piece.width..][..piece.len].fill(0.0);
    }
}

#[inline(always)]
fn copy_body<const FUSED: bool>(out: &mut [f32], from: &[f32], [count, len, out_step, from_step]: [usize; 4]) {
    for patch in 0..count {
        let (to, from) = (&mut out[patch * out_step..][..len], &from[patch * from_step..][..len]);
        let ((to, to_rest), (from, from_rest)) = (to.as_chunks_mut::<WIDE>(), from.as_chunks::<WIDE>());
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        let ((to, to_rest), (from, from_rest)) = (to_rest.as_chunks_mut::<NARROW>(), from_rest.as_chunks::<NARROW>());
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
        to_rest.iter_mut().zip(from_rest).for_each(|(to, from)| *to = *from);
    }
}

at_every_level! {
    /// `len` numbers each of `count` patches, so far apart.
    fn copy(out: &mut [f32], from: &[f32], sizes: [usize; 4]) = copy_body;
}
