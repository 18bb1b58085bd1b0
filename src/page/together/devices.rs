//! Where the room computes: on the processor first, on the GPU where that is right and quicker at what the room does.
//!
//! A network that trains here stays on the device that it began on: the room moves only while there is none.

mod moving;
mod testing;

use leptos::prelude::*;

use super::Room;
use crate::{
    page::{
        desk::Tone,
        engines::{Engine, Together},
        state::{
            choice::{self, Gpu},
            figures::sentence,
            settings::{DeviceChoice, Word},
        },
    },
    protocol::{DeviceKind, DeviceReport},
};

/// The control of the link.
const CONTROL: &str = "device";

/// An engine that is up, and its adapter's name.
type Up = (Engine<Together>, String);

/// Signals of the devices.
#[derive(Clone, Copy)]
pub struct Devices {
    /// The device that computes.
    pub active: RwSignal<DeviceKind>,
    /// The processor's test.
    pub cpu: RwSignal<Option<DeviceReport>>,
    /// What is known of the GPU.
    pub gpu: RwSignal<Gpu>,
    /// What a person wants where the link does not say: as in the other room.
    otherwise: RwSignal<DeviceChoice>,
    /// The model that the devices were tested with.
    tested: StoredValue<Option<String>>,
    /// Counts tests: of two the newer one counts.
    tests: StoredValue<u64>,
    /// The GPU's engine that is being tested.
    under_test: StoredValue<Option<Engine<Together>>, LocalStorage>,
    /// The device whose engine is being started, or filled, for a move.
    coming: StoredValue<Option<DeviceKind>>,
    /// An engine that may take the place of the one that answers.
    spare: StoredValue<Option<Up>, LocalStorage>,
}

impl Devices {
    pub(super) fn new() -> Self {
        Self {
            active: RwSignal::new(DeviceKind::Cpu),
            cpu: RwSignal::default(),
            gpu: RwSignal::default(),
            otherwise: RwSignal::default(),
            tested: StoredValue::new(None),
            tests: StoredValue::new(0),
            under_test: StoredValue::new_local(None),
            coming: StoredValue::new(None),
            spare: StoredValue::new_local(None),
        }
    }

    /// What a person chose in the other room.
    pub(super) fn as_elsewhere(self, choice: DeviceChoice) {
        self.otherwise.set(choice);
    }

    /// Tests again with the next model that opens, were it of the same name. What a test found out meanwhile does not count.
    pub(super) fn test_anew(self) {
        self.tested.set_value(None);
        self.end_test();
        self.end_spare();
    }

    /// Ends the test that runs, if any, and the engine that it tests.
    fn end_test(self) {
        self.tests.update_value(|n| *n += 1);
        if let Some(engine) = self.under_test.try_update_value(Option::take).flatten() {
            engine.end("Its test is not needed.");
        }
        if self.gpu.with_untracked(|gpu| *gpu == Gpu::Coming) {
            self.gpu.set(Gpu::Unknown);
        }
    }

    /// A spare engine for a device.
    fn spare(self, kind: DeviceKind) -> Option<Up> {
        self.spare
            .with_value(Clone::clone)
            .filter(|(engine, _)| engine.kind() == kind && !engine.is_gone())
    }

    fn end_spare(self) {
        if let Some((engine, _)) = self.spare.try_update_value(Option::take).flatten() {
            engine.end("It is not needed.");
        }
    }
}

impl Room {
    /// What a person wants.
    pub fn device_choice(self) -> DeviceChoice {
        let word = self.control::<String>(CONTROL);
        let chosen = word.and_then(|word| DeviceChoice::of_word(&word));
        chosen.unwrap_or_else(|| self.devices.otherwise.get())
    }

    /// Sets it; the room follows as soon as no network trains in it.
    pub fn choose_device(self, choice: DeviceChoice) {
        let is_said = choice != self.devices.otherwise.get_untracked();
        self.set_control(CONTROL, is_said.then(|| choice.word().to_owned()));
    }

    /// Which device it should be, and why.
    pub fn device_verdict(self) -> choice::Verdict {
        let choice = self.device_choice();
        self.devices
            .cpu
            .with(|cpu| self.devices.gpu.with(|gpu| choice::device(choice, cpu.as_ref(), gpu)))
    }

    /// Whether the room would move, and waits for the network that trains in it.
    pub fn waits_to_move(self) -> bool {
        self.device_verdict().device != self.devices.active.get() && self.has_run()
    }

    pub(super) fn has_run(self) -> bool {
        self.training.begun.with(Option::is_some) || self.training.starting.get()
    }

    /// The device that the room is to move to now, if any.
    fn is_to_move(self) -> Option<DeviceKind> {
        let device = self.device_verdict().device;
        (device != self.devices.active.get() && !self.has_run()).then_some(device)
    }

    /// Follows what a person wants and what the tests say.
    pub(super) fn keep_choosing_device(self) {
        // The choice is one control of many, and the others are none of a device's business.
        let choice = Memo::new(move |_| self.device_choice());
        Effect::new(move |_| {
            // These, and not the verdict out of them: a test that found the same again brought another engine to move to.
            choice.track();
            self.devices.cpu.track();
            self.devices.gpu.track();
            self.devices.active.track();
            self.has_run();
            untrack(|| {
                if self.is_to_move().is_some() {
                    self.bring();
                    self.leave_in_time();
                } else if self.device_verdict().device == self.devices.active.get() {
                    self.devices.end_spare();
                }
            });
        });
        Effect::new(move |before: Option<()>| match choice.get() {
            _ if before.is_none() => {}
            DeviceChoice::Cpu => {
                if self.devices.gpu.with_untracked(|gpu| *gpu == Gpu::Coming) {
                    self.devices.end_test();
                }
            }
            _ => untrack(|| self.try_gpu_again()),
        });
    }

    fn try_gpu_again(self) {
        let was_refused = self
            .devices
            .gpu
            .with_untracked(|gpu| matches!(gpu, Gpu::Unknown | Gpu::Missing(_) | Gpu::Failed(_)));
        if was_refused {
            self.devices.test_anew();
        }
        // Another model may have come while nothing was tested. One that moves is tested where it goes.
        if self.is_to_move().is_none() {
            self.test_devices();
        }
    }

    fn gpu_failed(self, why: &str) {
        self.devices
            .gpu
            .set(Gpu::Failed(format!("WebGPU is there, but did not serve: {}", sentence(why))));
    }

    /// The GPU's engine is gone, and the processor goes on; `tone` and `lost` say what went with it.
    pub(super) fn gpu_is_lost(self, why: &str, tone: Tone, lost: &str) {
        self.devices.gpu.set(Gpu::Failed(format!("{} The CPU goes on.", sentence(why))));
        self.devices.active.set(DeviceKind::Cpu);
        let text = format!("{} The CPU goes on; pictures and models are brought to it.{lost}", sentence(why));
        self.desk.tell(tone, text, None);
    }
}
