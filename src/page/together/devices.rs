//! Where the room computes: on the processor first, on the GPU where that is right and quicker at what the room does.
//!
//! A network that trains here stays on the device that it began on: the room moves only while there is none.

use std::{rc::Rc, time::Duration};

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

/// How often an engine whose place was taken is looked at.
const RETIRES_AFTER: Duration = Duration::from_millis(250);

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
        self.tests.update_value(|n| *n += 1);
        self.end_spare();
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

    fn has_run(self) -> bool {
        self.training.begun.with(Option::is_some) || self.training.starting.get()
    }

    /// The device that the room is to move to now, if any.
    fn is_to_move(self) -> Option<DeviceKind> {
        let device = self.device_verdict().device;
        (device != self.devices.active.get() && !self.has_run()).then_some(device)
    }

    /// Follows what a person wants and what the tests say.
    pub(super) fn keep_choosing_device(self) {
        Effect::new(move |_| {
            if self.is_to_move().is_some() {
                untrack(|| self.bring());
            } else if self.device_verdict().device == self.devices.active.get() {
                self.devices.end_spare();
            }
        });
        Effect::new(move |before: Option<DeviceChoice>| {
            let now = self.device_choice();
            if before.is_some_and(|before| before != now) && now != DeviceChoice::Cpu {
                untrack(|| self.try_gpu_again());
            }
            now
        });
    }

    fn try_gpu_again(self) {
        let was_refused = self
            .devices
            .gpu
            .with_untracked(|gpu| matches!(gpu, Gpu::Unknown | Gpu::Missing(_) | Gpu::Failed(_)));
        if was_refused {
            self.devices.test_anew();
            self.test_devices();
        }
    }

    /// Moves to where the room should be: all is brought to the next engine while the one that answers goes on, and then it
    /// takes its place. What keeps it from it is said by the badge.
    pub(super) async fn move_on(self, wish: u64) {
        let Some(device) = untrack(|| self.is_to_move()) else { return };
        let next = match self.devices.spare(device) {
            Some(next) => next,
            None => match Engine::start(device, self.shows("the engine")).await {
                Ok(next) => {
                    self.devices.end_spare();
                    self.line.listen_to(&next.0, self);
                    self.devices.spare.set_value(Some(next.clone()));
                    next
                }
                Err(trouble) => return self.did_not_move(device, &trouble.why()),
            },
        };
        let filled = self.fill(&next.0, wish).await;
        self.desk.progress.set(None);
        match filled {
            Err(trouble) => {
                // One that was ended on purpose is no spare any more, and did not fail.
                let is_spare = |spare: &Option<Up>| spare.as_ref().is_some_and(|(spare, _)| spare.is(&next.0));
                if self.devices.spare.with_value(is_spare) {
                    self.did_not_move(device, &trouble.why());
                }
            }
            Ok(()) if self.is_newest(wish) && untrack(|| self.is_to_move()) == Some(device) && !next.0.is_gone() => {
                self.devices.spare.set_value(None);
                let before = self.line.replace(Some(next));
                self.devices.active.set(device);
                before.into_iter().for_each(retire);
            }
            // There is a newer wish.
            Ok(()) => {}
        }
    }

    fn did_not_move(self, device: DeviceKind, why: &str) {
        self.desk.progress.set(None);
        self.devices.end_spare();
        match device {
            DeviceKind::WebGpu => self.gpu_failed(why),
            DeviceKind::Cpu => self.desk.trouble(why),
        }
    }

    /// Tests the devices with the model in hand, where that has not been done: without a GPU there is nothing to test.
    pub(super) fn test_devices(self) {
        let model = self
            .models
            .first
            .with_untracked(|model| model.as_ref().map(|model| model.name.clone()));
        let choice = untrack(|| self.device_choice());
        let (Some(model), Some(engine)) = (model, self.line.running()) else {
            return;
        };
        if choice == DeviceChoice::Cpu || self.devices.tested.with_value(|tested| *tested == Some(model.clone())) {
            return;
        }
        self.devices.tested.set_value(Some(model.clone()));
        self.devices.tests.update_value(|n| *n += 1);
        let mine = self.devices.tests.get_value();
        spawn_local(async move {
            match engine.kind() {
                DeviceKind::WebGpu => self.test_here(&engine, mine).await,
                DeviceKind::Cpu => self.test_both(&engine, &model, mine).await,
            }
        });
    }

    fn is_newest_test(self, test: u64) -> bool {
        self.devices.tests.get_value() == test
    }

    /// Tests the GPU that computes with another model: right or wrong is news; how quick it is was compared with the same model.
    async fn test_here(self, engine: &Engine<Together>, mine: u64) {
        let tested = check(engine, false).await;
        if !self.is_newest_test(mine) {
            return;
        }
        let known = self.devices.gpu.with_untracked(|gpu| match gpu {
            Gpu::Tested(report) => Some(report.ms),
            _ => None,
        });
        match (tested, known) {
            (Ok(report), Some(ms)) => {
                if !report.right {
                    // Whether it is the GPU or the weights the processor will say.
                    self.devices.test_anew();
                }
                self.devices.gpu.set(Gpu::Tested(DeviceReport { ms, ..report }));
            }
            (Err(Trouble::Failed(why)), _) => self.gpu_failed(&why),
            // Gone: that has been said.
            _ => {}
        }
    }

    async fn test_both(self, engine: &Engine<Together>, model: &str, mine: u64) {
        let adapter = gpu::adapter().await;
        if !self.is_newest_test(mine) {
            return;
        }
        match adapter {
            Err(why) => return self.devices.gpu.set(Gpu::Missing(why)),
            Ok(adapter) if untrack(|| self.device_choice()) == DeviceChoice::Auto && gpu::is_software(&adapter) => {
                // Its test would keep the processor busy for a minute, and it has never won.
                let why = "The only GPU that this browser offers is made of software, so the CPU computes.";
                return self.devices.gpu.set(Gpu::Missing(why.into()));
            }
            Ok(_) => {}
        }
        if !self.devices.gpu.with_untracked(|gpu| matches!(gpu, Gpu::Tested(_))) {
            self.devices.gpu.set(Gpu::Coming);
        }
        let tested = check(engine, true).await;
        if !self.is_newest_test(mine) {
            return;
        }
        match tested {
            Ok(report) => {
                if let Some(doubt) = choice::doubt(model, &report) {
                    self.desk.tell(Tone::Trouble, doubt, None);
                }
                self.devices.cpu.set(Some(report));
            }
            // The next model, or the next engine, is asked again.
            Err(_) => return self.devices.test_anew(),
        }
        let started = Engine::start(DeviceKind::WebGpu, Rc::new(|_, _, _| {})).await;
        let (gpu, adapter) = match started {
            Ok(up) => up,
            Err(_) if !self.is_newest_test(mine) => return,
            Err(trouble) => return self.gpu_failed(&trouble.why()),
        };
        self.line.listen_to(&gpu, self);
        let tested = match self.open(&gpu, Slot::First, model, None).await {
            Ok(_) => check(&gpu, true).await,
            Err(trouble) => Err(trouble),
        };
        if !self.is_newest_test(mine) {
            return gpu.end("Another test began.");
        }
        match tested {
            Ok(report) => {
                gpu.holds(|holds| holds.models.insert(Slot::First, model.to_owned()));
                self.devices.end_spare();
                self.devices.spare.set_value(Some((gpu, adapter)));
                self.devices.gpu.set(Gpu::Tested(report));
            }
            Err(trouble) => {
                let why = trouble.why();
                gpu.end(&why);
                self.gpu_failed(&why);
            }
        }
    }

    fn gpu_failed(self, why: &str) {
        self.devices
            .gpu
            .set(Gpu::Failed(format!("WebGPU is there, but did not serve: {}", sentence(why))));
    }

    /// Whether it was the GPU's engine that is gone; then that is said, and the processor goes on.
    pub(super) fn gpu_is_lost(self, engine: &Engine<Together>, why: &str) -> bool {
        if engine.kind() != DeviceKind::WebGpu {
            return false;
        }
        self.devices.gpu.set(Gpu::Failed(format!("{} The CPU goes on.", sentence(why))));
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

/// Ends an engine whose place was taken, once nothing is asked of it any more; what it says unasked nobody hears.
fn retire(engine: Engine<Together>) {
    engine.holds(|holds| holds.unasked = None);
    if engine.is_idle() {
        engine.end("Another engine took its place.");
    } else {
        set_timeout(move || retire(engine), RETIRES_AFTER);
    }
}

async fn check(engine: &Engine<Together>, timed: bool) -> Result<DeviceReport, Trouble> {
    let body = ToTogether::Check { slot: Slot::First, timed };
    match engine.ask(body, Vec::new(), None).await?.body {
        FromTogether::Device(report) => Ok(report),
        _ => Err(Trouble::Failed("The engine did not say how its test went.".into())),
    }
}
