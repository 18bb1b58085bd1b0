//! What an optimiser carries, by name, in a run's checkpoint.
//!
//! | tensor | holds |
//! |---|---|
//! | `model.PATH`, `average.PATH` | a trained parameter and its moving average |
//! | `moment_1.PATH`, `moment_2.PATH` | AdamW's memory of its gradients |
//! | `muon_1.PATH`, `muon_2.PATH` | Muon's momentum, and AdamW's memory of what is no matrix (`muon_2` of that alone) |
//! | `sgd_momentum.PATH`, `lars_momentum.PATH` | that of the others |
//! | `rested.PATH` | steps that it stood still for, frozen, `[1]`; absent where there were none |

use std::collections::BTreeMap;

use super::{
    super::layout::{Layout, Slot},
    Owed, Rows, Rule,
    rule::{NAMES, memories_of},
};

/// Tensors by name, each with its shape.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

/// Everything of an optimiser, with what was read of it first.
#[must_use]
pub fn save(owed: Owed, read: &mut impl Iterator<Item = Vec<f32>>, layout: &Layout) -> Tensors {
    let rule = owed.rule;
    let rows = owed.rows(read);
    let memories = [&rows.moment_1, &rows.moment_2];
    let memories = rule.memories().iter().copied().zip(memories);
    let mut tensors = Tensors::new();
    for (part, row) in [("model", &rows.weights), ("average", &rows.average)].into_iter().chain(memories) {
        for (start, slot) in layout.trainable().filter(|(_, slot)| remembers(part, slot)) {
            let values = row.get(start..start + slot.len()).unwrap_or_default().to_vec();
            tensors.insert(format!("{part}.{}", slot.name), (slot.shape.clone(), values));
        }
    }
    for (&rested, (_, slot)) in rows.rested.iter().zip(layout.trainable()).filter(|(rested, _)| **rested > 0) {
        tensors.insert(format!("rested.{}", slot.name), (vec![1], vec![rested as f32]));
    }
    tensors
}

/// What [`save`] wrote, taken out of `tensors`.
///
/// # Errors
/// A sentence: another rule wrote them, or a tensor is missing or of another shape.
pub fn restore(rule: &Rule, layout: &Layout, tensors: &mut Tensors) -> Result<Rows, String> {
    if let Some(other) = writer(tensors).filter(|other| *other != rule.name()) {
        return Err(format!(
            "it was written by the optimiser {other}, and this run's is {}; set optimiser = \"{other}\" to go on with it, or begin a run with --from",
            rule.name()
        ));
    }
    let mut row = |part: &str| -> Result<Vec<f32>, String> {
        let mut row = Vec::with_capacity(layout.len);
        for (_, slot) in layout.trainable() {
            row.extend(match remembers(part, slot) {
                true => take(tensors, &format!("{part}.{}", slot.name), &slot.shape)?,
                false => vec![0.0; slot.len()],
            });
        }
        Ok(row)
    };
    let (weights, average) = (row("model")?, row("average")?);
    let mut memories = rule.memories().iter().map(|part| row(part));
    let mut memory = || memories.next().unwrap_or_else(|| Ok(Vec::new()));
    let (moment_1, moment_2) = (memory()?, memory()?);
    let mut rested = |slot: &Slot| {
        let name = format!("rested.{}", slot.name);
        let known = tensors.contains_key(&name).then(|| take(tensors, &name, &[1]));
        Ok(known.transpose()?.and_then(|steps| steps.first().copied()).unwrap_or(0.0) as u64)
    };
    let rested = layout.trainable().map(|(_, slot)| rested(slot)).collect::<Result<_, String>>()?;
    Ok(Rows {
        weights,
        average,
        moment_1,
        moment_2,
        rested,
    })
}

/// Whether a part of what is carried has this tensor: Muon squares no gradient of a matrix.
fn remembers(part: &str, slot: &Slot) -> bool {
    part != "muon_2" || !slot.decays()
}

/// Takes one tensor out.
///
/// # Errors
/// A sentence: it is missing or of another shape.
pub fn take(tensors: &mut Tensors, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    match tensors.remove(name) {
        Some((found, values)) if found == shape => Ok(values),
        Some((found, _)) => Err(format!("tensor {name} is {found:?}, not {shape:?}")),
        None => Err(format!("tensor {name} is missing")),
    }
}

/// The rule whose memories these are.
fn writer(tensors: &Tensors) -> Option<&'static str> {
    let has = |memory: &str| {
        tensors
            .keys()
            .any(|name| name.split_once('.').is_some_and(|(part, _)| part == memory))
    };
    NAMES.into_iter().find(|rule| memories_of(rule).iter().any(|memory| has(memory)))
}
