//! What has become of a wish, from what the live world shows.

use model::instance::DesiredState;
use model::phase::Phase;
use model::verb::Verb;
use model::version::Generation;
use model::view::InstanceView;

use super::{Aim, Stage, Wish};

/// What there is to see of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) phase: Phase,
    pub(super) desired: DesiredState,
    pub(super) generation: Generation,
    pub(super) message: String,
}

impl Seen {
    pub(super) fn of(view: &InstanceView) -> Self {
        Self { phase: view.phase, desired: view.desired, generation: view.generation, message: view.message.clone() }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Done,
    Failed {
        why: String,
        /// What may be asked for once more.
        again: Option<Verb>,
    },
    /// Somebody has asked for something else since.
    Overtaken,
}

/// `None` while nothing has. `seen` is `None` once the instance is gone.
pub(super) fn outcome(wish: &Wish, seen: Option<&Seen>) -> Option<Outcome> {
    let Some(seen) = seen else {
        return Some(if wish.ends_it() { Outcome::Done } else { Outcome::Overtaken });
    };
    let Stage::Granted(generation) = wish.standing else { return None };
    if seen.generation < generation {
        return None;
    }
    if seen.desired != desired(wish.aim) {
        return Some(Outcome::Overtaken);
    }
    let (aimed_at, verb) = match wish.aim {
        Aim::Create | Aim::Verb(Verb::Start | Verb::Restart) => (Phase::Running, Verb::Start),
        Aim::Verb(Verb::Stop) => (Phase::Stopped, Verb::Stop),
        // It is done when it is gone.
        Aim::Verb(Verb::Delete | Verb::Forget) => return None,
    };
    if seen.phase == aimed_at {
        Some(Outcome::Done)
    } else if matches!(seen.phase, Phase::Error | Phase::Lost) {
        let again = (seen.phase == Phase::Error).then_some(verb);
        Some(Outcome::Failed { why: seen.message.clone(), again })
    } else {
        None
    }
}

const fn desired(aim: Aim) -> DesiredState {
    match aim {
        Aim::Create | Aim::Verb(Verb::Start | Verb::Restart) => DesiredState::Running,
        Aim::Verb(Verb::Stop) => DesiredState::Stopped,
        Aim::Verb(Verb::Delete | Verb::Forget) => DesiredState::Deleted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(aim: Aim, standing: Stage) -> Wish {
        Wish { aim, standing, name: "web-1".to_owned(), ports: vec![1024], leave: false }
    }

    fn seen(phase: Phase, desired: DesiredState, generation: u64) -> Seen {
        Seen { phase, desired, generation: Generation(generation), message: "It is broken.".to_owned() }
    }

    #[test]
    fn it_is_done_when_the_world_shows_it() {
        let stop = wish(Aim::Verb(Verb::Stop), Stage::Granted(Generation(7)));
        let of = |phase, desired, generation| outcome(&stop, Some(&seen(phase, desired, generation)));
        // What is shown is from before the wish.
        assert_eq!(of(Phase::Stopped, DesiredState::Running, 6), None);
        assert_eq!(of(Phase::Stopping, DesiredState::Stopped, 7), None);
        assert_eq!(of(Phase::Stopped, DesiredState::Stopped, 8), Some(Outcome::Done));
        assert_eq!(of(Phase::Pending, DesiredState::Running, 8), Some(Outcome::Overtaken));
        let failed = Outcome::Failed { why: "It is broken.".to_owned(), again: Some(Verb::Stop) };
        assert_eq!(of(Phase::Error, DesiredState::Stopped, 7), Some(failed));
    }

    #[test]
    fn nothing_has_become_of_what_the_server_has_not_taken() {
        for standing in [Stage::New, Stage::Asked] {
            let start = wish(Aim::Verb(Verb::Start), standing);
            assert_eq!(outcome(&start, Some(&seen(Phase::Running, DesiredState::Running, 1))), None);
        }
    }

    #[test]
    fn the_end_of_an_instance_is_done_when_it_is_gone() {
        for verb in [Verb::Delete, Verb::Forget] {
            let end = wish(Aim::Verb(verb), Stage::Granted(Generation(2)));
            assert_eq!(outcome(&end, Some(&seen(Phase::Deleting, DesiredState::Deleted, 3))), None);
            assert_eq!(outcome(&end, None), Some(Outcome::Done));
        }
        let start = wish(Aim::Verb(Verb::Start), Stage::Asked);
        assert_eq!(outcome(&start, None), Some(Outcome::Overtaken));
    }

    #[test]
    fn what_was_lost_cannot_be_asked_for_again() {
        let create = wish(Aim::Create, Stage::Granted(Generation(1)));
        let lost = outcome(&create, Some(&seen(Phase::Lost, DesiredState::Running, 1)));
        assert_eq!(lost, Some(Outcome::Failed { why: "It is broken.".to_owned(), again: None }));
    }
}
