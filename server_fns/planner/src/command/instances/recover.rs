//! A row for a container that none explains, made of what its node kept once a person has agreed.

mod again;

use std::sync::Arc;

use model::id::InstanceId;
use model::image::ImageRef;
use model::instance::{DesiredState, InstanceSpec, Limits};
use model::name::InstanceName;
use model::port::PortBlock;
use model::refusal::{Refusal, RefusalCode};
use model::stranger::{Claim, IMAGE, NAME, OWNER, Object, Proposal, Proposed, Stranger};
use model::typed;
use model::version::Restarts;

use crate::clock::Now;
use crate::command::Decision;
use crate::command::instances::create::check_name;
use crate::command::instances::spec::{check_limits, image};
use crate::draw::Draw;
use crate::event::{EventKind, by_itself, of_instance};
use crate::ports::first_free_block;
use crate::world::{Change, Instance, LastReport, Node, Person, World};
use again::Again;

/// One for each container that a connected node reported and that belongs to no instance.
pub fn proposals(world: &World, now: Now) -> Vec<Proposal> {
    let mut all = Vec::new();
    for node in world.nodes.values() {
        for stranger in world.strangers_on(node.id) {
            let outcome = propose(world, node, stranger, &Claim::default(), now).map(|to_be| to_be.told(world, node));
            all.push(Proposal { node: node.settings.name.clone(), stranger: stranger.clone(), outcome });
        }
    }
    all
}

/// What would be made of that one, if a person claims so much of it.
pub fn proposed(world: &World, node: &str, container: &str, claim: &Claim, now: Now) -> Result<Proposed, Refusal> {
    let (node, stranger) = find(world, node, container)?;
    propose(world, node, stranger, claim, now).map(|to_be| to_be.told(world, node))
}

/// Makes the row.
pub fn recover(
    world: &World,
    node: &str,
    container: &str,
    claim: &Claim,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<InstanceId>, Refusal> {
    let (node, stranger) = find(world, node, container)?;
    let ToBe { owner, instance, lost } = propose(world, node, stranger, claim, now)?;
    let known = stranger.origin.as_ref().map(|origin| origin.row.host_key.as_str()).unwrap_or_default();
    let host_key = draw.known_host_key(&instance.spec.name, &owner.username, known).into();
    let instance = Instance { host_key, ..instance };
    let id = instance.id;
    let kind = EventKind::Recovered { container: container.to_owned(), node: node.settings.name.clone(), lost };
    let event = of_instance(&instance, by_itself(), kind);
    Ok(Decision { events: vec![event], ..Decision::new(vec![Change::PutInstance(Box::new(instance))], id) })
}

fn find<'w>(world: &'w World, node: &str, container: &str) -> Result<(&'w Node, &'w Stranger), Refusal> {
    let gone = || {
        let message = format!("There is no container {container} on the node {node} that belongs to no instance.");
        Refusal::new(RefusalCode::NotFound, message)
    };
    let node = world.nodes.values().find(|row| row.settings.name.as_str() == node).ok_or_else(gone)?;
    let stranger = world.strangers_on(node.id).find(|stranger| stranger.container == container).ok_or_else(gone)?;
    Ok((node, stranger))
}

/// A row that would be made.
struct ToBe<'w> {
    owner: &'w Arc<Person>,
    instance: Instance,
    lost: Vec<String>,
}

impl ToBe<'_> {
    fn told(self, world: &World, node: &Node) -> Proposed {
        let runs_it = node.owner.filter(|runs_it| *runs_it != self.owner.id);
        Proposed {
            owner: self.owner.username.clone(),
            name: self.instance.spec.name,
            host_ports: self.instance.host_ports,
            on_word_of: runs_it.and_then(|id| world.people.get(&id)).map(|person| person.username.clone()),
            lost: self.lost,
        }
    }
}

/// What the node says may be forged by whoever runs it, so nothing is taken from it that the owner could not have there
/// anyway.
fn propose<'w>(
    world: &'w World,
    node: &Node,
    stranger: &Stranger,
    claim: &Claim,
    now: Now,
) -> Result<ToBe<'w>, Refusal> {
    let conflict = |message: String| Refusal::new(RefusalCode::Conflict, message);
    let Some(Object { id, incarnation }) = stranger.object() else {
        return Err(conflict("Its labels do not tell what it was. Look into it, and remove it by hand.".to_owned()));
    };
    if let Some(known) = world.instances.get(&id) {
        let message = format!("It is another container of the instance {}, which has its own.", known.spec.name);
        return Err(conflict(message));
    }
    let row = stranger.origin.as_ref().map(|origin| &origin.row);
    let (owner, place) = (owner(world, node, stranger, claim)?, &node.settings.name);
    let username = &owner.username;
    if !world.takes_instances_of(node, owner.id) {
        let message = format!("{place} does not take instances of {username}; say whose it shall be.");
        return Err(Refusal::field(OWNER, message));
    }
    let mut lost = again::unknown(row, stranger.running);
    let ssh_keys = again::ssh_keys(world, owner, row, &mut lost)?;
    let (before, image, limits) = match row {
        Some(row) => (row.name.clone(), row.image.clone(), row.limits),
        None => claimed(owner, claim)?,
    };
    check_limits(limits)?;
    let host_ports = host_ports(world, node, row.map(|row| row.host_ports))
        .ok_or_else(|| conflict(format!("{place} has no {} consecutive free host ports left.", PortBlock::SIZE)))?;
    if let Some(had) = row.map(|row| row.host_ports).filter(|had| *had != host_ports) {
        let (had, has) = (had.range(), host_ports.range());
        lost.push(format!(
            "Its host ports {} to {} are not free there; it gets {} to {}.",
            had.first, had.last, has.first, has.last
        ));
    }
    let name = free_name(world, owner, &before);
    if name != before {
        lost.push(format!("It cannot be called {before} there; it is called {name}."));
    }
    let generation = again::generation(row);
    let Again { all_ssh_keys, start_on_connect, ports, closed, url_name } =
        again::settings(world, node, row, generation, &mut lost);
    let spec = InstanceSpec {
        name,
        image,
        ssh_keys,
        all_ssh_keys,
        limits,
        start_on_connect,
        ports,
        closed,
        forwards: Vec::new(),
        url_name,
    };
    let mut instance = Instance {
        id,
        owner: owner.id,
        spec,
        node: node.id,
        host_ports,
        clashed: Vec::new(),
        desired: if stranger.running { DesiredState::Running } else { DesiredState::Stopped },
        generation,
        wished_at: now.wall,
        incarnation,
        restarts: Restarts::default(),
        host_key: Arc::default(),
        // Should it vanish before it is adopted, it is lost and not made anew and empty.
        was_present: true,
        created_at: now.wall,
        report: LastReport::unheard(now.wall),
    };
    again::forwards(world, &mut instance, row, &mut lost);
    Ok(ToBe { owner, instance, lost })
}

/// Whose it is by the word of the person, else of the node.
fn owner<'w>(world: &'w World, node: &Node, stranger: &Stranger, claim: &Claim) -> Result<&'w Arc<Person>, Refusal> {
    if let Some(login) = &claim.owner {
        let nobody = || Refusal::field(OWNER, format!("There is nobody with the username or address {login}."));
        return world.person_by_login(login).ok_or_else(nobody);
    }
    let place = &node.settings.name;
    let message = match &stranger.origin {
        Some(origin) => match world.people.get(&origin.row.owner) {
            Some(owner) => return Ok(owner),
            None => format!("Its owner {} is not known here; say whose it shall be.", origin.row.owner),
        },
        None if stranger.unreadable.is_empty() => {
            format!("There is no file in its folder on {place} any more that tells what it was. Say whose it shall be.")
        }
        None => {
            let why = &stranger.unreadable;
            format!("{place} cannot tell what it was: {why}. Put that right there first, or say whose it shall be.")
        }
    };
    Err(Refusal::field(OWNER, message))
}

/// What a person says of one of which nothing else tells it.
fn claimed(owner: &Person, claim: &Claim) -> Result<(InstanceName, ImageRef, Limits), Refusal> {
    let name = claim.name.as_deref().ok_or_else(|| Refusal::field(NAME, "Say what it shall be called."))?;
    let name = typed::instance_name(name)?;
    check_name(&owner.username, &name)?;
    let which = claim
        .image
        .as_deref()
        .ok_or_else(|| Refusal::field(IMAGE, "Say from which image it was made; look into it if you do not know."))?;
    Ok((name, image(which)?, Limits::default()))
}

/// Those that it had, if they are free.
fn host_ports(world: &World, node: &Node, before: Option<PortBlock>) -> Option<PortBlock> {
    let range = node.settings.host_ports;
    let is_free = |before: &PortBlock| {
        range.blocks().any(|block| block == *before)
            && !world.held_beside(node).any(|held| held.overlaps(before.range()))
    };
    before.filter(is_free).or_else(|| first_free_block(range, world.not_to_give(node), &[]))
}

/// The name that it had, or one made of it that its owner does not use.
fn free_name(world: &World, owner: &Person, before: &InstanceName) -> InstanceName {
    let used = |name: &InstanceName| {
        check_name(&owner.username, name).is_err() || world.instance_called(owner.id, name.as_str()).is_some()
    };
    let short = before.as_str().get(..32).unwrap_or(before.as_str()).trim_end_matches('-');
    let numbered = (2..).filter_map(|number: u32| format!("{short}-{number}").parse().ok());
    std::iter::once(before.clone()).chain(numbered).find(|name| !used(name)).unwrap_or_else(|| before.clone())
}
