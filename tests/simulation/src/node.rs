//! One node: its disk and its engine, which stay, and its process, which comes and goes.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use agent::converge::Step;
use agent::local::Outcome;
use agent::node::{Event, Output, Page};
use agent::reports::Outgoing;
use agent::worker::Worker;
use model::Timestamp;
use model::id::{InstanceId, NodeId};
use model::stranger::Stranger;
use model::version::Generation;
use protocol::session::FromServer;
use protocol::{Hello, Report, ToNode, ToServer};

use crate::action::Fault;
use crate::engine::Engine;
use crate::link::{Connection, NodeEnd, facts};
use crate::worker::{self, Place, Turn};

#[derive(Debug, Clone)]
pub struct Node {
    pub id: NodeId,
    pub machine: String,
    pub ledger: Page,
    pub disk_refuses: bool,
    pub engine: Engine,
    pub process: Option<Process>,
    /// The last is the newest; the node's end is open on that one at most.
    pub links: Vec<Connection>,
    /// Frames of earlier connections.
    pub old_up: Option<ToServer>,
    pub old_down: Option<ToNode>,
}

#[derive(Debug, Clone)]
pub struct Process {
    started: Duration,
    core: agent::node::Node,
    pub workers: BTreeMap<InstanceId, Worker>,
}

impl Node {
    pub fn new(id: NodeId, machine: &str) -> Self {
        Self {
            id,
            machine: machine.to_owned(),
            ledger: Page::default(),
            disk_refuses: false,
            engine: Engine::default(),
            process: None,
            links: Vec::new(),
            old_up: None,
            old_down: None,
        }
    }

    pub fn link(&mut self) -> Option<&mut Connection> {
        self.links.last_mut().filter(|link| link.node.is_some())
    }

    pub fn kill(&mut self) {
        self.process = None;
        self.engine.listening.clear();
        for link in &mut self.links {
            link.node = None;
            link.down.clear();
        }
    }

    /// The product draws another name for the machine where it finds no ledger. What is in the engine stays.
    pub fn lose_ledger(&mut self) {
        self.kill();
        self.machine.push('+');
        self.ledger = Page::default();
    }

    /// Goes on with what the ledger holds.
    pub fn start(&mut self, now: Duration, wall: Timestamp) {
        if self.process.is_some() {
            return;
        }
        let (core, outputs) = agent::node::Node::start(self.ledger.clone(), Duration::ZERO);
        self.process = Some(Process { started: now, core, workers: BTreeMap::new() });
        self.carry_out(outputs, now, wall);
    }

    /// Hands an event to the product's loop, and does what that answers.
    fn tell(&mut self, event: Event, now: Duration, wall: Timestamp) {
        let Some(process) = &mut self.process else { return };
        let outputs = process.core.handle(event, now.saturating_sub(process.started));
        self.carry_out(outputs, now, wall);
    }

    fn carry_out(&mut self, outputs: Vec<Output>, now: Duration, wall: Timestamp) {
        let mut outputs = VecDeque::from(outputs);
        while let Some(output) = outputs.pop_front() {
            let Some(process) = &mut self.process else { return };
            match output {
                Output::Write(page) => {
                    let ok = !self.disk_refuses;
                    if ok {
                        self.ledger = page;
                    }
                    let up = now.saturating_sub(process.started);
                    let more = process.core.handle(Event::Written { ok }, up);
                    more.into_iter().rev().for_each(|output| outputs.push_front(output));
                }
                Output::Dismiss(id) => {
                    process.workers.remove(&id);
                    self.engine.listening.remove(&id);
                }
                Output::Order { order, local } => {
                    let id = order.assigned.id;
                    process
                        .workers
                        .entry(id)
                        .or_insert_with(|| Worker::new((*order).clone(), *local, wall))
                        .order(*order);
                }
                Output::Nudge(id) => {
                    if let Some(worker) = process.workers.get_mut(&id) {
                        worker.nudge();
                    }
                }
                Output::Relist => {
                    let up = now.saturating_sub(process.started);
                    let more = self.engine.list().map(|listed| process.core.handle(Event::Listed(listed), up));
                    outputs.extend(more.unwrap_or_default());
                }
                Output::Send(outgoing) => self.send(outgoing),
                Output::Keep(_) | Output::Stand(_) | Output::Strangers(_) | Output::Refused(_) => {}
            }
        }
    }

    fn send(&mut self, Outgoing { assignment, instances, strangers }: Outgoing) {
        let Some(link) = self.links.last_mut() else { return };
        let Some(end) = link.node.as_mut() else { return };
        let Some(epoch) = end.session.epoch() else { return };
        let sequence = end.session.next_sequence();
        let frame = ToServer::Report(Report { epoch, sequence, assignment, instances, strangers });
        self.old_up = Some(frame.clone());
        link.send_up(frame);
    }

    pub fn hello(&self) -> Hello {
        let assignment = self.ledger.assignment.as_ref();
        Hello {
            version: protocol::VERSION,
            machine: self.machine.clone(),
            cluster: assignment.map(|assignment| assignment.cluster),
            era: assignment.map(|assignment| assignment.era).unwrap_or_default(),
            generation: self.generation(),
            facts: facts(),
        }
    }

    fn generation(&self) -> Generation {
        self.ledger.assignment.as_ref().map(|assignment| assignment.generation).unwrap_or_default()
    }

    /// The next frame from the server arrives.
    pub fn to_node(&mut self, now: Duration, wall: Timestamp) {
        let Some(frame) = self.links.last_mut().and_then(|link| link.down.pop_front()) else { return };
        self.hear(frame, now, wall);
    }

    pub fn hear(&mut self, frame: ToNode, now: Duration, wall: Timestamp) {
        let Some(link) = self.links.last_mut() else { return };
        let Some(NodeEnd { session, heard }) = &mut link.node else { return };
        *heard = now;
        match session.handle(frame.clone()) {
            FromServer::Welcomed { assignment, .. } => {
                self.old_down = Some(frame);
                self.tell(Event::Welcomed(assignment), now, wall);
            }
            FromServer::Assigned(assignment) => {
                self.old_down = Some(frame);
                self.tell(Event::Assigned(assignment), now, wall);
            }
            FromServer::Heard { .. } | FromServer::Dial(_) | FromServer::Stale => {}
            FromServer::Refused { .. } | FromServer::Broken(_) => link.node = None,
        }
    }

    /// The worker of that instance takes its next step, if one is due.
    pub fn work(&mut self, id: InstanceId, fault: Fault, now: Duration, wall: Timestamp) -> Option<(Step, Outcome)> {
        let process = self.process.as_mut()?;
        let up = now.saturating_sub(process.started);
        let worker = process.workers.get_mut(&id).filter(|worker| worker.is_due(up))?;
        let mut place = Place { engine: &mut self.engine, now, up, wall };
        let Turn { step, news } = worker::turn(worker, &mut place, fault);
        if let Some(news) = news {
            self.tell(Event::Worker { instance: id, news }, now, wall);
        }
        step
    }

    pub fn is_due(&self, id: InstanceId, now: Duration) -> bool {
        let due = |process: &Process| {
            let up = now.saturating_sub(process.started);
            process.workers.get(&id).is_some_and(|worker| worker.is_due(up))
        };
        self.process.as_ref().is_some_and(due)
    }

    /// What was done is written to the ledger, and what waits for the disk is tried again.
    pub fn save(&mut self, now: Duration, wall: Timestamp) {
        let Some(process) = &mut self.process else { return };
        let last = process.core.save();
        self.carry_out(last.into_iter().collect(), now, wall);
        self.tell(Event::Tick, now, wall);
    }

    pub fn is_saved(&self) -> bool {
        self.process.as_ref().is_none_or(|process| process.core.is_saved())
    }

    pub fn has_news(&self) -> bool {
        let due = |process: &Process| process.core.reports().due_at(Duration::ZERO).is_some();
        self.process.as_ref().is_some_and(due)
    }

    pub fn report(&mut self, now: Duration, wall: Timestamp) {
        let connected = self.link().is_some_and(|link| link.epoch().is_some());
        let Some(process) = self.process.as_mut().filter(|_| connected) else { return };
        let output = process.core.report(now.saturating_sub(process.started));
        self.carry_out(vec![output], now, wall);
    }

    pub fn heartbeat(&mut self) {
        if let Some(link) = self.link()
            && let Some(epoch) = link.epoch()
        {
            link.send_up(ToServer::Heartbeat { epoch, facts: facts(), counted: None });
        }
    }

    /// Compares the engine's whole list with what was seen, and wakes the workers of what differs.
    pub fn list(&mut self, now: Duration, wall: Timestamp) {
        if let Some(listed) = self.engine.list() {
            self.tell(Event::Listed(listed), now, wall);
        }
    }

    pub fn strangers(&self) -> &[Stranger] {
        self.process.as_ref().map_or(&[], |process| process.core.reports().strangers())
    }
}
