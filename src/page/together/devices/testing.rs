//! The devices are tested with the model in hand: which is right, and which is quicker.

use std::rc::Rc;

use leptos::{prelude::*, task::spawn_local};

use crate::{
    page::{
        browser::gpu,
        desk::Tone,
        engines::{Engine, Together, Trouble},
        state::{
            choice::{self, Gpu},
            figures::sentence,
            settings::DeviceChoice,
        },
        together::Room,
    },
    protocol::{
        DeviceKind, DeviceReport,
        together::{FromTogether, Slot, ToTogether},
    },
};

impl Room {
    /// Tests the devices with the model in hand, where that has not been done: without a GPU there is nothing to test.
    pub(in crate::page::together) fn test_devices(self) {
        let model = self
            .models
            .first
            .with_untracked(|model| model.as_ref().map(|model| model.name.clone()));
        let choice = untrack(|| self.device_choice());
        let (Some(model), Some(engine)) = (model, self.line.running()) else {
            return;
        };
        if self.devices.tested.with_value(|tested| tested.as_ref() == Some(&model)) {
            return;
        }
        if choice == DeviceChoice::Cpu {
            // What the processor said of another model holds no more, and is asked again once the choice is another.
            if engine.kind() == DeviceKind::Cpu && self.devices.cpu.with_untracked(Option::is_some) {
                self.devices.cpu.set(None);
            }
            return;
        }
        self.devices.tested.set_value(Some(model.clone()));
        self.devices.end_test();
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
            Err(trouble) => {
                // The next model, or the next engine, is asked again.
                self.devices.test_anew();
                if let Trouble::Failed(why) = trouble
                    && self.devices.gpu.with_untracked(|gpu| *gpu == Gpu::Unknown)
                {
                    let why = format!("The self-test could not be done, so no GPU was asked: {}", sentence(&why));
                    self.devices.gpu.set(Gpu::Failed(why));
                }
                return;
            }
        }
        let started = Engine::start(DeviceKind::WebGpu, Rc::new(|_, _, _| {})).await;
        let is_newest = self.is_newest_test(mine);
        let (gpu, adapter) = match started {
            Ok(up) if is_newest => up,
            Ok((gpu, _)) => return gpu.end("Its test is not needed."),
            Err(_) if !is_newest => return,
            Err(trouble) => return self.gpu_failed(&trouble.why()),
        };
        self.line.listen_to(&gpu, self);
        self.devices.under_test.set_value(Some(gpu.clone()));
        let tested = match self.open(&gpu, Slot::First, model, None).await {
            Ok(_) => check(&gpu, true).await,
            Err(trouble) => Err(trouble),
        };
        if !self.is_newest_test(mine) {
            // Whoever ended the test ended its engine.
            return;
        }
        self.devices.under_test.set_value(None);
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
}

async fn check(engine: &Engine<Together>, timed: bool) -> Result<DeviceReport, Trouble> {
    let body = ToTogether::Check { slot: Slot::First, timed };
    match engine.ask(&body, Vec::new(), None).await?.body {
        FromTogether::Device(report) => Ok(report),
        _ => Err(Trouble::Failed("The engine did not say how its test went.".into())),
    }
}
