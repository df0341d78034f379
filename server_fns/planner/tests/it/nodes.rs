//! Nodes: whose they are, whom they take, and which one takes an instance.

use model::engine::Component;
use model::node::{EngineState, NodeFacts};
use model::refusal::RefusalCode;
use model::request::RegisterNode;
use model::verb::Verb;
use planner::command::{Command, nodes};
use planner::liveness::LEASE;

use crate::scene::{RANGE, Scene, facts};

#[test]
fn without_a_node_the_refusal_says_what_to_do() {
    let mut scene = Scene::with_people();
    let refusal = scene.create("bob", "web").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoCapacity);
    assert!(refusal.message.starts_with("There is no node yet"), "{refusal}");
}

#[test]
fn a_known_fault_refuses_a_node_where_an_administrator_says_so() {
    let mut scene = Scene::with_people();
    let runc = |version: &str| NodeFacts {
        components: vec![Component { name: "runc".into(), version: version.into(), build: String::new() }],
        ..facts()
    };
    for (name, said) in [("old", runc("1.1.5")), ("silent", facts())] {
        let node = scene.register("ada", name).unwrap();
        scene.connect(node, name);
        scene.world.heard(node, said, scene.now);
    }
    scene.create("bob", "web").unwrap();
    assert!(!scene.world.settings.refuse_faulty, "at first a fault only warns");
    scene.world.settings.refuse_faulty = true;
    let refusal = scene.create("bob", "db").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoCapacity);
    for clause in
        ["old has a known fault in its engine (runc CVE-2024-21626)", "silent does not tell which runc its engine has"]
    {
        assert!(refusal.message.contains(clause), "{clause:?} is not in {refusal}");
    }
    let node = scene.register("ada", "mended").unwrap();
    scene.connect(node, "mended");
    scene.world.heard(node, runc("1.3.3"), scene.now);
    let id = scene.create("bob", "db").unwrap();
    assert_eq!(scene.instance(id).node, node);
}

#[test]
fn a_refusal_tells_of_each_node_why() {
    let mut scene = Scene::with_people();
    let names = ["away", "cordoned", "engine", "full", "image", "never"];
    let [away, cordoned, engine, full, image, _] = names.map(|name| scene.register("ada", name).unwrap());
    for (node, said) in [
        (away, facts()),
        (cordoned, facts()),
        (engine, NodeFacts { engine: EngineState::Away { reason: "gone".into() }, ..facts() }),
        (full, facts()),
        (image, NodeFacts { images: Vec::new(), ..facts() }),
    ] {
        scene.connect(node, "machine");
        scene.world.heard(node, said, scene.now);
    }
    let decided = nodes::cordon(&scene.world, cordoned).unwrap();
    scene.commit(decided);
    let asked = RegisterNode { name: "full".into(), max_instances: Some(1), ..RegisterNode::default() };
    let decided = nodes::update(&scene.world, full, &asked).unwrap();
    scene.commit(decided);
    assert_eq!(scene.world.nodes[&full].settings.host_ports, RANGE, "what was left out stays");

    scene.pass(LEASE);
    for node in [cordoned, engine, full, image] {
        let said = scene.world.telemetry.of(node).unwrap().facts.clone();
        scene.world.heard(node, said, scene.now);
    }
    let id = scene.create("bob", "web").unwrap();
    assert_eq!(scene.instance(id).node, full);
    let refusal = scene.create("bob", "db").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoCapacity);
    for clause in [
        "away is offline",
        "cordoned is cordoned",
        "engine cannot reach its container engine",
        "full has its one instance",
        "image does not offer Ubuntu 24.04 LTS",
        "never has never connected",
    ] {
        assert!(refusal.message.contains(clause), "{clause:?} is not in {refusal}");
    }
}

#[test]
fn the_least_loaded_takes_it() {
    let mut scene = Scene::with_node();
    let second = scene.register("ada", "lab-2").unwrap();
    scene.connect(second, "machine");
    let ids =
        [("bob", "a"), ("bob", "b"), ("eve", "c"), ("eve", "d")].map(|(who, name)| scene.create(who, name).unwrap());
    let nodes = ids.map(|id| scene.instance(id).node);
    assert_eq!(nodes.iter().filter(|node| **node == second).count(), 2);
    assert_ne!(nodes[0], nodes[1]);
}

#[test]
fn a_persons_node_takes_only_its_owners_instances_and_an_administrators_takes_all() {
    let mut scene = Scene::with_people();
    let own = scene.register("bob", "mine").unwrap();
    scene.connect(own, "machine");
    assert!(scene.create("eve", "web").unwrap_err().message.starts_with("There is no node yet"));
    let refusal = scene.create("ada", "web").unwrap_err();
    assert!(refusal.message.contains("mine takes only its owner's instances"), "{refusal}");
    scene.create("bob", "web").unwrap();

    let hidden = scene.decide("eve", &Command::CordonNode { id: own }).unwrap_err();
    assert_eq!(hidden.code, RefusalCode::NotFound);
    let shared = scene.register("ada", "ours").unwrap();
    let visible = scene.decide("eve", &Command::CordonNode { id: shared }).unwrap_err();
    assert_eq!(visible.code, RefusalCode::Forbidden);
}

#[test]
fn the_installations_own_node_takes_all_and_gets_a_new_key_when_enrolled_again() {
    let mut scene = Scene::with_people();
    let asked = RegisterNode { name: "home".into(), ..RegisterNode::default() };
    let mut draw = scene.draw();
    let decided = nodes::install(&scene.world, &asked, "k1".into(), &mut draw, scene.now).unwrap();
    let id = scene.commit(decided);
    scene.connect(id, "machine");
    scene.create("eve", "web").unwrap();
    let cordon = Command::CordonNode { id };
    assert_eq!(scene.decide("eve", &cordon).unwrap_err().code, RefusalCode::Forbidden);
    assert!(scene.decide("ada", &cordon).is_ok());

    let again = RegisterNode { address: Some("lab.example.org".into()), ..asked };
    let decided = nodes::install(&scene.world, &again, "k2".into(), &mut draw, scene.now).unwrap();
    assert_eq!(scene.commit(decided), id);
    assert!(scene.world.node_by_key_hash("k1").is_none());
    assert_eq!(scene.world.node_by_key_hash("k2").unwrap().address(), "lab.example.org");
    scene.register("bob", "mine").unwrap();
    let foreign = RegisterNode { name: "mine".into(), ..RegisterNode::default() };
    let refusal = nodes::install(&scene.world, &foreign, "k3".into(), &mut draw, scene.now).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Conflict);
}

#[test]
fn settings_are_checked_at_their_fields() {
    let mut scene = Scene::with_node();
    let asked = |name: &str| RegisterNode { name: name.into(), ..RegisterNode::default() };
    let backwards = Some(model::port::PortRange { first: 9, last: 8 });
    for (asked, field) in [
        (asked("lab-1"), "name"),
        (asked("Lab"), "name"),
        (RegisterNode { address: Some("-o".into()), ..asked("new") }, "address"),
        (RegisterNode { max_instances: Some(0), ..asked("new") }, "max_instances"),
        (RegisterNode { host_ports: backwards, ..asked("new") }, "host_ports"),
        (RegisterNode { lab: Some("\u{202e}".into()), ..asked("new") }, "lab"),
    ] {
        let mut draw = scene.draw();
        let refusal =
            nodes::register(&scene.world, &scene.actor("bob"), &asked, "k".into(), &mut draw, scene.now).unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some(field), "{refusal}");
    }
}

#[test]
fn a_node_goes_only_when_nothing_is_on_it() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    scene.wish("bob", id, Verb::Delete).unwrap();
    let refusal = nodes::remove(&scene.world, node).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Conflict);
    assert!(refusal.message.contains("web"), "{refusal}");
    let free = scene.register("ada", "free").unwrap();
    let decided = nodes::remove(&scene.world, free).unwrap();
    scene.commit(decided);
    assert!(!scene.world.nodes.contains_key(&free));
}
