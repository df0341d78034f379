//! What the server is still to be told. Changes are gathered for a moment and sent together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::id::InstanceId;
use model::observed::InstanceReport;
use model::stranger::Stranger;
use model::version::Generation;

/// The shortest time between two reports.
pub const APART: Duration = Duration::from_millis(50);

/// A report, before it gets the epoch and number of the connection it is sent on.
#[derive(Debug, Clone, PartialEq)]
pub struct Outgoing {
    /// Of the assignment that stands in the ledger.
    pub assignment: Generation,
    pub instances: Vec<InstanceReport>,
    pub strangers: Vec<Stranger>,
}

/// All times are since the node's start.
#[derive(Debug, Clone, Default)]
pub struct Reports {
    latest: BTreeMap<InstanceId, InstanceReport>,
    changed: BTreeSet<InstanceId>,
    /// Changed, and kept back until the ledger knows of the container.
    kept_back: BTreeSet<InstanceId>,
    /// Also when no instance changed: strangers did, or the whole set is due.
    due: bool,
    strangers: Vec<Stranger>,
    sent_at: Option<Duration>,
}

impl Reports {
    pub fn set(&mut self, report: InstanceReport) {
        let id = report.instance;
        if self.latest.get(&id) != Some(&report) {
            self.latest.insert(id, report);
            self.changed.insert(id);
        }
    }

    pub fn get(&self, id: InstanceId) -> Option<&InstanceReport> {
        self.latest.get(&id)
    }

    pub fn forget(&mut self, id: InstanceId) {
        self.latest.remove(&id);
        self.changed.remove(&id);
        self.kept_back.remove(&id);
    }

    pub fn strangers(&self) -> &[Stranger] {
        &self.strangers
    }

    /// Whether they are others than before.
    pub fn set_strangers(&mut self, strangers: Vec<Stranger>) -> bool {
        let news = self.strangers != strangers;
        self.due |= news;
        self.strangers = strangers;
        news
    }

    /// Everything is to be told anew.
    pub fn whole(&mut self) {
        self.changed = self.latest.keys().copied().collect();
        self.due = true;
    }

    /// Something is to be told that stands in every report.
    pub const fn due(&mut self) {
        self.due = true;
    }

    /// When the next report is due; `None` if there is nothing to tell.
    pub fn due_at(&self, now: Duration) -> Option<Duration> {
        let something = self.due || !self.changed.is_empty();
        something.then(|| self.sent_at.map_or(now, |at| at + APART))
    }

    /// Of what is to be told now, that which `may_be_told` refuses waits for [`Reports::written`].
    pub fn keep_back(&mut self, may_be_told: impl Fn(&InstanceReport) -> bool) {
        let latest = &self.latest;
        let early = |id: &InstanceId| latest.get(id).is_some_and(|report| !may_be_told(report));
        self.kept_back.extend(self.changed.extract_if(.., early));
    }

    /// The ledger holds all that was done.
    pub fn written(&mut self) {
        self.changed.append(&mut self.kept_back);
    }

    /// What is to be told now. It counts as told only after [`Reports::sent`].
    pub fn outgoing(&self, assignment: Generation) -> Outgoing {
        let instances = self.changed.iter().filter_map(|id| self.latest.get(id).cloned()).collect();
        Outgoing { assignment, instances, strangers: self.strangers.clone() }
    }

    pub fn sent(&mut self, now: Duration) {
        self.changed.clear();
        self.due = false;
        self.later(now);
    }

    /// It could not be sent now.
    pub const fn later(&mut self, now: Duration) {
        self.sent_at = Some(now);
    }
}
