//! How fast the optimiser may move one parameter.

/// What a parameter's learning rate does in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pace {
    /// It follows the run's schedule.
    #[default]
    Scheduled,
    /// It stays at the schedule's top from the first step to the last: SimSiam's predictor (Chen & He, 2021, 4.2).
    Constant,
    /// Nothing moves: neither the parameter nor what the optimiser keeps of it, as if it had no gradient. DINO's last
    /// layer in the first epoch, SwAV's prototypes in the first steps.
    Frozen,
}
