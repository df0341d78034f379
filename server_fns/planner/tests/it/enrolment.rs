//! Enrolment codes: one machine, a quarter of an hour, and nothing else.

use std::time::Duration;

use model::id::NodeId;
use model::node::{EngineState, NodeFacts};
use model::refusal::{Refusal, RefusalCode};
use planner::channel;
use planner::command::nodes::enrolment::{offering, redeem};
use planner::command::{Command, nodes};
use planner::limits::ENROLMENT_LIFETIME;
use planner::view::node_view;

use crate::scene::{Scene, facts};

fn issued(scene: &mut Scene, owner: &str, node: NodeId, code: &str) -> Result<(), Refusal> {
    let decided = scene.decide(owner, &Command::IssueCode { id: node, code_hash: code.into() })?;
    scene.commit(decided);
    Ok(())
}

fn redeemed(scene: &mut Scene, code: &str, key: &str, from: &str) -> Result<String, Refusal> {
    let decided = redeem(&scene.world, code, key.into(), from, scene.now)?;
    Ok(scene.commit(decided).to_string())
}

fn refused(scene: &mut Scene, code: &str) -> String {
    let before = scene.world.nodes.clone();
    let refusal = redeemed(scene, code, "stolen", "203.0.113.9").unwrap_err();
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Forbidden, Some("code")));
    assert_eq!(scene.world.nodes, before);
    refusal.message
}

#[test]
fn a_code_is_changed_once_and_whoever_shows_it_again_is_told_who_was_first() {
    let mut scene = Scene::with_people();
    let node = scene.register("bob", "lab-1").unwrap();
    issued(&mut scene, "bob", node, "c1").unwrap();
    assert_eq!(redeemed(&mut scene, "c1", "k1", "192.0.2.7").unwrap(), "lab-1");
    assert_eq!(scene.world.node_by_key_hash("k1").map(|node| node.id), Some(node));
    assert!(scene.world.node_by_key_hash("hash").is_none(), "the key of before is no key any more");
    scene.pass(ENROLMENT_LIFETIME);
    let said = refused(&mut scene, "c1");
    for clause in ["lab-1", "was used already", "from 192.0.2.7", "2027-01-15 08:00:00 UTC", "rotate the key"] {
        assert!(said.contains(clause), "{clause:?} is not in {said}");
    }
    scene.connect(node, "machine");
    assert!(refused(&mut scene, "c1").contains("was used already"), "also once its node has connected");
}

#[test]
fn a_code_lasts_a_quarter_of_an_hour() {
    let mut scene = Scene::with_people();
    let node = scene.register("bob", "lab-1").unwrap();
    issued(&mut scene, "bob", node, "c1").unwrap();
    scene.pass(ENROLMENT_LIFETIME);
    assert!(refused(&mut scene, "c1").contains("expired: it was good for 15 minutes"));
    issued(&mut scene, "bob", node, "c2").unwrap();
    scene.pass(ENROLMENT_LIFETIME - Duration::from_secs(1));
    redeemed(&mut scene, "c2", "k2", "192.0.2.7").unwrap();
}

#[test]
fn a_code_is_withdrawn_by_a_newer_one_by_a_new_key_by_a_connection_and_with_its_node() {
    let mut scene = Scene::with_people();
    let node = scene.register("bob", "lab-1").unwrap();
    issued(&mut scene, "bob", node, "c1").unwrap();
    issued(&mut scene, "bob", node, "c2").unwrap();
    assert!(refused(&mut scene, "c1").contains("opens nothing"));
    let decided = nodes::rotate_key(&scene.world, node, "k2".into()).unwrap();
    scene.commit(decided);
    assert!(refused(&mut scene, "c2").contains("opens nothing"));
    issued(&mut scene, "bob", node, "c3").unwrap();
    scene.connect(node, "machine");
    assert!(refused(&mut scene, "c3").contains("opens nothing"), "its machine has come with the key");
    let other = scene.register("bob", "lab-2").unwrap();
    issued(&mut scene, "bob", other, "c4").unwrap();
    let decided = nodes::remove(&scene.world, other).unwrap();
    scene.commit(decided);
    assert!(refused(&mut scene, "c4").contains("opens nothing"));
    assert!(refused(&mut scene, "").contains("opens nothing"), "nodes without a code are found by none");
}

#[test]
fn only_who_manages_a_node_gets_a_code_for_it_and_a_connected_one_has_none() {
    let mut scene = Scene::with_people();
    let own = scene.register("bob", "lab-1").unwrap();
    assert_eq!(issued(&mut scene, "eve", own, "c").unwrap_err().code, RefusalCode::NotFound);
    issued(&mut scene, "ada", own, "c").unwrap();
    let shared = scene.register("ada", "lab-2").unwrap();
    assert_eq!(issued(&mut scene, "eve", shared, "c").unwrap_err().code, RefusalCode::Forbidden);
    scene.connect(own, "machine");
    let refusal = issued(&mut scene, "bob", own, "c").unwrap_err();
    assert!(refusal.code == RefusalCode::Conflict && refusal.message.contains("rotate its key"), "{refusal}");
    scene.disconnect(own);
    scene.pass(Duration::from_secs(3600));
    issued(&mut scene, "bob", own, "c").unwrap();
}

#[test]
fn whoever_does_not_manage_a_node_learns_nothing_of_its_code() {
    let mut scene = Scene::with_people();
    let node = scene.register("ada", "lab-1").unwrap();
    let rotated = nodes::rotate_key(&scene.world, node, "k".into()).unwrap();
    let decided = offering(rotated, "c", scene.now);
    scene.commit(decided);
    let seen = |name: &str| {
        let viewer = scene.world.person_by_login(name).unwrap();
        node_view(&scene.world, viewer, &scene.world.nodes[&node], scene.now).enrolment
    };
    assert_eq!(seen("ada").unwrap().expires_at, scene.now.wall + ENROLMENT_LIFETIME);
    assert_eq!(seen("eve"), None);
}

#[test]
fn a_node_was_ready_from_its_first_good_heartbeat_on() {
    let mut scene = Scene::with_people();
    let node = scene.register("ada", "lab-1").unwrap();
    let epoch = scene.connect(node, "machine");
    let beat = |scene: &mut Scene, facts: &NodeFacts| {
        let change = channel::became_ready(&scene.world, node, epoch, facts);
        let told = change.is_some();
        scene.commit_changes(change.into_iter().collect());
        told
    };
    assert!(!scene.world.nodes[&node].was_ready);
    let away = NodeFacts { engine: EngineState::Away { reason: "gone".into() }, ..facts() };
    assert!(!beat(&mut scene, &away));
    let decided = nodes::cordon(&scene.world, node).unwrap();
    scene.commit(decided);
    assert!(!beat(&mut scene, &facts()));
    let decided = nodes::uncordon(&scene.world, node).unwrap();
    scene.commit(decided);
    assert!(beat(&mut scene, &facts()));
    assert!(!beat(&mut scene, &facts()), "it is noted once");
    scene.disconnect(node);
    assert!(scene.world.nodes[&node].was_ready);
}
