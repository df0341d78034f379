//! Looking at the engine, and saying what was seen.

use agent::adopt;
use agent::converge::Seen;
use agent::facts::container_name;
use agent::report::report;
use chrono::Utc;
use model::observed::{Activity, Problem};

use super::Worker;
use crate::event_loop::{Event, FromWorker};
use crate::ledger::Memory;

impl Worker {
    pub(super) fn name(&self) -> String {
        container_name(self.order.assigned.id, self.order.assigned.incarnation)
    }

    /// Asks the engine for this very container.
    pub(super) async fn look(&mut self) {
        let name = self.name();
        let (cluster, assigned) = (self.order.cluster, &self.order.assigned);
        self.seen = match self.tools.engine.inspect(&name).await {
            Ok(inspected) => adopt::seen(cluster, assigned, inspected),
            Err(error) => {
                tracing::debug!(name, %error, "the container could not be looked at");
                Seen::Unknown
            }
        };
        if self.seen != Seen::Unknown {
            self.known_at = Utc::now();
        }
        self.local.saw(assigned, &self.seen, self.tools.now());
    }

    pub(super) async fn report(&mut self, activity: Option<Activity>, problem: Option<Problem>) {
        let assigned = &self.order.assigned;
        let now = self.tools.now();
        let report = report(assigned, &self.seen, &self.local, activity, problem, self.known_at, now);
        let memory = Memory { restarts_done: self.local.restarts_done, made: self.local.made };
        let said = (report, memory);
        if self.told.as_ref() == Some(&said) {
            return;
        }
        self.told = Some(said.clone());
        let (report, memory) = said;
        let event = Event::Worker(FromWorker { instance: assigned.id, report, memory });
        // Without a loop the process is ending.
        let _ = self.events.send(event).await;
    }
}
