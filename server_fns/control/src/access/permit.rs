//! What ends a stream from here: whoever has it may have it no longer.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use model::id::InstanceId;
use model::instance::DesiredState;
use planner::actor::Actor;
use planner::clock::Now;
use planner::permission::Action;
use planner::world::World;
use tokio::time::timeout;

use crate::core::{Core, still_there};
use crate::tunnel::is_carried;

/// How often it is looked whether time alone has ended it: a session, a link.
const LOOK: Duration = Duration::from_secs(1);

/// Why somebody has a stream.
#[derive(Debug, Clone)]
pub(crate) enum Permit {
    /// They may enter the instance, and it is not being deleted. Whether it runs, a terminal tells by itself.
    Sight { actor: Actor, instance: InstanceId },
    /// They may enter it, and it is to run.
    Use { actor: Actor, instance: InstanceId },
}

impl Permit {
    pub(crate) fn holds(&self, world: &World, now: Now) -> bool {
        let sees = |actor: &Actor, id| {
            still_there(world, actor, now) && actor.instance(world, Action::EnterInstance, id).is_ok()
        };
        let carried = |id| world.instances.get(id).filter(|instance| is_carried(world, instance));
        let wished = |id| carried(id).map(|instance| instance.desired);
        match self {
            Self::Sight { actor, instance } => {
                sees(actor, *instance) && wished(instance).is_some_and(|desired| desired != DesiredState::Deleted)
            }
            Self::Use { actor, instance } => sees(actor, *instance) && wished(instance) == Some(DesiredState::Running),
        }
    }
}

/// What comes for as long as the permit holds. Then it breaks off, so that it never looks whole.
pub(super) fn while_allowed<S>(core: &Core, permit: Permit, bytes: S) -> impl Stream<Item = io::Result<Bytes>> + use<S>
where
    S: Stream<Item = io::Result<Bytes>>,
{
    let core = core.clone();
    let ended = async move { no_longer_allowed(&core, &permit).await };
    stream::unfold(Some((Box::pin(bytes), Box::pin(ended))), |state| async move {
        let (mut bytes, mut ended) = state?;
        tokio::select! {
            biased;
            () = &mut ended => Some((Err(io::ErrorKind::PermissionDenied.into()), None)),
            piece = bytes.next() => piece.map(|piece| (piece, Some((bytes, ended)))),
        }
    })
}

/// Waits until the permit holds no longer: the person signed out, the token was removed, the instance is being stopped.
pub(super) async fn no_longer_allowed(core: &Core, permit: &Permit) {
    no_longer(core, |world, now| permit.holds(world, now)).await;
}

/// Waits until that no longer holds. Every stream for people waits for this beside its bytes.
pub(super) async fn no_longer(core: &Core, holds: impl Fn(&World, Now) -> bool) {
    let mut worlds = core.orchestrator.watch();
    loop {
        let world = worlds.borrow_and_update();
        // Without a next world the server is stopping.
        if !holds(&world, core.now()) || matches!(timeout(LOOK, worlds.changed()).await, Ok(Err(_))) {
            return;
        }
    }
}
