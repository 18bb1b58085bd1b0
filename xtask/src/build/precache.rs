//! Lists of what is in `dist/`: for the service worker, so that the page works without a network after one visit, and
//! the sizes of the programs, so that bars can count bytes where a host compresses and does not tell.
//!
//! `precache.js` sets `self.PRECACHE = { version, files: [[path, hash], …], later: [[path, hash], …] }`. The worker
//! imports it, so that a browser sees a new version whenever any file changed. `files` are kept at the first visit,
//! `later` once they were fetched: the WebGPU engine, and the programs of the room "Together". Weights are kept by the engine, not here.

use std::{fmt::Write as _, fs, path::Path};

use crate::{
    hash,
    shell::{Done, file_trouble},
};

const LIST: &str = "precache.js";
const SIZES: &str = "sizes.json";

/// Writes both lists into `dist`.
pub fn write(dist: &Path) -> Done {
    write_sizes(dist)?;
    write_list(dist)
}

fn write_sizes(dist: &Path) -> Done {
    let mut lines = Vec::new();
    for name in super::files_below(dist)?.iter().filter(|name| name.ends_with(".wasm")) {
        let path = dist.join(name);
        let bytes = fs::metadata(&path).map_err(file_trouble("read", &path))?.len();
        lines.push(format!("  {}: {bytes}", quoted(name)));
    }
    let path = dist.join(SIZES);
    fs::write(&path, format!("{{\n{}\n}}\n", lines.join(",\n"))).map_err(file_trouble("write", &path))
}

fn write_list(dist: &Path) -> Done {
    let (mut first, mut later, mut all) = (String::new(), String::new(), String::new());
    for name in super::files_below(dist)? {
        // Many hosts hold hidden files back, and one file that does not come would keep the worker from starting.
        if name == LIST || name == "sw.js" || name.starts_with('.') || name.ends_with(".safetensors") {
            continue;
        }
        let hash = hash::of_file(&dist.join(&name))?.chars().take(16).collect::<String>();
        let list = if ["engine-webgpu", "together"].iter().any(|start| name.starts_with(start)) {
            &mut later
        } else {
            &mut first
        };
        let _ = writeln!(list, "    [{}, \"{hash}\"],", quoted(&name));
        let _ = write!(all, "{name} {hash} ");
    }
    let version = hash::sha256(all.as_bytes()).chars().take(16).collect::<String>();
    let text = format!("self.PRECACHE = {{\n  version: \"{version}\",\n  files: [\n{first}  ],\n  later: [\n{later}  ],\n}};\n");
    let path = dist.join(LIST);
    fs::write(&path, text).map_err(file_trouble("write", &path))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}
