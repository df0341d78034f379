//! Public URLs: what a port of an instance is called below the domain of apps, and who is let in there.

use std::sync::Arc;

use model::id::{InstanceId, PersonId};
use model::instance::DesiredState;
use model::name::{InstanceName, Username};
use model::port::{ContainerPort, DeclaredPort, UrlAccess};

use crate::actor::Actor;
use crate::credentials::account_holds;
use crate::permission::{Action, Subject, account_may, is_allowed};
use crate::world::{Instance, World};

/// Characters of one label of a host name (RFC 1035).
const LABEL: usize = 63;
/// Between the owner and the rest. The owner is what follows the last one.
const OWNED: &str = "--";

/// What a host name stands for.
#[derive(Debug, Clone, Copy)]
pub struct App<'w> {
    pub instance: &'w Arc<Instance>,
    pub port: DeclaredPort,
}

/// Why somebody may be on an app's host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pass {
    Person(Actor),
    /// They hold a link, which this person made.
    Link(PersonId),
}

/// What stands for the port before the domain of apps. It is given to no other owner while its account is there (and later
/// to nobody but who takes the username of an account that was removed): `web-1-80--ada` names the owner, and an instance whose names do not fit into that is called by its id. Those of version 0.1 begin with a digit,
/// which these never do, and go on for as long as their instance.
pub fn label(world: &World, instance: &Instance, port: ContainerPort) -> String {
    let (number, name, old) = (port.0, &instance.spec.name, instance.spec.url_name.as_str());
    if !old.is_empty() {
        return format!("{number}-{old}");
    }
    match world.people.get(&instance.owner).filter(|owner| fits(name, &owner.username)) {
        Some(owner) => format!("{name}-{number}{OWNED}{}", owner.username),
        None => format!("{}-{number}", instance.id),
    }
}

/// Whatever the port, so that an instance is called by one rule. Two hyphens in the third and fourth place are kept for
/// international names, which browsers read as something else.
fn fits(name: &InstanceName, owner: &Username) -> bool {
    let (name, owner) = (name.as_str(), owner.as_str());
    let longest = name.len() + "-65535".len() + OWNED.len() + owner.len();
    longest <= LABEL && !owner.contains(OWNED) && name.get(2..4) != Some(OWNED)
}

/// The instance and the port that such a name stands for, if that port has a URL.
pub fn app<'w>(world: &'w World, text: &str) -> Option<App<'w>> {
    let (instance, port) = of_old(world, text).or_else(|| owned(world, text)).or_else(|| by_id(world, text))?;
    let port = instance.spec.open_port(port)?;
    // Each port has one name: two origins for one app would share nothing and confuse everybody.
    let named = label(world, instance, port.port) == text;
    (named && instance.desired != DesiredState::Deleted).then_some(App { instance, port })
}

/// Whether somebody with such a pass may open it; without one, nobody in particular.
pub fn may_open(world: &World, App { instance, port }: App<'_>, pass: Option<&Pass>) -> bool {
    match (port.url, pass) {
        (UrlAccess::Off, _) => false,
        (UrlAccess::Public, _) => true,
        (UrlAccess::SignedIn | UrlAccess::Owner, Some(Pass::Link(maker))) => may_share(world, instance, *maker),
        (UrlAccess::SignedIn, Some(Pass::Person(actor))) => account_holds(world, actor.person),
        (UrlAccess::Owner, Some(Pass::Person(actor))) => {
            is_allowed(world, actor, Action::OpenOwnUrl, Subject::Instance(instance))
        }
        (UrlAccess::SignedIn | UrlAccess::Owner, None) => false,
    }
}

/// A link opens for as long as its maker could make it.
fn may_share(world: &World, instance: &Instance, maker: PersonId) -> bool {
    account_may(world, maker, Action::ShareInstance, Subject::Instance(instance))
}

type Found<'w> = Option<(&'w Arc<Instance>, ContainerPort)>;

/// `80-web-1`
fn of_old<'w>(world: &'w World, text: &str) -> Found<'w> {
    let (port, name) = text.split_once('-')?;
    let port = number(port)?;
    world.instances.values().find(|instance| instance.spec.url_name == name).map(|instance| (instance, port))
}

/// `web-1-80--ada`
fn owned<'w>(world: &'w World, text: &str) -> Found<'w> {
    let (rest, owner) = text.rsplit_once(OWNED)?;
    let (name, port) = rest.rsplit_once('-')?;
    let port = number(port)?;
    let owner = world.person_called(owner)?;
    let found = world.instance_called(owner.id, name)?;
    Some((found, port))
}

/// `i-0123456789abcdef-80`
fn by_id<'w>(world: &'w World, text: &str) -> Found<'w> {
    let (id, port) = text.rsplit_once('-')?;
    let port = number(port)?;
    world.instances.get(&id.parse::<InstanceId>().ok()?).map(|instance| (instance, port))
}

/// Written in one way alone.
fn number(text: &str) -> Option<ContainerPort> {
    let plain = !text.starts_with('0') && text.len() <= 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain).map(ContainerPort)
}
