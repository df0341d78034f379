//! What the server is still to be told. Changes are gathered for a moment and sent together.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::id::InstanceId;
use model::observed::InstanceReport;
use model::stranger::Stranger;
use model::version::Generation;
use tokio::time::Instant;

use crate::channel::Outgoing;

/// The shortest time between two reports.
pub(super) const APART: Duration = Duration::from_millis(50);

#[derive(Debug, Default)]
pub(super) struct Reports {
    latest: BTreeMap<InstanceId, InstanceReport>,
    changed: BTreeSet<InstanceId>,
    /// Changed, and kept back until the ledger knows of the container.
    kept_back: BTreeSet<InstanceId>,
    /// Also when no instance changed: strangers did, or the whole set is due.
    due: bool,
    strangers: Vec<Stranger>,
    sent_at: Option<Instant>,
}

impl Reports {
    pub(super) fn set(&mut self, report: InstanceReport) {
        let id = report.instance;
        if self.latest.get(&id) != Some(&report) {
            self.latest.insert(id, report);
            self.changed.insert(id);
        }
    }

    pub(super) fn get(&self, id: InstanceId) -> Option<&InstanceReport> {
        self.latest.get(&id)
    }

    pub(super) fn forget(&mut self, id: InstanceId) {
        self.latest.remove(&id);
        self.changed.remove(&id);
        self.kept_back.remove(&id);
    }

    pub(super) fn set_strangers(&mut self, strangers: Vec<Stranger>) {
        if self.strangers != strangers {
            let names: Vec<&str> = strangers.iter().map(|stranger| stranger.container.as_str()).collect();
            tracing::warn!(?names, "containers of this cluster that are not assigned to this node; left alone");
            self.strangers = strangers;
            self.due = true;
        }
    }

    /// Everything is to be told anew.
    pub(super) fn whole(&mut self) {
        self.changed = self.latest.keys().copied().collect();
        self.due = true;
    }

    /// Something is to be told that stands in every report.
    pub(super) const fn due(&mut self) {
        self.due = true;
    }

    /// When the next report is due; `None` if there is nothing to tell.
    pub(super) fn due_at(&self) -> Option<Instant> {
        let something = self.due || !self.changed.is_empty();
        something.then(|| self.sent_at.map_or_else(Instant::now, |at| at + APART))
    }

    /// Of what is to be told now, that which `may_be_told` refuses waits for [`Reports::written`].
    pub(super) fn keep_back(&mut self, may_be_told: impl Fn(&InstanceReport) -> bool) {
        let latest = &self.latest;
        let early = |id: &InstanceId| latest.get(id).is_some_and(|report| !may_be_told(report));
        self.kept_back.extend(self.changed.extract_if(.., early));
    }

    /// The ledger holds all that was done.
    pub(super) fn written(&mut self) {
        self.changed.append(&mut self.kept_back);
    }

    /// What is to be told now. It counts as told only after [`Reports::sent`].
    pub(super) fn outgoing(&self, assignment: Generation) -> Outgoing {
        let instances = self.changed.iter().filter_map(|id| self.latest.get(id).cloned()).collect();
        Outgoing { assignment, instances, strangers: self.strangers.clone() }
    }

    pub(super) fn sent(&mut self) {
        self.changed.clear();
        self.due = false;
        self.later();
    }

    /// It could not be sent now.
    pub(super) fn later(&mut self) {
        self.sent_at = Some(Instant::now());
    }
}
