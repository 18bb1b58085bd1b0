//! `cargo xtask`: everything one does with this repository beside editing it.
//!
//! Needs git and Rust; what else a command needs it installs itself where that is possible, or says what to install.

mod args;
mod bench;
mod build;
mod check;
mod fuzz;
mod hash;
mod serve;
mod shell;
mod ship;
mod test;
mod tools;

use std::process::ExitCode;

use args::Args;
use shell::Done;

const HELP: &str = "\
cargo xtask COMMAND [SWITCHES]

  serve   build the page and serve it on this machine, printing the address
  build   build the page into dist/, ready for any static host
  test    every test: format, clippy, native, documentation, structure, and the page in a real Chromium
  check   the house's rules alone (a few seconds)
  size    sizes of what dist/ holds, compressed, against their limits
  bench   measure speed, memory and sizes; raw numbers go to benches/results/
  fuzz    every parser of foreign bytes for a minute each
  ship    before a release: public/models/index.json, the rules, sizes into the README, docs/page.png
  setup   install what `build` and `test` need, and nothing else

Switches
  --cpu-only      leave the WebGPU engine out: a much quicker build, for developing
  --fast          leave wasm-opt out: larger files, quicker build
  --yes           let sudo install missing system packages (node, npm, chromium); root may always; CI=true says the same
  --no-install    install nothing; say what is missing
  --port N        serve: which port (8080, or the next free one)
  --base /PATH/   serve: under a sub-path, as many static hosts do
  --no-build      serve, size, bench, test: take dist/ as it is
  --only NAME     test, bench, fuzz: one part; without a match the names are listed
  --seconds N     fuzz: how long for each target (60)
  --cut PATH:N    serve: break the first answer under PATH off after N bytes, to see a download go on
";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("\ncargo xtask stopped: {stop}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Done {
    let args = Args::parse(std::env::args().skip(1))?;
    match args.command.as_str() {
        "serve" => serve::serve(&args),
        "build" => build::build(&args).map(drop),
        "test" => test::test(&args),
        "check" => check::check(),
        "size" => bench::size(&args),
        "bench" => bench::bench(&args),
        "fuzz" => fuzz::fuzz(&args),
        "ship" => ship::ship(&args),
        "setup" => tools::setup(&args),
        _ => {
            print!("{HELP}");
            Ok(())
        }
    }
}
