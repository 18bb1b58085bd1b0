//! Where the room computes: on the processor first, on the GPU where that is right and quicker at what the room does.
//!
//! A network that trains here stays on the device that it began on: the room moves only while there is none.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};

use super::Room;
use crate::{
    page::{
        browser::gpu,
        desk::Tone,
        engines::{Engine, Together, Trouble},
        state::{
            choice::{self, Gpu},
            figures::sentence,
            settings::{DeviceChoice, Word},
        },
    },
    protocol::{
        DeviceKind, DeviceReport,
        together::{FromTogether, Slot, ToTogether},
    },
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
    /// The GPU's engine, tested and not yet at work.
    spare: StoredValue<Option<Up>, LocalStorage>,
    /// Engines whose place was taken; they end when nothing is asked of them any more.
    retired: StoredValue<Vec<Engine<Together>>, LocalStorage>,
}

impl Devices {
    pub(super) fn new() -> Self {
        Self {
            active: RwSignal::new(DeviceKind::Cpu),
            cpu: RwSignal::default(),
            gpu: RwSignal::default(),
            otherwise: RwSignal::default(),
            tested: StoredValue::new(None),
            spare: StoredValue::new_local(None),
            retired: StoredValue::new_local(Vec::new()),
        }
    }

    /// What a person chose in the other room.
    pub(super) fn as_elsewhere(self, choice: DeviceChoice) {
        self.otherwise.set(choice);
    }

    /// Tests again with the next model that opens, were it of the same name.
    pub(super) fn test_anew(self) {
        self.tested.set_value(None);
    }

    /// Ends engines that nothing is asked of any more.
    pub(super) fn end_retired(self) {
        let retired = self.retired.try_update_value(std::mem::take).unwrap_or_default();
        retired.iter().for_each(|engine| engine.end("Another engine took its place."));
    }

    fn end_spare(self) {
        if let Some((engine, _)) = self.spare.try_update_value(Option::take).flatten() {
            engine.end("The CPU is quicker here.");
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
        let untested = self.devices.gpu.with_untracked(|gpu| !matches!(gpu, Gpu::Tested(_) | Gpu::Coming));
        if choice != DeviceChoice::Cpu && untested {
            self.devices.test_anew();
            self.test_devices();
        }
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

    fn has_run(self) -> bool {
        self.training.begun.with(Option::is_some) || self.training.starting.get()
    }

    /// Follows what a person wants and what the tests say.
    pub(super) fn keep_choosing_device(self) {
        Effect::new(move |_| {
            let device = self.device_verdict().device;
            if device != self.devices.active.get() && !self.has_run() {
                untrack(|| self.move_to(device));
            } else if device == DeviceKind::Cpu {
                self.devices.end_spare();
            }
        });
    }

    fn move_to(self, device: DeviceKind) {
        let next = match device {
            DeviceKind::WebGpu => self.devices.spare.try_update_value(Option::take).flatten(),
            DeviceKind::Cpu => None,
        };
        if let Some(engine) = self.line.replace(next) {
            self.devices.retired.update_value(|retired| retired.push(engine));
        }
        self.devices.active.set(device);
        self.bring();
    }

    /// Tests the devices with the model in hand, where that has not been done: without a GPU there is nothing to test.
    pub(super) fn test_devices(self) {
        let model = self
            .models
            .first
            .with_untracked(|model| model.as_ref().map(|model| model.name.clone()));
        let choice = untrack(|| self.device_choice());
        if model.is_none() || choice == DeviceChoice::Cpu || self.devices.tested.get_value() == model {
            return;
        }
        self.devices.tested.set_value(model.clone());
        spawn_local(async move {
            match gpu::adapter().await {
                Err(why) => return self.devices.gpu.set(Gpu::Missing(why)),
                Ok(adapter) if choice == DeviceChoice::Auto && gpu::is_software(&adapter) => {
                    // Its test would keep the processor busy for a minute, and it has never won.
                    let why = "The only GPU that this browser offers is made of software, so the CPU computes.";
                    return self.devices.gpu.set(Gpu::Missing(why.into()));
                }
                Ok(_) => {}
            }
            let (Some(engine), Some(model)) = (self.line.running(), model) else {
                return;
            };
            let tested = check(&engine).await;
            if engine.kind() == DeviceKind::WebGpu {
                // Right or wrong is news; how quick it is was compared with the same model.
                let known = self.devices.gpu.with_untracked(|gpu| match gpu {
                    Gpu::Tested(report) => Some(report.ms),
                    _ => None,
                });
                let tested = tested.map(|report| DeviceReport {
                    ms: known.unwrap_or(report.ms),
                    ..report
                });
                return self.gpu_answered(&engine, tested);
            }
            if let Ok(report) = tested {
                if let Some(doubt) = choice::doubt(&model, &report) {
                    self.desk.tell(Tone::Trouble, doubt, None);
                }
                self.devices.cpu.set(Some(report));
            }
            self.test_gpu(&model).await;
        });
    }

    async fn test_gpu(self, model: &str) {
        if !self.devices.gpu.with_untracked(|gpu| matches!(gpu, Gpu::Tested(_))) {
            self.devices.gpu.set(Gpu::Coming);
        }
        self.devices.end_spare();
        match Engine::start(DeviceKind::WebGpu, Rc::new(|_, _, _| {})).await {
            Ok((engine, adapter)) => {
                self.line.listen_to(&engine, self);
                let tested = match self.open(&engine, Slot::First, model, None).await {
                    Ok(_) => check(&engine).await,
                    Err(trouble) => Err(trouble),
                };
                engine.holds(|holds| holds.models.insert(Slot::First, model.to_owned()));
                if tested.is_ok() {
                    self.devices.spare.set_value(Some((engine.clone(), adapter)));
                }
                self.gpu_answered(&engine, tested);
            }
            Err(trouble) => self.gpu_failed(&trouble.why()),
        }
    }

    fn gpu_answered(self, engine: &Engine<Together>, tested: Result<DeviceReport, Trouble>) {
        match tested {
            Ok(report) => self.devices.gpu.set(Gpu::Tested(report)),
            Err(trouble) => {
                let why = trouble.why();
                engine.end(&why);
                self.gpu_failed(&why);
            }
        }
    }

    fn gpu_failed(self, why: &str) {
        self.devices
            .gpu
            .set(Gpu::Failed(format!("WebGPU is there, but did not serve: {}", sentence(why))));
    }

    /// The GPU's engine is gone: whether that was said and the processor goes on.
    pub(super) fn gpu_is_lost(self, engine: &Engine<Together>, why: &str) -> bool {
        if engine.kind() != DeviceKind::WebGpu {
            return false;
        }
        self.devices.gpu.set(Gpu::Failed(format!("The GPU was lost: {}", sentence(why))));
        self.devices.active.set(DeviceKind::Cpu);
        let text = format!("{} The CPU goes on; pictures and models are brought to it.", sentence(why));
        self.desk.tell(Tone::Plain, text, None);
        true
    }

    /// The GPU's engine did not start: the processor goes on.
    pub(super) fn gpu_did_not_start(self, why: &str) {
        self.gpu_failed(why);
        self.devices.active.set(DeviceKind::Cpu);
    }
}

async fn check(engine: &Engine<Together>) -> Result<DeviceReport, Trouble> {
    match engine.ask(ToTogether::Check { slot: Slot::First }, Vec::new(), None).await?.body {
        FromTogether::Device(report) => Ok(report),
        _ => Err(Trouble::Failed("The engine did not say how its test went.".into())),
    }
}
