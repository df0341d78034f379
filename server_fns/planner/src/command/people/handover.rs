//! What becomes of instances and nodes whose owner goes.

use std::sync::Arc;

use model::host_key::HostKey;
use model::instance::InstanceSpec;
use model::node::Availability;
use model::refusal::{Refusal, RefusalCode};
use model::request::Handover;

use crate::command::instances::{check_name, own_keys};
use crate::command::{Asker, Decision};
use crate::draw::Draw;
use crate::event::{EventKind, of_instance, of_node};
use crate::limits::listed;
use crate::weight;
use crate::world::{Change, Instance, Node, Person, World};

/// A word on what somebody has, as checked.
pub(super) enum Fate<'w> {
    Delete,
    Give(&'w Arc<Person>),
}

/// The field of the request that says what becomes of them, and is at fault where they cannot have that.
#[derive(Clone, Copy)]
pub(super) enum Field {
    Instances,
    Nodes,
}

impl Field {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Instances => "instances",
            Self::Nodes => "nodes",
        }
    }
}

/// The word, which is missing only where nothing needs one. A receiver is checked also where there is nothing to give: who
/// mistyped a name means something else than they asked for.
pub(super) fn fate<'w, 'n>(
    world: &'w World,
    leaver: &Person,
    field: Field,
    word: Option<&Handover>,
    names: impl Iterator<Item = &'n str>,
) -> Result<Option<Fate<'w>>, Refusal> {
    match word {
        Some(Handover::Delete) => Ok(Some(Fate::Delete)),
        Some(Handover::Give(username)) => {
            let refused = |message: String| Err(Refusal::new(RefusalCode::Conflict, message).at(field.as_str()));
            match world.person_called(username.as_str()) {
                None => refused(format!("There is nobody with the username {username}. Give them to somebody else.")),
                Some(receiver) if receiver.id == leaver.id => {
                    refused(format!("{username} is the account that is to be removed. Give them to somebody else."))
                }
                Some(receiver) if receiver.suspended.is_some() => refused(format!(
                    "{username} is suspended, and could not look after them. Resume {username} first, or give them to \
                     somebody else."
                )),
                Some(receiver) => Ok(Some(Fate::Give(receiver))),
            }
        }
        None => match listed(names) {
            none if none.is_empty() => Ok(None),
            names => Err(no_word(leaver, field, &names)),
        },
    }
}

fn no_word(leaver: &Person, field: Field, names: &str) -> Refusal {
    let (who, what) = (&leaver.username, field.as_str());
    let message = format!(
        "{who} has {what}: {names}. Say what becomes of them: \"delete\", or {{\"give\": \"the username of somebody\"}}."
    );
    Refusal::new(RefusalCode::Conflict, message).at(what)
}

/// The instances as the receiver's. How many they may have is no hindrance: the administrator who decides this sets that
/// number, too. Names are, because each owner's lead to one instance.
pub(super) fn given(
    world: &World,
    asker: &Asker,
    leaver: &Person,
    receiver: &Person,
    instances: &[&Arc<Instance>],
    draw: &mut dyn Draw,
) -> Result<Decision<()>, Refusal> {
    let at = Field::Instances.as_str();
    let has = |other: &Instance| world.instance_called(receiver.id, other.spec.name.as_str()).is_some();
    let taken = listed(instances.iter().filter(|row| has(row)).map(|row| row.spec.name.as_str()));
    if !taken.is_empty() {
        let message = format!(
            "{to} has instances that are called as these of {from} are, or are still being deleted: {taken}. Delete \
             those of either of them first, or give {from}'s to somebody else.",
            to = receiver.username,
            from = leaver.username
        );
        return Err(Refusal::new(RefusalCode::Conflict, message).at(at));
    }
    if instances.iter().any(|row| check_name(&receiver.username, &row.spec.name).is_err()) {
        let message = format!(
            "{from}'s instance {to} is called as {to} is, and the lobby of the SSH gateway is reached by that name. Delete \
             it first, or give {from}'s instances to somebody else.",
            to = receiver.username,
            from = leaver.username
        );
        return Err(Refusal::new(RefusalCode::Conflict, message).at(at));
    }
    // Each is weighed where those before it are the receiver's already.
    let mut there = world.clone();
    let mut decision = Decision::unchanged(());
    for instance in instances {
        // Whatever the receiver adds later is let in only where the receiver says so.
        let spec =
            InstanceSpec { ssh_keys: own_keys(world, receiver.id), all_ssh_keys: false, ..instance.spec.clone() };
        weight::check(&there, instance, &spec).map_err(|no| no.at(at))?;
        let host_key = certified(instance, receiver, draw);
        let generation = instance.generation.next();
        let row =
            Instance { owner: receiver.id, spec, host_key: host_key.into(), generation, ..Instance::clone(instance) };
        // A line of its new owner: the one of before has that of their account.
        decision.events.push(of_instance(&row, asker.cause(), EventKind::GivenTo { to: receiver.username.clone() }));
        let change = Change::PutInstance(Box::new(row));
        there.apply(change.clone());
        decision.changes.push(change);
    }
    Ok(decision)
}

/// Its host key stays, and its certificate has the name of the new owner.
fn certified(instance: &Instance, owner: &Person, draw: &mut dyn Draw) -> HostKey {
    let old = &instance.host_key;
    let new = draw.known_host_key(&instance.spec.name, &owner.username, &old.public_key);
    if new.public_key == old.public_key { HostKey { seed: old.seed.clone(), ..new } } else { new }
}

/// The node as the receiver's. Its machine keeps its key, and what is on it goes on; whoever wants it shut out rotates that.
/// Whoever has the machine may still be the one who goes, so nothing new is placed there, such as everybody's instances on
/// the node of an administrator, until the receiver says so. A code that nobody used is for somebody who has no more to do
/// with the node.
pub(super) fn given_node(asker: &Asker, node: &Node, receiver: &Person) -> Decision<()> {
    let enrolment = node.enrolment.clone().filter(|enrolment| enrolment.used.is_some());
    let availability = match node.availability {
        Availability::Open | Availability::Cordoned => Availability::Cordoned,
        Availability::Draining => Availability::Draining,
    };
    let row = Node { owner: Some(receiver.id), enrolment, availability, ..node.clone() };
    let event = of_node(&row, asker.cause(), EventKind::NodeGivenTo { to: receiver.username.clone() });
    Decision { events: vec![event], ..Decision::new(vec![Change::PutNode(Box::new(row))], ()) }
}
