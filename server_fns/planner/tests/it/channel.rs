//! Connections of nodes and what they report.

use model::id::{ClusterId, InstanceId, NodeId};
use model::observed::{Activity, ContainerState, InstanceReport, Observed, Problem, ProblemCode};
use model::verb::Verb;
use model::version::{Epoch, Era, Generation};
use planner::channel::{self, ChannelRefusal, Introduction};
use planner::command::nodes;
use planner::limits::TAKEOVERS_WITHIN;
use planner::liveness::LEASE;

use crate::scene::{Scene, introduction};
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
    let hello = Introduction { cluster, ..introduction(machine, "192.0.2.9") };
    channel::connected(&scene.world, node, hello, scene.now).answer
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
fn machines_that_take_turns_with_a_key_are_all_refused_until_a_person_decides() {
    let (mut scene, _, node, _) = running();
    for machine in ["another", "machine"] {
        scene.disconnect(node);
        scene.pass(LEASE);
        scene.connect(node, machine);
    }
    scene.disconnect(node);
    scene.pass(LEASE);
    let decided = channel::connected(&scene.world, node, introduction("another", "192.0.2.9"), scene.now);
    assert!(matches!(scene.commit(decided), Err(ChannelRefusal::SecondMachine(why)) if why.contains("took turns")));
    for machine in ["machine", "another"] {
        assert!(matches!(knock(&scene, node, machine, None), Err(ChannelRefusal::SecondMachine(_))));
    }
    let decided = nodes::unfreeze(&scene.world, node).unwrap();
    scene.commit(decided);
    assert!(knock(&scene, node, "another", None).is_ok());
}

#[test]
fn takeovers_that_lie_far_apart_freeze_nothing() {
    let (mut scene, _, node, _) = running();
    for turn in 0..6 {
        scene.disconnect(node);
        scene.pass(TAKEOVERS_WITHIN / 2);
        scene.connect(node, if turn % 2 == 0 { "another" } else { "machine" });
    }
}

#[test]
fn a_server_whose_data_are_older_tells_the_node_nothing() {
    let (mut scene, _, node, _) = running();
    let row = scene.world.generation(&scene.world.nodes[&node]);
    let ledger = |era, generation| Introduction {
        cluster: Some(scene.world.cluster),
        era,
        generation,
        ..introduction("machine", "192.0.2.9")
    };
    let (same, later) = (ledger(Era(0), row), ledger(Era(0), row.next()));
    let (earlier, next) = (ledger(Era(0), Generation(999)), ledger(Era(1), row));
    let knock = |scene: &Scene, hello| channel::connected(&scene.world, node, hello, scene.now).answer;
    assert!(knock(&scene, same).is_ok());
    assert!(matches!(knock(&scene, later), Err(ChannelRefusal::Older(_))));
    assert!(matches!(knock(&scene, next), Err(ChannelRefusal::Older(_))));
    scene.world.era = Era(1);
    assert!(knock(&scene, earlier).is_ok(), "a restored server counts from an earlier generation on");
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
    assert!(channel::disconnected(&scene.world, node, old).changes.is_empty());
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
    assert_eq!(scene.told(id).last().map(String::as_str), Some("It stopped by itself (exit code 137)."));
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!(view.message, "It stopped by itself (exit code 137).");
    assert_eq!(
        view.starts_at,
        Some(scene.now.wall + std::time::Duration::from_secs(5)),
        "the number is told as a moment"
    );
}

#[test]
fn a_container_that_somebody_paused_is_called_so_and_not_running() {
    let (mut scene, worker, node, id) = running();
    let mut reports = worker.reports();
    let Observed::Present(facts) = &mut reports[0].observed else { panic!("it runs") };
    facts.paused = true;
    scene.report(node, &reports);
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!((view.phase.as_str(), view.message.as_str()), ("paused", planner::rollup::PAUSED));
    assert_eq!(scene.told(id).last().map(String::as_str), Some("Somebody paused its container on its node."));
    let explained = planner::explain::explain(&scene.world, scene.instance(id), scene.now).unwrap();
    assert!(explained.next_step.contains("docker unpause` on lab-1"), "{}", explained.next_step);
    let verbs: Vec<_> = explained.ways_out.iter().map(|way| way.verb.title()).collect();
    assert_eq!(verbs, ["Restart", "Stop", "Delete"]);
    let no = scene.wish("bob", id, Verb::Start).unwrap_err();
    assert!(no.message.contains("paused on its node"), "asked to start it, nothing would happen: {}", no.message);
    scene.report(node, &worker.reports());
    assert_eq!(scene.phase(id), "running");
    assert_eq!(scene.told(id).last().map(String::as_str), Some("Its container is no longer paused."));
}

#[test]
fn who_asks_to_start_what_waits_for_its_next_start_ends_the_pause_once() {
    let (mut scene, mut worker, node, id) = running();
    worker.exit(id, 1);
    let mut reports = worker.reports();
    reports[0].activity = Some(Activity::RestartingSoon { after_ms: 80_000 });
    scene.report(node, &reports);
    let shown = |scene: &Scene| planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert!(shown(&scene).takes(Verb::Start));
    let asked = |scene: &Scene| (scene.instance(id).generation, scene.instance(id).restarts);
    let before = asked(&scene);
    scene.wish("bob", id, Verb::Start).unwrap();
    let once = (before.0.next(), before.1);
    assert_eq!(
        asked(&scene),
        once,
        "a new wish, and no restart: it may run again by itself before its node hears of this"
    );
    scene.wish("bob", id, Verb::Start).unwrap();
    assert_eq!(asked(&scene), once, "its node has not heard of the first yet");
    let view = shown(&scene);
    assert_eq!((view.message.as_str(), view.starts_at, view.takes(Verb::Start)), ("Starting.", None, false));
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
    assert_eq!(scene.phase(id), "running");
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
            let (started_at, paused) = (None, false);
            Observed::Present(model::observed::ContainerFacts {
                container_id,
                incarnation,
                state,
                started_at,
                paused,
                init: None,
                own_end: None,
            })
        }),
        activity,
        problem: None,
        unopened: Vec::new(),
        closed: None,
    };
    scene.report(node, &[report(Generation(1), Some(Activity::BuildingImage { step: 3, of: 7 }), None)]);
    let view = planner::view::instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!((scene.phase(id).as_str(), view.message.as_str()), ("creating", "Building the image, step 3 of 7."));
    assert_eq!(view.progress, Some(model::view::Progress { step: 3, of: 7 }));
    scene.report(node, &[report(Generation(1), Some(Activity::Starting), Some(ContainerState::Created))]);
    assert_eq!(scene.phase(id), "creating");
}
