//! The loop of a node, as a state machine: what is taken, written down, kept back, told and looked at. Whoever drives it hands
//! in what happened, and does what it answers, in its order.

mod messages;

use std::collections::BTreeMap;
use std::time::Duration;

use model::assignment::{AssignedInstance, Assignment};
use model::id::InstanceId;
use model::instance::DesiredState;
use model::observed::Observed;
use model::version::Generation;

use crate::accept::{Accept, accept};
use crate::adopt;
use crate::facts::ContainerView;
use crate::local::{Local, Memory};
use crate::report::may_be_told;
use crate::reports::{APART, Reports};
use crate::row_file::Found;
use crate::worker::{News, Order};

pub use messages::{Event, Output, Page};

/// The pause after the disk refused.
const WRITE_AGAIN: Duration = Duration::from_secs(5);

/// What is being written.
#[derive(Debug, Clone, PartialEq)]
enum Writing {
    /// The newest assignment, and whether the ledger was empty before.
    Assignment {
        assignment: Box<Assignment>,
        first: bool,
    },
    Memories,
}

#[derive(Debug, Clone, Default)]
pub struct Node {
    /// As it stands on the disk.
    page: Page,
    memories: BTreeMap<InstanceId, Memory>,
    /// Accepted, and not on the disk yet because that refused.
    unwritten: Option<Assignment>,
    writing: Option<(Writing, Page)>,
    reports: Reports,
    connected: bool,
    /// When what is new of the memories is to be written.
    save_at: Option<Duration>,
}

impl Node {
    /// Goes on with what the ledger holds, without waiting for a server.
    pub fn start(page: Page, now: Duration) -> (Self, Vec<Output>) {
        let mut node = Self { memories: page.memories.clone(), page, ..Self::default() };
        let Some(assignment) = node.page.assignment.clone() else { return (node, Vec::new()) };
        let mut outputs = vec![Output::Keep(assignment.kept.clone())];
        for assigned in &assignment.instances {
            let memory = *node.memories.entry(assigned.id).or_default();
            outputs.push(order(&assignment, assigned, Local::recalled(assigned, memory, now)));
        }
        (node, outputs)
    }

    pub const fn page(&self) -> &Page {
        &self.page
    }

    /// Of which objects in a listing the folders are to be read.
    pub fn to_read(&self, listed: &[ContainerView]) -> Vec<InstanceId> {
        self.page.assignment.as_ref().map_or_else(Vec::new, |assignment| adopt::unassigned(assignment, listed))
    }

    pub const fn reports(&self) -> &Reports {
        &self.reports
    }

    /// Whether the ledger holds all that is known.
    pub fn is_saved(&self) -> bool {
        self.unwritten.is_none() && self.writing.is_none() && self.memories == self.page.memories
    }

    pub fn generation(&self) -> Generation {
        self.page.assignment.as_ref().map(|assignment| assignment.generation).unwrap_or_default()
    }

    pub fn handle(&mut self, event: Event, now: Duration) -> Vec<Output> {
        match event {
            Event::Welcomed(assignment) => {
                self.connected = true;
                let outputs = self.consider(assignment);
                self.reports.whole();
                outputs
            }
            Event::Assigned(assignment) => self.consider(assignment),
            Event::Down => {
                self.connected = false;
                Vec::new()
            }
            Event::Listed(listed, found) => self.listed(listed, &found),
            Event::Worker { instance, news } => {
                self.heard(instance, news, now);
                Vec::new()
            }
            Event::Written { ok } => self.written(ok, now),
            Event::NotSent => {
                self.reports.whole();
                self.reports.later(now);
                Vec::new()
            }
            Event::Tick => self.unwritten.take().map_or_else(Vec::new, |assignment| self.take(assignment)),
            Event::Whole => {
                self.reports.whole();
                Vec::new()
            }
        }
    }

    /// When [`Self::flush`] has something to do.
    pub fn due_at(&self, now: Duration) -> Option<Duration> {
        let report = self.reports.due_at(now).filter(|_| self.connected);
        self.save_at.into_iter().chain(report).min()
    }

    /// What is due by now.
    pub fn flush(&mut self, now: Duration) -> Vec<Output> {
        let mut outputs = Vec::new();
        if self.save_at.is_some_and(|at| at <= now) {
            outputs.extend(self.save());
        }
        if self.connected && self.reports.due_at(now).is_some_and(|at| at <= now) {
            outputs.push(self.report(now));
        }
        outputs
    }

    /// Tells what is new and may be told, also before it is due.
    pub fn report(&mut self, now: Duration) -> Output {
        let page = &self.page;
        self.reports.keep_back(|report| may_be_told(report, page.made(report.instance)));
        let outgoing = self.reports.outgoing(self.generation());
        self.reports.sent(now);
        Output::Send(outgoing)
    }

    /// Writes what was done since the last time, also before it is due: the process ends.
    pub fn save(&mut self) -> Option<Output> {
        if self.writing.is_some() || (self.save_at.is_none() && self.memories == self.page.memories) {
            return None;
        }
        let page = Page { memories: self.memories.clone(), ..self.page.clone() };
        self.writing = Some((Writing::Memories, page.clone()));
        Some(Output::Write(page))
    }

    /// Takes a newer assignment, and nothing else.
    fn consider(&mut self, assignment: Assignment) -> Vec<Output> {
        // One that waits for the disk was accepted already.
        let latest = self.unwritten.as_ref().or(self.page.assignment.as_ref());
        match accept(latest, &assignment) {
            Accept::Take => self.take(assignment),
            Accept::Same => Vec::new(),
            Accept::Refuse(refused) => vec![Output::Refused(refused)],
        }
    }

    /// Writes the assignment to the ledger; only then it is acted on. What was done for instances that it does not name is
    /// forgotten; of those that are new, no restart is outstanding.
    fn take(&mut self, assignment: Assignment) -> Vec<Output> {
        let fresh = |restarts_done| Memory { restarts_done, ..Memory::default() };
        let memory = |one: &AssignedInstance| {
            (one.id, self.memories.get(&one.id).copied().unwrap_or_else(|| fresh(one.restarts)))
        };
        let memories = assignment.instances.iter().map(memory).collect();
        let page = Page { assignment: Some(assignment.clone()), memories };
        let (assignment, first) = (Box::new(assignment), self.page.assignment.is_none());
        self.writing = Some((Writing::Assignment { assignment, first }, page.clone()));
        vec![Output::Write(page)]
    }

    fn written(&mut self, ok: bool, now: Duration) -> Vec<Output> {
        let Some((writing, page)) = self.writing.take() else { return Vec::new() };
        match (writing, ok) {
            (Writing::Memories, false) => {
                self.save_at = Some(now + WRITE_AGAIN);
                Vec::new()
            }
            (Writing::Memories, true) => {
                self.save_at = None;
                self.page = page;
                self.reports.written();
                Vec::new()
            }
            (Writing::Assignment { assignment, .. }, false) => {
                self.unwritten = Some(*assignment);
                Vec::new()
            }
            (Writing::Assignment { assignment, first }, true) => self.act_on(*assignment, first, page, now),
        }
    }

    /// It stands in the ledger.
    fn act_on(&mut self, assignment: Assignment, first: bool, page: Page, now: Duration) -> Vec<Output> {
        let known = std::mem::replace(&mut self.memories, page.memories.clone());
        self.page = page;
        self.unwritten = None;
        self.save_at = None;
        self.reports.written();
        let mut outputs = vec![Output::Keep(assignment.kept.clone())];
        // First those that leave: their host ports may have been given to those that come.
        for id in known.keys().filter(|id| !self.memories.contains_key(id)) {
            // A container that is left behind is nobody's now, and was somebody's at the last listing.
            if self.reports.get(*id).is_none_or(|last| last.observed != Observed::Absent) {
                outputs.push(Output::Relist);
            }
            self.reports.forget(*id);
            outputs.push(Output::Dismiss(*id));
        }
        for assigned in &assignment.instances {
            outputs.push(order(&assignment, assigned, Local::assigned(assigned, first, now)));
        }
        outputs.push(Output::Stand(Box::new(assignment)));
        // The server learns from a report which generation stands in the ledger.
        self.reports.due();
        outputs
    }

    /// What a worker said before its instance was taken away is no longer of interest.
    fn heard(&mut self, instance: InstanceId, News { report, memory }: News, now: Duration) {
        let Some(known) = self.memories.get_mut(&instance) else { return };
        if *known != memory {
            // The server hears of a new container only when it is written down.
            let pause = if memory.made > known.made { Duration::ZERO } else { APART };
            *known = memory;
            self.save_at = self.save_at.into_iter().chain([now + pause]).min();
        }
        self.reports.set(report);
    }

    /// Wakes the workers of what differs from what they said last.
    fn listed(&mut self, listed: Vec<ContainerView>, found: &Found) -> Vec<Output> {
        let Some(assignment) = &self.page.assignment else { return Vec::new() };
        let sorted = adopt::sort(assignment, listed, found);
        let differs = |assigned: &&AssignedInstance| {
            let told = self.reports.get(assigned.id).map(|report| &report.observed);
            !is_as_told(told, sorted.ours.get(&assigned.id), assigned)
        };
        let mut outputs: Vec<Output> =
            assignment.instances.iter().filter(differs).map(|assigned| Output::Nudge(assigned.id)).collect();
        let names = sorted.strangers.iter().map(|stranger| stranger.container.clone()).collect();
        if self.reports.set_strangers(sorted.strangers) {
            outputs.push(Output::Strangers(names));
        }
        outputs
    }
}

fn order(assignment: &Assignment, assigned: &AssignedInstance, local: Local) -> Output {
    let order = Order { cluster: assignment.cluster, node: assignment.node, assigned: assigned.clone() };
    Output::Order { order: Box::new(order), local: Box::new(local) }
}

fn is_as_told(told: Option<&Observed>, view: Option<&ContainerView>, assigned: &AssignedInstance) -> bool {
    match (told, view) {
        (Some(Observed::Present(facts)), Some(view)) => {
            facts.container_id == view.container_id && facts.state == view.state && facts.started_at == view.started_at
        }
        (Some(Observed::Absent), None) => assigned.desired != DesiredState::Running,
        (Some(_) | None, _) => false,
    }
}
