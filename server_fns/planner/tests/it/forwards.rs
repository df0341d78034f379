use model::forward::{Forward, ForwardKey, Place, Protocol, Unopened};
use model::id::InstanceId;
use model::port::HostPort;
use model::refusal::{Refusal, RefusalCode};
use model::request::OpenForward;
use planner::command::Command;

use crate::scene::{RANGE, SERVER_RANGE, Scene};
use crate::worker::Worker;

fn open(scene: &mut Scene, owner: &str, id: InstanceId, asked: &OpenForward) -> Result<(), Refusal> {
    scene.ask(owner, &Command::OpenForward { id, asked: asked.clone() }).map(drop)
}

fn close(scene: &mut Scene, owner: &str, id: InstanceId, key: ForwardKey) {
    scene.ask(owner, &Command::CloseForward { id, key }).unwrap();
}

fn asked(container_port: u16) -> OpenForward {
    OpenForward { container_port, ..OpenForward::default() }
}

fn hosts(scene: &Scene, id: InstanceId) -> Vec<u16> {
    scene.instance(id).spec.forwards.iter().map(|forward| forward.host.0).collect()
}

#[test]
fn a_number_is_given_from_the_end_and_once_for_the_same_wish() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    open(&mut scene, "bob", id, &asked(8080)).unwrap();
    let generation = scene.instance(id).generation;
    open(&mut scene, "bob", id, &asked(8080)).unwrap();
    assert_eq!((hosts(&scene, id), scene.instance(id).generation), (vec![RANGE.last], generation));
    open(&mut scene, "bob", id, &asked(5432)).unwrap();
    assert_eq!(hosts(&scene, id), [RANGE.last - 1, RANGE.last]);
    let told = scene.told(id);
    assert_eq!(
        told.last().map(String::as_str),
        Some("bob opened TCP host port 1035 of lab-1 to port 5432 for everybody.")
    );
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!(view.forwards[0].address, format!("{}:1035", view.node.address));
}

#[test]
fn one_that_listens_on_a_single_address_is_reached_there() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let mut address = |bind: &str| {
        open(&mut scene, "bob", id, &OpenForward { bind: Some(bind.into()), ..asked(8080) }).unwrap();
        let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
        (view.forwards[0].address.clone(), view.node.address)
    };
    let port = RANGE.last;
    assert_eq!(address("10.0.0.7").0, format!("10.0.0.7:{port}"));
    assert_eq!(address("fd00::7").0, format!("[fd00::7]:{port}"));
    let (everywhere, node) = address("0.0.0.0");
    assert_eq!(everywhere, format!("{node}:{port}"));
}

#[test]
fn one_that_is_closed_and_opened_again_is_another_one() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let mut again = || {
        open(&mut scene, "bob", id, &asked(8080)).unwrap();
        let first = scene.instance(id).spec.forwards[0].clone();
        close(&mut scene, "bob", id, first.key());
        first
    };
    let (first, second) = (again(), again());
    assert_eq!(first.key(), second.key());
    assert_ne!(first, second, "whoever did not look in between closes the connections of the first");
}

#[test]
fn who_is_let_in_changes_without_another_number() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    open(&mut scene, "bob", id, &asked(8080)).unwrap();
    let allow = ["10.1.2.3/8", " 10.0.0.0/8 ", "192.0.2.7"].map(str::to_owned).to_vec();
    open(&mut scene, "bob", id, &OpenForward { allow, ..asked(8080) }).unwrap();
    let [forward] = &scene.instance(id).spec.forwards[..] else { panic!("one") };
    let allow: Vec<_> = forward.allow.iter().map(ToString::to_string).collect();
    assert_eq!((forward.host, allow), (HostPort(RANGE.last), vec!["10.0.0.0/8".to_owned(), "192.0.2.7/32".to_owned()]));
}

#[test]
fn a_number_belongs_to_one_instance_for_both_protocols() {
    let mut scene = Scene::with_node();
    let (web, db) = (scene.create("bob", "web").unwrap(), scene.create("eve", "db").unwrap());
    let dns = |protocol| OpenForward { protocol, host_port: Some(1030), ..asked(53) };
    open(&mut scene, "bob", web, &dns(Protocol::Tcp)).unwrap();
    open(&mut scene, "bob", web, &dns(Protocol::Udp)).unwrap();
    assert_eq!(hosts(&scene, web), [1030, 1030]);
    let taken = open(&mut scene, "eve", db, &dns(Protocol::Udp)).unwrap_err();
    assert_eq!(taken.field.as_deref(), Some("host_port"));
    // Those of a block are held too, and its instance may not have one twice.
    let block = scene.instance(web).host_ports.first.0;
    assert!(open(&mut scene, "bob", web, &OpenForward { host_port: Some(block), ..asked(53) }).is_err());
    // The blocks that come later pass over it.
    let third = scene.create("bob", "box").unwrap();
    assert!(!scene.instance(third).host_ports.range().contains(HostPort(1030)));
}

#[test]
fn bad_wishes_name_their_field() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    for (field, wish) in [
        ("container_port", asked(0)),
        ("host_port", OpenForward { host_port: Some(RANGE.last + 1), ..asked(80) }),
        ("host_port", OpenForward { host_port: Some(0), ..asked(80) }),
        ("bind", OpenForward { bind: Some("everywhere".into()), ..asked(80) }),
        ("bind", OpenForward { bind: Some("224.0.0.1".into()), ..asked(80) }),
        ("allow", OpenForward { allow: vec!["10.0.0.0/33".into()], ..asked(80) }),
        ("allow", OpenForward { allow: vec!["10.0.0.0/8".into(); 33], ..asked(80) }),
    ] {
        let refusal = open(&mut scene, "bob", id, &wish).unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some(field), "{refusal}");
    }
    let foreign = open(&mut scene, "eve", id, &asked(80)).unwrap_err();
    assert_eq!(foreign.code, RefusalCode::NotFound);
    scene.world.identity.server_ports = None;
    let server = OpenForward { place: Place::Server, ..asked(80) };
    assert_eq!(open(&mut scene, "bob", id, &server).unwrap_err().field.as_deref(), Some("place"));
}

#[test]
fn a_number_that_nobody_asked_for_gives_way_to_a_foreign_program() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    open(&mut scene, "bob", id, &asked(8080)).unwrap();
    open(&mut scene, "bob", id, &OpenForward { host_port: Some(1033), ..asked(9090) }).unwrap();
    let mut worker = Worker::default();
    worker.taken.extend([RANGE.last, RANGE.last - 1, 1033]);
    for _ in 0..3 {
        worker.receive(&scene.world, node);
        scene.report(node, &worker.reports());
        scene.settle();
    }
    // The one that was asked for stays the instance's, and says why nobody reaches it.
    assert_eq!(hosts(&scene, id), [1033, 1034]);
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert!(view.forwards[0].problem.starts_with("Another program had host port 1033"), "{view:?}");
    assert_eq!((view.forwards[0].given_up, view.forwards[1].given_up), (true, false));
    assert_eq!(view.forwards[1].problem, "");
}

#[test]
fn a_number_gives_way_to_none_of_a_block_that_moves_in_the_same_moment() {
    let mut scene = Scene::with_node();
    let (web, db) = (scene.create("bob", "web").unwrap(), scene.create("eve", "db").unwrap());
    open(&mut scene, "bob", web, &OpenForward { host_port: Some(1034), ..asked(9090) }).unwrap();
    open(&mut scene, "bob", web, &asked(8080)).unwrap();
    let node = scene.instance(web).node;
    let mut worker = Worker::default();
    // What is left for the block of the one is below the number of the other, and there is nothing else.
    worker.taken.extend([scene.instance(db).host_ports.first.0, RANGE.last, 1035]);
    for _ in 0..4 {
        worker.receive(&scene.world, node);
        scene.report(node, &worker.reports());
        scene.settle();
    }
    assert!(!hosts(&scene, web).contains(&RANGE.last), "it did not move at all");
    assert!(scene.instance(db).host_ports.host_ports().all(|port| !hosts(&scene, web).contains(&port.0)));
}

#[test]
fn the_servers_own_numbers_give_way_too_and_come_to_an_end() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    open(&mut scene, "bob", id, &OpenForward { place: Place::Server, ..asked(8080) }).unwrap();
    for _ in SERVER_RANGE.first..=SERVER_RANGE.last + 1 {
        let keys = scene.instance(id).spec.forwards.iter().map(Forward::key);
        let unopened = keys.map(|key| Unopened { key, reason: "in use".into(), taken: true }).collect();
        scene.world.unopened.insert(id, unopened);
        scene.settle();
    }
    assert_eq!(hosts(&scene, id), [SERVER_RANGE.first]);
}

#[test]
fn the_servers_own_ports_are_declared_for_the_tunnel() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let server = |protocol, port| OpenForward { place: Place::Server, protocol, ..asked(port) };
    open(&mut scene, "bob", id, &server(Protocol::Tcp, 8080)).unwrap();
    open(&mut scene, "bob", id, &server(Protocol::Udp, 53)).unwrap();
    let node = scene.instance(id).node;
    let told = |scene: &Scene| {
        let assigned = scene.world.published[&node].instances[0].clone();
        let ports: Vec<_> = assigned.ports.iter().map(|port| port.0).collect();
        let datagrams: Vec<_> = assigned.datagram_ports.iter().map(|port| port.0).collect();
        (ports, datagrams, assigned.forwards.len())
    };
    assert_eq!(told(&scene), (vec![80, 8080], vec![53], 0));
    let key = ForwardKey { place: Place::Server, protocol: Protocol::Tcp, host: HostPort(SERVER_RANGE.last) };
    close(&mut scene, "bob", id, key);
    assert_eq!(told(&scene), (vec![80], vec![53], 0));
}

#[test]
fn a_number_that_was_chosen_and_is_anothers_is_tried_again_only_when_somebody_asks() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    let wish = OpenForward { host_port: Some(1033), ..asked(9090) };
    open(&mut scene, "bob", id, &wish).unwrap();
    let mut worker = Worker::default();
    worker.taken.insert(1033);
    let told = |scene: &Scene| scene.assignment(node).instances[0].forwards.len();
    let turn = |scene: &mut Scene, worker: &mut Worker| {
        worker.receive(&scene.world, node);
        scene.report(node, &worker.reports());
        scene.settle();
    };
    assert_eq!(told(&scene), 1);
    turn(&mut scene, &mut worker);
    assert_eq!(told(&scene), 0, "the node forgets it, and does not try it when it is started anew");
    let line = "TCP host port 1033 is another program's and is not tried again by itself.";
    assert_eq!(scene.told(id).iter().filter(|text| **text == line).count(), 1, "{:?}", scene.told(id));
    worker.taken.clear();
    scene.pass(std::time::Duration::from_secs(3_600));
    turn(&mut scene, &mut worker);
    scene.disconnect(node);
    scene.connect(node, "machine");
    turn(&mut scene, &mut worker);
    assert_eq!(told(&scene), 0, "nobody asked");
    // It is held all the same.
    let eve = scene.create("eve", "db").unwrap();
    assert_eq!(open(&mut scene, "eve", eve, &wish).unwrap_err().field.as_deref(), Some("host_port"));
    open(&mut scene, "bob", id, &wish).unwrap();
    assert_eq!(told(&scene), 1, "the same wish once more is another try");
    turn(&mut scene, &mut worker);
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!((view.forwards[0].problem.as_str(), view.forwards[0].given_up), ("", false));
}

#[test]
fn the_servers_own_number_that_was_chosen_is_given_up_too() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let wish = OpenForward { place: Place::Server, host_port: Some(SERVER_RANGE.first), ..asked(8080) };
    open(&mut scene, "bob", id, &wish).unwrap();
    let key = scene.instance(id).spec.forwards[0].key();
    scene.world.unopened.insert(id, vec![Unopened { key, reason: "in use".into(), taken: true }]);
    scene.settle();
    assert!(scene.instance(id).spec.forwards[0].given_up);
    let node = scene.instance(id).node;
    assert!(!scene.assignment(node).instances[0].ports.contains(&model::port::ContainerPort(8080)));
    scene.world.unopened.clear();
    open(&mut scene, "bob", id, &wish).unwrap();
    assert!(!scene.instance(id).spec.forwards[0].given_up);
}
