//! Start, stop, restart, delete, forget.

use model::id::InstanceId;
use model::instance::DesiredState;
use model::node::Availability;
use model::phase::Phase;
use model::refusal::{Refusal, RefusalCode};
use model::verb::Verb;

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::Decision;
use crate::deadline::is_overdue;
use crate::event::{EventKind, of_instance};
use crate::liveness::{is_present, liveness};
use crate::rollup::{phase_of, starts_at};
use crate::world::{Change, Instance, World};

/// What a verb asks of an instance. A wish that holds already is granted again without a change.
pub(in crate::command) fn wish(
    world: &World,
    actor: &Actor,
    id: InstanceId,
    verb: Verb,
    now: Now,
) -> Result<Decision<()>, Refusal> {
    match verb {
        Verb::Start => start(world, actor, id, now),
        Verb::Stop => stop(world, actor, id, now),
        Verb::Restart => restart(world, actor, id, now),
        Verb::Delete => delete(world, actor, id, now),
        Verb::Forget => forget(world, actor, id, now),
    }
}

/// Wishes it to run. After an error this asks the node to try again, and where the node pauses before it starts
/// again what ended by itself, this ends the pause.
fn start(world: &World, actor: &Actor, id: InstanceId, now: Now) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let phase = phase_of(world, instance, now);
    let waits = starts_at(instance).is_some() && phase.can_start();
    // Where asking again is no answer: something failed, or nobody here can bring it about.
    let open = if phase == Phase::Restarting {
        waits
    } else {
        phase.can_start() || matches!(phase, Phase::Lost | Phase::Paused)
    };
    let holds = instance.desired == DesiredState::Running && !open;
    let node = world.nodes.get(&instance.node).filter(|node| node.availability == Availability::Draining);
    if let Some(node) = node.filter(|_| !holds) {
        let message = format!(
            "The instance {} cannot start now: its node {} is being drained. Start it when the node takes instances again.",
            instance.spec.name, node.settings.name
        );
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let wish = Instance { desired: DesiredState::Running, ..Instance::clone(instance) };
    decide(actor, wish, Ask { verb: Verb::Start, allowed: phase.can_start(), holds, phase }, now)
}

/// Wishes it to stop. While its node is away the wish waits.
fn stop(world: &World, actor: &Actor, id: InstanceId, now: Now) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let phase = phase_of(world, instance, now);
    let holds = instance.desired == DesiredState::Stopped && phase != Phase::Error;
    let wish = Instance { desired: DesiredState::Stopped, ..Instance::clone(instance) };
    decide(actor, wish, Ask { verb: Verb::Stop, allowed: phase.can_stop(), holds, phase }, now)
}

/// Wishes one restart. While one is under way, asking again changes nothing.
fn restart(world: &World, actor: &Actor, id: InstanceId, now: Now) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let phase = phase_of(world, instance, now);
    let holds = phase == Phase::Restarting;
    let wish = Instance { restarts: instance.restarts.next(), ..Instance::clone(instance) };
    decide(actor, wish, Ask { verb: Verb::Restart, allowed: phase.can_restart(), holds, phase }, now)
}

/// Wishes it gone for good. Its name, host ports and quota are free once its node has confirmed that.
fn delete(world: &World, actor: &Actor, id: InstanceId, now: Now) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let phase = phase_of(world, instance, now);
    let holds = instance.desired == DesiredState::Deleted;
    let wish = Instance { desired: DesiredState::Deleted, ..Instance::clone(instance) };
    decide(actor, wish, Ask { verb: Verb::Delete, allowed: phase.can_delete(), holds, phase }, now)
}

/// Takes a deletion as done although the node has not confirmed it, because it is away or its engine does not get it
/// done: name, host ports and quota are free at once. What is left on the node stays there, and is shown there.
fn forget(world: &World, actor: &Actor, id: InstanceId, now: Now) -> Result<Decision<()>, Refusal> {
    let instance = world.find_instance(id)?;
    let refused = |why: &str| {
        let message = format!("The instance {} cannot be forgotten: {why}.", instance.spec.name);
        Err(Refusal::new(RefusalCode::Conflict, message))
    };
    if instance.desired != DesiredState::Deleted {
        return refused("ask to delete it first");
    }
    let present = is_present(liveness(world, instance.node, now.mono));
    if present && !is_overdue(world, instance, Phase::Deleting, now) {
        return refused("its node is here and confirms the deletion itself; wait for that a little longer");
    }
    let event = of_instance(instance, actor.cause(), EventKind::Asked { verb: Verb::Forget });
    Ok(Decision { events: vec![event], ..Decision::new(vec![Change::DropInstance(id)], ()) })
}

/// Wishes it to stop, as its own programs did: what is wished and what is are one, and nobody starts it by itself.
pub(crate) fn powered_off(instance: Instance, now: Now) -> Instance {
    Instance { desired: DesiredState::Stopped, ..renewed(instance, now) }
}

/// With a new wish, made now.
fn renewed(wish: Instance, now: Now) -> Instance {
    Instance { generation: wish.generation.next(), wished_at: now.wall, ..wish }
}

struct Ask {
    verb: Verb,
    allowed: bool,
    /// What is asked for is already wished.
    holds: bool,
    phase: Phase,
}

fn decide(actor: &Actor, wish: Instance, ask: Ask, now: Now) -> Result<Decision<()>, Refusal> {
    let Ask { verb, allowed, holds, phase } = ask;
    if holds {
        return Ok(Decision::unchanged(()));
    }
    if !allowed {
        let message = format!("The instance {} cannot {} now: {}.", wish.spec.name, verb.word(), state_of(phase));
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let event = of_instance(&wish, actor.cause(), EventKind::Asked { verb });
    let wish = Box::new(renewed(wish, now));
    Ok(Decision { events: vec![event], ..Decision::new(vec![Change::PutInstance(wish)], ()) })
}

/// The phase as a clause.
const fn state_of(phase: Phase) -> &'static str {
    match phase {
        Phase::Pending => "its node has not begun yet",
        Phase::Creating => "it is being created",
        Phase::Running => "it is running",
        Phase::Paused => {
            "its container is paused on its node; `docker unpause` there lets it go on, and a restart begins anew"
        }
        Phase::Stopping => "it is stopping",
        Phase::Stopped => "it is stopped; start it instead",
        Phase::Restarting => "it is restarting",
        Phase::Rebuilding => "it is being rebuilt",
        Phase::Deleting => "it is being deleted",
        Phase::Error => "its node reports an error; start it to try again",
        Phase::Unknown => "its node is away; wait until the node is back",
        Phase::Lost => "its container is lost; delete it and create another one",
    }
}
