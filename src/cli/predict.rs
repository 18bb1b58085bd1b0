use super::out::{Out, Outcome};
#[derive(clap::Args)]
pub struct Args {}
pub fn run(_args: &Args, _out: &mut Out) -> Outcome {
    Ok(())
}
