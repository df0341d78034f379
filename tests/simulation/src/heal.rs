//! The faults end. Everybody does their work in turn until all is as it was wished, within a bounded time.

use std::time::Duration;

use agent::facts::container_name;
use model::id::InstanceId;
use model::instance::DesiredState;
use model::phase::Phase;
use planner::rollup::phase_of;
use planner::world::Instance;

use crate::action::{Action, Fault, OnEngine, OnLink, OnNode, OnServer, Request};
use crate::history::History;
use crate::node::Node;

/// Beyond the longest pause before an instance that keeps ending is started again, and the doubt after a create.
const PATIENCE: Duration = Duration::from_secs(420);
const TURNS: usize = 24;

/// How long it took, in simulated time, or what is still not as it was wished.
pub fn heal(history: &mut History) -> Result<Duration, String> {
    let begun = history.now;
    history.play(Action::Server(OnServer::Start))?;
    history.server.crash_at = None;
    history.server.refuse_commit = false;
    for at in each(history) {
        for action in [
            Action::Engine(at, OnEngine::Recovers),
            Action::Engine(at, OnEngine::FreePorts),
            Action::Node(at, OnNode::DiskRecovers),
            Action::Node(at, OnNode::Start),
        ] {
            history.play(action)?;
        }
    }
    loop {
        history.play(Action::People(Request::Unfreeze))?;
        for at in each(history) {
            turn(history, at)?;
        }
        while history.people.has_open() {
            let before = history.server.stored.instances.len();
            history.play(Action::People(Request::Repeat(0)))?;
            if history.people.has_open() && history.server.stored.instances.len() == before {
                break;
            }
        }
        match unfinished(history) {
            None => return Ok(history.now - begun),
            Some(what) if history.now - begun > PATIENCE => {
                return Err(format!("after {} s without faults: {what}", PATIENCE.as_secs()));
            }
            Some(_) => history.play(Action::Pass(1))?,
        }
    }
}

fn each(history: &History) -> std::ops::Range<u8> {
    0..u8::try_from(history.nodes.len()).unwrap_or(u8::MAX)
}

/// One node, its links and its workers, until nothing more is to be done at this moment.
fn turn(history: &mut History, at: u8) -> Result<(), String> {
    let index = usize::from(at);
    for what in [OnLink::ServerNotices, OnLink::NodeNotices, OnLink::Dial] {
        history.play(Action::Link(at, what))?;
    }
    history.play(Action::Node(at, OnNode::List))?;
    history.play(Action::Node(at, OnNode::Heartbeat))?;
    for _ in 0..TURNS {
        history.play(Action::Link(at, OnLink::Push))?;
        while history.nodes[index].links.iter().any(|link| !link.up.is_empty()) {
            history.play(Action::Link(at, OnLink::ToServer))?;
            history.play(Action::Link(at, OnLink::Push))?;
        }
        while history.nodes[index].links.last().is_some_and(|link| !link.down.is_empty()) {
            history.play(Action::Link(at, OnLink::ToNode))?;
        }
        let due = due(history, index);
        for which in &due {
            history.play(Action::Node(at, OnNode::Work(*which, Fault::None)))?;
        }
        if !history.nodes[index].is_saved() {
            history.play(Action::Node(at, OnNode::Save))?;
        }
        if history.nodes[index].has_news() {
            history.play(Action::Node(at, OnNode::Report))?;
        } else if due.is_empty() {
            break;
        }
    }
    Ok(())
}

/// The workers that have something to do.
fn due(history: &History, index: usize) -> Vec<u8> {
    let node = &history.nodes[index];
    let ids = node.process.iter().flat_map(|process| process.workers.keys()).zip(0..);
    ids.filter(|(id, _)| node.is_due(**id, history.now)).map(|(_, which)| which).collect()
}

/// The first thing that is not as it was wished.
fn unfinished(history: &History) -> Option<String> {
    let server = &history.server;
    let Some(world) = &server.running else { return Some("the server does not run".to_owned()) };
    if history.people.has_open() {
        return Some("a create is still without an answer".to_owned());
    }
    for row in world.instances.values() {
        let phase = phase_of(world, row, server.now(history.now));
        if let Some(what) = instance(history, row, phase) {
            return Some(format!("{} is {phase}: {what}", row.id));
        }
    }
    for node in &history.nodes {
        // What is promised by now must hold when that comes, too.
        if node.engine.has_late() {
            return Some(format!("a create is still under way in the engine of {}", node.id));
        }
        for (id, block) in &node.engine.listening {
            if world.instances.get(id).is_none_or(|row| row.host_ports != *block) {
                return Some(format!("{} still listens on {block:?} for {id}", node.id));
            }
        }
        if let Some(what) = left(history, node) {
            return Some(what);
        }
        let there = node.engine.containers.keys().filter(|name| history.forged.contains(*name));
        if let Some(name) =
            there.clone().find(|name| !node.strangers().iter().any(|stranger| stranger.container == **name))
            && node.ledger.assignment.is_some()
        {
            return Some(format!("{name} is on {} and is not reported as a stranger", node.id));
        }
    }
    None
}

/// A container that was left behind could be taken back with all that its owner set.
fn left(history: &History, node: &Node) -> Option<String> {
    let is_left = |object: InstanceId| !history.server.stored.instances.contains_key(&object);
    let ours = node.engine.containers.values().filter(|view| !history.forged.contains(&view.name));
    let left = ours.filter(|view| view.labels.as_ref().is_some_and(|labels| is_left(labels.object)));
    let is_told = |name: &str| {
        let told = node.strangers().iter().find(|stranger| stranger.container == name);
        told.and_then(|stranger| stranger.origin.as_ref()).is_some_and(|origin| origin.row.rest.is_some())
    };
    let mut untold = left.filter(|view| !is_told(&view.name));
    untold.next().map(|view| format!("{} is left on {}, which does not tell what it was", view.name, node.id))
}

fn instance(history: &History, row: &Instance, phase: Phase) -> Option<String> {
    let node = history.nodes_of(row.node)?;
    let container = node.engine.containers.get(&container_name(row.id, row.incarnation));
    let runs = container.map(|view| view.state.is_running());
    let wrong = |what: &str| Some(what.to_owned());
    if row.desired == DesiredState::Deleted {
        return wrong("its row is still there");
    }
    if history.memory.vanished.contains(&row.id) {
        return (phase != Phase::Lost)
            .then(|| "its container was removed by hand and it is not called lost".to_owned());
    }
    // A node that knew of it calls it lost too; one that did not makes it.
    if phase == Phase::Lost && history.memory.removed.contains(&row.id) {
        return None;
    }
    match (row.desired, runs) {
        (DesiredState::Running, Some(true)) if phase == Phase::Running => {
            let listens = node.engine.listening.get(&row.id) == Some(&row.host_ports);
            (!listens).then(|| "nothing listens on its host ports".to_owned())
        }
        (DesiredState::Stopped, Some(false) | None) if phase == Phase::Stopped => None,
        (DesiredState::Running | DesiredState::Stopped | DesiredState::Deleted, _) => {
            Some(format!("wished {:?}, container running: {runs:?}, report {:?}", row.desired, row.report))
        }
    }
}
