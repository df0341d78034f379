//! One row each.

use model::enrolment::EnrolmentView;
use model::id::{NodeId, PersonId, SessionId};
use model::name::{Label, Username};
use model::node::{Liveness, NodeFacts};
use model::port::{DeclaredPort, UrlAccess};
use model::view::{
    InstanceView, InviteView, NodeRef, NodeView, PersonView, SessionView, SshKeyView, TokenView, UrlView,
};

use super::doors::doors;
use super::forwards::forwards;
use crate::channel::{frozen, of_suspended};
use crate::clock::Now;
use crate::credentials::node_is_let_in;
use crate::guest::{ENROL, LOBBY};
use crate::keys::standing;
use crate::limits::NAMES_IN_MESSAGE;
use crate::liveness::{is_present, liveness};
use crate::permission::{Action, Subject, account_may, allowed};
use crate::rollup::{Rollup, init, rollup};
use crate::urls::label;
use crate::world::{Enrolment, Instance, Invite, KeyProof, Node, Person, Session, SshKey, Token, World};

/// As its owner sees it; `None` if its node is no longer there.
pub fn instance_view(world: &World, instance: &Instance, now: Now) -> Option<InstanceView> {
    instance_view_for(world, instance.owner, instance, now)
}

/// The same as that person sees it.
pub fn instance_view_for(world: &World, viewer: PersonId, instance: &Instance, now: Now) -> Option<InstanceView> {
    self::instance(world, viewer, instance, liveness(world, instance.node, now.mono))
}

pub(super) fn instance(
    world: &World,
    viewer: PersonId,
    instance: &Instance,
    liveness: Liveness,
) -> Option<InstanceView> {
    let node = world.nodes.get(&instance.node)?;
    let Rollup { phase, message, progress, starts_at } = rollup(instance, liveness);
    let keys = instance.spec.ssh_keys.iter().filter_map(|id| world.ssh_keys.get(id));
    let owner = username(world, instance.owner).or_else(nobody)?;
    Some(InstanceView {
        id: instance.id,
        name: instance.spec.name.clone(),
        phase,
        desired: instance.desired,
        generation: instance.generation,
        image: instance.spec.image.clone(),
        node: NodeRef { id: node.id, name: node.settings.name.clone(), address: node.address().to_owned() },
        ports: instance.host_ports.bindings().collect(),
        doors: doors(instance, node, liveness),
        ssh_command: ssh_command(node, instance),
        gateway_command: login(world, &user(world, viewer, instance, &owner)),
        owner,
        start_on_connect: instance.spec.start_on_connect,
        all_ssh_keys: instance.spec.all_ssh_keys,
        urls: instance.spec.ports.iter().map(|declared| url(world, instance, declared)).collect(),
        forwards: forwards(world, instance, node),
        ssh_keys: keys.map(|key| key.name.clone()).collect::<Vec<Label>>(),
        limits: instance.spec.limits,
        created_at: instance.created_at,
        observed_at: instance.report.is_heard().then_some(instance.report.at),
        last_heard_at: if is_present(liveness) { None } else { world.last_heard_at(node) },
        message,
        progress,
        starts_at,
        init: init(&instance.report.observed),
        may: allowed(world, viewer, Action::OF_INSTANCE, Subject::Instance(instance)),
    })
}

/// Empty until the address of the node is known.
fn ssh_command(node: &Node, instance: &Instance) -> String {
    match node.address() {
        "" => String::new(),
        address => format!("ssh -p {} root@{address}", instance.host_ports.first.0),
    }
}

fn url(world: &World, instance: &Instance, declared: &DeclaredPort) -> UrlView {
    let DeclaredPort { port, url: access, .. } = *declared;
    let address = world.identity.apps_address.split_once("://").filter(|_| access != UrlAccess::Off);
    let url = address.map(|(scheme, domain)| format!("{scheme}://{}.{domain}/", label(world, instance, port)));
    UrlView { port, access, url: url.unwrap_or_default() }
}

/// The user name under which the gateway leads to it and to no other, whoever asks.
fn user(world: &World, viewer: PersonId, instance: &Instance, owner: &Username) -> String {
    let name = instance.spec.name.as_str();
    // The name alone is one of the viewer's own. One of before may be called as the lobby is. A key that was never used
    // opens nothing under the name of an account.
    let alone = instance.is_named_by(viewer) && name != LOBBY && !world.is_username(name);
    if alone { name.to_owned() } else { format!("{name}.{owner}") }
}

/// What to type to be that user at the gateway; empty without one.
pub(crate) fn login(world: &World, name: &str) -> String {
    match world.identity.ssh_address.rsplit_once(':') {
        None => String::new(),
        Some((host, "22")) => format!("ssh {name}@{host}"),
        Some((host, port)) => format!("ssh -p {port} {name}@{host}"),
    }
}

/// How much is on a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Load {
    pub(super) instances: u32,
    pub(super) running: u32,
}

impl Load {
    pub(super) fn on(world: &World, node: NodeId) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self {
            instances: count(world.node_instances(node).count()),
            running: count(world.node_instances(node).filter(|instance| !instance.stands_still()).count()),
        }
    }
}

pub fn node_view(world: &World, viewer: &Person, node: &Node, now: Now) -> NodeView {
    self::node(world, viewer, node, liveness(world, node.id, now.mono), Load::on(world, node.id))
}

pub(super) fn node(world: &World, viewer: &Person, node: &Node, liveness: Liveness, load: Load) -> NodeView {
    let (link, pulse) = (world.links.get(&node.id), world.telemetry.of(node.id));
    let may = allowed(world, viewer.id, Action::OF_NODE, Subject::Node(node));
    let manageable = may.contains(&Action::ManageNode);
    let since = match link {
        Some(link) if link.connected && is_present(liveness) => Some(link.since),
        Some(_) | None => world.last_heard_at(node),
    };
    NodeView {
        id: node.id,
        name: node.settings.name.clone(),
        lab: node.settings.lab.clone(),
        owner: node.owner.and_then(|owner| username(world, owner)),
        shared: world.is_shared(node),
        manageable,
        liveness,
        since,
        availability: node.availability,
        address: node.address().to_owned(),
        max_instances: node.settings.max_instances,
        host_ports: node.settings.host_ports,
        instances: load.instances,
        running: load.running,
        frozen: node.frozen,
        // By which programs know that they share a machine is for nobody else.
        facts: world.node_facts(node).cloned().map(|facts| NodeFacts { network: String::new(), ..facts }),
        round_trip_ms: pulse.and_then(|pulse| pulse.round_trip).filter(|_| is_present(liveness)).map(milliseconds),
        flows: pulse.filter(|_| is_present(liveness)).map(|pulse| pulse.meter.view()),
        measurement: link.and_then(|link| link.measurement),
        alarm: if manageable { alarm(world, node) } else { String::new() },
        was_ready: node.was_ready,
        enrolment: node.enrolment.as_ref().filter(|_| manageable).map(enrolment),
        created_at: node.created_at,
        may,
    }
}

fn enrolment(enrolment: &Enrolment) -> EnrolmentView {
    EnrolmentView { expires_at: enrolment.expires_at, used: enrolment.used.clone() }
}

fn milliseconds(span: std::time::Duration) -> f32 {
    // Rounded to tenths: more would tell of the machine's mood and not of the link.
    (span.as_secs_f32() * 10_000.0).round() / 10.0
}

fn alarm(world: &World, node: &Node) -> String {
    let frozen = node.frozen.then(|| frozen(node));
    let told = world.alarms.get(&node.id).cloned().filter(|_| frozen.is_none());
    let suspended = (!node_is_let_in(world, node)).then(|| of_suspended(node));
    let strangers = strangers(world, node);
    frozen.into_iter().chain(told).chain(suspended).chain(strangers).collect::<Vec<_>>().join(" ")
}

fn strangers(world: &World, node: &Node) -> Option<String> {
    let mut names = world.strangers_on(node.id).map(|stranger| stranger.container.as_str());
    let shown: Vec<&str> = names.by_ref().take(NAMES_IN_MESSAGE).collect();
    if shown.is_empty() {
        return None;
    }
    let more = if names.next().is_some() { ", …" } else { "" };
    Some(format!(
        "Containers of this installation on it belong to no instance, and it leaves them alone: {}{more}. An \
         administrator takes them back with `dockhost recover`; remove by hand those that nobody needs.",
        shown.join(", ")
    ))
}

fn username(world: &World, person: PersonId) -> Option<Username> {
    world.people.get(&person).map(|person| person.username.clone())
}

/// Whose an instance is that is being deleted after its owner's account is gone. No account is called so any more.
fn nobody() -> Option<Username> {
    "nobody".parse().ok()
}

pub fn person_view(world: &World, person: &Person) -> PersonView {
    PersonView {
        id: person.id,
        username: person.username.clone(),
        email: person.email.clone(),
        administrator: person.administrator,
        created_at: person.created_at,
        asks_removal_since: person.asks_removal_since,
        may: allowed_at_all(world, person),
    }
}

fn allowed_at_all(world: &World, person: &Person) -> Vec<Action> {
    let may = |action: &&Action| {
        [Subject::Account(person), Subject::Installation]
            .into_iter()
            .any(|subject| account_may(world, person.id, **action, subject))
    };
    Action::OF_ACCOUNT.iter().filter(may).copied().collect()
}

pub fn ssh_key_view(world: &World, key: &SshKey) -> SshKeyView {
    let enrol = username(world, key.person).map(|name| login(world, &format!("{ENROL}{name}")));
    SshKeyView {
        id: key.id,
        name: key.name.clone(),
        algorithm: key.algorithm.clone(),
        fingerprint: key.fingerprint.clone(),
        public_key: key.public_key.clone(),
        created_at: key.created_at,
        standing: standing(world, key),
        proved_at: match key.proof {
            KeyProof::At(at) => Some(at),
            KeyProof::NotAsked | KeyProof::Missing => None,
        },
        may_manage: key.may_manage,
        enrol_command: enrol.unwrap_or_default(),
    }
}

pub fn token_view(token: &Token) -> TokenView {
    TokenView {
        id: token.id,
        name: token.name.clone(),
        hint: token.hint.clone(),
        scope: token.scope,
        created_at: token.created_at,
        expires_at: token.expires_at,
        last_used_at: token.last_used_at,
        last_used_from: token.last_used_from.clone(),
    }
}

/// `current` is the session that asks, if a session asks.
pub fn session_view(session: &Session, current: Option<SessionId>) -> SessionView {
    SessionView {
        id: session.id,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
        address: session.address.clone(),
        agent: session.agent.clone(),
        current: current == Some(session.id),
    }
}

pub const fn invite_view(invite: &Invite) -> InviteView {
    InviteView { id: invite.id, created_at: invite.created_at, expires_at: invite.expires_at }
}
