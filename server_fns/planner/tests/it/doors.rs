//! The host ports of the block, closed and opened while an instance runs.

use model::id::InstanceId;
use model::port::ContainerPort;
use model::refusal::{Refusal, RefusalCode};
use model::request::Settings;
use planner::command::{Command, settings};
use planner::view::instance_view;

use crate::scene::Scene;
use crate::worker::Worker;

fn set(scene: &mut Scene, owner: &str, id: InstanceId, port: u16, open: bool) -> Result<(), Refusal> {
    scene.ask(owner, &Command::SetDoor { id, port: ContainerPort(port), open }).map(drop)
}

/// Of each door whether it shall be open, and what is said of it.
fn doors(scene: &Scene, id: InstanceId) -> [(u16, bool, String); 3] {
    let view = instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    view.doors.into_iter().map(|door| (door.port.0, door.open, door.problem)).collect::<Vec<_>>().try_into().unwrap()
}

fn closed(scene: &Scene, id: InstanceId) -> Vec<u16> {
    let assigned = scene.assignment(scene.instance(id).node).instances[0].clone();
    assigned.closed.iter().map(|port| port.0).collect()
}

#[test]
fn a_door_is_closed_and_opened_and_the_node_is_told() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let block = scene.instance(id).host_ports;
    assert_eq!(closed(&scene, id), [0; 0]);
    set(&mut scene, "bob", id, 443, false).unwrap();
    set(&mut scene, "bob", id, 80, false).unwrap();
    assert_eq!(closed(&scene, id), [80, 443]);
    let generation = scene.instance(id).generation;
    set(&mut scene, "bob", id, 80, false).unwrap();
    assert_eq!(scene.instance(id).generation, generation, "what is so already changes nothing");
    set(&mut scene, "bob", id, 443, true).unwrap();
    assert_eq!((closed(&scene, id), scene.instance(id).host_ports), (vec![80], block), "the numbers stay");
    assert_eq!(
        scene.told(id)[1..],
        [
            "bob closed host port 1026 of lab-1, which leads to port 443.",
            "bob closed host port 1025 of lab-1, which leads to port 80.",
            "bob opened host port 1026 of lab-1, which leads to port 443, for everybody who reaches it.",
        ]
    );
    // The tunnel's way to them is none of the node's host ports.
    assert!(scene.instance(id).spec.declares(ContainerPort::HTTP));
}

#[test]
fn what_cannot_be_closed_says_why_and_whose_it_is_not_is_absent() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    for (port, open, why) in
        [(22, false, "ticked keys"), (22, true, "ticked keys"), (8080, false, "Open one"), (0, true, "Open one")]
    {
        let refusal = set(&mut scene, "bob", id, port, open).unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some("port"));
        assert!(refusal.message.contains(why), "{refusal}");
    }
    assert_eq!(set(&mut scene, "eve", id, 80, false).unwrap_err().code, RefusalCode::NotFound);
    assert_eq!(closed(&scene, id), [0; 0]);
}

#[test]
fn new_instances_begin_as_the_administrator_settled() {
    let mut scene = Scene::with_node();
    let before = scene.create("bob", "before").unwrap();
    let wish = Settings { web_ports_closed: true, ..scene.world.settings };
    let decided = settings::change(&scene.world, wish.into()).unwrap();
    scene.commit(decided);
    scene.settle();
    let after = scene.create("bob", "after").unwrap();
    assert_eq!(scene.instance(before).spec.closed, []);
    assert_eq!(scene.instance(after).spec.closed, ContainerPort::CLOSABLE);
    set(&mut scene, "bob", after, 80, true).unwrap();
    assert_eq!(scene.instance(after).spec.closed, [ContainerPort::HTTPS], "its owner opens it");
}

#[test]
fn what_is_really_so_is_told() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    let mut worker = Worker::default();
    let report = |scene: &mut Scene, worker: &Worker, closes: bool| {
        let mut reports = worker.reports();
        if !closes {
            reports.iter_mut().for_each(|report| report.closed = None);
        }
        scene.report(node, &reports);
    };
    let http = |scene: &Scene| {
        let [_, (_, open, problem), _] = doors(scene, id);
        (open, problem)
    };
    worker.receive(&scene.world, node);
    report(&mut scene, &worker, true);
    assert_eq!(http(&scene), (true, String::new()));
    set(&mut scene, "bob", id, 80, false).unwrap();
    assert_eq!(http(&scene), (false, "It is still open: lab-1 is asked to close it, and has not done so yet.".into()));
    worker.receive(&scene.world, node);
    report(&mut scene, &worker, true);
    assert_eq!(http(&scene), (false, String::new()));
    // A node that was put back to a version from before.
    report(&mut scene, &worker, false);
    let (open, problem) = http(&scene);
    assert!(
        !open && problem.starts_with("It is still open: lab-1 runs a version of dockhost-node that closes none."),
        "{problem}"
    );
    report(&mut scene, &worker, true);
    set(&mut scene, "bob", id, 80, true).unwrap();
    scene.disconnect(node);
    scene.pass(std::time::Duration::from_secs(60));
    scene.settle();
    assert_eq!(http(&scene), (true, "It is still closed: lab-1 is asked to open it, and is away.".into()));
}
