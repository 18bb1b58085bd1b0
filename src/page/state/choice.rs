//! What the page chooses by itself: the model for a picture, and the device.

use super::{
    figures::{milliseconds, times},
    settings::DeviceChoice,
    strip::Origin,
};
use crate::protocol::{DeviceKind, DeviceReport};

/// The model for scenes of the procedural worlds, and the one for everything else.
pub const SCENES: &str = "scenes";
/// See [`SCENES`].
pub const PHOTOS: &str = "photos";

/// The model a picture opens under. What a person chose is respected from then on.
#[must_use]
pub fn model_for(origin: Origin, chosen: Option<&str>, there: &[String]) -> Option<String> {
    if let Some(chosen) = chosen {
        return Some(chosen.into());
    }
    let fits = if matches!(origin, Origin::Scene(_)) { SCENES } else { PHOTOS };
    there.iter().find(|name| *name == fits).or(there.first()).cloned()
}

/// What is known of the GPU.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Gpu {
    /// Nobody asked yet.
    #[default]
    Unknown,
    /// There is none to use: why.
    Missing(String),
    /// Its engine is on the way, or being tested.
    Coming,
    /// It was tested.
    Tested(DeviceReport),
    /// It was there and failed: why.
    Failed(String),
}

/// The device to compute on, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Which.
    pub device: DeviceKind,
    /// A sentence.
    pub why: String,
}

/// Takes the fastest device that is right, unless a person chose.
#[must_use]
pub fn device(choice: DeviceChoice, cpu: Option<&DeviceReport>, gpu: &Gpu) -> Verdict {
    let verdict = |device, why: String| Verdict { device, why };
    if cpu.is_some_and(|cpu| !cpu.right) && !matches!(gpu, Gpu::Tested(gpu) if gpu.right) {
        return verdict(
            DeviceKind::Cpu,
            "The self-test failed here: this model's answers are not to be trusted.".into(),
        );
    }
    match (choice, gpu) {
        (DeviceChoice::Cpu, _) => verdict(DeviceKind::Cpu, "You chose the CPU.".into()),
        (_, Gpu::Unknown) => verdict(DeviceKind::Cpu, "Looking for a GPU.".into()),
        (_, Gpu::Missing(why)) => verdict(DeviceKind::Cpu, why.clone()),
        (_, Gpu::Failed(why)) => verdict(DeviceKind::Cpu, why.clone()),
        (_, Gpu::Coming) => verdict(DeviceKind::Cpu, "The GPU is being tested.".into()),
        (_, Gpu::Tested(gpu)) if !gpu.right => verdict(DeviceKind::Cpu, wrong(gpu)),
        (DeviceChoice::WebGpu, Gpu::Tested(_)) => verdict(DeviceKind::WebGpu, "You chose WebGPU.".into()),
        (DeviceChoice::Auto, Gpu::Tested(gpu)) => fastest(cpu, gpu),
    }
}

fn fastest(cpu: Option<&DeviceReport>, gpu: &DeviceReport) -> Verdict {
    match cpu {
        Some(cpu) if !cpu.right => Verdict {
            device: DeviceKind::WebGpu,
            why: "The CPU failed the self-test.".into(),
        },
        Some(cpu) if gpu.ms >= cpu.ms => Verdict {
            device: DeviceKind::Cpu,
            why: format!("The GPU is right, but slower here: {}.", milliseconds(gpu.ms)),
        },
        Some(cpu) => Verdict {
            device: DeviceKind::WebGpu,
            why: format!(
                "The GPU passed the self-test and is {} as fast as the CPU.",
                times(cpu.ms / gpu.ms.max(0.01))
            ),
        },
        None => Verdict {
            device: DeviceKind::Cpu,
            why: "The CPU is still being timed.".into(),
        },
    }
}

/// What a person is told of a model whose self-test came out wrong.
#[must_use]
pub fn doubt(model: &str, report: &DeviceReport) -> Option<String> {
    let off = report.error.filter(|error| error.is_finite());
    let off = off.map_or_else(String::new, |error| format!(" by {:.1} %", f64::from(error) * 100.0));
    (!report.right).then(|| {
        format!(
            "“{model}” fails its self-test: the answer stored with its weights comes out wrong{off}. Do not trust what it says; load the file again, or take another model."
        )
    })
}

fn wrong(gpu: &DeviceReport) -> String {
    match gpu.error {
        Some(error) => format!(
            "The GPU's answer to the self-test is off by {:.1} %, so the CPU computes: slower, and right.",
            f64::from(error) * 100.0
        ),
        None => "The GPU gave no answer to the self-test, so the CPU computes: slower, and right.".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(device: DeviceKind, right: bool, ms: f32) -> DeviceReport {
        DeviceReport {
            device,
            adapter: String::new(),
            error: Some(0.0),
            right,
            ms,
        }
    }

    #[test]
    fn the_fastest_that_is_right_is_taken() {
        let cpu = report(DeviceKind::Cpu, true, 24.0);
        let pick = |right, ms| device(DeviceChoice::Auto, Some(&cpu), &Gpu::Tested(report(DeviceKind::WebGpu, right, ms)));
        assert_eq!(pick(true, 3.0).device, DeviceKind::WebGpu);
        assert_eq!(pick(true, 3.0).why, "The GPU passed the self-test and is 8.0× as fast as the CPU.");
        assert_eq!(pick(true, 3000.0).device, DeviceKind::Cpu);
        assert_eq!(pick(false, 1.0).device, DeviceKind::Cpu, "fast and wrong is wrong");
    }

    #[test]
    fn a_person_overrules_all_but_a_wrong_answer() {
        let cpu = report(DeviceKind::Cpu, true, 24.0);
        let slow = Gpu::Tested(report(DeviceKind::WebGpu, true, 3000.0));
        let wrong = Gpu::Tested(report(DeviceKind::WebGpu, false, 1.0));
        assert_eq!(device(DeviceChoice::WebGpu, Some(&cpu), &slow).device, DeviceKind::WebGpu);
        assert_eq!(device(DeviceChoice::WebGpu, Some(&cpu), &wrong).device, DeviceKind::Cpu);
        assert_eq!(device(DeviceChoice::Cpu, Some(&cpu), &slow).device, DeviceKind::Cpu);
        let missing = Gpu::Missing("This browser has no WebGPU.".into());
        assert_eq!(device(DeviceChoice::WebGpu, None, &missing).why, "This browser has no WebGPU.");
    }

    #[test]
    fn weights_that_fail_their_self_test_are_called_so_and_nothing_is_called_right() {
        let right = report(DeviceKind::Cpu, true, 24.0);
        let mut failed = report(DeviceKind::Cpu, false, 24.0);
        failed.error = Some(0.5);
        let said = doubt("mine.safetensors", &failed).unwrap_or_default();
        assert!(said.contains("mine.safetensors") && said.contains("50.0 %"), "{said}");
        assert_eq!(doubt("mine.safetensors", &right), None);
        for gpu in [Gpu::Missing("None.".into()), Gpu::Tested(report(DeviceKind::WebGpu, false, 3.0))] {
            let verdict = device(DeviceChoice::Auto, Some(&failed), &gpu);
            assert!(verdict.why.contains("self-test failed"), "{}", verdict.why);
        }
        let gpu = Gpu::Tested(report(DeviceKind::WebGpu, true, 3.0));
        assert_eq!(device(DeviceChoice::Auto, Some(&failed), &gpu).device, DeviceKind::WebGpu);
    }

    #[test]
    fn pictures_open_under_the_model_that_knows_their_world_until_a_person_chooses() {
        let there = ["photos".to_string(), "scenes".to_string()];
        assert_eq!(model_for(Origin::Scene(1), None, &there).as_deref(), Some("scenes"));
        assert_eq!(model_for(Origin::File, None, &there).as_deref(), Some("photos"));
        assert_eq!(model_for(Origin::Scene(1), Some("photos"), &there).as_deref(), Some("photos"));
        assert_eq!(
            model_for(Origin::File, None, &there[1..]).as_deref(),
            Some("scenes"),
            "what there is"
        );
        assert_eq!(model_for(Origin::File, None, &[]), None);
    }
}
