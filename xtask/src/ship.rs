//! `cargo xtask ship`: the models' index, made from the weights' own cards, a look at every limit, and the README's
//! picture of the page.

use crate::{
    args::Args,
    bench, build, check,
    shell::{Done, program, root, run, say},
    test::node,
};

/// Rewrites `public/models/index.json`, checks the rules and the sizes, takes the picture.
pub fn ship(args: &Args) -> Done {
    let models = root().join("public/models");
    run(
        "writing the models' index",
        program(build::darkroom()?).args(["models", "index"]).arg(&models),
    )?;
    check::check()?;
    bench::size(args)?;
    run("taking the picture of the page", node(args)?.arg(root().join("docs/page.mjs")))?;
    say("dist/ may be put on any static host");
    Ok(())
}
