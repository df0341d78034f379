//! How long each phase ordinarily lasts, and what is over that.

use std::time::Duration;

use model::Timestamp;
use model::phase::Phase;

use crate::clock::Now;
use crate::command::is_past;
use crate::limits::{USUAL_CREATING, USUAL_DELETING, USUAL_PENDING, USUAL_STOPPING};
use crate::world::{Instance, World};

/// Whether it takes longer than it should.
pub fn is_overdue(world: &World, instance: &Instance, phase: Phase, now: Now) -> bool {
    usual(phase).is_some_and(|usual| is_past(begun(world, instance, phase), usual, now.wall))
}

/// `None` for phases that may last.
const fn usual(phase: Phase) -> Option<Duration> {
    match phase {
        Phase::Pending => Some(USUAL_PENDING),
        Phase::Creating | Phase::Rebuilding => Some(USUAL_CREATING),
        Phase::Stopping | Phase::Restarting => Some(USUAL_STOPPING),
        Phase::Deleting => Some(USUAL_DELETING),
        Phase::Running | Phase::Paused | Phase::Stopped | Phase::Error | Phase::Unknown | Phase::Lost => None,
    }
}

/// News of its node shows that it goes on; a deletion that fails again and again does not. While its node was away,
/// nothing could be done.
fn begun(world: &World, instance: &Instance, phase: Phase) -> Timestamp {
    match phase {
        Phase::Deleting => {
            world.links.get(&instance.node).map_or(instance.wished_at, |link| link.since.max(instance.wished_at))
        }
        Phase::Pending
        | Phase::Creating
        | Phase::Running
        | Phase::Paused
        | Phase::Stopping
        | Phase::Stopped
        | Phase::Restarting
        | Phase::Rebuilding
        | Phase::Error
        | Phase::Unknown
        | Phase::Lost => instance.wished_at.max(instance.report.at),
    }
}
