//! What one person is shown of the world.

use std::sync::Arc;

use model::id::{NodeId, PersonId};
use model::image::ImageName;
use model::live::LiveWorld;
use model::node::Liveness;
use model::version::Revision;
use model::view::{ImageView, Quota, Welcome};

use crate::clock::Now;
use crate::credentials::account_holds;
use crate::liveness::{is_present, liveness, liveness_of_all};
use crate::permission::{Action, Subject, account_may};
use crate::world::{Person, World};

mod doors;
mod forwards;
mod live_page;
mod people;
mod rows;

pub(crate) use forwards::sentence;
pub use live_page::LivePage;
pub use people::people;
use rows::Load;
pub(crate) use rows::login;
pub use rows::{
    instance_view, instance_view_for, invite_view, node_view, person_view, session_view, ssh_key_view, token_view,
};

/// What a visitor may know, signed in or not.
pub fn welcome(world: &World, person: Option<PersonId>, now: Now) -> Welcome {
    let me = person.and_then(|person| viewer(world, person)).map(|person| person_view(world, person));
    Welcome {
        me,
        sign_up: world.settings.sign_up,
        needs_setup: !world.has_administrator(),
        now: now.wall,
        key_wanted: false,
        plain_http: false,
        server_key_pin: world.identity.server_key_pin.clone(),
        sharing_host: Vec::new(),
    }
}

/// Somebody who is shown anything: not who is suspended.
fn viewer(world: &World, person: PersonId) -> Option<&Arc<Person>> {
    world.people.get(&person).filter(|row| account_holds(world, row.id))
}

/// Everything that a person may see; `None` when there is no such person, or they are suspended. Administrators see all
/// instances and nodes, and of keys and tokens only their own.
pub fn live_world(world: &World, person: PersonId, now: Now) -> Option<LiveWorld> {
    let me = viewer(world, person)?;
    let running = world.running();
    let liveness = liveness_of_all(world, now.mono);
    let liveness_of = |node: NodeId| liveness.get(&node).copied().unwrap_or(Liveness::Never);
    let sees = |action, subject| account_may(world, person, action, subject);
    let instances = world.instances.values().filter(|row| sees(Action::SeeInstance, Subject::Instance(row)));
    let nodes = world.nodes.values().filter(|row| sees(Action::SeeNode, Subject::Node(row)));
    Some(LiveWorld {
        me: person_view(world, me),
        quota: quota(world, person),
        images: images(world, me, now),
        instances: instances
            .filter_map(|instance| {
                Some((instance.id, rows::instance(world, person, instance, liveness_of(instance.node))?))
            })
            .collect(),
        nodes: nodes
            .map(|node| {
                let running = running.get(&node.id).copied().unwrap_or(0);
                let load = Load { instances: world.count_on(node.id), running };
                (node.id, rows::node(world, me, node, liveness_of(node.id), load))
            })
            .collect(),
        ssh_keys: world.ssh_keys_of(person).map(|key| (key.id, ssh_key_view(world, key))).collect(),
        tokens: world.tokens_of(person).map(|token| (token.id, token_view(token))).collect(),
        activity: Revision::default(),
    })
}

/// How many instances a person has, those being deleted too, and may have.
pub fn quota(world: &World, person: PersonId) -> Quota {
    Quota { used: world.count_of(person), most: world.settings.quota }
}

/// Every image, with the number of nodes at hand that this person may use it on.
pub fn images(world: &World, person: &Person, now: Now) -> Vec<ImageView> {
    let usable = |image: ImageName| {
        let at_hand = world.nodes.values().filter(|node| {
            world.takes_instances_of(node, person.id)
                && is_present(liveness(world, node.id, now.mono))
                && world.node_facts(node).is_some_and(|facts| facts.images.contains(&image))
        });
        u32::try_from(at_hand.count()).unwrap_or(u32::MAX)
    };
    let view = |name: ImageName| ImageView {
        name,
        title: name.title().to_owned(),
        default: name == ImageName::default(),
        nodes: usable(name),
    };
    ImageName::ALL.map(view).into()
}
