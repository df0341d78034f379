//! What a recovered instance has again of its settings, and what it has lost: a sentence each.

use ipnet::IpNet;
use model::forward::Forward;
use model::id::SshKeyId;
use model::instance::InstanceSpec;
use model::port::{ContainerPort, DeclaredPort};
use model::refusal::Refusal;
use model::request::OpenForward;
use model::stranger::{OWNER, RestOfRow, Row};
use model::version::Generation;

use crate::command::instances::forwards::opened;
use crate::command::instances::ports::check_port;
use crate::command::instances::spec::unasked_keys;
use crate::limits::PORTS_PER_INSTANCE;
use crate::world::{Change, Instance, Node, Person, World};

/// Characters of a name in URLs from version 0.1, which has the port and a hyphen before it.
const URL_NAME: usize = 57;

/// What nothing tells any more.
pub(super) fn unknown(row: Option<&Row>, running: bool) -> Vec<String> {
    const DOORS: &str = "The host ports of 80 and 443 are closed until somebody opens them.";
    match row {
        None => {
            let once = if running { " once it was restarted" } else { "" };
            vec![
                format!(
                    "Its SSH keys, URLs, limits and host ports are not known any more, and it gets those of a new one. {DOORS}"
                ),
                format!("It gets another host key, and lets in its SSH keys{once}."),
            ]
        }
        Some(Row { doors: None, .. }) => vec![format!(
            "Its SSH keys, URLs, further host ports and whether an SSH login starts it are not known any more. {DOORS}"
        )],
        Some(Row { doors: Some(_), rest: None, .. }) => {
            vec!["Its URLs and whether an SSH login starts it are not known any more.".to_owned()]
        }
        Some(Row { doors: Some(_), rest: Some(_), .. }) => Vec::new(),
    }
}

/// Its own, as far as its owner still has them.
pub(super) fn ssh_keys(
    world: &World,
    owner: &Person,
    row: Option<&Row>,
    lost: &mut Vec<String>,
) -> Result<Vec<SshKeyId>, Refusal> {
    let username = &owner.username;
    let before = row.and_then(|row| row.doors.as_ref()).map(|doors| &doors.ssh_keys);
    if let Some(before) = before {
        let known = world.ssh_keys_of(owner.id).filter(|key| before.contains(&key.public_key));
        let known: Vec<SshKeyId> = known.map(|key| key.id).collect();
        // None at all is a choice: the terminal of the console needs no key.
        if known.len() == before.len() {
            return Ok(known);
        }
        if !known.is_empty() {
            let gone = before.len() - known.len();
            lost.push(format!("{username} has no more {gone} of the {} SSH keys that it let in.", before.len()));
            return Ok(known);
        }
    }
    let others = unasked_keys(world, owner.id);
    if others.is_empty() {
        let message = format!("{username} has no SSH key, so nobody could log in. Let {username} add one first.");
        return Err(Refusal::field(OWNER, message));
    }
    if before.is_some() {
        lost.push(format!("{username} has none of the SSH keys that it let in; it lets in others of {username}."));
    }
    Ok(others)
}

/// What nothing but its file tells.
pub(super) struct Again {
    pub(super) all_ssh_keys: bool,
    pub(super) start_on_connect: bool,
    pub(super) ports: Vec<DeclaredPort>,
    pub(super) closed: Vec<ContainerPort>,
    pub(super) url_name: String,
}

pub(super) fn settings(
    world: &World,
    node: &Node,
    row: Option<&Row>,
    generation: Generation,
    lost: &mut Vec<String>,
) -> Again {
    let rest = row.and_then(|row| row.rest.as_ref());
    let closed = row.and_then(|row| row.doors.as_ref()).map(|doors| doors.closed.as_slice());
    // Where nobody knows any more which were open, nobody gets in who did not before.
    let is_closed = |port: &ContainerPort| closed.is_none_or(|closed| closed.contains(port));
    Again {
        all_ssh_keys: rest.is_some_and(|rest| rest.all_ssh_keys),
        start_on_connect: rest.is_some_and(|rest| rest.start_on_connect),
        ports: rest.map_or_else(DeclaredPort::first, |rest| ports(rest, generation, lost)),
        closed: ContainerPort::CLOSABLE.into_iter().filter(is_closed).collect(),
        url_name: rest.map(|rest| url_name(world, node, rest, lost)).unwrap_or_default(),
    }
}

/// Beyond any at which something of it was opened, also what was withdrawn since and its file does not name: a link that
/// was given out then must not open whatever is opened from now on.
pub(super) fn generation(row: Option<&Row>) -> Generation {
    // More wishes than that were never made; a node may say any number.
    const MAX: Generation = Generation(1 << 48);
    // More wishes than anybody makes between two that its file names.
    const BEYOND: u64 = 1 << 20;
    let rest = row.and_then(|row| row.rest.as_ref());
    let doors = row.and_then(|row| row.doors.as_ref());
    let ports = rest.into_iter().flat_map(|rest| &rest.ports).map(|port| port.opened);
    let others = rest.into_iter().flat_map(|rest| &rest.forwards);
    let forwards = doors.into_iter().flat_map(|doors| &doors.forwards).chain(others).map(|forward| forward.opened);
    let known = ports.chain(forwards).filter(|opened| *opened <= MAX);
    Generation(known.max().unwrap_or_default().0 + BEYOND)
}

fn ports(rest: &RestOfRow, generation: Generation, lost: &mut Vec<String>) -> Vec<DeclaredPort> {
    let mut ports: Vec<DeclaredPort> = Vec::new();
    for before in &rest.ports {
        let is_new = ports.iter().all(|known| known.port != before.port);
        if is_new && ports.len() < PORTS_PER_INSTANCE && check_port(*before).is_ok() {
            ports.push(DeclaredPort { opened: before.opened.min(generation), ..*before });
        } else {
            lost.push(format!("Port {} is not declared again.", before.port.0));
        }
    }
    ports.sort_by_key(|known| known.port);
    ports
}

/// It is given to nobody anew, so only a node that everybody trusts is believed.
fn url_name(world: &World, node: &Node, rest: &RestOfRow, lost: &mut Vec<String>) -> String {
    let before = rest.url_name.as_str();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let is_one = before.len() <= URL_NAME && before.chars().all(plain);
    let is_free = world.instances.values().all(|other| other.spec.url_name != before);
    if before.is_empty() || is_one && is_free && world.is_shared(node) {
        return before.to_owned();
    }
    lost.push("Its URLs are other ones than those of version 0.1.".to_owned());
    String::new()
}

/// Opens those again that whoever asks for them now would get.
pub(super) fn forwards(world: &World, instance: &mut Instance, row: Option<&Row>, lost: &mut Vec<String>) {
    let on_node = row.and_then(|row| row.doors.as_ref()).map(|doors| doors.forwards.as_slice()).unwrap_or_default();
    let others = row.and_then(|row| row.rest.as_ref()).map(|rest| rest.forwards.as_slice()).unwrap_or_default();
    if on_node.is_empty() && others.is_empty() {
        return;
    }
    // As if it were an instance already, which holds its block.
    let mut there = world.clone();
    there.apply(Change::PutInstance(Box::new(instance.clone())));
    // Numbers that somebody chose first: one that is given may give way.
    let (given, chosen): (Vec<_>, Vec<_>) = on_node.iter().chain(others).partition(|forward| forward.automatic);
    for before in chosen.into_iter().chain(given) {
        let again = |host_port| open(&there, instance, before, host_port);
        let first = again(Some(before.host.0));
        let made = if first.is_err() && before.automatic { again(None).or(first) } else { first };
        let number = before.host.0;
        match made {
            Ok((_, made)) if instance.spec.forwards.iter().any(|known| known.key() == made.key()) => {
                lost.push(format!("Host port {number} stands in its file twice, and is opened once."));
            }
            Ok((_, made)) => {
                if made.host != before.host {
                    lost.push(format!(
                        "Host port {number} is not free there; {} leads to port {} instead.",
                        made.host.0, made.container.0
                    ));
                }
                put(instance, before, made);
                there.apply(Change::PutInstance(Box::new(instance.clone())));
            }
            Err(refusal) => {
                let to = before.container.0;
                lost.push(format!("Host port {number} leads to port {to} no more: {}", refusal.message));
            }
        }
    }
}

fn open(
    world: &World,
    instance: &Instance,
    before: &Forward,
    host_port: Option<u16>,
) -> Result<(InstanceSpec, Forward), Refusal> {
    let asked = OpenForward {
        place: before.place,
        protocol: before.protocol,
        container_port: before.container.0,
        host_port,
        bind: before.bind.map(|address| address.to_string()),
        allow: before.allow.iter().map(IpNet::to_string).collect(),
    };
    opened(world, instance, &asked)
}

fn put(instance: &mut Instance, before: &Forward, made: Forward) {
    let made = Forward {
        automatic: before.automatic,
        given_up: before.given_up,
        opened: before.opened.min(instance.generation),
        ..made
    };
    instance.spec.forwards.push(made);
    instance.spec.forwards.sort_by_key(Forward::key);
}
