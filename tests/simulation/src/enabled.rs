//! What can happen now without a fault: the work that waits at every place.

use model::id::InstanceId;

use crate::action::{Action, Fault, OnLink, OnNode, OnServer, Request};
use crate::history::History;

/// Every action that does some waiting work.
pub fn work(history: &History) -> Vec<Action> {
    let mut all = Vec::new();
    if history.server.running.is_none() {
        all.push(Action::Server(OnServer::Start));
    } else if history.people.has_open() {
        all.push(Action::People(Request::Repeat(0)));
    }
    for at in 0..u8::try_from(history.nodes.len()).unwrap_or(u8::MAX) {
        all.extend(links(history, at).into_iter().map(|what| Action::Link(at, what)));
        all.extend(node(history, at).into_iter().map(|what| Action::Node(at, what)));
    }
    all
}

fn links(history: &History, at: u8) -> Vec<OnLink> {
    let node = &history.nodes[usize::from(at)];
    let runs = history.server.running.is_some();
    let newest = node.links.last();
    let dials = runs && node.process.is_some() && newest.is_none_or(|link| link.node.is_none());
    [
        (OnLink::Dial, dials),
        (OnLink::Push, node.links.iter().any(|link| link.has_push(&history.server, node.id))),
        (OnLink::ToServer, node.links.iter().any(|link| !link.up.is_empty())),
        (OnLink::ToNode, newest.is_some_and(|link| !link.down.is_empty())),
        (OnLink::ServerNotices, node.links.iter().any(|link| link.server_can_notice())),
        (OnLink::NodeNotices, newest.is_some_and(|link| link.node_can_notice())),
    ]
    .into_iter()
    .filter_map(|(what, can)| can.then_some(what))
    .collect()
}

fn node(history: &History, at: u8) -> Vec<OnNode> {
    let node = &history.nodes[usize::from(at)];
    let Some(process) = &node.process else { return vec![OnNode::Start] };
    let due = |(id, _): &(&InstanceId, u8)| node.is_due(**id, history.now);
    let mut all: Vec<OnNode> =
        process.workers.keys().zip(0..).filter(due).map(|(_, which)| OnNode::Work(which, Fault::None)).collect();
    if node.has_news() && node.links.last().is_some_and(|link| link.epoch().is_some()) {
        all.push(OnNode::Report);
    }
    if !node.is_saved() && !node.disk.refuses {
        all.push(OnNode::Save);
    }
    all
}
