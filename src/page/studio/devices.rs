//! Engines and the devices they compute on: the CPU first, the GPU where it is right and faster.

use leptos::{prelude::*, task::spawn_local};

use super::Studio;
use crate::{
    page::{
        browser::gpu,
        desk::{Tone, Topic},
        engines::{Engine, Trouble},
        state::{
            choice::{self, Gpu},
            figures::sentence,
            settings::DeviceChoice,
        },
    },
    protocol::{DeviceKind, DeviceReport, FromEngine, ToEngine},
};

/// How often an engine may be lost in a row before a person is asked.
const PATIENCE: u32 = 3;

/// Signals of the devices.
#[derive(Clone, Copy)]
pub struct Devices {
    /// What a person wants.
    pub choice: RwSignal<DeviceChoice>,
    /// The device that computes.
    pub active: RwSignal<DeviceKind>,
    /// The processor's name for itself.
    pub cpu_name: RwSignal<String>,
    /// The processor's test.
    pub cpu: RwSignal<Option<DeviceReport>>,
    /// What is known of the GPU.
    pub gpu: RwSignal<Gpu>,
    /// Engines that run.
    engines: StoredValue<Vec<Engine>, LocalStorage>,
    /// The model that the devices were tested with.
    tested: StoredValue<Option<String>>,
    /// Whether the loop of predictions runs.
    pub(super) busy: StoredValue<bool>,
    /// Counts wishes for a prediction.
    pub(super) wishes: StoredValue<u64>,
    /// Engines lost since the last print.
    pub(super) failures: StoredValue<u32>,
}

impl Devices {
    pub(super) fn new() -> Self {
        Self {
            choice: RwSignal::default(),
            active: RwSignal::new(DeviceKind::Cpu),
            cpu_name: RwSignal::default(),
            cpu: RwSignal::default(),
            gpu: RwSignal::default(),
            engines: StoredValue::new_local(Vec::new()),
            tested: StoredValue::new(None),
            busy: StoredValue::new(false),
            wishes: StoredValue::new(0),
            failures: StoredValue::new(0),
        }
    }

    /// Calls `act` with every engine that runs.
    pub fn each(self, act: impl Fn(&Engine)) {
        self.engines.with_value(|engines| engines.iter().for_each(act));
    }

    /// The running engine for a device.
    pub fn running(self, kind: DeviceKind) -> Option<Engine> {
        self.engines
            .with_value(|engines| engines.iter().find(|engine| engine.kind() == kind && !engine.is_gone()).cloned())
    }

    /// The engine that predicts, if it runs.
    pub fn active_engine(self) -> Option<Engine> {
        self.running(self.active.get_untracked())
    }

    /// Tests again with the next model that opens, were it of the same name.
    pub(super) fn test_anew(self) {
        self.tested.set_value(None);
    }

    /// Whether the device that computes got the self-test wrong.
    pub fn is_wrong(self) -> bool {
        // A GPU that is wrong does not compute.
        self.active.get() == DeviceKind::Cpu && self.cpu.with(|cpu| cpu.as_ref().is_some_and(|cpu| !cpu.right))
    }

    /// Why this device.
    pub fn verdict(self) -> choice::Verdict {
        self.cpu
            .with(|cpu| self.gpu.with(|gpu| choice::device(self.choice.get(), cpu.as_ref(), gpu)))
    }
}

impl Studio {
    /// Follows what a person wants and what the tests say.
    pub fn keep_choosing_devices(self) {
        Effect::new(move |_| {
            let device = self.devices.verdict().device;
            // A GPU's engine comes on when it has been tested, and not before.
            if self.devices.active.get_untracked() != device {
                self.devices.active.set(device);
            }
        });
        Effect::new(move |before: Option<DeviceChoice>| {
            let now = self.devices.choice.get();
            if before.is_some_and(|before| before != now) && now != DeviceChoice::Cpu {
                untrack(|| self.try_gpu_again());
            }
            now
        });
    }

    /// The engine that predicts, started where none runs.
    pub(super) async fn engine(self) -> Result<Engine, String> {
        match self.devices.active_engine() {
            Some(engine) => Ok(engine),
            None => self.start(DeviceKind::Cpu, false).await,
        }
    }

    async fn start(self, kind: DeviceKind, quietly: bool) -> Result<Engine, String> {
        if let Some(engine) = self.devices.running(kind) {
            return Ok(engine);
        }
        let progress = if quietly {
            std::rc::Rc::new(|_, _, _| {})
        } else {
            self.progress_of("the engine".into())
        };
        let started = Engine::start(kind, progress).await;
        if !quietly {
            self.desk.progress.set(None);
        }
        let (engine, adapter) = started.map_err(Trouble::why)?;
        if kind == DeviceKind::Cpu {
            self.devices.cpu_name.set(adapter);
        }
        self.devices.engines.update_value(|engines| {
            engines.retain(|other| other.kind() != kind);
            engines.push(engine.clone());
        });
        Ok(engine)
    }

    /// An engine is gone. Whether another can go on: the CPU for a GPU, a new one for a CPU that was lost for the
    /// first time.
    pub(super) fn is_lost(self, engine: &Engine, why: &str) -> bool {
        engine.end(why);
        self.devices
            .engines
            .update_value(|engines| engines.retain(|other| !other.is_gone()));
        if engine.kind() == DeviceKind::WebGpu {
            let text = format!("{} The CPU goes on; picture and mask are as they were.", sentence(why));
            self.desk.tell(Tone::Plain, text, None);
            self.devices.gpu.set(Gpu::Failed(format!("The GPU was lost: {}", sentence(why))));
            self.devices.active.set(DeviceKind::Cpu);
            return true;
        }
        self.devices.failures.update_value(|n| *n += 1);
        self.devices.failures.get_value() < PATIENCE
    }

    /// Tests the devices with the model in hand, where that has not been done.
    pub(super) fn test_devices(self) {
        let model = self
            .models
            .open
            .with_untracked(|open| open.as_ref().map(|model| model.name.clone()));
        if model.is_none() || self.devices.tested.get_value() == model {
            return;
        }
        self.devices.tested.set_value(model.clone());
        spawn_local(async move {
            let Some(cpu) = self.devices.running(DeviceKind::Cpu) else { return };
            if let Ok(report) = self.check_with_model(&cpu).await {
                if let Some(doubt) = model.and_then(|model| choice::doubt(&model, &report)) {
                    self.desk.tell_of(Topic::Weights, Tone::Trouble, &doubt, None);
                }
                self.devices.cpu.set(Some(report));
            }
            if self.devices.choice.get_untracked() != DeviceChoice::Cpu {
                self.test_gpu().await;
            }
        });
    }

    fn try_gpu_again(self) {
        let untested = self.devices.gpu.with_untracked(|gpu| !matches!(gpu, Gpu::Tested(_) | Gpu::Coming));
        if untested && self.devices.tested.get_value().is_some() {
            spawn_local(self.test_gpu());
        }
    }

    async fn test_gpu(self) {
        if let Err(why) = gpu::adapter().await {
            return self.devices.gpu.set(Gpu::Missing(why));
        }
        if !self.devices.gpu.with_untracked(|gpu| matches!(gpu, Gpu::Tested(_))) {
            self.devices.gpu.set(Gpu::Coming);
        }
        let outcome = match self.start(DeviceKind::WebGpu, true).await {
            Ok(engine) => self.check_with_model(&engine).await,
            Err(why) => Err(why),
        };
        self.devices.gpu.set(match outcome {
            Ok(report) => Gpu::Tested(report),
            Err(why) => {
                if let Some(engine) = self.devices.running(DeviceKind::WebGpu) {
                    engine.end(&why);
                }
                Gpu::Failed(format!("WebGPU is there, but did not start: {}", sentence(&why)))
            }
        });
    }

    async fn check_with_model(self, engine: &Engine) -> Result<DeviceReport, String> {
        let told = Trouble::why;
        if let Some(name) = self.wanted_model() {
            self.open_model(engine, &name, true).await.map_err(told)?;
        }
        self.check(engine).await.map_err(told)
    }

    async fn check(self, engine: &Engine) -> Result<DeviceReport, Trouble> {
        match engine.ask(&ToEngine::Check, Vec::new(), None).await?.body {
            FromEngine::Device(report) => Ok(report),
            _ => Err(Trouble::Failed("The engine did not say how its test went.".into())),
        }
    }
}
