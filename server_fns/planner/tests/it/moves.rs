//! Host ports that another program has.

use model::verb::Verb;
use planner::limits::CLASHED_BLOCKS_PER_INSTANCE;

use crate::scene::{RANGE, Scene};
use crate::worker::Worker;

#[test]
fn an_instance_moves_to_the_next_block_and_its_owner_is_told() {
    let (mut scene, mut worker) = (Scene::with_node(), Worker::default());
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    worker.taken.insert(1025);
    worker.receive(&scene.world, node);
    let before = scene.instance(id).generation;
    scene.report(node, &worker.reports());
    assert_eq!(scene.instance(id).host_ports.first.0, 1027);
    assert_eq!(scene.instance(id).generation, before.next());
    let told = "One of the host ports 1024 to 1026 on lab-1 is taken by another program; it has 1027 to 1029 now.";
    assert_eq!(scene.told(id).last().map(String::as_str), Some(told));
    assert_eq!(scene.assignment(node).instances[0].host_ports.first.0, 1027);
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    assert_eq!(scene.phase(id), "running");
}

#[test]
fn two_that_clash_at_once_do_not_get_the_same_block() {
    let (mut scene, mut worker) = (Scene::with_node(), Worker::default());
    let ids = ["a", "b"].map(|name| scene.create("bob", name).unwrap());
    let node = scene.instance(ids[0]).node;
    worker.taken.extend([1024, 1027]);
    worker.receive(&scene.world, node);
    scene.report(node, &worker.reports());
    let blocks = ids.map(|id| scene.instance(id).host_ports.first.0);
    assert_eq!(blocks, [1030, 1033]);
}

#[test]
fn when_no_block_is_left_it_stays_in_error() {
    let (mut scene, mut worker) = (Scene::with_node(), Worker::default());
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    worker.taken.extend(RANGE.first..=RANGE.last);
    for _ in 0..2 * CLASHED_BLOCKS_PER_INSTANCE {
        worker.receive(&scene.world, node);
        scene.report(node, &worker.reports());
    }
    assert_eq!(scene.phase(id), "error");
    assert_eq!(scene.instance(id).clashed.len(), 3, "four blocks fit, and three were left");
    scene.wish("bob", id, Verb::Stop).unwrap();
    worker.receive(&scene.world, node);
    scene.report(node, &worker.reports());
    assert_eq!(scene.phase(id), "stopped");
}
