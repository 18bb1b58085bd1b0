//! Every preset that breaks a method, and whether its run shows the sign that it must.

use serde_json::json;

use crate::{
    Outcome,
    signs::{STEPS, breaks, broken, is_shown, of},
};

/// Prints a line of JSON for each.
pub fn tell() -> Outcome {
    for (method, preset, sign) in breaks() {
        let (found, losses) = broken(method, preset);
        let verdict = found.verdict.as_ref().map(|verdict| verdict.sentence.as_str());
        let line = json!({
            "method": method, "preset": preset, "steps": STEPS, "sign": sign.to_string(), "shown": is_shown(&sign, &found, losses),
            "verdict": verdict, "first_loss": losses[0], "last_loss": losses[1], "instruments": of(&found),
        });
        println!("{line}");
    }
    Ok(())
}
