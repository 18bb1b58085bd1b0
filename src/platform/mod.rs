//! The small differences between a native program and a browser: the clock, yielding, a line in the log.
//!
//! `web.rs` is the glue that page and engine share: posting and receiving messages.

#[cfg(any(unix, windows))]
pub mod atomic;
pub mod file;
#[cfg(all(feature = "web", target_family = "wasm"))]
pub mod web;

/// Milliseconds since some fixed moment of this program; for differences only.
#[cfg(not(target_family = "wasm"))]
pub fn now_ms() -> f64 {
    use std::{sync::OnceLock, time::Instant};
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

/// Milliseconds since some fixed moment of this page or worker; for differences only.
#[cfg(all(feature = "web", target_family = "wasm"))]
pub fn now_ms() -> f64 {
    web::now_ms()
}

/// A wasm module without a browser around it has no clock.
#[cfg(all(not(feature = "web"), target_family = "wasm"))]
pub fn now_ms() -> f64 {
    0.0
}

/// Asks the system's allocator to keep memory that was freed: a training step frees hundreds of megabytes and wants them
/// back at once, and pages that come fresh from the system have to be cleared first. Elsewhere than with glibc, nothing.
///
/// The thresholds are the whole process's, for good, and what it once had resident stays with it: for a program that trains
/// and then ends, not for a library's caller.
pub fn keep_memory() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        unsafe extern "C" {
            fn mallopt(parameter: i32, value: i32) -> i32;
        }
        const M_TRIM_THRESHOLD: i32 = -1;
        const M_TOP_PAD: i32 = -2;
        const M_MMAP_THRESHOLD: i32 = -3;
        const M_ARENA_MAX: i32 = -8;
        // SAFETY: these set numbers of the allocator, under its own lock; a refused one is left as it was.
        unsafe {
            // What one thread gives back another takes: with a store for each a run kept half as much again.
            mallopt(M_ARENA_MAX, 1);
            mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most that it takes
            mallopt(M_TRIM_THRESHOLD, 1 << 30);
            mallopt(M_TOP_PAD, 16 << 20);
        }
    }
}

/// Lets other threads go before the calling one, for good, and before those that it starts: for work that is to be ready when it is
/// asked for and to hold nobody up before. Such a thread gives its core up as soon as another wakes, where one of low priority
/// would end its turn; and it may get next to nothing of a machine that a second program keeps busy. Where the system or its C
/// library refuses that, a low priority stands in. Elsewhere than on Linux, where a thread has a priority of its own, nothing.
pub fn give_way() {
    #[cfg(target_os = "linux")]
    {
        #[repr(C)]
        struct Parameters {
            priority: i32,
            /// Room for what some C libraries have besides; not read.
            more: [i64; 7],
        }
        unsafe extern "C" {
            fn sched_setscheduler(thread: i32, policy: i32, parameters: *const Parameters) -> i32;
            fn nice(more: i32) -> i32;
        }
        const SELF: i32 = 0;
        const IDLE: i32 = 5;
        const BEHIND: i32 = 10;
        let parameters = Parameters { priority: 0, more: [0; 7] };
        // SAFETY: these set numbers of the calling thread's, and read no more than `parameters` has; the system may refuse either.
        unsafe {
            if sched_setscheduler(SELF, IDLE, &raw const parameters) != 0 {
                nice(BEHIND);
            }
        }
    }
}

/// Bytes of memory that this process may have: the machine's, or its control group's where that is less. `None` where
/// the system does not say it in a file.
#[must_use]
pub fn memory_bytes() -> Option<u64> {
    let about = std::fs::read_to_string("/proc/meminfo").ok()?;
    let total = about.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let machine: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    let machine = machine.saturating_mul(1024);
    let group = std::fs::read_to_string("/sys/fs/cgroup/memory.max").ok();
    let group = group.and_then(|text| text.trim().parse().ok()).filter(|&bytes| bytes > 0);
    Some(group.map_or(machine, |bytes: u64| bytes.min(machine)))
}

/// Lets whatever waits run first: in a browser a real task of the event loop, so that messages posted meanwhile are seen.
pub async fn yield_now() {
    #[cfg(all(feature = "web", target_family = "wasm"))]
    web::next_task().await;
}

/// A warning for whoever develops: the browser's console. Natively nothing, since the command line owns standard error.
pub fn warn(_message: &str) {
    #[cfg(all(feature = "web", target_family = "wasm"))]
    web_sys::console::warn_1(&_message.into());
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{fs, thread};

    use super::*;

    /// How the system treats the calling thread: its niceness and its policy, which stand in fields 19 and 41.
    fn standing() -> (i32, i32) {
        let line = fs::read_to_string("/proc/thread-self/stat").unwrap();
        let from_the_third: Vec<&str> = line.rsplit(')').next().unwrap().split_whitespace().collect();
        [16, 38].map(|at| from_the_third[at].parse().unwrap()).into()
    }

    #[test]
    fn a_thread_that_gives_way_stands_behind_and_no_other_does() {
        let before = standing();
        let behind = thread::spawn(|| {
            give_way();
            [standing(), thread::spawn(standing).join().unwrap()]
        });
        for (niceness, policy) in behind.join().unwrap() {
            assert!(policy == 5 || niceness >= before.0 + 10, "niceness {niceness}, policy {policy}");
        }
        assert_eq!(standing(), before);
    }
}
