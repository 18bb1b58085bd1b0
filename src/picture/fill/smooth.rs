//! The smooth (harmonic) fill: every hidden pixel is the mean of its existing 4-neighbours, visible pixels are fixed.
//!
//! Solved by multigrid (Brandt, "Multi-level adaptive solutions to boundary-value problems", 1977): a full multigrid
//! start, then V-cycles with one red–black Gauss–Seidel sweep on each side. Patches are squares of pixels, so masks are
//! the same on coarser grids as long as a patch's side is even; where it is odd a coarser grid covers only part of what
//! is hidden, and more cycles are needed.

use std::cell::RefCell;

use super::{
    NOTHING_KNOWN,
    coarse::{Coarse, Towards},
    finest::Finest,
    mean_colour,
};
use crate::{mask::Mask, picture::Picture};

/// The largest error left in any pixel, as estimated from the last changes; its effect on a PSNR is below 0.001 dB.
const ENOUGH: f32 = 3e-4;
/// Cycles after which plain over-relaxation takes over.
const MAX_CYCLES: usize = 40;
/// Grids with sides this small are not coarsened.
const SMALLEST: usize = 8;
/// Nor are these, unless the coarser grid hides exactly the same.
const SMALL: usize = 16;

thread_local! {
    static SMOOTHER: RefCell<Smoother> = RefCell::default();
}

/// Hidden pixels become the discrete harmonic function that continues the visible ones: each is the mean of its
/// neighbours above, below, left and right, as far as the picture reaches.
#[must_use]
pub fn smooth(picture: &Picture, mask: &Mask) -> Picture {
    let mut filled = picture.clone();
    SMOOTHER.with_borrow_mut(|smoother| smoother.fill(&mut filled, mask));
    filled
}

/// The grids, kept between pictures so that a fill allocates nothing but its answer.
#[derive(Debug, Default)]
struct Smoother {
    finest: Finest,
    /// Finer ones first; `grids` of them are in use.
    coarse: Vec<Coarse>,
    grids: usize,
}

impl Smoother {
    fn fill(&mut self, picture: &mut Picture, mask: &Mask) {
        let Some([red, green, blue]) = mean_colour(picture, mask) else {
            picture.pixels.fill(NOTHING_KNOWN);
            return;
        };
        let plane = picture.plane();
        self.set_hidden(picture, mask);
        // The mean colour is the best guess where grids are too coarse to see what is visible: so it goes by 0.
        self.finest.set_known(|i| {
            [
                picture.pixels[i] - red,
                picture.pixels[plane + i] - green,
                picture.pixels[2 * plane + i] - blue,
                0.0,
            ]
        });
        self.finest.clear();
        self.solve();
        self.finest.each_run(|start, values| {
            for (channel, mean) in [red, green, blue].into_iter().enumerate() {
                let out = &mut picture.pixels[channel * plane + start..][..values.len()];
                for (out, value) in out.iter_mut().zip(values) {
                    *out = value[channel] + mean;
                }
            }
        });
    }

    /// Lays the grids, down to one that is small or hides nothing.
    fn set_hidden(&mut self, picture: &Picture, mask: &Mask) {
        let (width, height) = (picture.width, picture.height);
        self.finest
            .set_hidden(width, height, |each| mask.each_hidden_run(width, height, each));
        self.grids = 0;
        loop {
            if self.coarse.len() == self.grids {
                self.coarse.push(Coarse::default());
            }
            let (finer, coarser) = self.coarse.split_at_mut(self.grids);
            let fine = finer.last().map_or(&self.finest.cells, |grid| &grid.cells);
            let long = fine.width.max(fine.height);
            if long <= SMALLEST {
                break;
            }
            coarser[0].set_hidden(fine, 2 << finer.len());
            let hidden = coarser[0].cells.hidden_count();
            if hidden == 0 || (long <= SMALL && 4 * hidden != fine.hidden_count()) {
                break;
            }
            self.grids += 1;
        }
    }

    fn solve(&mut self) {
        if self.grids > 0 {
            self.start();
            let mut before = f32::INFINITY;
            for cycle in 0..MAX_CYCLES {
                let change = self.cycle();
                let rate = (change / before).clamp(0.3, 0.95);
                // An error shrinks as the changes do: what is left is the sum of the changes to come.
                if cycle > 0 && change * rate / (1.0 - rate) < ENOUGH {
                    return;
                }
                before = change;
            }
        }
        self.finest.solve(ENOUGH / 100.0);
    }

    /// Full multigrid: the coarsest grid's solution, carried to finer ones with a cycle on each.
    fn start(&mut self) {
        let grids = &mut self.coarse[..self.grids];
        grids[0].take_known(&self.finest);
        for k in 1..grids.len() {
            let (fine, coarse) = grids.split_at_mut(k);
            fine[k - 1].hand_known_to(&mut coarse[0]);
        }
        for k in (0..grids.len()).rev() {
            grids[k].clear();
            if let [grid, coarser, ..] = &mut grids[k..] {
                coarser.add_to(grid.parts(), Towards::Anything);
            }
            cycle(&mut grids[k..]);
        }
        grids[0].add_to(self.finest.parts(), Towards::Anything);
    }

    /// One V-cycle; returns the largest correction.
    fn cycle(&mut self) -> f32 {
        let grids = &mut self.coarse[..self.grids];
        self.finest.smooth();
        grids[0].restrict_from(&self.finest);
        cycle(grids);
        grids[0].add_to(self.finest.parts(), Towards::Zero);
        self.finest.smooth();
        grids[0].largest()
    }
}

/// One V-cycle from the first of these grids downwards.
fn cycle(grids: &mut [Coarse]) {
    match grids {
        [] => {}
        [coarsest] => coarsest.solve(),
        [fine, coarser @ ..] => {
            fine.smooth();
            fine.restrict_to(&mut coarser[0]);
            cycle(coarser);
            coarser[0].add_to(fine.parts(), Towards::Zero);
            fine.smooth();
        }
    }
}
