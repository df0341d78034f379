//! Connections of nodes and what they report.

use model::id::{ClusterId, InstanceId, NodeId};
use model::observed::{Activity, ContainerState, InstanceReport, Observed, Problem, ProblemCode};
use model::version::{Epoch, Generation};
use planner::command::channel::{self, ChannelRefusal};
use planner::liveness::LEASE;

use crate::scene::{Scene, facts};
use crate::worker::Worker;

fn running() -> (Scene, Worker, NodeId, InstanceId) {
    let (mut scene, mut worker) = (Scene::with_node(), Worker::default());
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    (scene, worker, node, id)
}

fn knock(scene: &Scene, node: NodeId, machine: &str, cluster: Option<ClusterId>) -> Result<Epoch, ChannelRefusal> {
    let decided = channel::connected(&scene.world, node, machine, cluster, facts(), "192.0.2.9".into(), scene.now);
    decided.map(|decided| decided.answer)
}

#[test]
fn a_second_machine_waits_for_the_lease_of_the_first() {
    let (mut scene, _, node, _) = running();
    let refused = knock(&scene, node, "another", None);
    assert!(matches!(refused, Err(ChannelRefusal::SecondMachine(why)) if why.contains("192.0.2.9")));
    assert_eq!(knock(&scene, node, "machine", None), Ok(Epoch(2)), "the same machine takes over at once");
    scene.pass(LEASE);
    assert_eq!(knock(&scene, node, "another", None), Ok(Epoch(2)));
}

#[test]
fn a_node_of_another_installation_is_refused() {
    let (scene, _, node, _) = running();
    let refused = knock(&scene, node, "machine", Some(ClusterId::from_bits(2)));
    assert!(matches!(refused, Err(ChannelRefusal::Cluster(_))));
    assert!(knock(&scene, node, "machine", Some(scene.world.cluster)).is_ok());
    let unknown = knock(&scene, NodeId::from_bits(0), "machine", None);
    assert!(matches!(unknown, Err(ChannelRefusal::Revoked(_))));
}

#[test]
fn the_end_of_a_replaced_connection_changes_nothing() {
    let (mut scene, _, node, _) = running();
    let old = scene.world.links[&node].epoch;
    scene.connect(node, "machine");
    assert_eq!(channel::disconnected(&scene.world, node, old), None);
    scene.world.link_down(node, old);
    assert!(scene.world.is_connected(node));
}

#[test]
fn only_the_nodes_own_instances_are_believed() {
    let (mut scene, worker, _, id) = running();
    let second = scene.register("ada", "lab-2").unwrap();
    scene.connect(second, "machine");
    let before = scene.instance(id).clone();
    let mut reports = worker.reports();
    reports[0].observed = Observed::Absent;
    reports.push(InstanceReport { instance: InstanceId::from_bits(0), ..reports[0].clone() });
    scene.report(second, &reports);
    assert_eq!(*scene.instance(id), before);
}

#[test]
fn a_container_that_vanished_is_lost_and_stays_lost_while_the_node_is_away() {
    let (mut scene, mut worker, node, id) = running();
    worker.vanish(id);
    scene.report(node, &worker.reports());
    assert_eq!(scene.phase(id), "lost");
    scene.disconnect(node);
    scene.pass(LEASE);
    assert_eq!(scene.phase(id), "lost");
    assert!(scene.told(id).last().unwrap().contains("not on lab-1 any more"));
}

#[test]
fn not_being_able_to_look_is_not_absent() {
    let (mut scene, worker, node, id) = running();
    let mut reports = worker.reports();
    reports[0].observed = Observed::Unknown { since: scene.now.wall };
    reports[0].problem = Some(Problem { code: ProblemCode::EngineAway, message: "Docker does not answer.".into() });
    scene.report(node, &reports);
    assert_eq!(scene.phase(id), "error");
    let told = scene.told(id).len();
    scene.report(node, &worker.reports());
    assert_eq!(scene.phase(id), "running");
    assert_eq!(scene.told(id).len(), told, "it ran all the time, as far as anyone can tell");
}

#[test]
fn an_end_by_itself_is_told_with_its_exit_code() {
    let (mut scene, mut worker, node, id) = running();
    worker.exit(id, 137);
    let mut reports = worker.reports();
    reports[0].activity = Some(Activity::RestartingSoon { after_ms: 5_000 });
    scene.report(node, &reports);
    assert_eq!(scene.phase(id), "restarting");
    assert_eq!(scene.told(id).last(), Some(&"It stopped by itself (exit code 137)."));
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!(view.message, "It stopped by itself (exit code 137) and starts again in 5 s.");
}

#[test]
fn a_step_of_a_build_is_shown_with_its_progress() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    let report = |generation, activity, state: Option<ContainerState>| InstanceReport {
        instance: id,
        generation,
        observed: state.map_or(Observed::Absent, |state| {
            let container_id = "c".to_owned();
            let incarnation = model::version::Incarnation(1);
            Observed::Present(model::observed::ContainerFacts { container_id, incarnation, state, started_at: None })
        }),
        activity,
        problem: None,
    };
    scene.report(node, &[report(Generation(1), Some(Activity::BuildingImage { step: 3, of: 7 }), None)]);
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!((scene.phase(id).as_str(), view.message.as_str()), ("creating", "Building the image, step 3 of 7."));
    assert_eq!(view.progress, Some(model::view::Progress { step: 3, of: 7 }));
    scene.report(node, &[report(Generation(1), Some(Activity::Starting), Some(ContainerState::Created))]);
    assert_eq!(scene.phase(id), "creating");
}
