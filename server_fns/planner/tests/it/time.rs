//! What the passing of time alone does.

use std::time::Duration;

use model::id::NodeId;
use model::node::Liveness;
use planner::clock::Instant;
use planner::command::people;
use planner::liveness::{HEARTBEAT, LATE, LEASE, heartbeat, lease, liveness, next_transition};
use planner::reconcile::reconcile;
use planner::view::instance_view;

use crate::scene::{Scene, facts, opening};

#[test]
fn a_silent_node_is_late_and_then_offline_at_the_moments_that_were_announced() {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    let heard = scene.now.mono;
    let mut seen = Vec::new();
    while let Some(next) = next_transition(&scene.world, node, scene.now.mono) {
        assert!(next > scene.now.mono, "it would wake at once, again and again");
        let just_before = Instant(next.0 - Duration::from_nanos(1));
        assert_eq!(liveness(&scene.world, node, just_before), liveness(&scene.world, node, scene.now.mono));
        seen.push((liveness(&scene.world, node, scene.now.mono), next.since(heard)));
        scene.pass(next.since(scene.now.mono));
    }
    assert_eq!(seen, [(Liveness::Online, LATE), (Liveness::Late, LEASE)]);
    assert_eq!(liveness(&scene.world, node, scene.now.mono), Liveness::Offline);
    scene.world.heard(node, facts(), scene.now);
    assert_eq!(liveness(&scene.world, node, scene.now.mono), Liveness::Online);
}

#[test]
fn many_nodes_beat_more_slowly_and_get_longer_leases() {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    assert_eq!((heartbeat(&scene.world), lease(&scene.world)), (HEARTBEAT, LEASE));
    let row = scene.world.nodes[&node].clone();
    for more in 1..2_000 {
        scene.world.nodes.insert(NodeId::from_bits(more), row.clone());
    }
    assert_eq!(heartbeat(&scene.world), 2 * HEARTBEAT, "200 a second, from 2,000 nodes");
    scene.pass(2 * HEARTBEAT);
    assert_eq!(liveness(&scene.world, node, scene.now.mono), Liveness::Online);
    scene.pass(2 * LEASE - 2 * HEARTBEAT);
    assert_eq!(liveness(&scene.world, node, scene.now.mono), Liveness::Offline);
}

#[test]
fn a_restart_of_the_server_gives_every_node_a_full_lease() {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    let never = scene.register("ada", "new").unwrap();
    scene.pass(Duration::from_secs(3600));
    let mut restarted = scene.world.clone();
    (restarted.links, restarted.telemetry) = (Default::default(), Default::default());
    (restarted.published, restarted.started) = (Default::default(), scene.now.mono);
    assert_eq!(liveness(&restarted, node, scene.now.mono), Liveness::Late);
    assert_eq!(liveness(&restarted, never, scene.now.mono), Liveness::Never);
    let end = Instant(scene.now.mono.0 + LEASE);
    assert_eq!(reconcile(&restarted, scene.now).wake_at, Some(end));
    assert_eq!(liveness(&restarted, node, end), Liveness::Offline);
}

#[test]
fn a_jump_of_the_wall_clock_ends_no_lease() {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    scene.now.wall += Duration::from_secs(365 * 24 * 3600);
    assert_eq!(liveness(&scene.world, node, scene.now.mono), Liveness::Online);
}

#[test]
fn a_node_that_is_away_makes_its_instances_unknown_and_changes_nothing_else() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let before = scene.instance(id).clone();
    scene.disconnect(before.node);
    assert_eq!(scene.phase(id), "pending", "its lease still holds");
    scene.pass(LEASE);
    scene.settle();
    assert_eq!(scene.phase(id), "unknown");
    assert_eq!(*scene.instance(id), before);
    let shown = instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!(shown.last_heard_at, Some(scene.now.wall - LEASE), "the page says since when nothing was heard");
    scene.connect(before.node, "machine");
    assert_eq!(scene.phase(id), "pending");
}

#[test]
fn what_has_expired_goes_at_the_hour_that_was_announced() {
    let mut scene = Scene::with_people();
    for early in [Duration::ZERO, Duration::from_secs(1)] {
        scene.pass(early);
        let (person, mut draw) = (scene.person("bob"), scene.draw());
        let opened = people::open_session(&scene.world, opening(&scene.world, person), &mut draw, scene.now).unwrap();
        scene.commit(opened);
    }
    for left in [1, 0] {
        let hour = reconcile(&scene.world, scene.now).wake_at.unwrap();
        scene.pass(hour.since(scene.now.mono) - Duration::from_nanos(1));
        scene.settle();
        assert_eq!(scene.world.sessions.len(), left + 1);
        scene.pass(Duration::from_nanos(1));
        scene.settle();
        assert_eq!(scene.world.sessions.len(), left);
    }
    assert_eq!(reconcile(&scene.world, scene.now).wake_at, None);
}
