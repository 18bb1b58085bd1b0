//! A run in the room: how it is set, what a person may do to it, what it says as it goes.

use serde::{Deserialize, Serialize};

/// A run in the room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainSettings {
    /// A method's name, one of `Trainable`.
    pub method: String,
    /// Pictures to train on; empty for scenes of the procedural worlds.
    pub ids: Vec<u32>,
    /// How strongly object and setting go together in those scenes, 0..1.
    pub bond: f32,
    /// Draws weights, views and order.
    pub seed: u64,
    /// Ends of itself after so many steps; 0 goes on until it is told to stop.
    pub steps: u64,
    /// Begins with a pause.
    pub paused: bool,
    /// Whether it begins with what stops collapse in place; without, where the method has something to take away.
    pub safeguard: bool,
}

/// What a person may do to a run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Steer {
    /// Waits.
    Pause,
    /// Goes on.
    Go,
    /// One step, then waits.
    Step,
    /// At most so many steps a second; 0 as fast as it goes.
    Pace(f32),
    /// Whether what stops collapse is in place.
    Safeguard(bool),
    /// Ends the run and forgets it.
    Stop,
}

/// A method that the room can train.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trainable {
    /// As asked for.
    pub name: String,
    /// For people.
    pub title: String,
    /// `contrast`, `distil`, …
    pub family: String,
    /// What stops collapse: a sentence.
    pub stops_collapse: String,
    /// A paragraph.
    pub summary: String,
    /// What the switch takes away, a sentence; `None` where there is nothing to take away.
    pub switch: Option<String>,
}

/// A moment of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    /// Steps done.
    pub step: u64,
    /// Every step's loss since the moment before, oldest first.
    pub losses: Vec<f32>,
    /// Named parts of the last step's loss.
    pub parts: Vec<(String, f32)>,
    /// Whether what stops collapse is in place.
    pub safeguard: bool,
    /// Whether it waits.
    pub paused: bool,
    /// Whether it has come to its end.
    pub ended: bool,
    /// Steps a second, lately.
    pub steps_per_s: f32,
    /// The instruments over the pictures watched; measured now and then, `None` between.
    pub measured: Option<Measured>,
    /// Why training stopped of itself, where it did: a number that is none, in which term, at which step.
    pub stopped: Option<String>,
}

/// What the instruments say of some embeddings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Pictures.
    pub pictures: usize,
    /// Mean deviation of the numbers of projections of length 1.
    pub spread: Option<f32>,
    /// What that is for projections that fill the sphere evenly: 1/√width.
    pub healthy_spread: f32,
    /// For a method that compares points and not directions: mean deviation of the numbers of projections, in the
    /// deviation that it asks of them. 1 where it has its way, 0 where all points are one.
    pub deviation: Option<f32>,
    /// Rank of the embeddings.
    pub rank_me: Option<f32>,
    /// The highest that so many embeddings of such a width can have.
    pub highest_rank: usize,
    /// Mean cosine of two different pictures' projections.
    pub cosine: Option<f32>,
    /// Deviations of the projections along their principal axes, largest first, at most 64 of them: of projections of length
    /// 1, or, for a method that compares points, in the length that the deviation it asks for would give them. All of them
    /// fall where pictures come to one point.
    pub spectrum: Vec<f32>,
    /// What each of these is where pictures differ evenly in every direction in which so many can:
    /// 1/√min(width, pictures − 1).
    pub even: f32,
    /// Share of the watched pictures that get their class from their neighbours; `None` without classes.
    pub knn: Option<f32>,
    /// The verdict: a sentence.
    pub verdict: String,
    /// Whether it says that something has to be done.
    pub is_bad: bool,
}
