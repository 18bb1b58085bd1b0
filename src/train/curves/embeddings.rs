//! Panels of a run whose embeddings are measured: spread, rank, and what probes read off them.

use plotters::prelude::*;

use super::{COLOURS, Drawn, Loss, Measured, Panel, bounds, thin};
use crate::probes::Instruments;

/// A line with what it says.
struct Line {
    label: &'static str,
    points: Vec<(f64, f64)>,
    /// What a value should be near to, or cannot pass: thin.
    is_mark: bool,
}

/// Spread beside that of an even sphere, RankMe beside the highest that there could be, accuracies of the probes.
pub(super) fn panels([spread, rank, probes]: [&Panel<'_>; 3], measured: &[Measured], losses: &[Loss]) -> Drawn {
    let of = |value: fn(&Instruments) -> Option<f32>| -> Vec<(f64, f64)> {
        let known = measured
            .iter()
            .filter_map(|m| Some((m.step as f64, f64::from(value(m.instruments.as_ref()?)?))));
        known.filter(|point| point.1.is_finite()).collect()
    };
    let own = |label, value| Line {
        label,
        points: of(value),
        is_mark: false,
    };
    let mark = |label, value| Line {
        is_mark: true,
        ..own(label, value)
    };
    panel(
        spread,
        "spread of the projections, and that of a sphere evenly filled (thin)",
        vec![
            own("spread", |found| found.spread),
            mark("1/√width", |found| Some(found.healthy_spread)),
        ],
    )?;
    panel(
        rank,
        "RankMe of the embeddings, and the highest there could be (thin)",
        vec![
            own("RankMe", |found| found.rank_me),
            mark("highest", |found| Some(found.bound() as f32)),
        ],
    )?;
    let learning = Line {
        label: "linear probe, while training",
        points: thin(losses, |line| line.linear),
        is_mark: false,
    };
    panel(
        probes,
        "share of pictures given their class",
        vec![
            own("kNN", |found| found.knn),
            own("retrieval, mean average precision", |found| found.retrieval),
            own("linear probe, offline", |found| found.offline),
            learning,
        ],
    )
}

fn panel(panel: &Panel<'_>, caption: &str, lines: Vec<Line>) -> Drawn {
    let (_, high) = bounds(lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)));
    let last = lines
        .iter()
        .filter_map(|line| line.points.last())
        .fold(1.0, |last: f64, point| last.max(point.0));
    let mut chart = ChartBuilder::on(panel)
        .caption(caption, ("sans-serif", 13))
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..last, 0.0..high)?;
    chart.configure_mesh().x_desc("steps").light_line_style(TRANSPARENT).draw()?;
    let mut is_labelled = false;
    for (line, colour) in lines.into_iter().filter(|line| !line.points.is_empty()).zip(COLOURS) {
        let style = if line.is_mark {
            colour.mix(0.6).stroke_width(1)
        } else {
            colour.stroke_width(2)
        };
        if let [alone] = line.points[..] {
            chart.draw_series([Circle::new(alone, 3, colour.filled())])?;
        }
        chart
            .draw_series(LineSeries::new(line.points, style))?
            .label(line.label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], style));
        is_labelled = true;
    }
    if is_labelled {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.8))
            .draw()?;
    }
    Ok(())
}
