//! Nodes whose program lacks a feature: none is given what its program would leave out.

use model::feature::{Feature, Features};
use model::id::{InstanceId, NodeId};
use model::node::NodeFacts;
use model::port::ContainerPort;
use model::refusal::RefusalCode;
use model::request::Settings;
use model::verb::Verb;
use planner::channel::{self, ChannelAnswer, ChannelEvent, Introduction};
use planner::command::Command;
use planner::explain::explain;

use crate::scene::{Scene, facts, introduction};
use crate::worker::Worker;

/// As a node of c7ae5ab introduces itself.
fn old(machine: &str) -> Introduction {
    Introduction {
        facts: NodeFacts { node_version: "0.1.0".into(), ..facts() },
        features: Features::default(),
        ..introduction(machine, "192.0.2.7")
    }
}

/// The program on the node is another one from now on.
fn exchange(scene: &mut Scene, node: NodeId, hello: Introduction) {
    scene.disconnect(node);
    scene.connect_as(node, hello);
}

fn settle_closed(scene: &mut Scene) {
    let wish = Settings { web_ports_closed: true, ..scene.world.settings };
    scene.ask("ada", &Command::ChangeSettings(wish.into())).unwrap();
}

fn set(scene: &mut Scene, id: InstanceId, open: bool) -> Result<(), model::refusal::Refusal> {
    scene.ask("bob", &Command::SetDoor { id, port: ContainerPort::HTTP, open }).map(drop)
}

fn is_told(scene: &Scene, node: NodeId, id: InstanceId) -> bool {
    scene.assignment(node).instances.iter().any(|assigned| assigned.id == id)
}

#[test]
fn what_needs_a_feature_goes_to_a_node_that_has_it_or_to_none() {
    let mut scene = Scene::with_node();
    let first = scene.create("bob", "before").unwrap();
    let node = scene.instance(first).node;
    exchange(&mut scene, node, old("machine"));
    let second = scene.create("bob", "open").unwrap();
    assert_eq!(scene.instance(second).node, node, "it takes what every program can do");
    settle_closed(&mut scene);
    let refusal = scene.create("bob", "closed").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoCapacity);
    let why = "lab-1 runs dockhost-node 0.1.0, which cannot close host ports (update dockhost-node there)";
    assert!(refusal.message.contains(why), "{refusal}");
    let other = scene.register("ada", "lab-2").unwrap();
    scene.connect(other, "another");
    let closed = scene.create("bob", "closed").unwrap();
    assert_eq!(scene.instance(closed).node, other);
}

#[test]
fn an_open_port_is_not_closed_where_nobody_would_close_it() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    exchange(&mut scene, node, old("machine"));
    let refusal = set(&mut scene, id, false).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Conflict);
    assert!(refusal.message.ends_with("(update dockhost-node there), so the host port stays open."), "{refusal}");
    assert_eq!(scene.instance(id).spec.closed, []);
    exchange(&mut scene, node, introduction("machine", "192.0.2.7"));
    set(&mut scene, id, false).unwrap();
    exchange(&mut scene, node, old("machine"));
    set(&mut scene, id, true).unwrap();
    assert_eq!(scene.instance(id).spec.closed, [], "to open it needs nothing");
}

#[test]
fn a_program_of_before_shows_by_its_reports_what_it_can() {
    let mut scene = Scene::with_node();
    let (id, mut worker) = (scene.create("bob", "web").unwrap(), Worker::default());
    let node = scene.instance(id).node;
    exchange(&mut scene, node, old("machine"));
    set(&mut scene, id, false).unwrap_err();
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    set(&mut scene, id, false).unwrap();
    settle_closed(&mut scene);
    assert!(scene.create("bob", "closed").is_ok());
}

#[test]
fn what_its_program_would_make_wrongly_a_node_is_not_told_to_make() {
    let mut scene = Scene::with_node();
    settle_closed(&mut scene);
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    assert!(is_told(&scene, node, id));
    exchange(&mut scene, node, old("machine"));
    assert!(!is_told(&scene, node, id));
    let told = explain(&scene.world, scene.instance(id), scene.now).unwrap();
    assert!(
        told.cause.contains("cannot close host ports") && told.next_step.contains("Update dockhost-node"),
        "{told:?}"
    );
    // With the old program on it, the node is told of the deletion all the same.
    scene.wish("bob", id, Verb::Delete).unwrap();
    assert!(is_told(&scene, node, id));
    let again = scene.register("ada", "lab-2").unwrap();
    scene.connect(again, "another");
    let other = scene.create("bob", "other").unwrap();
    exchange(&mut scene, again, old("another"));
    assert!(!is_told(&scene, again, other));
    exchange(&mut scene, again, introduction("another", "192.0.2.7"));
    assert!(is_told(&scene, again, other), "the program was updated");
}

#[test]
fn a_container_that_is_there_stays_assigned() {
    let mut scene = Scene::with_node();
    settle_closed(&mut scene);
    let (id, mut worker) = (scene.create("bob", "web").unwrap(), Worker::default());
    let node = scene.instance(id).node;
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    let silent: Vec<_> =
        worker.reports().into_iter().map(|report| model::observed::InstanceReport { closed: None, ..report }).collect();
    exchange(&mut scene, node, old("machine"));
    scene.report(node, &silent);
    assert!(is_told(&scene, node, id));
    assert!(scene.create("bob", "another").is_err(), "and nothing new that needs it comes there");
}

#[test]
fn what_a_node_can_do_is_known_while_it_is_away() {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    scene.disconnect(node);
    assert!(scene.world.nodes[&node].features.has(Feature::Doors));
    settle_closed(&mut scene);
    assert!(scene.create("bob", "web").is_ok(), "it was heard a moment ago");
}

#[test]
fn a_program_without_a_common_version_is_told_of_on_the_nodes_page() {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    let event = ChannelEvent::Mismatched { why: "Update dockhost.".into() };
    let decided = channel::decide(&scene.world, node, &event, scene.now);
    assert_eq!((decided.changes.len(), &decided.answer), (0, &ChannelAnswer::Done));
    channel::note(&mut scene.world, node, event, &decided.answer, scene.now);
    assert_eq!(scene.world.alarms[&node], "Update dockhost.");
    scene.connect(node, "machine");
    assert!(scene.world.alarms.is_empty());
}
