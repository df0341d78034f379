//! What an instance is made from, as checked.

use std::collections::BTreeSet;

use model::id::SshKeyId;
use model::image::ImageName;
use model::instance::{InstanceSpec, Limits};
use model::name::InstanceName;
use model::port::DeclaredPort;
use model::refusal::Refusal;
use model::request::CreateInstance;

use crate::access::url_name;
use crate::actor::Actor;
use crate::limits::{CPU_MILLIS, MEMORY_BYTES};
use crate::world::World;

pub(super) fn spec(world: &World, actor: &Actor, asked: &CreateInstance) -> Result<InstanceSpec, Refusal> {
    let name: InstanceName =
        asked.name.trim().parse().map_err(|why| Refusal::bad_name("name", "The name of the instance", &why))?;
    let image: ImageName = match asked.image.as_deref() {
        None => ImageName::default(),
        Some(text) => text.parse().map_err(|_| {
            let known = ImageName::ALL.map(ImageName::as_str).join(" and ");
            Refusal::field("image", format!("There is no image of that name; the images are {known}."))
        })?,
    };
    let ssh_keys = ssh_keys(world, actor, asked.ssh_keys.as_deref())?;
    check_limits(asked.limits)?;
    Ok(InstanceSpec {
        forwards: Vec::new(),
        url_name: url_name(world, actor.username.as_str(), &name),
        name,
        image,
        ssh_keys,
        limits: asked.limits,
        start_on_connect: asked.start_on_connect,
        ports: DeclaredPort::first(),
    })
}

fn ssh_keys(world: &World, actor: &Actor, asked: Option<&[String]>) -> Result<Vec<SshKeyId>, Refusal> {
    const FIELD: &str = "ssh_keys";
    let own = || world.ssh_keys_of(actor.person);
    if own().next().is_none() {
        return Err(Refusal::field(FIELD, "Add an SSH public key first; without one nobody could log in."));
    }
    let Some(asked) = asked else {
        return Ok(own().map(|key| key.id).collect());
    };
    let mut chosen = BTreeSet::new();
    for text in asked {
        let named = |text: &str| own().find(|key| key.name.as_str() == text).map(|key| key.id);
        let by_id = text.parse::<SshKeyId>().ok().filter(|id| actor.ssh_key(world, *id).is_ok());
        let Some(id) = by_id.or_else(|| named(text.trim())) else {
            let text: String = text.chars().filter(|c| !c.is_control()).take(64).collect();
            return Err(Refusal::field(FIELD, format!("You have no SSH key “{text}”.")));
        };
        chosen.insert(id);
    }
    if chosen.is_empty() {
        return Err(Refusal::field(FIELD, "Choose at least one SSH key; without one nobody could log in."));
    }
    Ok(chosen.into_iter().collect())
}

pub(super) fn check_limits(limits: Limits) -> Result<(), Refusal> {
    if limits.cpu_millis.is_some_and(|millis| !CPU_MILLIS.contains(&millis)) {
        let (least, most) = (CPU_MILLIS.start(), CPU_MILLIS.end());
        return Err(Refusal::field("limits", format!("The processor limit must be {least} to {most} thousandths.")));
    }
    if limits.memory_bytes.is_some_and(|bytes| !MEMORY_BYTES.contains(&bytes)) {
        let (least, most) = (MEMORY_BYTES.start(), MEMORY_BYTES.end());
        return Err(Refusal::field("limits", format!("The memory limit must be {least} to {most} bytes.")));
    }
    Ok(())
}
