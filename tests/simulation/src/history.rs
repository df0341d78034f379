//! One history: the state of everything, and what each action does to it.

use std::collections::BTreeSet;
use std::time::Duration;

use agent::facts::{ContainerView, Labels, container_name};
use model::Timestamp;
use model::id::{InstanceId, NodeId};
use model::observed::{ContainerState, OwnEnd};
use model::port::PortBlock;
use model::version::Incarnation;
use planner::clock::{Instant, Now};
use protocol::{ToNode, ToServer};

use crate::action::{Action, OnEngine, OnLink, OnNode, OnServer};
use crate::link::Connection;
use crate::node::Node;
use crate::people::{People, pick};
use crate::rules::{self, Memory};
use crate::scene::{CLUSTER, Scene};
use crate::server::Server;

/// Connections that one node has open at once, the half-open ones among them.
const LINKS: usize = 3;
/// Hours by which the server's wall clock is wrong at most.
const MAX_SKEW: i64 = 24;

#[derive(Debug, Clone)]
pub struct History {
    pub server: Server,
    pub nodes: Vec<Node>,
    pub people: People,
    pub memory: Memory,
    /// Names of containers that are not ours, though their labels say so.
    pub forged: BTreeSet<String>,
    pub now: Duration,
    /// Actions so far, those of healing among them.
    pub played: u64,
}

impl History {
    pub fn new(people: usize, nodes: usize) -> Self {
        let start = Now { wall: Timestamp::UNIX_EPOCH, mono: Instant::default() };
        let scene = Scene::new(people, nodes, start).expect("the scene is a valid one");
        let nodes = scene.nodes.iter().enumerate();
        let nodes = nodes.map(|(at, id)| {
            let node = Node::new(*id, &format!("machine-{at}"));
            Node { is_old: Some(id) == scene.old.as_ref(), ..node }
        });
        Self {
            nodes: nodes.collect(),
            people: People::new(scene.people),
            server: Server::new(scene.world),
            memory: Memory::default(),
            forged: BTreeSet::new(),
            now: Duration::ZERO,
            played: 0,
        }
    }

    /// One action, and every rule after it.
    pub fn play(&mut self, action: Action) -> Result<(), String> {
        self.played += 1;
        self.happen(action)?;
        if self.server.running.is_none() {
            for link in self.nodes.iter_mut().flat_map(|node| &mut node.links) {
                link.server = None;
            }
        }
        for node in &mut self.nodes {
            let newest = node.links.len().saturating_sub(1);
            let mut at = 0;
            node.links.retain(|link| {
                at += 1;
                at > newest || !link.is_over()
            });
        }
        rules::check(self)
    }

    fn happen(&mut self, action: Action) -> Result<(), String> {
        match action {
            Action::People(request) => self.people.ask(&mut self.server, request, self.now),
            Action::Server(what) => self.on_server(what),
            Action::Link(node, what) => self.index(node).map_or(Ok(()), |at| self.on_link(at, what)),
            Action::Node(node, what) => {
                if let Some(at) = self.index(node) {
                    self.on_node(at, what);
                }
                Ok(())
            }
            Action::Engine(node, what) => {
                if let Some(at) = self.index(node) {
                    self.on_engine(at, what);
                }
                Ok(())
            }
            Action::Pass(seconds) => self.pass(Duration::from_secs(u64::from(seconds))),
            Action::Jump(hours) => {
                self.server.skew = (self.server.skew + i64::from(hours)).clamp(-MAX_SKEW, MAX_SKEW);
                Ok(())
            }
        }
    }

    fn index(&self, node: u8) -> Option<usize> {
        let all: Vec<usize> = (0..self.nodes.len()).collect();
        pick(&all, node)
    }

    pub fn wall(&self) -> Timestamp {
        self.server.now(self.now).wall
    }

    fn on_server(&mut self, what: OnServer) -> Result<(), String> {
        match what {
            OnServer::CrashAt(point) => self.server.crash_at = self.server.running.as_ref().map(|_| point),
            OnServer::Kill => self.server.kill(),
            OnServer::Start => return self.server.start(self.now),
            OnServer::RefuseCommit => self.server.refuse_commit = self.server.running.is_some(),
        }
        Ok(())
    }

    fn on_link(&mut self, at: usize, what: OnLink) -> Result<(), String> {
        let (now, wall, up) = (self.now, self.wall(), self.server.running.is_some());
        let (node, server) = (&mut self.nodes[at], &mut self.server);
        let id = node.id;
        match what {
            OnLink::Dial => dial(node, up, now),
            OnLink::Push => {
                for link in &mut node.links {
                    link.push(server, id, now)?;
                }
            }
            OnLink::ToServer => {
                if let Some(link) = node.links.iter_mut().find(|link| !link.up.is_empty()) {
                    link.to_server(server, id, now)?;
                }
            }
            OnLink::ToNode => node.to_node(now, wall),
            OnLink::Cut | OnLink::HalfOpen => {
                if let Some(link) = node.links.last_mut() {
                    link.sever(what == OnLink::Cut);
                }
            }
            OnLink::ServerNotices => {
                if let Some(link) = node.links.iter_mut().find(|link| link.server_can_notice()) {
                    return link.leave(server, id, now);
                }
            }
            OnLink::NodeNotices => {
                if let Some(link) = node.links.last_mut().filter(|link| link.node_can_notice()) {
                    link.node = None;
                }
            }
            OnLink::Replay => return replay(node, server, now, wall),
            OnLink::SecondMachine => {
                let hello = protocol::Hello { machine: "another".to_owned(), ..node.hello() };
                let mut link = Connection::dial(hello, up, now);
                link.to_server(server, id, now)?;
                return link.leave(server, id, now);
            }
        }
        Ok(())
    }

    fn on_node(&mut self, at: usize, what: OnNode) {
        let (now, wall) = (self.now, self.wall());
        let node = &mut self.nodes[at];
        match what {
            OnNode::Work(which, fault) => {
                let Some(id) = assigned(node, which) else { return };
                let name = container_name(id, Incarnation(1));
                let was_running = node.engine.containers.get(&name).is_some_and(|view| view.state.is_running());
                if let Some((step, outcome)) = node.work(id, fault, now, wall) {
                    self.memory.stepped(id, step, outcome, was_running);
                }
            }
            OnNode::Report if node.has_news() => node.report(now, wall),
            OnNode::Report => {}
            OnNode::Heartbeat => node.heartbeat(),
            OnNode::Save => node.save(now, wall),
            OnNode::List => node.list(now, wall),
            OnNode::Kill => {
                self.memory.kills += u32::from(node.process.is_some());
                node.kill();
            }
            OnNode::LoseLedger => {
                self.memory.kills += u32::from(node.process.is_some());
                node.lose_ledger();
            }
            OnNode::Start => node.start(now, wall),
            OnNode::DiskRefuses => node.disk.refuses = true,
            OnNode::DiskRecovers => node.disk.refuses = false,
        }
    }

    fn on_engine(&mut self, at: usize, what: OnEngine) {
        let node = &mut self.nodes[at];
        let names: Vec<String> = node.engine.containers.keys().cloned().collect();
        let name = |which: u8| names.get(usize::from(which) % names.len().max(1)).cloned();
        match what {
            OnEngine::Hangs => node.engine.hangs = true,
            OnEngine::Recovers => {
                node.engine.hangs = false;
                node.engine.denied = None;
            }
            OnEngine::Deny(which, question) => node.engine.denied = name(which).map(|name| (name, question)),
            OnEngine::Dies => node.engine.die(),
            OnEngine::PowerOff(which) => {
                let Some(name) = name(which).filter(|name| node.engine.end_itself(name, OwnEnd::PowerOff)) else {
                    return;
                };
                // A node that lost its ledger starts it before it hears of the wish to stop.
                let object = node.engine.containers[&name].labels.as_ref().map(|labels| labels.object);
                self.people
                    .stops
                    .extend(object.map(|id| (id, self.people.stops.get(&id).copied().unwrap_or_default() + 1)));
            }
            OnEngine::Reboot(which) => drop(name(which).map(|name| node.engine.end_itself(&name, OwnEnd::Reboot))),
            OnEngine::Exit(which) => drop(name(which).map(|name| node.engine.end(&name, 1))),
            OnEngine::Remove(which) => {
                let Some(view) = name(which).and_then(|name| node.engine.containers.remove(&name)) else { return };
                let told = |id: &InstanceId| self.server.stored.instances.get(id).is_some_and(|row| row.was_present);
                if let Some(labels) = view.labels {
                    self.memory.removed.insert(labels.object);
                    self.memory.vanished.extend(Some(labels.object).filter(told));
                }
            }
            OnEngine::TakePorts(first) => {
                let block = PortBlock::starting_at(1024 + u16::from(first % 11));
                if !node.engine.listening.values().any(|ours| ours.overlaps(block)) {
                    node.engine.taken.insert(block);
                }
            }
            OnEngine::FreePorts => node.engine.taken.clear(),
            OnEngine::Forge => self.forged.extend(forge(node)),
        }
    }

    fn pass(&mut self, time: Duration) -> Result<(), String> {
        self.now += time;
        for node in &mut self.nodes {
            node.engine.settle(self.now);
            for link in &mut node.links {
                link.lapse(&mut self.server, node.id, self.now)?;
            }
        }
        self.server.look_after(self.now)
    }

    pub fn nodes_of(&self, id: NodeId) -> Option<&Node> {
        self.nodes.iter().find(|node| node.id == id)
    }
}

fn dial(node: &mut Node, server_is_up: bool, now: Duration) {
    let free = node.links.last().is_none_or(|link| link.node.is_none());
    if node.process.is_some() && free && server_is_up && node.links.len() < LINKS {
        node.links.push(Connection::dial(node.hello(), server_is_up, now));
    }
}

/// Either end gets a frame of an earlier connection once more. It changes nothing.
fn replay(node: &mut Node, server: &mut Server, now: Duration, wall: Timestamp) -> Result<(), String> {
    let reports = |server: &Server| -> Vec<_> {
        server.stored.instances.iter().map(|(id, row)| (*id, row.report.clone())).collect()
    };
    let before = reports(server);
    let assignment = node.ledger.assignment.clone();
    let current = node.links.last().and_then(Connection::epoch);
    let epoch_of = |frame: &ToServer| match frame {
        ToServer::Report(report) => Some(report.epoch),
        ToServer::Heartbeat { epoch, .. } => Some(*epoch),
        ToServer::Hello(_) => None,
    };
    if let Some(link) = node.links.last_mut()
        && let Some(frame) = node.old_up.clone().filter(|frame| epoch_of(frame) != link.server_epoch())
    {
        link.hear(server, node.id, frame, now)?;
    }
    if let Some(ToNode::Assign { epoch, assignment }) = node.old_down.clone()
        && current.is_some_and(|current| current != epoch)
    {
        node.hear(ToNode::Assign { epoch, assignment }, now, wall);
    }
    if reports(server) != before || node.ledger.assignment != assignment {
        return Err(format!("{}: a frame of an earlier connection changed something", node.id));
    }
    Ok(())
}

/// A container that carries the labels of an instance that does not exist.
fn forge(node: &mut Node) -> Option<String> {
    let instance = InstanceId::from_bits(0xbad);
    let incarnation = Incarnation(1);
    let name = container_name(instance, incarnation);
    let labels = Labels { cluster: CLUSTER, object: instance, incarnation, row: None };
    let view = ContainerView {
        name: name.clone(),
        container_id: "forged".to_owned(),
        labels: Some(labels),
        state: ContainerState::Running,
        started_at: None,
        paused: false,
        first: None,
        own_end: None,
    };
    node.engine.containers.insert(name.clone(), view);
    Some(name)
}

fn assigned(node: &Node, which: u8) -> Option<InstanceId> {
    let process = node.process.as_ref()?;
    let all: Vec<InstanceId> = process.workers.keys().copied().collect();
    pick(&all, which)
}
