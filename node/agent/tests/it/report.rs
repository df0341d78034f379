use agent::report::may_be_told;
use model::Timestamp;
use model::observed::{ContainerFacts, ContainerState, InstanceReport, Observed};
use model::version::Incarnation;

use crate::sample;

fn told(incarnation: Incarnation, written: Option<Incarnation>) -> bool {
    let assigned = sample::instance(1);
    let facts = ContainerFacts {
        container_id: "c".to_owned(),
        incarnation,
        state: ContainerState::Created,
        started_at: None,
        paused: false,
    };
    let report = InstanceReport {
        instance: assigned.id,
        generation: assigned.generation,
        observed: Observed::Present(facts),
        activity: None,
        problem: None,
        unopened: Vec::new(),
        closed: None,
    };
    may_be_told(&report, written)
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
    let assigned = sample::instance(1);
    for observed in [Observed::Absent, Observed::Unknown { since: Timestamp::UNIX_EPOCH }] {
        let report = InstanceReport {
            instance: assigned.id,
            generation: assigned.generation,
            observed,
            activity: None,
            problem: None,
            unopened: Vec::new(),
            closed: None,
        };
        assert!(may_be_told(&report, None));
    }
}
