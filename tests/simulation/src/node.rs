//! One node: its disk and its engine, which stay, and its process, which comes and goes.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use agent::accept::{Accept, accept};
use agent::adopt;
use agent::converge::Step;
use agent::local::{Local, Outcome};
use agent::report::may_be_told;
use model::Timestamp;
use model::assignment::Assignment;
use model::id::{ClusterId, InstanceId, NodeId};
use model::instance::DesiredState;
use model::observed::{InstanceReport, Observed};
use model::stranger::Stranger;
use model::version::{Generation, Incarnation, Restarts};
use protocol::session::FromServer;
use protocol::{Hello, Report, ToNode, ToServer};

use crate::action::Fault;
use crate::engine::Engine;
use crate::link::{Connection, NodeEnd, facts};
use crate::worker::{Place, Stepped, Worker};

#[derive(Debug, Clone)]
pub struct Node {
    pub id: NodeId,
    pub machine: String,
    pub ledger: Ledger,
    pub disk_refuses: bool,
    pub engine: Engine,
    pub process: Option<Process>,
    /// The last is the newest; the node's end is open on that one at most.
    pub links: Vec<Connection>,
    /// Frames of earlier connections.
    pub old_up: Option<ToServer>,
    pub old_down: Option<ToNode>,
}

/// What survives the process.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    pub assignment: Option<Assignment>,
    pub memories: BTreeMap<InstanceId, Memory>,
}

pub type Memory = (Restarts, Option<Incarnation>);

#[derive(Debug, Clone)]
pub struct Process {
    started: Duration,
    pub workers: BTreeMap<InstanceId, Worker>,
    memories: BTreeMap<InstanceId, Memory>,
    unwritten: Option<Assignment>,
    latest: BTreeMap<InstanceId, InstanceReport>,
    changed: BTreeSet<InstanceId>,
    kept_back: BTreeSet<InstanceId>,
    due: bool,
    strangers: Vec<Stranger>,
}

impl Node {
    pub fn new(id: NodeId, machine: &str) -> Self {
        Self {
            id,
            machine: machine.to_owned(),
            ledger: Ledger::default(),
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

    /// Goes on with what the ledger holds.
    pub fn start(&mut self, now: Duration, wall: Timestamp) {
        if self.process.is_some() {
            return;
        }
        let mut workers = BTreeMap::new();
        for assigned in self.ledger.assignment.iter().flat_map(|assignment| &assignment.instances) {
            let (done, made) = self.ledger.memories.get(&assigned.id).copied().unwrap_or_default();
            let local = Local::recalled(assigned, done, made, Duration::ZERO);
            workers.insert(assigned.id, Worker::new(assigned.clone(), local, wall));
        }
        self.process = Some(Process {
            started: now,
            workers,
            memories: self.ledger.memories.clone(),
            unwritten: None,
            latest: BTreeMap::new(),
            changed: BTreeSet::new(),
            kept_back: BTreeSet::new(),
            due: true,
            strangers: Vec::new(),
        });
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
                self.consider(assignment, wall);
                if let Some(process) = &mut self.process {
                    process.changed = process.latest.keys().copied().collect();
                    process.due = true;
                }
            }
            FromServer::Assigned(assignment) => {
                self.old_down = Some(frame);
                self.consider(assignment, wall);
            }
            FromServer::Heard { .. } | FromServer::Dial(_) | FromServer::Stale => {}
            FromServer::Refused { .. } | FromServer::Broken(_) => link.node = None,
        }
    }

    fn consider(&mut self, assignment: Assignment, wall: Timestamp) {
        let Some(process) = &self.process else { return };
        let latest = process.unwritten.as_ref().or(self.ledger.assignment.as_ref());
        match accept(latest, &assignment) {
            Accept::Take => self.take(assignment, wall),
            Accept::Same | Accept::Refuse(_) => {}
        }
    }

    /// Writes the assignment to the ledger, and only then acts on it.
    fn take(&mut self, assignment: Assignment, wall: Timestamp) {
        let Some(process) = &mut self.process else { return };
        if self.disk_refuses {
            process.unwritten = Some(assignment);
            return;
        }
        let known = std::mem::take(&mut process.memories);
        let memory = |id: &InstanceId, restarts| known.get(id).copied().unwrap_or((restarts, None));
        process.memories = assignment.instances.iter().map(|one| (one.id, memory(&one.id, one.restarts))).collect();
        process.unwritten = None;
        let left: Vec<InstanceId> =
            process.workers.keys().copied().filter(|id| !process.memories.contains_key(id)).collect();
        for id in left {
            process.workers.remove(&id);
            process.latest.remove(&id);
            process.changed.remove(&id);
            process.kept_back.remove(&id);
            self.engine.listening.remove(&id);
        }
        for assigned in &assignment.instances {
            process
                .workers
                .entry(assigned.id)
                .or_insert_with(|| Worker::new(assigned.clone(), Local::new(assigned), wall))
                .order(assigned);
        }
        process.due = true;
        process.changed.append(&mut process.kept_back);
        self.ledger = Ledger { assignment: Some(assignment), memories: process.memories.clone() };
    }

    /// The worker of that instance takes its next step, if one is due.
    pub fn work(
        &mut self,
        id: InstanceId,
        cluster: ClusterId,
        fault: Fault,
        now: Duration,
        wall: Timestamp,
    ) -> Option<(Step, Outcome)> {
        let process = self.process.as_mut()?;
        let up = now.saturating_sub(process.started);
        let worker = process.workers.get_mut(&id).filter(|worker| worker.is_due(up))?;
        let mut place = Place { cluster, node: self.id, engine: &mut self.engine, now, up, wall };
        let Stepped { step, report } = worker.work(&mut place, fault);
        process.memories.insert(id, (worker.local.restarts_done, worker.local.made));
        if process.latest.get(&id) != Some(&report) {
            process.latest.insert(id, report);
            process.changed.insert(id);
        }
        step
    }

    pub fn is_due(&self, id: InstanceId, now: Duration) -> bool {
        let process = self.process.as_ref();
        process.is_some_and(|process| {
            process.workers.get(&id).is_some_and(|worker| worker.is_due(now.saturating_sub(process.started)))
        })
    }

    /// What was done is written to the ledger, and what waits for the disk is tried again.
    pub fn save(&mut self, wall: Timestamp) {
        let Some(process) = &mut self.process else { return };
        if self.disk_refuses {
            return;
        }
        self.ledger.memories.clone_from(&process.memories);
        process.changed.append(&mut process.kept_back);
        if let Some(assignment) = process.unwritten.take() {
            self.take(assignment, wall);
        }
    }

    pub fn is_saved(&self) -> bool {
        self.process
            .as_ref()
            .is_none_or(|process| process.unwritten.is_none() && process.memories == self.ledger.memories)
    }

    pub fn has_news(&self) -> bool {
        self.process.as_ref().is_some_and(|process| process.due || !process.changed.is_empty())
    }

    pub fn report(&mut self) {
        let assignment = self.generation();
        let Some(process) = &mut self.process else { return };
        let Some(link) = self.links.last_mut() else { return };
        let Some(end) = link.node.as_mut() else { return };
        let Some(epoch) = end.session.epoch() else { return };
        let written = |id: &InstanceId| self.ledger.memories.get(id).and_then(|(_, made)| *made);
        let latest = &process.latest;
        let early = |id: &InstanceId| latest.get(id).is_some_and(|report| !may_be_told(report, written(id)));
        process.kept_back.extend(process.changed.extract_if(.., early));
        let instances = process.changed.iter().filter_map(|id| process.latest.get(id).cloned()).collect();
        let sequence = end.session.next_sequence();
        process.changed.clear();
        process.due = false;
        let strangers = process.strangers.clone();
        let frame = ToServer::Report(Report { epoch, sequence, assignment, instances, strangers });
        self.old_up = Some(frame.clone());
        link.send_up(frame);
    }

    pub fn heartbeat(&mut self) {
        if let Some(link) = self.link()
            && let Some(epoch) = link.epoch()
        {
            link.send_up(ToServer::Heartbeat { epoch, facts: facts(), counted: None });
        }
    }

    /// Compares the engine's whole list with what was seen, and wakes the workers of what differs.
    pub fn list(&mut self) {
        let (Some(process), Some(listed)) = (&mut self.process, self.engine.list()) else { return };
        let Some(assignment) = &self.ledger.assignment else { return };
        let sorted = adopt::sort(assignment, listed);
        for assigned in &assignment.instances {
            let told = process.latest.get(&assigned.id).map(|report| &report.observed);
            let same = match (told, sorted.ours.get(&assigned.id)) {
                (Some(Observed::Present(facts)), Some(view)) => {
                    facts.container_id == view.container_id
                        && facts.state == view.state
                        && facts.started_at == view.started_at
                }
                (Some(Observed::Absent), None) => assigned.desired != DesiredState::Running,
                (Some(_) | None, _) => false,
            };
            if !same && let Some(worker) = process.workers.get_mut(&assigned.id) {
                worker.nudge();
            }
        }
        process.due |= process.strangers != sorted.strangers;
        process.strangers = sorted.strangers;
    }

    pub fn strangers(&self) -> &[Stranger] {
        self.process.as_ref().map_or(&[], |process| &process.strangers)
    }
}
