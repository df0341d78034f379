//! What waits for the one task that writes.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use model::forward::Unopened;
use model::id::{InstanceId, NodeId};
use model::refusal::{Refusal, RefusalCode};
use planner::channel::{self, ChannelAnswer, ChannelEvent, Noted};
use planner::clock::Now;
use planner::command::idempotency::{Key, decide_once};
use planner::command::{Answer, Asker, Command};
use planner::world::{Change, World};
use tokio::sync::oneshot;

use super::draw::Source;
use super::line;
use crate::store::StoreError;

/// Where an answer goes, and the answer once it is decided. It is sent when what was decided is on disk.
pub(super) struct Reply<T> {
    to: oneshot::Sender<Result<T, Refusal>>,
    decided: Option<Result<T, Refusal>>,
    /// Rows change by what was decided.
    writes: bool,
}

impl<T> Reply<T> {
    pub(super) const fn new(to: oneshot::Sender<Result<T, Refusal>>) -> Self {
        Self { to, decided: None, writes: false }
    }

    /// Says whether it is to be decided: not when whoever asked has gone away. An earlier decision counts no more.
    fn begin(&mut self) -> bool {
        (self.decided, self.writes) = (None, false);
        !self.to.is_closed()
    }

    fn send(self) {
        if let Some(answer) = self.decided {
            // Whoever waited for it may have gone away.
            let _ = self.to.send(answer);
        }
    }

    fn refuse(self, refusal: Refusal) {
        let _ = self.to.send(Err(refusal));
    }
}

pub(super) enum Request {
    Command {
        asker: Asker,
        command: Box<Command>,
        key: Option<Key>,
        reply: Reply<Answer>,
    },
    /// What the connection of a node brings.
    Channel {
        node: NodeId,
        event: Box<ChannelEvent>,
        reply: Reply<ChannelAnswer>,
    },
    /// The forwards that this process cannot listen for itself. It is not stored.
    Unopened {
        all: BTreeMap<InstanceId, Vec<Unopened>>,
        reply: Reply<()>,
    },
    /// Whether the database answers.
    Probe(oneshot::Sender<Result<(), StoreError>>),
}

impl Request {
    /// Decides it on that world, which is then as if what is decided were done. `all` gets what is to be committed. A
    /// request whose asker has gone away before its turn is not decided at all, and answered with nothing.
    pub(super) fn decide(&mut self, world: &mut World, all: &mut Vec<Change>, source: &mut Source, now: Now) -> Noted {
        match self {
            Self::Command { asker, command, key, reply } => {
                if !reply.begin() {
                    return Noted::Nothing;
                }
                let decide = || {
                    let decided = decide_once(world, asker, command, key.as_ref(), source, now);
                    decided.map(|decision| decision.rows(world, now))
                };
                match guarded(decide) {
                    Some(Ok((changes, answer))) => {
                        reply.decided = Some(Ok(answer));
                        reply.writes = !changes.is_empty();
                        take(world, all, changes)
                    }
                    Some(Err(refusal)) => {
                        reply.decided = Some(Err(refusal));
                        Noted::Nothing
                    }
                    None => Noted::Nothing,
                }
            }
            Self::Channel { node, event, reply } => {
                if !reply.begin() {
                    return Noted::Nothing;
                }
                let decide = || channel::decide(world, *node, event, now).rows(world, now);
                let Some((changes, answer)) = guarded(decide) else { return Noted::Nothing };
                reply.writes = !changes.is_empty();
                let taken = take(world, all, changes);
                let noted = channel::note(world, *node, ChannelEvent::clone(event), &answer, now);
                reply.decided = Some(Ok(answer));
                taken.max(noted)
            }
            Self::Unopened { all: unopened, reply } => {
                let known = |(id, _): &(&InstanceId, &Vec<Unopened>)| world.instances.contains_key(*id);
                world.unopened = unopened.iter().filter(known).map(|(id, forwards)| (*id, forwards.clone())).collect();
                reply.decided = Some(Ok(()));
                Noted::World
            }
            Self::Probe(_) => Noted::Nothing,
        }
    }

    /// Whether the answer says anything of rows: also that one is already as it was asked to be. A heartbeat's does not.
    pub(super) const fn rests_on_rows(&self) -> bool {
        match self {
            Self::Command { .. } => true,
            Self::Channel { event, .. } => !matches!(**event, ChannelEvent::Heartbeat { .. }),
            Self::Unopened { .. } | Self::Probe(_) => false,
        }
    }

    /// Whether rows change by what was decided.
    pub(super) const fn writes(&self) -> bool {
        match self {
            Self::Command { reply, .. } => reply.writes,
            Self::Channel { reply, .. } => reply.writes,
            Self::Unopened { .. } | Self::Probe(_) => false,
        }
    }

    /// Says what was decided, which is on disk.
    pub(super) fn answer(self, began: Instant) {
        match self {
            Self::Command { asker, command, key: _, reply } => {
                let answer = match &reply.decided {
                    Some(Ok(_)) => "done",
                    Some(Err(refusal)) => refusal.code.name(),
                    None => "not decided",
                };
                line::tell(&asker, &command, answer, began);
                reply.send();
            }
            Self::Channel { reply, .. } => reply.send(),
            Self::Unopened { reply, .. } => reply.send(),
            Self::Probe(_) => {}
        }
    }

    /// Says that what was decided could not be written.
    pub(super) fn fail(self, refusal: Refusal, began: Instant) {
        match self {
            Self::Command { asker, command, key: _, reply } => {
                line::tell(&asker, &command, "not written", began);
                reply.refuse(refusal);
            }
            Self::Channel { reply, .. } => reply.refuse(refusal),
            Self::Unopened { reply, .. } => reply.refuse(refusal),
            Self::Probe(_) => {}
        }
    }
}

/// A decision that panics is none, and the others go on.
fn guarded<T>(decide: impl FnOnce() -> T) -> Option<T> {
    let decided = catch_unwind(AssertUnwindSafe(decide));
    if decided.is_err() {
        tracing::error!("a decision panicked; nothing of it was done");
    }
    decided.ok()
}

fn take(world: &mut World, all: &mut Vec<Change>, changes: Vec<Change>) -> Noted {
    if changes.is_empty() {
        return Noted::Nothing;
    }
    world.apply_all(changes.clone());
    all.extend(changes);
    Noted::World
}

/// The change that was asked for may be on disk, and cannot be read at this moment.
pub(super) fn in_doubt() -> Refusal {
    let message = "The database failed at the change; the disk of the server may be full. Once it answers again, the \
                   change may be there: look before you try again.";
    Refusal::new(RefusalCode::Unavailable, message)
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
        StoreError::Database { .. }
        | StoreError::Unreadable { .. }
        | StoreError::Broken(_)
        | StoreError::Resting
        | StoreError::Stale => {
            "The database did not take the change; the disk of the server may be full. Try again in a moment."
        }
    };
    Refusal::new(RefusalCode::Unavailable, message)
}
