//! From an assignment to the ledger, and from the ledger to the workers.

use std::sync::Arc;
use std::time::Duration;

use agent::accept::{Accept, accept};
use agent::local::Local;
use crash::crash_at;
use model::assignment::Assignment;
use model::observed::Observed;
use tokio::time::Instant;

use super::EventLoop;
use crate::worker::Order;

/// The pause after the disk refused.
const WRITE_AGAIN: Duration = Duration::from_secs(5);

impl EventLoop {
    /// Says who this machine is and what it was told, before anybody dials: a node that introduced itself without that
    /// would be taken for another machine with an empty data directory.
    pub(super) fn introduce(&self) {
        let page = self.ledger.page();
        self.ends.standing.send_modify(|standing| standing.machine.clone_from(&page.machine));
        if let Some(assignment) = &page.assignment {
            self.stand(assignment);
        }
    }

    /// Goes on with what the ledger holds, without waiting for a server.
    pub(super) fn recall(&mut self) {
        let page = self.ledger.page().clone();
        self.memories = page.instances;
        let Some(assignment) = page.assignment else { return };
        self.tools.forwards.keep(&assignment.kept);
        tracing::info!(
            generation = %assignment.generation,
            instances = assignment.instances.len(),
            "going on with the assignment in the ledger"
        );
        for assigned in &assignment.instances {
            let memory = self.memories.entry(assigned.id).or_default();
            let (done, made) = (memory.restarts_done, memory.made);
            let order = Order { cluster: assignment.cluster, node: assignment.node, assigned: assigned.clone() };
            self.crew.order(order, |tools| Local::recalled(assigned, done, made, tools.now()));
        }
    }

    /// Takes a newer assignment, and nothing else.
    pub(super) async fn consider(&mut self, assignment: Assignment) {
        // One that waits for the disk was accepted already.
        let latest = self.unwritten.as_ref().or(self.ledger.page().assignment.as_ref());
        match accept(latest, &assignment) {
            Accept::Take => self.take(assignment).await,
            Accept::Same => {}
            Accept::Refuse(refused) => tracing::error!("not acting on what the server sent: {refused}"),
        }
    }

    /// Writes the assignment to the ledger, and only then acts on it.
    pub(super) async fn take(&mut self, assignment: Assignment) {
        let mut page = self.ledger.page().clone();
        let first = page.assignment.is_none();
        page.instances.clone_from(&self.memories);
        let page = page.assigned(assignment.clone());
        let memories = page.instances.clone();
        crash_at!("assigned");
        if let Err(error) = self.ledger.write(page).await {
            tracing::error!("{error}; the node acts on the new assignment once the ledger can be written");
            self.unwritten = Some(assignment);
            return;
        }
        crash_at!("assignment-written");
        self.unwritten = None;
        self.memories = memories;
        self.save_at = None;
        self.reports.written();
        self.tools.forwards.keep(&assignment.kept);
        // First those that leave: their host ports may have been given to those that come.
        for id in self.crew.ids() {
            if !self.memories.contains_key(&id) {
                self.crew.dismiss(id).await;
                // A container that is left behind is nobody's now, and was somebody's at the last listing.
                if self.reports.get(id).is_none_or(|last| last.observed != Observed::Absent) {
                    self.relist.notify_one();
                }
                self.reports.forget(id);
            }
        }
        for assigned in &assignment.instances {
            let order = Order { cluster: assignment.cluster, node: assignment.node, assigned: assigned.clone() };
            self.crew.order(order, |tools| Local::assigned(assigned, first, tools.now()));
        }
        self.stand(&assignment);
        // The server learns from a report which generation stands in the ledger.
        self.reports.due();
    }

    /// Writes what was done since the last time.
    pub(super) async fn save(&mut self) {
        let mut page = self.ledger.page().clone();
        page.instances.clone_from(&self.memories);
        crash_at!("saving");
        self.save_at = match self.ledger.write(page).await {
            Ok(()) => {
                crash_at!("saved");
                self.reports.written();
                None
            }
            Err(error) => {
                tracing::error!("{error}");
                Some(Instant::now() + WRITE_AGAIN)
            }
        };
    }

    fn stand(&self, assignment: &Assignment) {
        self.ends.assigned.send_replace(Some(Arc::new(assignment.clone())));
        self.ends.standing.send_modify(|standing| {
            standing.cluster = Some(assignment.cluster);
            standing.era = assignment.era;
            standing.generation = assignment.generation;
        });
        self.cluster.send_if_modified(|cluster| cluster.replace(assignment.cluster) != Some(assignment.cluster));
    }
}
