//! wasm-opt where it pays, once for each content.
//!
//! The room's pages and the WebGPU engine shrink by a fifth to a half. The CPU's engines shrink by one percent, which is not
//! worth two minutes; they only lose the names of their functions, a tenth.

use std::{fs, path::Path};

use super::{links::GPU_ENGINE, names};
use crate::{
    args::Args,
    hash,
    shell::{Done, file_trouble, program, run, say},
    tools,
};

// Compressed, what `-Oz` makes is no smaller, and it is slower; functions with one caller set into it compress worse; `--converge`
// takes five times as long for four hundredths of a percent.
// Sections that name compilers and features serve nobody once all is built, and are random to whoever compresses.
const OPTIONS: [&str; 4] = [
    "-Os",
    "--one-caller-inline-max-function-size=8",
    "--strip-producers",
    "--strip-target-features",
];
/// What every visitor waits for goes through it twice, for another three hundred bytes.
const TWICE: (&str, &str) = ("page-", "-Os");

/// Programs that wasm-opt is not worth it for.
const PLAIN: [&str; 2] = ["engine_bg.wasm", "together-engine_bg.wasm"];

/// Shrinks what is worth it, in place.
pub fn shrink(args: &Args, dist: &Path) -> Done {
    for plain in PLAIN.map(|name| dist.join(name)).iter().filter(|path| path.is_file()) {
        names::drop_from(plain)?;
    }
    if let Err(why) = tools::npm_packages(args) {
        say(format!("wasm-opt is left out and the files stay larger: {why}"));
        return Ok(());
    }
    for name in super::files_below(dist)? {
        let pays = ["page-", "together_bg", GPU_ENGINE].iter().any(|start| name.starts_with(start))
            && name.ends_with("_bg.wasm")
            && !(args.trial && name.starts_with(GPU_ENGINE));
        if pays {
            shrink_one(&dist.join(&name), &name)?;
        }
    }
    Ok(())
}

fn shrink_one(path: &Path, name: &str) -> Done {
    let store = tools::folder().join("wasm-opt");
    fs::create_dir_all(&store).map_err(file_trouble("create", &store))?;
    let again = name.starts_with(TWICE.0).then_some(TWICE.1);
    let options: Vec<&str> = OPTIONS.into_iter().chain(again).collect();
    let kept = store.join(format!("{}{}.wasm", hash::of_file(path)?, options.concat()));
    if !kept.is_file() {
        let megabytes = fs::metadata(path).map_err(file_trouble("read", path))?.len() as f64 / 1e6;
        if megabytes > 2.0 {
            say(format!(
                "Shrinking {name}, {megabytes:.0} MB, with wasm-opt (some minutes; kept for next time)"
            ));
        }
        let aside = kept.with_extension("part");
        run("wasm-opt", program("wasm-opt").args(options).arg(path).arg("-o").arg(&aside))?;
        fs::rename(&aside, &kept).map_err(file_trouble("rename", &aside))?;
    }
    fs::copy(&kept, path).map(drop).map_err(file_trouble("copy", &kept))
}
