//! How a run ended, in words.

use crate::{
    cli::out::{Out, Outcome, grouped, time},
    probes::Instruments,
    protocol::Psnr,
    train::Summary,
};

/// How the run ended, what it reached and what to type next.
pub fn tell(summary: &Summary, out: &mut Out) -> Outcome {
    let Summary {
        complete,
        step,
        steps,
        pictures,
        seconds,
        pictures_per_s,
        validation,
        weights,
        curves,
        picture,
        loss,
        ..
    } = summary;
    let loss = loss.map(|loss| format!(", loss {loss:.4}")).unwrap_or_default();
    let verb = if *complete { "Trained" } else { "Stopped and saved" };
    out.line(format_args!(
        "{verb}: step {} of {}{loss}; {} pictures in {} ({pictures_per_s:.0} a second)",
        grouped(*step),
        grouped(*steps),
        grouped(*pictures),
        time(*seconds)
    ))?;
    if !validation.is_empty() {
        let head = ["PSNR over the hidden pixels, dB", "model", "smooth fill", "mean colour"]
            .map(String::from)
            .to_vec();
        let row = |(mask, p): &(String, Psnr)| {
            vec![
                format!("  {mask}"),
                format!("{:.2}", p.model),
                format!("{:.2}", p.smooth),
                format!("{:.2}", p.mean),
            ]
        };
        out.table(&std::iter::once(head).chain(validation.iter().map(row)).collect::<Vec<_>>())?;
    }
    if let Some(found) = &summary.instruments {
        embeddings(found, out)?;
    }
    if let Some(verdict) = &summary.verdict {
        out.line(&verdict.sentence)?;
    }
    let mut files = vec![("weights", weights), ("curves", curves)];
    files.extend(picture.as_ref().map(|path| ("picture", path)));
    for (what, path) in files {
        out.line(format_args!("{what:<8} {}", path.display()))?;
    }
    next(summary, out)
}

/// The instruments of the last measurement.
fn embeddings(found: &Instruments, out: &mut Out) -> Outcome {
    let readings = found.readings();
    let said = readings
        .iter()
        .filter_map(|reading| Some(format!("{} {:.3}", reading.name, reading.value?)));
    out.line(format_args!(
        "Embeddings of {} pictures: {}",
        found.rows,
        said.collect::<Vec<_>>().join(", ")
    ))
}

/// What to type now.
fn next(summary: &Summary, out: &mut Out) -> Outcome {
    let weights = summary.weights.display();
    if !summary.complete {
        return out.line(format_args!("Go on: darkroom train --resume {}", summary.folder.display()));
    }
    if summary.draws {
        return out.line(format_args!(
            "Next: darkroom predict PICTURE --model {weights} --hide random:0.75 -o out.png"
        ));
    }
    out.line(format_args!("Next: darkroom similar {weights} PICTURE FOLDER -o out.png"))?;
    out.line(format_args!("      darkroom embed {weights} FOLDER -o embeddings.npy"))?;
    out.line(format_args!("      darkroom eval knn --model {weights} --data FOLDER"))
}
