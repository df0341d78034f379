//! The task itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crash::crash_at;
use model::id::NodeId;
use model::refusal::{Refusal, RefusalCode};
use planner::channel;
use planner::clock::{Instant, Now};
use planner::command::idempotency::decide_once;
use planner::decision::Decision;
use planner::reconcile::{Plan, Publish, reconcile};
use planner::world::{Change, World};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::Orchestrator;
use super::draw::Source;
use super::line::Line;
use super::readiness::Readiness;
use super::request::{Reply, Request};
use crate::authority::Authority;
use crate::clock::Clock;
use crate::limits;
use crate::store::{Store, StoreError};

/// What the task owns.
pub(crate) struct Loop {
    store: Store,
    world: World,
    requests: mpsc::Receiver<Request>,
    shown: watch::Sender<Arc<World>>,
    clock: Clock,
    source: Source,
}

impl Loop {
    pub(crate) fn new(store: Store, world: World, clock: Clock, authority: Arc<Authority>) -> (Self, Orchestrator) {
        let (sender, requests) = mpsc::channel(limits::QUEUE);
        let (shown, seen) = watch::channel(Arc::new(world.clone()));
        (
            Self { store, world, requests, shown, clock, source: Source(authority) },
            Orchestrator { requests: sender, world: seen, clock, readiness: Readiness::default() },
        )
    }

    /// Until `stop`; what was asked before is carried out, and what is asked later is refused.
    pub(crate) async fn run(mut self, stop: CancellationToken) {
        let mut wake_at = self.look_after().await;
        loop {
            let alarm = wake_at.map(|moment| self.clock.at(moment));
            tokio::select! {
                () = stop.cancelled() => break,
                request = self.requests.recv() => match request {
                    Some(request) => self.burst(request).await,
                    None => break,
                },
                () = sleep_until(alarm) => {}
            }
            wake_at = self.look_after().await;
        }
        self.requests.close();
        while let Some(request) = self.requests.recv().await {
            self.handle(request).await;
        }
    }

    /// What waits already is decided before the nodes are looked after, up to a bound.
    async fn burst(&mut self, first: Request) {
        self.handle(first).await;
        for _ in 1..limits::BURST {
            match self.requests.try_recv() {
                Ok(request) => self.handle(request).await,
                Err(_) => return,
            }
        }
    }

    async fn handle(&mut self, request: Request) {
        match request {
            Request::Command { asker, command, key, reply } => {
                let line = Line::begin(&asker, &command);
                let decide = |world: &World, source: &mut Source, now| {
                    decide_once(world, &asker, &command, key.as_ref(), source, now)
                };
                let answer = self.carry_out(reply, decide, |_, _, _| {}).await;
                line.end(answer);
            }
            Request::Channel { node, event, reply } => {
                let noted = event.clone();
                let decide = |world: &World, _: &mut Source, now| Ok(channel::decide(world, node, &event, now));
                self.carry_out(reply, decide, |world, answer, now| channel::note(world, node, *noted, answer, now))
                    .await;
            }
            Request::Unopened { all, reply } => {
                self.world.unopened = all.into_iter().filter(|(id, _)| self.world.instances.contains_key(id)).collect();
                self.show();
                let _ = reply.send(Ok(()));
            }
            Request::Probe(to) => {
                // Whoever asked may have gone away.
                let _ = to.send(self.store.ready().await);
            }
        }
    }

    /// Decides, commits, applies, shows, answers. A request whose asker has gone away before its turn is not decided at all.
    /// What it answers is what it came to, for the log.
    async fn carry_out<T>(
        &mut self,
        reply: Reply<T>,
        decide: impl FnOnce(&World, &mut Source, Now) -> Result<Decision<T>, Refusal>,
        note: impl FnOnce(&mut World, &T, Now),
    ) -> &'static str {
        if reply.is_closed() {
            return "nobody waits for it";
        }
        let (now, world, source) = (self.clock.now(), &self.world, &mut self.source);
        let decided = catch_unwind(AssertUnwindSafe(|| {
            decide(world, source, now).map(|decision| decision.rows(world, source, now))
        }));
        let (changes, answer) = match decided {
            Ok(Ok(decided)) => decided,
            Ok(Err(refusal)) => {
                let code = refusal.code.name();
                let _ = reply.send(Err(refusal));
                return code;
            }
            Err(_) => {
                tracing::error!("a decision panicked; nothing of it was done");
                return "panicked";
            }
        };
        let changed = !changes.is_empty();
        if changed {
            crash_at!("decided");
        }
        if let Err(error) = self.commit(changes).await {
            tracing::error!(error = &error as &dyn std::error::Error, "a change was not written");
            let _ = reply.send(Err(not_written(&error)));
            return "not written";
        }
        if changed {
            crash_at!("committed");
        }
        note(&mut self.world, &answer, now);
        self.show();
        let _ = reply.send(Ok(answer));
        if changed {
            crash_at!("answered");
        }
        if changed { "done" } else { "unchanged" }
    }

    async fn commit(&mut self, changes: Vec<Change>) -> Result<(), StoreError> {
        if let Err(error) = self.store.commit(&changes, &self.world).await {
            if matches!(error, StoreError::Stale) {
                self.reload().await?;
            }
            return Err(error);
        }
        self.world.apply_all(changes);
        Ok(())
    }

    /// Takes every row from the database; what is known of connections stays.
    async fn reload(&mut self) -> Result<(), StoreError> {
        let World { links, alarms, unopened, published, started, identity, .. } = self.world.clone();
        let rows = self.store.load(started).await?;
        let there = |id: &NodeId| rows.nodes.contains_key(id);
        self.world = World {
            identity,
            links: links.into_iter().filter(|(id, _)| there(id)).collect(),
            alarms: alarms.into_iter().filter(|(id, _)| there(id)).collect(),
            unopened: unopened.into_iter().filter(|(id, _)| rows.instances.contains_key(id)).collect(),
            published: published.into_iter().filter(|(id, _)| there(id)).collect(),
            ..rows.clone()
        };
        self.show();
        Ok(())
    }

    /// Carries out what the planner finds to be done, and says when to look again.
    async fn look_after(&mut self) -> Option<Instant> {
        let now = self.clock.now();
        let Plan { changes, publish, wake_at } = reconcile(&self.world, now);
        if !publish.is_empty() {
            crash_at!("planned");
        }
        if let Err(error) = self.commit(changes).await {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the nodes' assignments were not written; trying again"
            );
            return Some(Instant(now.mono.0 + limits::RETRY_PLAN));
        }
        if !publish.is_empty() {
            crash_at!("plan-committed");
        }
        for Publish { node, assignment } in publish {
            self.world.sent(node, assignment);
        }
        self.show();
        wake_at
    }

    fn show(&self) {
        self.shown.send_replace(Arc::new(self.world.clone()));
    }
}

pub(super) fn not_written(error: &StoreError) -> Refusal {
    let message = match error {
        StoreError::Unfit { .. } => {
            return Refusal::new(RefusalCode::Invalid, "A value is out of range. Nothing was changed.");
        }
        StoreError::Superseded => "Another server has taken over this database. Restart one of the two.",
        StoreError::Forgotten { .. } => {
            "The database lost changes that it had acknowledged, so the server writes nothing more. Before it is stopped, \
             save what it still knows with `dockhost backup`, and restore that into an empty data directory."
        }
        StoreError::Claimed(_) => {
            "A name or port that this needs was taken at the same moment. Nothing was changed; try again."
        }
        StoreError::Busy => "The database is busy. Nothing was changed; try again in a moment.",
        StoreError::Database { .. } | StoreError::Unreadable { .. } | StoreError::Broken(_) | StoreError::Stale => {
            "The database did not take the change; the disk of the server may be full. Try again in a moment."
        }
    };
    Refusal::new(RefusalCode::Unavailable, message)
}

async fn sleep_until(alarm: Option<tokio::time::Instant>) {
    match alarm {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
