//! What an instance is made from, as checked.

use model::id::{PersonId, SshKeyId};
use model::image::{ImageName, ImageRef};
use model::instance::{InstanceSpec, Limits};
use model::port::{ContainerPort, DeclaredPort};
use model::refusal::Refusal;
use model::request::CreateInstance;
use model::typed;

use super::keys::{self, chosen};
use crate::actor::Actor;
use crate::limits::{CPU_MILLIS, MEMORY_BYTES, SSH_KEY_BYTES_PER_INSTANCE};
use crate::world::{SshKey, World};

pub(super) fn spec(world: &World, actor: &Actor, asked: &CreateInstance) -> Result<InstanceSpec, Refusal> {
    let name = typed::instance_name(&asked.name)?;
    let image = asked.image.as_deref().map_or_else(|| Ok(ImageRef::default()), image)?;
    let ssh_keys = ssh_keys(world, actor, asked)?;
    keys::check(world, &ssh_keys)?;
    check_limits(asked.limits)?;
    let closed = if world.settings.web_ports_closed { ContainerPort::CLOSABLE.to_vec() } else { Vec::new() };
    Ok(InstanceSpec {
        closed,
        forwards: Vec::new(),
        url_name: String::new(),
        name,
        image,
        ssh_keys,
        all_ssh_keys: asked.all_ssh_keys,
        limits: asked.limits,
        start_on_connect: asked.start_on_connect,
        ports: DeclaredPort::first(),
    })
}

pub(super) fn image(text: &str) -> Result<ImageRef, Refusal> {
    text.parse().map_err(|_| {
        let known = ImageName::ALL.map(ImageName::as_str).join(" and ");
        Refusal::field("image", format!("There is no image of that name; the images are {known}."))
    })
}

fn ssh_keys(world: &World, actor: &Actor, asked: &CreateInstance) -> Result<Vec<SshKeyId>, Refusal> {
    let listed = asked.ssh_keys.as_deref();
    let Some(listed) = listed.or(asked.all_ssh_keys.then_some(&[])) else {
        let keys = unasked_keys(world, actor.person);
        if keys.is_empty() {
            let message = "Add an SSH public key first. To create an instance that only the terminal of the console \
                           opens, choose no key: an empty list.";
            return Err(Refusal::field("ssh_keys", message));
        }
        return Ok(keys);
    };
    chosen(world, actor.person, listed, asked.all_ssh_keys)
}

/// The keys of an instance for which nobody chose any: one that may not manage is for those for which it was ticked, unless
/// there is no other.
pub(super) fn unasked_keys(world: &World, person: PersonId) -> Vec<SshKeyId> {
    let keys = |which: fn(&SshKey) -> bool| {
        world.ssh_keys_of(person).filter(|key| which(key)).map(|key| key.id).collect::<Vec<_>>()
    };
    Some(keys(|key| key.may_manage)).filter(|managing| !managing.is_empty()).unwrap_or_else(|| keys(|_| true))
}

/// The same for an instance that comes to somebody who did not ask for it, as many as it lets in.
pub(in crate::command) fn own_keys(world: &World, person: PersonId) -> Vec<SshKeyId> {
    let mut bytes = 0;
    let fits = |id: &SshKeyId| {
        bytes += world.ssh_keys.get(id).map_or(0, |key| key.public_key.len());
        bytes <= SSH_KEY_BYTES_PER_INSTANCE
    };
    unasked_keys(world, person).into_iter().take_while(fits).collect()
}

/// What the field is called by which programs ask is the name that every reader of the refusal knows.
pub(super) fn check_limits(limits: Limits) -> Result<(), Refusal> {
    if limits.cpu_millis.is_some_and(|millis| !CPU_MILLIS.contains(&millis)) {
        let message = format!(
            "The processor limit must be from {} to {} processors.",
            f64::from(*CPU_MILLIS.start()) / 1_000.0,
            CPU_MILLIS.end() / 1_000
        );
        return Err(Refusal::field("limits.cpu_millis", message));
    }
    if limits.memory_bytes.is_some_and(|bytes| !MEMORY_BYTES.contains(&bytes)) {
        let (least, most) = (MEMORY_BYTES.start() >> 20, MEMORY_BYTES.end() >> 40);
        let message = format!("The memory limit must be from {least} MiB to {most} TiB.");
        return Err(Refusal::field("limits.memory_bytes", message));
    }
    Ok(())
}
