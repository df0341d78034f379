//! A row for a container that none explains, made from the container's labels once a person has agreed.

use std::sync::Arc;

use model::host_key::HostKey;
use model::id::InstanceId;
use model::instance::{DesiredState, InstanceSpec};
use model::name::InstanceName;
use model::port::{ContainerPort, DeclaredPort, PortBlock};
use model::refusal::{Refusal, RefusalCode};
use model::stranger::{OWNER, Origin, Proposal, Proposed, Stranger};
use model::version::{Generation, Restarts};

use crate::clock::Now;
use crate::command::Decision;
use crate::command::instances::spec::{check_limits, unasked_keys};
use crate::draw::Draw;
use crate::event::{Cause, Event, EventKind};
use crate::ports::first_free_block;
use crate::world::{Change, Instance, LastReport, Node, Person, World};

/// One for each container that a connected node reported and that belongs to no instance.
pub fn proposals(world: &World, now: Now) -> Vec<Proposal> {
    let mut all = Vec::new();
    for node in world.nodes.values() {
        for stranger in world.strangers_on(node.id) {
            let outcome = propose(world, node, stranger, None, now);
            let outcome = outcome.map(|(owner, Instance { spec, host_ports, .. })| Proposed {
                owner: owner.username.clone(),
                name: spec.name,
                host_ports,
                on_word_of: node
                    .owner
                    .filter(|runs_it| *runs_it != owner.id)
                    .and_then(|runs_it| world.people.get(&runs_it).map(|person| person.username.clone())),
            });
            all.push(Proposal { node: node.settings.name.clone(), stranger: stranger.clone(), outcome });
        }
    }
    all
}

/// Makes the row. `owner` stands in for the one that the labels name.
pub fn recover(
    world: &World,
    node: &str,
    container: &str,
    owner: Option<&str>,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<InstanceId>, Refusal> {
    let gone = || {
        let message = format!("There is no container {container} on the node {node} that belongs to no instance.");
        Refusal::new(RefusalCode::NotFound, message)
    };
    let node = world.nodes.values().find(|row| row.settings.name.as_str() == node).ok_or_else(gone)?;
    let stranger = world.strangers_on(node.id).find(|stranger| stranger.container == container).ok_or_else(gone)?;
    let owner = owner.map(|login| {
        let nobody = || Refusal::field(OWNER, format!("There is nobody with the username or address {login}."));
        world.person_by_login(login).ok_or_else(nobody)
    });
    let (owner, proposed) = propose(world, node, stranger, owner.transpose()?, now)?;
    let known = stranger.origin.as_ref().map(|origin| origin.row.host_key.as_str()).unwrap_or_default();
    let instance = Instance { host_key: draw.known_host_key(&proposed.spec.name, &owner.username, known), ..proposed };
    let id = instance.id;
    let kind = EventKind::Recovered { container: container.to_owned(), node: node.settings.name.clone() };
    let event = Event::new(id, Cause::DockHost, kind);
    Ok(Decision { events: vec![event], ..Decision::new(vec![Change::PutInstance(Box::new(instance))], id) })
}

/// The labels may be forged by whoever runs the node, so nothing is taken from them that the owner could not have
/// there anyway.
fn propose<'w>(
    world: &'w World,
    node: &Node,
    stranger: &Stranger,
    owner: Option<&'w Arc<Person>>,
    now: Now,
) -> Result<(&'w Arc<Person>, Instance), Refusal> {
    let conflict = |message: String| Refusal::new(RefusalCode::Conflict, message);
    let Some(Origin { instance: id, incarnation, row }) = stranger.origin.clone() else {
        return Err(conflict("Its labels do not tell what it was. Look into it, and remove it by hand.".to_owned()));
    };
    if let Some(known) = world.instances.get(&id) {
        let message = format!("It is another container of the instance {}, which has its own.", known.spec.name);
        return Err(conflict(message));
    }
    let unknown =
        || Refusal::field(OWNER, format!("Its owner {} is not known here; say whose it shall be.", row.owner));
    let owner = owner.or_else(|| world.people.get(&row.owner)).ok_or_else(unknown)?;
    let (username, place) = (&owner.username, &node.settings.name);
    if !world.takes_instances_of(node, owner.id) {
        let message = format!("{place} does not take instances of {username}; say whose it shall be.");
        return Err(Refusal::field(OWNER, message));
    }
    let ssh_keys = unasked_keys(world, owner.id);
    if ssh_keys.is_empty() {
        let message = format!("{username} has no SSH key, so nobody could log in. Let {username} add one first.");
        return Err(Refusal::field(OWNER, message));
    }
    check_limits(row.limits)?;
    let host_ports = host_ports(world, node, row.host_ports)
        .ok_or_else(|| conflict(format!("{place} has no {} consecutive free host ports left.", PortBlock::SIZE)))?;
    let name = free_name(world, owner, &row.name);
    let spec = InstanceSpec {
        url_name: String::new(),
        name,
        image: row.image,
        ssh_keys,
        limits: row.limits,
        start_on_connect: false,
        ports: DeclaredPort::first(),
        // Nobody knows any more which were open, so nobody gets in who did not before.
        closed: ContainerPort::CLOSABLE.to_vec(),
        forwards: Vec::new(),
    };
    let instance = Instance {
        id,
        owner: owner.id,
        spec,
        node: node.id,
        host_ports,
        clashed: Vec::new(),
        desired: if stranger.running { DesiredState::Running } else { DesiredState::Stopped },
        generation: Generation::default().next(),
        wished_at: now.wall,
        incarnation,
        restarts: Restarts::default(),
        host_key: HostKey::default(),
        // Should it vanish before it is adopted, it is lost and not made anew and empty.
        was_present: true,
        created_at: now.wall,
        report: LastReport::unheard(now.wall),
    };
    Ok((owner, instance))
}

/// Those that it had, if they are free.
fn host_ports(world: &World, node: &Node, before: PortBlock) -> Option<PortBlock> {
    let range = node.settings.host_ports;
    let mut held = world.held_beside(node);
    let free = range.blocks().any(|block| block == before) && !held.any(|held| held.overlaps(before.range()));
    if free { Some(before) } else { first_free_block(range, world.not_to_give(node), &[]) }
}

/// The name that it had, or one made of it that its owner does not use.
fn free_name(world: &World, owner: &Person, before: &InstanceName) -> InstanceName {
    let used = |name: &InstanceName| world.live_instances_of(owner.id).any(|instance| instance.spec.name == *name);
    let short = before.as_str().get(..32).unwrap_or(before.as_str()).trim_end_matches('-');
    let numbered = (2..).filter_map(|number: u32| format!("{short}-{number}").parse().ok());
    std::iter::once(before.clone()).chain(numbered).find(|name| !used(name)).unwrap_or_else(|| before.clone())
}
