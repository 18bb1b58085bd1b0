//! `cargo xtask ship`: the models' index, made from the weights' own cards, and a look at every limit.

use crate::{
    args::Args,
    bench, build, check,
    shell::{Done, program, root, run, say},
};

/// Rewrites `public/models/index.json`, then checks the rules and the sizes.
pub fn ship(args: &Args) -> Done {
    let models = root().join("public/models");
    run(
        "writing the models' index",
        program(build::darkroom()?).args(["models", "index"]).arg(&models),
    )?;
    check::check()?;
    bench::size(args)?;
    say("dist/ may be put on any static host");
    Ok(())
}
