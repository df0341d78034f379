//! No state without a way out, and an explanation that names them.

use std::time::Duration;

use model::explain::Explanation;
use model::id::InstanceId;
use model::instance::DesiredState;
use model::node::Availability;
use model::refusal::RefusalCode;
use model::request::DrainNode;
use model::verb::Verb;
use planner::command::Command;
use planner::explain::explain;
use planner::limits::{USUAL_DELETING, USUAL_PENDING};
use planner::liveness::LEASE;

use crate::scene::Scene;
use crate::worker::Worker;

fn explained(scene: &Scene, id: InstanceId) -> Explanation {
    explain(&scene.world, scene.instance(id), scene.now).unwrap()
}

fn verbs(scene: &Scene, id: InstanceId) -> Vec<Verb> {
    explained(scene, id).ways_out.into_iter().map(|way| way.verb).collect()
}

fn running() -> (Scene, InstanceId) {
    let (mut scene, mut worker) = (Scene::with_node(), Worker::default());
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    (scene, id)
}

#[test]
fn a_deletion_is_forgotten_only_where_its_node_cannot_confirm_it() {
    let (mut scene, id) = running();
    let node = scene.instance(id).node;
    let asked = |scene: &mut Scene, who: &str| scene.decide(who, &Command::Wish { id, verb: Verb::Forget });
    assert_eq!(asked(&mut scene, "bob").unwrap_err().code, RefusalCode::Conflict, "nobody asked to delete it");
    scene.wish("bob", id, Verb::Delete).unwrap();
    assert_eq!(asked(&mut scene, "bob").unwrap_err().code, RefusalCode::Conflict, "its node is here");
    assert_eq!(verbs(&scene, id), []);
    scene.disconnect(node);
    scene.pass(LEASE);
    assert_eq!(verbs(&scene, id), [Verb::Forget]);
    assert_eq!(asked(&mut scene, "eve").unwrap_err().code, RefusalCode::NotFound);
    let decided = asked(&mut scene, "bob").unwrap();
    scene.commit(decided);
    assert!(!scene.world.instances.contains_key(&id));
    scene.connect(node, "machine");
    assert_eq!(scene.assignment(node).instances, [], "what is left there is nobody's, and nobody is told to remove it");
}

#[test]
fn a_deletion_that_its_node_does_not_get_done_is_forgotten_too() {
    let (mut scene, id) = running();
    let node = scene.instance(id).node;
    scene.wish("bob", id, Verb::Delete).unwrap();
    // What the engine says on each try is news, and no progress.
    for _ in 0..USUAL_DELETING.as_secs() / 30 {
        scene.pass(Duration::from_secs(30));
        scene.world.heard(node, crate::scene::facts(), scene.now);
    }
    let late = explained(&scene, id);
    assert!(late.overdue && late.next_step.contains("longer"), "{late:?}");
    assert_eq!(verbs(&scene, id), [Verb::Forget]);
    scene.disconnect(node);
    scene.pass(LEASE);
    scene.connect(node, "machine");
    assert_eq!(verbs(&scene, id), [], "a node that returns gets its time");
    scene.pass(USUAL_DELETING);
    scene.world.heard(node, crate::scene::facts(), scene.now);
    scene.wish("bob", id, Verb::Forget).unwrap();
    assert_eq!(scene.assignment(node).instances, [], "its node lets go of the host ports");
}

#[test]
fn a_node_that_is_gone_for_good_is_forgotten_with_all_that_was_on_it() {
    let (mut scene, id) = running();
    let node = scene.instance(id).node;
    let asked = |scene: &mut Scene, who: &str| scene.decide(who, &Command::ForgetNode { id: node });
    assert_eq!(asked(&mut scene, "ada").unwrap_err().code, RefusalCode::Conflict);
    scene.disconnect(node);
    scene.pass(LEASE);
    assert_eq!(asked(&mut scene, "bob").unwrap_err().code, RefusalCode::Forbidden);
    let decided = asked(&mut scene, "ada").unwrap();
    scene.commit(decided);
    assert!(scene.world.nodes.is_empty() && scene.world.instances.is_empty());
    assert!(!scene.world.people.is_empty() && !scene.world.instances.contains_key(&id));
}

#[test]
fn a_node_that_is_drained_runs_nothing_in_the_end() {
    let (mut scene, id) = running();
    let node = scene.instance(id).node;
    let drain = |scene: &mut Scene, stop| {
        scene.ask("ada", &Command::DrainNode { id: node, asked: DrainNode { stop } }).unwrap();
    };
    drain(&mut scene, false);
    assert_eq!(scene.world.nodes[&node].availability, Availability::Draining);
    assert_eq!(scene.instance(id).desired, DesiredState::Running, "its owner is waited for");
    assert!(scene.create("bob", "more").unwrap_err().message.contains("is being drained"));
    drain(&mut scene, true);
    assert_eq!(scene.instance(id).desired, DesiredState::Stopped);
    let told = scene.told(id);
    assert_eq!(told.last().map(String::as_str), Some("ada drains lab-1 and asked to stop it."));
    assert_eq!(scene.wish("bob", id, Verb::Start).unwrap_err().code, RefusalCode::Conflict);
    assert_eq!(scene.world.running().get(&node), Some(&1), "until its node has said that it stands still");
}

#[test]
fn every_phase_has_a_cause_a_next_step_and_a_way_out() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let pending = explained(&scene, id);
    assert_eq!((pending.phase.as_str(), pending.overdue), ("pending", false));
    assert_eq!(verbs(&scene, id), [Verb::Stop, Verb::Delete]);
    let node = scene.instance(id).node;
    scene.pass(USUAL_PENDING);
    scene.world.heard(node, crate::scene::facts(), scene.now);
    let late = explained(&scene, id);
    assert!(late.overdue && late.next_step.contains("longer"), "{late:?}");

    let (mut scene, id) = running();
    assert_eq!(verbs(&scene, id), [Verb::Restart, Verb::Stop, Verb::Delete]);
    assert!(explained(&scene, id).evidence.iter().any(|one| one.text.contains("saw it run")));
    scene.wish("bob", id, Verb::Stop).unwrap();
    assert_eq!(verbs(&scene, id), [Verb::Start, Verb::Delete], "a stop can be taken back");
    scene.disconnect(node);
    scene.pass(LEASE);
    let away = explained(&scene, id);
    assert_eq!(away.phase.as_str(), "unknown");
    assert!(away.cause.contains("Last seen running") && away.next_step.contains("Nothing is moved"), "{away:?}");
    for one in away.evidence.windows(2) {
        assert!(one[0].at <= one[1].at);
    }
}
