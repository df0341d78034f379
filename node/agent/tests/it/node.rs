//! The loop of a node.

use std::time::Duration;

use agent::local::Memory;
use agent::node::{Event, Node, Output, Page};
use agent::worker::News;
use model::Timestamp;
use model::observed::{ContainerState, Observed};
use model::version::Incarnation;

use crate::sample;

/// What a node does when an instance leaves of which its worker said this last.
fn leaving(last: Option<Observed>) -> Vec<Output> {
    let now = Duration::ZERO;
    let web = sample::instance(1);
    let (mut node, _) = Node::start(Page::default(), now);
    node.handle(Event::Welcomed(sample::assignment(1, vec![web.clone()])), now);
    node.handle(Event::Written { ok: true }, now);
    if let Some(observed) = last {
        let news = News { report: sample::report(&web, observed), memory: Memory::default() };
        node.handle(Event::Worker { instance: web.id, news }, now);
    }
    node.handle(Event::Assigned(sample::assignment(2, Vec::new())), now);
    let outputs = node.handle(Event::Written { ok: true }, now);
    assert!(outputs.contains(&Output::Dismiss(web.id)), "{outputs:?}");
    outputs
}

#[test]
fn a_container_that_an_instance_may_have_left_behind_is_looked_for_at_once() {
    let present = Observed::Present(sample::facts(Incarnation(1), ContainerState::Running));
    for last in [None, Some(present), Some(Observed::Unknown { since: Timestamp::UNIX_EPOCH })] {
        assert!(leaving(last.clone()).contains(&Output::Relist), "{last:?}");
    }
    assert!(!leaving(Some(Observed::Absent)).contains(&Output::Relist), "there is none");
}
