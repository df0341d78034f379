//! Containers without a row become instances again, and never somebody else's.

use model::id::{InstanceId, NodeId, PersonId};
use model::image::ImageName;
use model::instance::{DesiredState, Limits};
use model::port::{ContainerPort, PortBlock};
use model::refusal::{Refusal, RefusalCode};
use model::stranger::{OWNER, Origin, RowLabels, Stranger};
use model::version::Incarnation;
use planner::command::instances::recover::{proposals, recover};

use crate::scene::{RANGE, Scene};

const ID: InstanceId = InstanceId::from_bits(0xfeed);

fn stranger(owner: PersonId, name: &str) -> Stranger {
    let row = RowLabels {
        owner,
        name: name.parse().unwrap(),
        image: ImageName::Debian12,
        limits: Limits::default(),
        host_ports: PortBlock::starting_at(1027),
        host_key: "ssh-ed25519 AAAA".to_owned(),
    };
    let origin = Origin { instance: ID, incarnation: Incarnation(4), row };
    Stranger { container: "dockhost-x".to_owned(), running: true, origin: Some(origin) }
}

fn scene(name: &str) -> (Scene, NodeId) {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    let bob = scene.person("bob");
    scene.world.strangers(node, vec![stranger(bob, name)]);
    (scene, node)
}

fn asked(scene: &mut Scene, node: &str, owner: Option<&str>) -> Result<InstanceId, Refusal> {
    let mut draw = scene.draw();
    let decided = recover(&scene.world, node, "dockhost-x", owner, &mut draw, scene.now)?;
    let id = scene.commit(decided);
    scene.settle();
    Ok(id)
}

#[test]
fn it_is_assigned_as_it_was_and_never_made_anew() {
    let (mut scene, node) = scene("web");
    let [proposal] = &proposals(&scene.world, scene.now)[..] else { panic!("one proposal") };
    let to_be = proposal.outcome.clone().unwrap();
    assert_eq!((to_be.owner.as_str(), to_be.name.as_str(), to_be.host_ports.first.0), ("bob", "web", 1027));
    assert_eq!(asked(&mut scene, "lab-1", None), Ok(ID));
    let [assigned] = &scene.assignment(node).instances[..] else { panic!("one instance") };
    assert_eq!((assigned.id, assigned.incarnation, assigned.may_create), (ID, Incarnation(4), false));
    assert_eq!((assigned.desired, assigned.host_ports), (DesiredState::Running, PortBlock::starting_at(1027)));
    assert!(!assigned.authorized_keys.is_empty());
    assert_eq!((assigned.host_key.public_key.as_str(), assigned.host_key.seed.as_str()), ("ssh-ed25519 AAAA", ""));
    assert!(
        scene.told(ID)[0].starts_with("Recovered from its container dockhost-x on lab-1. "),
        "{:?}",
        scene.told(ID)
    );
    assert_eq!(assigned.closed, ContainerPort::CLOSABLE, "nobody knows any more whether they were open");
    assert_eq!(proposals(&scene.world, scene.now), [], "it is no stranger any more, whatever its node said before");
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().code, RefusalCode::NotFound);
    let mut copy = scene.world.links[&node].strangers.clone();
    copy[0].origin.as_mut().unwrap().incarnation = Incarnation(3);
    scene.world.strangers(node, copy);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().code, RefusalCode::Conflict, "another one of its row");
}

#[test]
fn a_name_or_ports_in_use_give_way() {
    let (mut scene, node) = scene("web");
    scene.create("bob", "web").unwrap();
    scene.create("bob", "second").unwrap();
    assert!(scene.world.held_ports(node).any(|held| held == PortBlock::starting_at(1027).range()));
    asked(&mut scene, "lab-1", None).unwrap();
    let made = scene.instance(ID);
    assert_eq!((made.spec.name.as_str(), made.host_ports.first.0), ("web-2", 1030));
    assert!(made.host_ports.first.0 < RANGE.last);
}

#[test]
fn an_owner_who_is_gone_or_has_no_place_there_must_be_named() {
    let (mut scene, node) = scene("web");
    scene.world.strangers(node, vec![stranger(PersonId::from_bits(0xdead), "web")]);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().field.as_deref(), Some(OWNER));
    assert_eq!(asked(&mut scene, "lab-1", Some("nobody")).unwrap_err().field.as_deref(), Some(OWNER));
    asked(&mut scene, "lab-1", Some("eve")).unwrap();
    assert_eq!(scene.instance(ID).owner, scene.person("eve"));

    let mut scene = Scene::with_people();
    let node = scene.register("eve", "own").unwrap();
    scene.connect(node, "machine");
    let bob = scene.person("bob");
    scene.world.strangers(node, vec![stranger(bob, "web")]);
    let forged = asked(&mut scene, "own", None).unwrap_err();
    assert!(forged.message.contains("does not take instances of bob"), "{forged}");
}

#[test]
fn what_tells_no_origin_or_is_not_there_is_left() {
    let (mut scene, node) = scene("web");
    assert_eq!(asked(&mut scene, "lab-9", None).unwrap_err().code, RefusalCode::NotFound);
    let unread = Stranger { container: "dockhost-x".to_owned(), running: true, origin: None };
    scene.world.strangers(node, vec![unread]);
    assert!(asked(&mut scene, "lab-1", None).unwrap_err().message.contains("do not tell"));
    scene.disconnect(node);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().code, RefusalCode::NotFound);
    assert_eq!(proposals(&scene.world, scene.now), []);
}

#[test]
fn forged_limits_are_refused() {
    let (mut scene, node) = scene("web");
    let mut forged = stranger(scene.person("bob"), "web");
    forged.origin.as_mut().unwrap().row.limits.memory_bytes = Some(1);
    scene.world.strangers(node, vec![forged]);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().field.as_deref(), Some("limits.memory_bytes"));
}

#[test]
fn what_the_node_of_another_person_says_is_for_a_person_to_look_at() {
    let said = |scene: &Scene| proposals(&scene.world, scene.now)[0].outcome.clone().unwrap().on_word_of;
    let (mut scene, node) = scene("web");
    assert_eq!(said(&scene).unwrap().as_str(), "ada", "the node is ada's, and says that it is bob's");
    let own = stranger(scene.person("ada"), "web");
    scene.world.strangers(node, vec![own]);
    assert_eq!(said(&scene), None);
}
