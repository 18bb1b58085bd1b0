//! Every preset that breaks a method, and whether its runs show the sign that they must.

use serde_json::json;

use crate::{
    Outcome,
    signs::{STEPS, breaks, broken, is_shown, of},
};

/// A sign that one draw of the numbers shows may be chance's.
const SEEDS: u64 = 3;

/// Prints a line of JSON for each run of each.
pub fn tell() -> Outcome {
    for ((method, preset, sign), seed) in breaks().flat_map(|one| (0..SEEDS).map(move |seed| (one, seed))) {
        let (found, losses) = broken(method, preset, seed);
        let verdict = found.verdict.as_ref().map(|verdict| verdict.sentence.as_str());
        let line = json!({
            "method": method, "preset": preset, "seed": seed, "steps": STEPS, "sign": sign.to_string(), "shown": is_shown(&sign, &found, losses),
            "verdict": verdict, "first_loss": losses[0], "last_loss": losses[1], "instruments": of(&found),
        });
        println!("{line}");
    }
    Ok(())
}
