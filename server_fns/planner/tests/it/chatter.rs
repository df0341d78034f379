//! A node that reports something else all the time, and what of that the activity log takes.

use std::time::Duration;

use model::event::{Event, EventKind, Subject};
use model::id::{InstanceId, NodeId};
use model::observed::{Problem, ProblemCode};
use model::verb::Verb;
use planner::limits::NODE_LINES_PER_HOUR;
use planner::world::Log;

use crate::activity::lines;
use crate::scene::Scene;
use crate::worker::Worker;

const LIES: u32 = 5_000;

/// A node with one instance, that begins at a full hour.
fn begin() -> (Scene, NodeId, Worker, InstanceId) {
    let mut scene = Scene::with_node();
    let into = u64::try_from(scene.now.wall.timestamp() % 3_600).unwrap();
    scene.pass(Duration::from_secs(3_600 - into));
    let node = *scene.world.nodes.keys().next().unwrap();
    scene.connect(node, "machine");
    let id = scene.create("bob", "web").unwrap();
    let mut worker = Worker::default();
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    (scene, node, worker, id)
}

/// Says each time that something else is the matter with the instance, or once more that nothing is.
fn lie(scene: &mut Scene, node: NodeId, worker: &Worker, times: u32) {
    for number in 0..times {
        let mut reports = worker.reports();
        let message = format!("Something is the matter: {number}.");
        reports[0].problem = Some(Problem { code: ProblemCode::EngineAway, message }).filter(|_| number % 3 > 0);
        scene.report(node, &reports);
        scene.pass(Duration::from_millis(500));
    }
}

/// How many lines of the log are new, and the last of those that count what was left out.
fn growth(scene: &Scene, before: &Log) -> (u64, Option<Event>) {
    let counting = |line: &Event| matches!(line.happening.kind, EventKind::LeftOut { .. });
    (scene.world.log.newest.0 - before.newest.0, lines(scene, before).into_iter().rfind(counting))
}

#[test]
fn the_worst_node_makes_so_many_lines_an_hour_and_one_that_counts_the_others() {
    let (mut scene, node, worker, id) = begin();
    let before = scene.world.log.clone();
    lie(&mut scene, node, &worker, LIES);
    let (new, counting) = growth(&scene, &before);
    assert!(new <= u64::from(NODE_LINES_PER_HOUR) + 1, "{new} lines of {LIES} lies");
    let counting = counting.unwrap();
    let EventKind::LeftOut { times } = counting.happening.kind else { unreachable!() };
    let told = u32::try_from(new).unwrap() - 1;
    assert_eq!(times + told, LIES - LIES.div_ceil(3), "each is told or counted");
    assert_eq!(counting.happening.subject, Subject::Instance { id, name: "web".parse().unwrap() });

    // What a person does is told all the same, and so is that it is gone.
    scene.ask("bob", &planner::command::Command::Wish { id, verb: Verb::Stop }).unwrap();
    assert_eq!(scene.told(id).last().map(String::as_str), Some("bob asked to stop it."));
    scene.ask("bob", &planner::command::Command::Wish { id, verb: Verb::Delete }).unwrap();
    let mut worker = worker;
    scene.settle();
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    assert_eq!(scene.told(id).last().map(String::as_str), Some("It is deleted."));
}

#[test]
fn an_hour_later_it_is_heard_again() {
    let (mut scene, node, worker, id) = begin();
    lie(&mut scene, node, &worker, 300);
    let before = scene.world.log.clone();
    scene.pass(Duration::from_secs(3_600));
    lie(&mut scene, node, &worker, 3);
    let (new, counting) = growth(&scene, &before);
    assert_eq!((new, counting), (2, None));
    assert_eq!(scene.told(id).last().map(String::as_str), Some("Something is the matter: 2."));
}

#[test]
fn one_instance_takes_nothing_from_another_and_nothing_from_its_node() {
    let (mut scene, node, worker, _) = begin();
    lie(&mut scene, node, &worker, 300);
    let before = scene.world.log.clone();
    scene.disconnect(node);
    scene.connect(node, "machine");
    let of_node = |line: &Event| matches!(line.happening.subject, Subject::Node { .. });
    assert_eq!(lines(&scene, &before).iter().filter(|line| of_node(line)).count(), 2);
}

#[test]
fn a_node_that_comes_and_goes_all_the_time_is_counted_too() {
    let (mut scene, node, ..) = begin();
    let before = scene.world.log.clone();
    for _ in 0..1_000 {
        scene.disconnect(node);
        scene.connect(node, "machine");
    }
    let (new, counting) = growth(&scene, &before);
    assert!(new <= u64::from(NODE_LINES_PER_HOUR) + 1, "{new}");
    assert!(matches!(counting.unwrap().happening.kind, EventKind::LeftOut { times } if times > 1_900));
}
