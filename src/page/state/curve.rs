//! A line that grows as long as a run goes on, in memory that does not.

/// The most points that are kept; two neighbours become one when there are more.
const MOST: usize = 512;

/// Values over steps: every point stands for as many neighbouring values as it takes to keep few of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    points: Vec<Point>,
    /// Values in a full point.
    width: usize,
}

/// Some neighbouring values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The step of the first.
    pub step: u64,
    /// The smallest of them.
    pub low: f32,
    /// The largest.
    pub high: f32,
    /// Their mean.
    pub mean: f32,
    count: usize,
}

impl Default for Curve {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            width: 1,
        }
    }
}

impl Curve {
    /// Adds the value of a step; what is no number leaves a gap.
    pub fn push(&mut self, step: u64, value: f32) {
        if !value.is_finite() {
            return;
        }
        match self.points.last_mut() {
            Some(last) if last.count < self.width => last.take(Point::of(step, value)),
            _ => self.points.push(Point::of(step, value)),
        }
        if self.points.len() > MOST {
            self.width *= 2;
            let halves = std::mem::take(&mut self.points);
            self.points = halves
                .chunks(2)
                .filter_map(|two| {
                    let (first, rest) = two.split_first()?;
                    let mut one = *first;
                    rest.iter().for_each(|other| one.take(*other));
                    Some(one)
                })
                .collect();
        }
    }

    /// The points, by step.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The newest value, or the mean of the newest few where a point stands for several.
    #[must_use]
    pub fn last(&self) -> Option<f32> {
        self.points.last().map(|point| point.mean)
    }

    /// The smallest and largest value; `None` where there is none.
    #[must_use]
    pub fn ends(&self) -> Option<[f32; 2]> {
        let mut points = self.points.iter();
        let first = points.next()?;
        Some(points.fold([first.low, first.high], |[low, high], p| [low.min(p.low), high.max(p.high)]))
    }
}

impl Point {
    fn of(step: u64, value: f32) -> Self {
        Self {
            step,
            low: value,
            high: value,
            mean: value,
            count: 1,
        }
    }

    fn take(&mut self, other: Self) {
        let [mine, theirs] = [self.count as f32, other.count as f32];
        self.mean = (self.mean * mine + other.mean * theirs) / (mine + theirs);
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.count += other.count;
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_long_run_keeps_its_ends_and_its_peaks() {
        let mut curve = Curve::default();
        for step in 0..20_000u64 {
            curve.push(step, if step == 777 { 50.0 } else { 1.0 });
        }
        assert!(curve.points().len() <= MOST);
        assert_eq!(curve.ends(), Some([1.0, 50.0]), "a spike is never averaged away");
        assert_eq!(curve.points()[0].step, 0);
        assert!(curve.points().windows(2).all(|w| w[0].step < w[1].step));
        assert!(curve.points().last().unwrap().step > 19_900);
        assert_eq!(curve.points().iter().map(|p| p.count).sum::<usize>(), 20_000);
    }

    #[test]
    fn means_are_those_of_the_values() {
        let mut curve = Curve::default();
        for step in 0..=MOST as u64 {
            curve.push(step, step as f32);
        }
        assert_eq!(curve.points()[0].mean, 0.5);
        assert_eq!((curve.points()[1].low, curve.points()[1].high), (2.0, 3.0));
    }

    #[test]
    fn what_is_no_number_is_a_gap() {
        let mut curve = Curve::default();
        curve.push(0, f32::NAN);
        assert_eq!((curve.last(), curve.ends()), (None, None));
        curve.push(1, 2.0);
        curve.push(2, f32::INFINITY);
        assert_eq!(curve.last(), Some(2.0));
    }
}
