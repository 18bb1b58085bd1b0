//! The native program.

fn main() -> std::process::ExitCode {
    darkroom::cli::main()
}
