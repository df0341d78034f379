//! The node channel: who is welcomed, and what a bad frame does.

use futures_util::future::join_all;
use model::feature::Features;
use model::observed::Observed;
use model::phase::Phase;
use model::verb::Verb;
use model::version::Epoch;
use protocol::{RefusedReason, ToNode, Versions};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::commands::ask;
use crate::fake_node::{FakeNode, dial};
use crate::harness::{Server, eventually, in_memory, on_disk, run};

#[test]
fn a_second_machine_is_refused_and_told_of() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let _first = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let refused = FakeNode::connect(server.address, &key, "m2").await.err().unwrap();
        assert_eq!(refused.0, RefusedReason::SecondMachine);
        assert_ne!(server.api.nodes.list(&ada).unwrap()[0].alarm, "");
        server.stop().await;
    });
}

#[test]
fn the_same_machine_takes_over_its_connection() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let mut first = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let second = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        assert!(second.epoch > first.epoch);
        assert_eq!(first.next().await, None);
        server.stop().await;
    });
}

#[test]
fn fifty_nodes_return_at_once() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.sign_up("ada").await;
        let mut keys = Vec::new();
        for number in 1..=50 {
            let name = format!("lab-{number}");
            keys.push((server.node(&ada, &name).await, name));
        }
        let all_at_once = async || {
            let dialled = keys.iter().map(|(key, name)| FakeNode::connect(server.address, key, name));
            let joined: Vec<FakeNode> = join_all(dialled).await.into_iter().map(Result::unwrap).collect();
            joined
        };
        let first = all_at_once().await;
        // Their sockets are still open on the server's side, as after a cut that it has not noticed.
        let second = all_at_once().await;
        for (before, after) in first.iter().zip(&second) {
            assert_eq!(before.assignment.node, after.assignment.node);
            assert!(after.epoch > before.epoch);
        }
        let online = || server.api.nodes.list(&ada).unwrap().iter().filter(|node| node.alarm.is_empty()).count();
        assert_eq!(online(), 50, "none is taken for a second machine");
        server.stop().await;
    });
}

#[test]
fn a_wrong_key_gets_no_socket_and_a_rotated_one_loses_its_own() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        for wrong in ["dhn_wrong", ""] {
            let Err(Error::Http(answer)) = dial(server.address, wrong).await else { panic!("{wrong} was let in") };
            assert_eq!(answer.status(), 401);
        }
        let mut node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let id = server.api.nodes.list(&ada).unwrap()[0].id;
        server.api.nodes.rotate_key(&ada, id).await.unwrap();
        let last = node.next().await;
        assert!(matches!(last, Some(ToNode::Refused { reason: RefusedReason::Revoked, .. })), "{last:?}");
        server.stop().await;
    });
}

#[test]
fn a_frame_that_means_nothing_ends_its_connection_only() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let (bad_key, good_key) = (server.node(&ada, "bad").await, server.node(&ada, "good").await);
        let mut good = FakeNode::connect(server.address, &good_key, "m1").await.unwrap();
        let frames = [
            Message::text("{}"),
            Message::text("\0\u{202e}not json"),
            Message::binary(vec![0xff; 64]),
            Message::text("x".repeat(2 << 20)),
        ];
        for frame in frames {
            let mut bad = FakeNode::connect(server.address, &bad_key, "m2").await.unwrap();
            bad.send_raw(frame).await;
            match bad.next().await {
                Some(ToNode::Refused { reason: RefusedReason::Protocol, .. }) | None => {}
                other => panic!("{other:?}"),
            }
        }
        let nodes = server.api.nodes.list(&ada).unwrap();
        let bad = nodes.iter().find(|node| node.name.as_str() == "bad").unwrap();
        server.api.nodes.cordon(&ada, bad.id).await.unwrap();
        server.api.instances.create(&ada, ask("web")).await.unwrap();
        good.assigned(|assignment| assignment.instances.len() == 1).await;
        server.stop().await;
    });
}

#[test]
fn what_a_later_node_says_is_ignored_and_its_connection_goes_on() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let versions = Some(Versions { least: 1, most: 7 });
        let features = Features::from(vec!["doors".to_owned(), "volumes".to_owned()]);
        let mut node = FakeNode::connect_as(server.address, &key, "m1", versions, features).await.unwrap();
        for _ in 0..100 {
            node.send_raw(Message::text("{\"type\":\"snapshot\",\"epoch\":1}")).await;
        }
        let facts = crate::fake_node::facts();
        node.send(&protocol::ToServer::Heartbeat { epoch: node.epoch, facts, counted: None }).await;
        assert!(matches!(node.next().await, Some(ToNode::Heard { .. })));
        server.stop().await;
    });
}

#[test]
fn a_node_without_a_common_version_is_told_what_to_do_and_so_is_its_page() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let alarm = || server.api.nodes.list(&ada).unwrap()[0].alarm.clone();
        let versions = Some(Versions { least: 7, most: 9 });
        let refused = FakeNode::connect_as(server.address, &key, "m1", versions, Features::all()).await.err().unwrap();
        assert_eq!(refused.0, RefusedReason::Version);
        assert!(refused.1.ends_with("Update dockhost on the server's computer."), "{}", refused.1);
        assert_eq!(alarm(), refused.1);
        let old = FakeNode::connect_as(server.address, &key, "m1", None, Features::default()).await.unwrap();
        assert_eq!(alarm(), "", "one that works is let in");
        drop(old);
        server.stop().await;
    });
}

#[test]
fn a_report_of_another_epoch_changes_nothing() {
    run(async {
        let server = Server::start(in_memory()).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let mut node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let made = server.api.instances.create(&ada, ask("web")).await.unwrap();
        server.api.instances.wish(&ada, made.id, Verb::Delete).await.unwrap();
        node.assigned(|assignment| assignment.instances.iter().any(|one| one.generation.0 > 1)).await;
        node.report(Epoch(node.epoch.0 + 7), Observed::Absent).await;
        node.report(Epoch(0), Observed::Absent).await;
        // A heartbeat is answered after everything that was sent before it was looked at.
        let facts = crate::fake_node::facts();
        node.send(&protocol::ToServer::Heartbeat { epoch: node.epoch, facts, counted: None }).await;
        assert!(matches!(node.next().await, Some(ToNode::Heard { heartbeat_ms: 5_000, .. })));
        assert_eq!(server.api.instances.get(&ada, made.id).unwrap().phase, Phase::Deleting);
        node.report(node.epoch, Observed::Absent).await;
        eventually("the end of the tombstone", || server.api.instances.get(&ada, made.id).err()).await;
        let again = server.api.instances.create(&ada, ask("web")).await.unwrap();
        assert_eq!(again.ports, made.ports, "name and host ports are free again");
        server.stop().await;
    });
}
