//! Every preset that breaks a method, and whether its run shows the sign that it must.

use serde_json::json;

use crate::{
    Outcome,
    signs::{STEPS, Sign, breaks, broken, of},
};

/// Prints a line of JSON for each.
pub fn tell() -> Outcome {
    for (method, preset) in breaks() {
        let sign = Sign::of(method, preset).ok_or_else(|| format!("{method}'s {preset} has no sign"))?;
        let (found, losses) = broken(method, preset);
        let verdict = found.verdict.as_ref().map(|verdict| verdict.sentence.as_str());
        let line = json!({
            "method": method, "preset": preset, "steps": STEPS, "sign": sign.words(), "shown": sign.shows(&found, losses),
            "verdict": verdict, "first_loss": losses[0], "last_loss": losses[1], "instruments": of(&found),
        });
        println!("{line}");
    }
    Ok(())
}
