//! The task itself.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant as Moment;

use crash::crash_at;
use model::id::NodeId;
use model::node::Liveness;
use model::version::EventNumber;
use planner::channel::Noted;
use planner::clock::Instant;
use planner::liveness::liveness_of_all;
use planner::reconcile::{Plan, Publish, reconcile};
use planner::world::World;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::Orchestrator;
use super::draw::Source;
use super::readiness::Readiness;
use super::request::{Request, in_doubt, not_written};
use super::worlds::WorldSender;
use crate::authority::Authority;
use crate::clock::Clock;
use crate::limits;
use crate::store::{Store, StoreError};

/// What the task owns.
pub(crate) struct Loop {
    store: Store,
    world: World,
    requests: mpsc::Receiver<Request>,
    shown: WorldSender,
    clock: Clock,
    source: Source,
    /// Something changed since the nodes were looked after.
    stirred: bool,
    /// The database has rows that this world has not.
    behind: bool,
    /// The last line of the activity log that was dropped: to find the oldest, the database goes through all that were.
    forgotten: EventNumber,
    /// As it was when they were.
    liveness: BTreeMap<NodeId, Liveness>,
}

impl Loop {
    pub(crate) fn new(store: Store, world: World, clock: Clock, authority: Arc<Authority>) -> (Self, Orchestrator) {
        let (sender, requests) = mpsc::channel(limits::QUEUE);
        let (shown, worlds) = WorldSender::new(world.clone());
        let (source, liveness) = (Source(authority), BTreeMap::new());
        (
            Self {
                store,
                world,
                requests,
                shown,
                clock,
                source,
                stirred: false,
                behind: false,
                forgotten: EventNumber(0),
                liveness,
            },
            Orchestrator { requests: sender, worlds, clock, readiness: Readiness::default() },
        )
    }

    /// Until `stop`; what was asked before is carried out, and what is asked later is refused.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut wake_at = self.look_after().await;
        let mut forget_at = self.clock.now().mono;
        loop {
            let due = wake_at.map(|moment| self.clock.at(moment));
            let alarm = due.into_iter().chain(self.store.certain_from()).min();
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep_until(Some(self.clock.at(forget_at))) => forget_at = self.forget().await,
                request = self.requests.recv() => match request {
                    Some(request) => self.burst(request).await,
                    None => break,
                },
                () = sleep_until(alarm) => self.stirred = true,
            }
            if self.stirred {
                wake_at = self.look_after().await;
            }
        }
        self.requests.close();
        while let Some(request) = self.requests.recv().await {
            self.carry_out(vec![request]).await;
        }
        self.store.close().await;
    }

    /// What waits already is decided before the nodes are looked after, up to a bound.
    async fn burst(&mut self, first: Request) {
        let mut requests = vec![first];
        while requests.len() < limits::BURST {
            match self.requests.try_recv() {
                Ok(request) => requests.push(request),
                Err(_) => break,
            }
        }
        self.carry_out(requests).await;
    }

    /// All together, or, if they cannot be written together, each alone, so that nobody pays for another's.
    async fn carry_out(&mut self, mut requests: Vec<Request>) {
        let began = Moment::now();
        match self.attempt(&mut requests).await {
            Ok(noted) => self.answer(requests, noted, began).await,
            Err(error) if requests.len() > 1 => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    requests = requests.len(),
                    "requests were not written together; each alone now"
                );
                let doubt = self.store.is_in_doubt();
                for mut request in requests {
                    // What may be on disk is not decided a second time, and to become certain was tried for all of them.
                    if doubt && (request.writes() || request.rests_on_rows()) {
                        self.fail(vec![request], &error, began);
                        continue;
                    }
                    match self.attempt(std::slice::from_mut(&mut request)).await {
                        Ok(noted) => self.answer(vec![request], noted, began).await,
                        Err(error) => self.fail(vec![request], &error, began),
                    }
                }
            }
            Err(error) => self.fail(requests, &error, began),
        }
    }

    /// Decides each on the world with what was decided before it, commits all of it as one, applies, shows. An error leaves
    /// everything as it was, and no decision stands. Says whom it concerns.
    async fn attempt(&mut self, requests: &mut [Request]) -> Result<Noted, StoreError> {
        // Who asks once more for what may be on disk, or for its opposite, is not told that it is so already.
        if requests.iter().any(Request::rests_on_rows) && self.store.become_certain().await? {
            self.behind = true;
        }
        if self.behind {
            self.reload().await?;
        }
        let (mut world, mut changes, mut noted) = (self.world.clone(), Vec::new(), Noted::Nothing);
        for request in requests {
            noted = noted.max(request.decide(&mut world, &mut changes, &mut self.source, self.clock.now()));
        }
        let changed = !changes.is_empty();
        if changed {
            crash_at!("decided");
        }
        if let Err(error) = self.store.commit(&changes, &self.world).await {
            if matches!(error, StoreError::Stale) {
                self.behind = true;
                self.reload().await?;
            }
            return Err(error);
        }
        if changed {
            crash_at!("committed");
        }
        self.world = world;
        match noted {
            Noted::Nothing => {}
            Noted::Telemetry | Noted::World => self.shown.put(&self.world),
        }
        Ok(noted)
    }

    async fn answer(&mut self, requests: Vec<Request>, noted: Noted, began: Moment) {
        let changed = requests.iter().any(Request::writes);
        for request in requests {
            match request {
                // Whoever asked may have gone away.
                Request::Probe(to) => drop(to.send(self.ready().await)),
                request @ (Request::Command { .. } | Request::Channel { .. } | Request::Unopened { .. }) => {
                    request.answer(began);
                }
            }
        }
        if changed {
            crash_at!("answered");
        }
        if noted == Noted::World {
            // Whoever asked has the answer before the many pages that follow are drawn.
            tokio::task::yield_now().await;
            self.stir();
        }
    }

    async fn ready(&self) -> Result<(), StoreError> {
        if self.store.is_in_doubt() { Err(StoreError::Resting) } else { self.store.ready().await }
    }

    fn fail(&self, requests: Vec<Request>, error: &StoreError, began: Moment) {
        tracing::error!(error = error as &dyn std::error::Error, "a change was not written");
        for request in requests {
            let doubt = self.store.is_in_doubt() && request.writes();
            request.fail(if doubt { in_doubt() } else { not_written(error) }, began);
        }
    }

    /// Takes every row from the database; what is known of connections stays.
    async fn reload(&mut self) -> Result<(), StoreError> {
        let World { links, mut telemetry, alarms, unopened, published, started, identity, .. } = self.world.clone();
        let rows = self.store.load(started).await?;
        let there = |id: &NodeId| rows.nodes.contains_key(id);
        telemetry.retain(|node| there(&node));
        self.world = World {
            identity,
            links: links.into_iter().filter(|(id, _)| there(id)).collect(),
            telemetry,
            alarms: alarms.into_iter().filter(|(id, _)| there(id)).collect(),
            unopened: unopened.into_iter().filter(|(id, _)| rows.instances.contains_key(id)).collect(),
            published: published.into_iter().filter(|(id, _)| there(id)).collect(),
            ..rows.clone()
        };
        self.behind = false;
        self.show();
        Ok(())
    }

    async fn caught_up(&mut self) -> bool {
        let read = self.reload().await;
        if let Err(error) = &read {
            tracing::error!(error = error as &dyn std::error::Error, "the rows were not read again");
        }
        read.is_ok()
    }

    /// Carries out what the planner finds to be done, and says when to look again.
    async fn look_after(&mut self) -> Option<Instant> {
        // Also where nobody asks: what may be on disk is to be seen.
        self.behind |= self.store.become_certain().await.is_ok_and(|written| written);
        let now = self.clock.now();
        if self.behind && !self.caught_up().await {
            return Some(Instant(now.mono.0 + limits::RETRY_PLAN));
        }
        let Plan { changes, publish, wake_at } = reconcile(&self.world, now);
        let liveness = liveness_of_all(&self.world, now.mono);
        let news = !changes.is_empty() || !publish.is_empty() || liveness != self.liveness;
        if !publish.is_empty() {
            crash_at!("planned");
        }
        if let Err(error) = self.store.commit(&changes, &self.world).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the nodes' assignments were not written; trying again"
            );
            if matches!(error, StoreError::Stale) {
                self.behind = true;
                self.caught_up().await;
            }
            return Some(Instant(now.mono.0 + limits::RETRY_PLAN));
        }
        self.world.apply_all(changes);
        if !publish.is_empty() {
            crash_at!("plan-committed");
        }
        for Publish { node, assignment } in publish {
            self.world.publish(node, assignment);
        }
        self.world.handed_over();
        self.liveness = liveness;
        if news {
            self.show();
        }
        self.stirred = false;
        wake_at
    }

    fn show(&mut self) {
        self.shown.put(&self.world);
        self.stir();
    }

    /// The nodes are to be looked after, and whoever waits for a change is told.
    fn stir(&mut self) {
        self.stirred = true;
        self.shown.tell();
    }
}

async fn sleep_until(alarm: Option<tokio::time::Instant>) {
    match alarm {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

mod forget;
#[cfg(test)]
mod tests;
