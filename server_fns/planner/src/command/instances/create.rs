//! A new instance: its name, image, keys and limits are checked, then it gets a place.

use model::id::InstanceId;
use model::instance::DesiredState;
use model::name::{InstanceName, Username};
use model::refusal::{Refusal, RefusalCode};
use model::request::CreateInstance;
use model::version::{Generation, Incarnation, Restarts};

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::instances::spec::spec;
use crate::command::{Decision, fresh};
use crate::draw::Draw;
use crate::event::{EventKind, of_instance};
use crate::placement::place;
use crate::world::{Change, Instance, LastReport, World};

/// Creates an instance.
pub(in crate::command) fn create(
    world: &World,
    actor: &Actor,
    asked: &CreateInstance,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<InstanceId>, Refusal> {
    let spec = spec(world, actor, asked)?;
    check_name(&actor.username, &spec.name)?;
    check_room(world, actor, &spec.name)?;
    let place = place(world, actor, &spec, now)?;
    let id = fresh(draw, InstanceId::from_bits, |id| world.instances.contains_key(id));
    let node = world.nodes.get(&place.node).map(|node| node.settings.name.clone());
    let instance = Instance {
        id,
        owner: actor.person,
        node: place.node,
        host_ports: place.host_ports,
        clashed: Vec::new(),
        desired: DesiredState::Running,
        generation: Generation::default().next(),
        wished_at: now.wall,
        incarnation: Incarnation::default().next(),
        restarts: Restarts::default(),
        host_key: draw.host_key(&spec.name, &actor.username).into(),
        spec,
        was_present: false,
        created_at: now.wall,
        report: LastReport::unheard(now.wall),
    };
    let event = of_instance(&instance, actor.cause(), EventKind::Created { node });
    let changes = vec![Change::PutInstance(Box::new(instance))];
    Ok(Decision { events: vec![event], ..Decision::new(changes, id) })
}

/// By their own username people reach the lobby, and jump: an instance that is called so would take that from them.
pub(in crate::command) fn check_name(username: &Username, name: &InstanceName) -> Result<(), Refusal> {
    if name.as_str() != username.as_str() {
        return Ok(());
    }
    let message =
        format!("{name} is your own username, which leads to the lobby of the SSH gateway. Choose another name.");
    Err(Refusal::field("name", message))
}

/// Names and quota are held until a node has confirmed a deletion.
fn check_room(world: &World, actor: &Actor, name: &InstanceName) -> Result<(), Refusal> {
    if let Some(same) = world.instance_called(actor.person, name.as_str()) {
        let message = match same.desired {
            DesiredState::Running | DesiredState::Stopped => {
                format!("You have an instance called {name} already. Choose another name.")
            }
            DesiredState::Deleted => format!(
                "The instance {name} is still being deleted; its name is free once its node has confirmed that. \
                 Choose another name, or wait."
            ),
        };
        return Err(Refusal::new(RefusalCode::Conflict, message).at("name"));
    }
    let (used, most) = (world.count_of(actor.person), world.settings.quota);
    if used < most {
        return Ok(());
    }
    let message = format!(
        "You have {used} of the {most} instances that one person may have. Delete one and wait until it is gone, or \
         ask an administrator for more."
    );
    Err(Refusal::new(RefusalCode::QuotaExceeded, message))
}
