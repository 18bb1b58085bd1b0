//! `cargo xtask bench` and `size`: every script of `benches/` prints a table and leaves its raw numbers in
//! `benches/results/`, and the README's table of figures is made from those.

use std::fs;

use crate::{
    args::Args,
    build,
    shell::{Done, file_trouble, root, run, say, stop},
    test::{node, scripts},
};

/// Builds what is measured, then runs the benchmarks, or those that `--only` names.
pub fn bench(args: &Args) -> Done {
    if !args.no_build {
        build::build(args)?;
        build::darkroom()?;
        build::bench()?;
    }
    measure(args, &|name| args.wants(name))
}

/// Sizes of what is in `dist/`.
pub fn size(args: &Args) -> Done {
    if !args.no_build {
        build::build(args)?;
    }
    measure(args, &|name| name == "sizes")
}

fn measure(args: &Args, wanted: &dyn Fn(&str) -> bool) -> Done {
    let results = root().join("benches/results");
    fs::create_dir_all(&results).map_err(file_trouble("create", &results))?;
    let all = scripts("benches", ".bench.mjs")?;
    let name_of = |path: &std::path::Path| {
        path.file_name()
            .map(|name| name.to_string_lossy().replace(".bench.mjs", ""))
            .unwrap_or_default()
    };
    let chosen: Vec<_> = all.iter().filter(|path| wanted(&name_of(path))).collect();
    if chosen.is_empty() {
        return Err(stop(format!(
            "--only matches none of: {}",
            all.iter().map(|path| name_of(path)).collect::<Vec<_>>().join(", ")
        )));
    }
    for path in chosen {
        let name = name_of(path);
        say(format!("Measuring: {name}"));
        run(
            &format!("the benchmark {name}"),
            node(args)?.arg(path).arg(results.join(format!("{name}.json"))),
        )?;
    }
    run(
        "writing the README's table of figures",
        node(args)?.arg(root().join("benches/readme.mjs")),
    )?;
    say(format!("Raw numbers are in {}, the table is in README.md", results.display()));
    Ok(())
}
