//! The run's curves as one SVG: loss over the steps, and below it PSNR on the validation pictures beside the smooth fill's;
//! of a run whose embeddings are measured, their spread, rank and probes.

mod embeddings;

use std::path::Path;

use plotters::prelude::*;
use serde::Deserialize;

use super::record;
use crate::{platform::atomic, probes::Instruments, protocol::Psnr};

/// Points of a line on paper; more cannot be told apart.
const MOST_POINTS: usize = 1000;

/// What curves need of a line of `metrics.jsonl`.
#[derive(Deserialize)]
struct Loss {
    step: u64,
    loss: f32,
    #[serde(default)]
    linear: Option<f32>,
}

/// What curves need of a line of `validation.jsonl`.
#[derive(Deserialize)]
struct Measured {
    step: u64,
    #[serde(default)]
    psnr: Vec<(String, Psnr)>,
    #[serde(default)]
    instruments: Option<Instruments>,
}

const COLOURS: [RGBColor; 6] = [
    RGBColor(196, 84, 28),
    RGBColor(35, 110, 150),
    RGBColor(60, 130, 70),
    RGBColor(130, 80, 150),
    RGBColor(170, 130, 20),
    RGBColor(90, 90, 90),
];

/// Draws the curves of the run in `folder` into its `curves.svg`.
///
/// # Errors
/// A sentence.
pub fn draw(folder: &Path) -> Result<(), String> {
    let losses: Vec<Loss> = record::lines(&folder.join("metrics.jsonl"));
    let measured: Vec<Measured> = record::lines(&folder.join("validation.jsonl"));
    let mut text = String::new();
    svg(&mut text, &losses, &measured).map_err(|e| e.to_string())?;
    atomic::write(&folder.join("curves.svg"), &[text.as_bytes()]).map_err(|e| e.to_string())
}

type Drawn = Result<(), Box<dyn std::error::Error>>;

fn svg(text: &mut String, losses: &[Loss], measured: &[Measured]) -> Drawn {
    let root = SVGBackend::with_string(text, (900, 640)).into_drawing_area();
    root.fill(&WHITE)?;
    let (above, below) = root.split_vertically(320);
    if measured.iter().any(|m| m.instruments.is_some()) {
        let ([loss, probes], [spread, rank]) = (halves(&above), halves(&below));
        loss_panel(&loss, losses)?;
        embeddings::panels([&spread, &rank, &probes], measured, losses)?;
    } else {
        loss_panel(&above, losses)?;
        psnr_panel(&below, measured)?;
    }
    root.present()?;
    Ok(())
}

type Panel<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;

fn halves<'a>(panel: &Panel<'a>) -> [Panel<'a>; 2] {
    let (left, right) = panel.split_horizontally(450);
    [left, right]
}

fn loss_panel(panel: &Panel<'_>, losses: &[Loss]) -> Drawn {
    let points = thin(losses, |line| Some(line.loss));
    let (low, high) = bounds(points.iter().map(|p| p.1));
    let last = points.last().map_or(1.0, |p| p.0).max(1.0);
    let mut chart = ChartBuilder::on(panel)
        .caption("loss", ("sans-serif", 16))
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..last, low..high)?;
    chart.configure_mesh().x_desc("steps").light_line_style(TRANSPARENT).draw()?;
    chart.draw_series(LineSeries::new(points, COLOURS[0].stroke_width(2)))?;
    Ok(())
}

/// Means of equal stretches of what `value` reads, at most [`MOST_POINTS`].
fn thin(losses: &[Loss], value: fn(&Loss) -> Option<f32>) -> Vec<(f64, f64)> {
    let stretch = losses.len().div_ceil(MOST_POINTS).max(1);
    let mean = |part: &[Loss]| {
        let known: Vec<f64> = part.iter().filter_map(value).map(f64::from).collect();
        Some((part.last()?.step as f64, known.iter().sum::<f64>() / known.len() as f64))
    };
    losses
        .chunks(stretch)
        .filter_map(mean)
        .filter(|point| point.1.is_finite())
        .collect()
}

fn psnr_panel(panel: &Panel<'_>, measured: &[Measured]) -> Drawn {
    let all = measured
        .iter()
        .flat_map(|m| &m.psnr)
        .flat_map(|(_, p)| [f64::from(p.model), f64::from(p.smooth)]);
    let (low, high) = bounds(all);
    let last = measured.last().map_or(1.0, |m| m.step as f64).max(1.0);
    let mut chart = ChartBuilder::on(panel)
        .caption(
            "PSNR over the hidden pixels, dB: model (solid), smooth fill (thin)",
            ("sans-serif", 16),
        )
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..last, low..high)?;
    chart.configure_mesh().x_desc("steps").light_line_style(TRANSPARENT).draw()?;
    let masks: Vec<&String> = measured
        .last()
        .map(|m| m.psnr.iter().map(|(mask, _)| mask).collect())
        .unwrap_or_default();
    for (mask, colour) in masks.into_iter().zip(COLOURS.iter().cycle()) {
        let line = |of: fn(&Psnr) -> f32| -> Vec<(f64, f64)> {
            measured
                .iter()
                .filter_map(|m| Some((m.step as f64, f64::from(of(&m.psnr.iter().find(|(name, _)| name == mask)?.1)))))
                .collect()
        };
        chart.draw_series(LineSeries::new(line(|p| p.smooth), colour.mix(0.5).stroke_width(1)))?;
        chart
            .draw_series(LineSeries::new(line(|p| p.model), colour.stroke_width(2)))?
            .label(mask.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    if !measured.is_empty() {
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::LowerRight)
            .background_style(WHITE.mix(0.8))
            .draw()?;
    }
    Ok(())
}

/// Least and greatest with a little air, and never nothing between them.
fn bounds(values: impl Iterator<Item = f64>) -> (f64, f64) {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)));
    if low > high {
        return (0.0, 1.0);
    }
    let air = ((high - low) * 0.05).max(1e-6 * high.abs()).max(1e-9);
    (low - air, high + air)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_any_length_are_drawn() -> Drawn {
        let psnr = Psnr {
            model: 14.0,
            mean: 12.0,
            smooth: 13.0,
        };
        for steps in [0, 1, 2, 5000] {
            let losses: Vec<Loss> = (1..=steps)
                .map(|step| Loss {
                    step,
                    loss: 1.0 / step as f32,
                    linear: None,
                })
                .collect();
            let measured: Vec<Measured> = (0..steps.min(3))
                .map(|step| Measured {
                    step,
                    psnr: vec![("half".into(), psnr)],
                    instruments: None,
                })
                .collect();
            let mut text = String::new();
            svg(&mut text, &losses, &measured)?;
            assert!(
                text.trim_end().ends_with("</svg>") && text.len() < 200_000,
                "{steps} steps: {} bytes",
                text.len()
            );
            assert_eq!(text.contains("half"), steps > 0);
        }
        Ok(())
    }

    #[test]
    fn embeddings_have_panels_of_their_own_with_and_without_classes() -> Drawn {
        for knn in [None, Some(0.4)] {
            let losses: Vec<Loss> = (1..=40)
                .map(|step| Loss {
                    step,
                    loss: 2.0,
                    linear: knn,
                })
                .collect();
            let found = Instruments {
                rows: 64,
                dim: 32,
                healthy_spread: 0.18,
                spread: Some(0.1),
                rank_me: Some(12.0),
                knn,
                ..Instruments::default()
            };
            let measured: Vec<Measured> = [20, 40]
                .map(|step| Measured {
                    step,
                    psnr: Vec::new(),
                    instruments: Some(found.clone()),
                })
                .into();
            let mut text = String::new();
            svg(&mut text, &losses, &measured)?;
            for word in ["spread", "1/√width", "RankMe", "given their class"] {
                assert!(text.contains(word), "{word}");
            }
            assert!(!text.contains("PSNR"));
            assert_eq!(text.contains("while training") && text.contains("kNN"), knn.is_some());
        }
        Ok(())
    }

    #[test]
    fn a_loss_that_is_no_number_does_not_bend_the_axis() {
        assert_eq!(bounds([f64::NAN, f64::INFINITY].into_iter()), (0.0, 1.0));
    }
}
