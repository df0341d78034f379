//! How a node's link does, as its page and an explanation show it.

use std::time::Duration;

use model::id::NodeId;
use model::link::{Counted, Flow, Flows, Measurement, Throughput};
use model::view::NodeView;
use planner::explain::explain;
use planner::liveness::LEASE;
use planner::view::node_view;

use crate::scene::Scene;

/// Five seconds in which that much went each way, of which the node lost a tenth.
fn busy(scene: &mut Scene, node: NodeId) {
    let counted = |times: u64| {
        let (segments, bytes) = (5_000 * times, 5_000_000 * times);
        Some(Counted { segments, again: 0, delivered_bytes: bytes, received_bytes: bytes / 10 })
    };
    let lossy = |times: u64| Some(Counted { segments: 500 * times, again: 50 * times, ..Counted::default() });
    for times in 0..2 {
        scene.world.counted(node, counted(times), lossy(times), scene.now);
        scene.pass(Duration::from_secs(5));
    }
}

fn shown(scene: &Scene, node: NodeId) -> NodeView {
    let viewer = &scene.world.people[&scene.person("bob")];
    node_view(&scene.world, viewer, &scene.world.nodes[&node], scene.now)
}

fn flows(scene: &Scene, node: NodeId) -> Option<Flows> {
    shown(scene, node).flows
}

fn said(scene: &Scene, node: NodeId) -> Vec<String> {
    let instance = scene.world.instances.values().find(|instance| instance.node == node).unwrap();
    let evidence = explain(&scene.world, instance, scene.now).unwrap().evidence;
    evidence.into_iter().map(|one| one.text).filter(|text| text.contains("link")).collect()
}

#[test]
fn what_flows_and_what_is_lost_is_shown_while_the_node_is_there() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    assert_eq!(flows(&scene, node), Some(Flows::default()));
    assert_eq!(said(&scene, node), [] as [&str; 0], "nothing is known, so nothing is said");
    busy(&mut scene, node);
    let to_node = Flow { bytes_per_second: Some(1_000_000), loss_percent: Some(0.0) };
    let from_node = Flow { bytes_per_second: Some(100_000), loss_percent: Some(10.0) };
    assert_eq!(flows(&scene, node), Some(Flows { to_node, from_node }));
    assert_eq!(
        said(&scene, node),
        ["Traffic on the link to lab-1 now: to it 8.0 Mbit/s, 0 % lost; from it 800 kbit/s, 10 % lost."]
    );
    scene.disconnect(node);
    scene.pass(LEASE);
    assert_eq!((flows(&scene, node), said(&scene, node)), (None, Vec::new()), "an older link is not this one");
    scene.connect(node, "machine");
    assert_eq!(flows(&scene, node), Some(Flows::default()), "a connection begins anew");
}

#[test]
fn a_link_that_only_beats_is_called_idle() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    let counted = |times: u64| {
        Some(Counted { segments: times, delivered_bytes: 50 * times, received_bytes: 50 * times, again: 0 })
    };
    for times in 0..2 {
        scene.world.counted(node, counted(times), counted(times), scene.now);
        scene.pass(Duration::from_secs(5));
    }
    let said = said(&scene, node);
    assert!(said.is_empty(), "no rate is said of a link at rest: {said:?}");
    let evidence = explain(&scene.world, scene.instance(id), scene.now).unwrap().evidence;
    let idle =
        evidence.iter().filter(|one| one.text.starts_with("Link to lab-1: ") && one.text.ends_with("idle, no loss."));
    assert_eq!(idle.count(), 1, "{evidence:?}");
}

#[test]
fn a_measurement_is_kept_with_its_time_also_over_connections() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    let [to_node, from_node] = [6_000_000, 700_000].map(|bytes| Throughput::new(bytes, 1_000_000));
    let measurement = Measurement { at: scene.now.wall, to_node, from_node };
    scene.world.carried(node, measurement);
    scene.disconnect(node);
    scene.connect(node, "machine");
    assert_eq!(shown(&scene, node).measurement, Some(measurement));
    let told = "A measurement of the link to lab-1 reached 48 Mbit/s to it and 5.6 Mbit/s from it.";
    assert_eq!(said(&scene, node), [told]);
}
