use agent::report::may_be_told;
use model::Timestamp;
use model::observed::{ContainerState, Observed};
use model::version::Incarnation;

use crate::sample;

fn told(incarnation: Incarnation, written: Option<Incarnation>) -> bool {
    let observed = Observed::Present(sample::facts(incarnation, ContainerState::Created));
    may_be_told(&sample::report(&sample::instance(1), observed), written)
}

#[test]
fn a_container_is_told_of_once_the_ledger_has_it() {
    let (first, second) = (Incarnation(1), Incarnation(2));
    assert!(!told(first, None), "killed now, the node would make another one");
    assert!(!told(second, Some(first)), "the ledger has the one before");
    assert!(told(first, Some(first)));
    assert!(told(first, Some(second)));
}

#[test]
fn what_is_not_there_may_always_be_told() {
    for observed in [Observed::Absent, Observed::Unknown { since: Timestamp::UNIX_EPOCH }] {
        assert!(may_be_told(&sample::report(&sample::instance(1), observed), None));
    }
}
