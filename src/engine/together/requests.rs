//! Which requests wait for which.

use crate::{
    engine::queue::Request,
    protocol::together::{MapKind, Slot, ToTogether},
};

/// Requests of which only the newest is answered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The energy of a disturbed picture.
    Pair,
    /// A heat map by one model.
    Heat(Slot),
    /// A map of neighbours by one model.
    Neighbours(Slot),
    /// The model of one place.
    Open(Slot),
    /// A run.
    Train,
}

impl Kind {
    /// Of a request; `None` where every one is answered.
    #[must_use]
    pub fn of(request: &ToTogether) -> Option<Self> {
        match request {
            ToTogether::Pair { .. } => Some(Self::Pair),
            ToTogether::Heat { slot, .. } => Some(Self::Heat(*slot)),
            ToTogether::Map {
                slot,
                kind: MapKind::Neighbours,
                ..
            } => Some(Self::Neighbours(*slot)),
            ToTogether::OpenShipped { slot, .. } | ToTogether::OpenFile { slot, .. } => Some(Self::Open(*slot)),
            ToTogether::Train(_) => Some(Self::Train),
            _ => None,
        }
    }
}

/// Pictures that a request which follows the pointer asks about; `None` for one that can wait its turn.
fn pointed_at(request: &ToTogether) -> Option<Vec<u32>> {
    match request {
        ToTogether::Pair { id, other, .. } => Some([*id].into_iter().chain(*other).collect()),
        ToTogether::Heat { id, among, .. } => Some([*id].into_iter().chain(among.iter().copied()).collect()),
        _ => None,
    }
}

impl Request for ToTogether {
    fn overtakes(&self, older: &Self) -> bool {
        // A file has to be read to be kept, and whoever opens another model is answered for both.
        let follows = matches!(Kind::of(self), Some(Kind::Pair | Kind::Heat(_) | Kind::Neighbours(_)));
        follows && Kind::of(self) == Kind::of(older)
    }

    fn passes(&self, earlier: &Self) -> bool {
        let Some(asked) = pointed_at(self) else { return false };
        match earlier {
            Self::AddPicture { id, .. } | Self::AddScene { id, .. } => !asked.contains(id),
            Self::DropPictures { ids } => !ids.iter().any(|id| asked.contains(id)),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::queue::Queue,
        protocol::{Envelope, Job, together::Changes},
    };

    fn heat(slot: Slot, id: u32) -> ToTogether {
        ToTogether::Heat {
            slot,
            id,
            patch: 0,
            among: vec![id + 1],
        }
    }

    fn pair(id: u32) -> ToTogether {
        ToTogether::Pair {
            slots: vec![Slot::First],
            id,
            changes: Changes::default(),
            other: None,
        }
    }

    fn map(slot: Slot, kind: MapKind) -> ToTogether {
        ToTogether::Map { slot, ids: vec![1], kind }
    }

    fn queue(bodies: Vec<ToTogether>) -> (Queue<ToTogether, ()>, Vec<Job>) {
        let mut queue = Queue::default();
        let push = |(job, body)| queue.push(Envelope { job, body }, ());
        let overtaken = (1..).zip(bodies).filter_map(push).collect();
        (queue, overtaken)
    }

    fn jobs(mut queue: Queue<ToTogether, ()>) -> Vec<Job> {
        std::iter::from_fn(|| queue.pop()).map(|(request, ())| request.job).collect()
    }

    #[test]
    fn of_what_follows_the_pointer_only_the_newest_stays() {
        let (rest, overtaken) = queue(vec![
            pair(1),
            heat(Slot::First, 1),
            pair(2),
            heat(Slot::Second, 1),
            heat(Slot::First, 5),
            pair(3),
        ]);
        assert_eq!(overtaken, [1, 2, 3]);
        assert_eq!(jobs(rest), [4, 5, 6]);
    }

    #[test]
    fn a_map_of_neighbours_is_overtaken_by_the_next_of_its_model_and_axes_are_all_answered() {
        let (rest, overtaken) = queue(vec![
            map(Slot::First, MapKind::Neighbours),
            map(Slot::First, MapKind::Pca),
            map(Slot::Second, MapKind::Neighbours),
            map(Slot::First, MapKind::Neighbours),
            map(Slot::First, MapKind::Pca),
        ]);
        assert_eq!(overtaken, [1]);
        assert_eq!(jobs(rest), [2, 3, 4, 5]);
    }

    #[test]
    fn what_follows_the_pointer_waits_for_no_other_pictures() {
        let add = |id| ToTogether::AddScene { id, seed: 0 };
        let (rest, _) = queue(vec![
            add(8),
            add(9),
            ToTogether::DropPictures { ids: vec![3] },
            heat(Slot::First, 1),
        ]);
        assert_eq!(jobs(rest), [4, 1, 2, 3]);
        let (rest, _) = queue(vec![add(8), add(2), heat(Slot::First, 1)]);
        assert_eq!(jobs(rest), [1, 2, 3], "its own have to be there");
        let (rest, _) = queue(vec![ToTogether::Close { slot: Slot::First }, pair(1)]);
        assert_eq!(jobs(rest), [1, 2]);
    }
}
