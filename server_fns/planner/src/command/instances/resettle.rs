//! Another setting for an instance that goes on as it is.

use model::instance::InstanceSpec;
use model::refusal::Refusal;

use crate::actor::Actor;
use crate::command::Decision;
use crate::event::{EventKind, of_instance};
use crate::world::{Change, Instance};

/// The node must hear of it, so it is a new wish. What is so already changes nothing.
pub(super) fn resettle(
    actor: &Actor,
    instance: &Instance,
    spec: InstanceSpec,
    kind: EventKind,
) -> Result<Decision<()>, Refusal> {
    if instance.spec == spec {
        return Ok(Decision::unchanged(()));
    }
    let wish = Instance { spec, generation: instance.generation.next(), ..instance.clone() };
    let event = of_instance(instance, actor.cause(), kind);
    Ok(Decision { events: vec![event], ..Decision::new(vec![Change::PutInstance(Box::new(wish))], ()) })
}
