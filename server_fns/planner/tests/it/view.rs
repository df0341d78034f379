//! What each person is shown.

use model::id::{InstanceId, PersonId};
use model::request::RegisterNode;
use model::stranger::Stranger;
use planner::command::nodes;
use planner::view::{instance_view_for, live_world, node_view, welcome};

use crate::scene::Scene;

#[test]
fn everybody_sees_their_own_and_administrators_see_all_instances_and_nodes() {
    let mut scene = Scene::with_node();
    scene.register("bob", "private").unwrap();
    let id = scene.create("bob", "web").unwrap();
    let see = |name: &str| live_world(&scene.world, scene.person(name), scene.now).unwrap();
    let (ada, bob, eve) = (see("ada"), see("bob"), see("eve"));
    assert_eq!([&ada, &bob, &eve].map(|world| world.instances.len()), [1, 1, 0]);
    assert_eq!([&ada, &bob, &eve].map(|world| world.nodes.len()), [2, 2, 1]);
    assert_eq!([&ada, &bob, &eve].map(|world| world.quota.used), [0, 1, 0]);
    assert_eq!([&ada, &bob, &eve].map(|world| world.ssh_keys.len()), [1, 1, 1]);
    assert!(bob.ssh_keys.keys().all(|key| !ada.ssh_keys.contains_key(key)));
    assert_eq!(bob.images.iter().map(|image| image.nodes).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(bob.instances[&id].owner.as_str(), "bob");
    assert_eq!(live_world(&scene.world, PersonId::from_bits(0), scene.now), None);
}

#[test]
fn a_login_that_is_shown_leads_to_that_instance_whoever_sees_it() {
    let mut scene = Scene::with_node();
    scene.world.identity.ssh_address = "dockhost.example:2222".into();
    let [adas, bobs] = ["ada", "bob"].map(|name| scene.create(name, "bug-a").unwrap());
    let shown = |viewer: &str, id: InstanceId| {
        let viewer = scene.person(viewer);
        let seen = live_world(&scene.world, viewer, scene.now).unwrap().instances[&id].clone();
        let alone = instance_view_for(&scene.world, viewer, scene.instance(id), scene.now).unwrap();
        assert_eq!(alone.gateway_command, seen.gateway_command);
        let me = &scene.world.people[&viewer].username;
        (seen.called(me), seen.gateway_command)
    };
    let told = |called: &str, user: &str| (called.to_owned(), format!("ssh -p 2222 {user}@dockhost.example"));
    assert_eq!(shown("ada", adas), told("bug-a", "bug-a"));
    assert_eq!(shown("ada", bobs), told("bob/bug-a", "bug-a.bob"));
    assert_eq!(shown("bob", bobs), told("bug-a", "bug-a"));
}

#[test]
fn the_ssh_command_uses_the_settled_address_before_the_one_it_came_from() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    let command =
        |scene: &Scene| planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap().ssh_command;
    assert_eq!(command(&scene), "ssh -p 1024 root@192.0.2.7");
    for (address, shown) in [("lab.example.org", "lab.example.org"), ("", "192.0.2.7")] {
        let asked = RegisterNode { name: "lab-1".into(), address: Some(address.into()), ..RegisterNode::default() };
        let decided = nodes::update(&scene.world, node, &asked).unwrap();
        scene.commit(decided);
        assert_eq!(command(&scene), format!("ssh -p 1024 root@{shown}"));
    }
}

#[test]
fn an_alarm_is_shown_to_those_who_can_do_something_about_it() {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    scene.world.raise_alarm(node, "A second machine.".into());
    scene
        .world
        .strangers(node, vec![Stranger { container: "dockhost-old".into(), running: true, ..Stranger::default() }]);
    let alarm = |name: &str| {
        let viewer = &scene.world.people[&scene.person(name)];
        node_view(&scene.world, viewer, &scene.world.nodes[&node], scene.now).alarm
    };
    assert!(alarm("ada").starts_with("A second machine. ") && alarm("ada").contains("dockhost-old"));
    assert_eq!(alarm("bob"), "");
}

#[test]
fn a_visitor_learns_whether_set_up_is_due() {
    let mut scene = Scene::empty();
    assert!(welcome(&scene.world, None, scene.now).needs_setup);
    let ada = scene.sign_up("ada").unwrap();
    let seen = welcome(&scene.world, Some(ada), scene.now);
    assert_eq!((seen.needs_setup, seen.me.map(|me| me.id)), (false, Some(ada)));
}
