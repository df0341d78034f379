//! What the connection of a node brings, as data: what is decided of it, and what is noted without being stored.

use std::time::Duration;

use model::id::NodeId;
use model::link::{Counted, Measurement};
use model::node::{Liveness, NodeFacts};
use model::observed::InstanceReport;
use model::stranger::Stranger;
use model::version::Epoch;

use super::{ChannelRefusal, Introduction, became_ready, connected, disconnected, is_current, reported, still_valid};
use crate::clock::Now;
use crate::decision::Decision;
use crate::liveness::{heartbeat, liveness};
use crate::telemetry::decides_alike;
use crate::world::World;

#[derive(Debug, Clone, PartialEq)]
pub enum ChannelEvent {
    /// Somebody with this key wants to be the node.
    Hello {
        key_hash: String,
        hello: Introduction,
    },
    /// A program with this key and this server have no version of the channel in common, so it was not let in.
    Mismatched {
        why: String,
    },
    Heartbeat {
        epoch: Epoch,
        facts: NodeFacts,
        round_trip: Option<Duration>,
        here: Option<Counted>,
        there: Option<Counted>,
    },
    Report {
        epoch: Epoch,
        instances: Vec<InstanceReport>,
        strangers: Vec<Stranger>,
    },
    Ended {
        epoch: Epoch,
    },
    /// A person had the link measured.
    Measured(Measurement),
}

#[derive(Debug, Clone, PartialEq)]
pub enum ChannelAnswer {
    Done,
    Welcome(Epoch),
    Refused(ChannelRefusal),
    /// How soon the next heartbeat is wanted.
    Beat(Duration),
}

/// What is stored of it, and what the node is answered.
pub fn decide(world: &World, node: NodeId, event: &ChannelEvent, now: Now) -> Decision<ChannelAnswer> {
    match event {
        ChannelEvent::Hello { key_hash, hello } => match still_valid(world, node, key_hash) {
            Ok(()) => connected(world, node, hello.clone(), now)
                .map(|answer| answer.map_or_else(ChannelAnswer::Refused, ChannelAnswer::Welcome)),
            Err(refusal) => Decision::unchanged(ChannelAnswer::Refused(refusal)),
        },
        ChannelEvent::Heartbeat { epoch, facts, .. } => {
            let ready = became_ready(world, node, *epoch, facts);
            Decision::new(ready.into_iter().collect(), ChannelAnswer::Beat(heartbeat(world)))
        }
        ChannelEvent::Report { epoch, instances, .. } => {
            reported(world, node, *epoch, instances, now).map(|()| ChannelAnswer::Done)
        }
        ChannelEvent::Ended { epoch } => disconnected(world, node, *epoch).map(|()| ChannelAnswer::Done),
        ChannelEvent::Mismatched { .. } | ChannelEvent::Measured(_) => Decision::unchanged(ChannelAnswer::Done),
    }
}

/// Whom it concerns that something was noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noted {
    Nothing,
    /// Whoever looks at the node: nothing is decided by it.
    Telemetry,
    /// Everybody.
    World,
}

/// What this process knows from then on. Nothing of it is stored.
pub fn note(world: &mut World, node: NodeId, event: ChannelEvent, answer: &ChannelAnswer, now: Now) -> Noted {
    match event {
        ChannelEvent::Hello { hello, .. } => match answer {
            ChannelAnswer::Welcome(epoch) => {
                world.link_up(node, *epoch, hello.facts, now);
                Noted::World
            }
            ChannelAnswer::Refused(ChannelRefusal::SecondMachine(why) | ChannelRefusal::Older(why)) => {
                world.raise_alarm(node, why.clone());
                Noted::World
            }
            ChannelAnswer::Refused(ChannelRefusal::Cluster(_) | ChannelRefusal::Revoked(_))
            | ChannelAnswer::Done
            | ChannelAnswer::Beat(_) => Noted::Nothing,
        },
        ChannelEvent::Mismatched { why } => {
            world.raise_alarm(node, why);
            Noted::World
        }
        ChannelEvent::Heartbeat { epoch, facts, round_trip, here, there } if is_current(world, node, epoch) => {
            let noted = if is_quiet(world, node, &facts, now) { Noted::Telemetry } else { Noted::World };
            world.heard(node, facts, now);
            world.counted(node, here, there, now);
            if let Some(round_trip) = round_trip {
                world.measured(node, round_trip);
            }
            noted
        }
        ChannelEvent::Report { epoch, strangers, .. } if is_current(world, node, epoch) => {
            let known = world.links.get(&node).is_some_and(|link| link.strangers == strangers);
            if !known {
                world.strangers(node, strangers);
            }
            if known { Noted::Nothing } else { Noted::World }
        }
        ChannelEvent::Heartbeat { .. } | ChannelEvent::Report { .. } => Noted::Nothing,
        ChannelEvent::Ended { epoch } => {
            world.link_down(node, epoch);
            Noted::World
        }
        ChannelEvent::Measured(measurement) => {
            world.carried(node, measurement);
            Noted::World
        }
    }
}

/// A heartbeat by which nothing is decided otherwise: the node was not overdue, and its machine is as it was.
fn is_quiet(world: &World, node: NodeId, facts: &NodeFacts, now: Now) -> bool {
    let same = world.telemetry.of(node).is_some_and(|pulse| decides_alike(&pulse.facts, facts));
    same && liveness(world, node, now.mono) == Liveness::Online
}
