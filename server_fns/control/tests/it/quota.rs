//! The quota against many who ask at once, round after round on one database.

use std::collections::BTreeSet;

use model::instance::DesiredState;
use model::observed::Observed;
use model::refusal::RefusalCode;
use model::verb::Verb;
use planner::actor::Actor;

use crate::commands::ask;
use crate::fake_node::{FakeNode, facts};
use crate::harness::{Server, eventually, on_disk, run};

const ASKED: usize = 5_000;
const QUOTA: usize = 5;

/// `DOCKHOST_ROUNDS` makes it long.
#[test]
fn races_for_the_quota_are_never_won_twice() {
    let rounds = std::env::var("DOCKHOST_ROUNDS").map_or(10, |text| text.parse().unwrap());
    run(async move {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(on_disk(dir.path())).await;
        let ada = server.sign_up("ada").await;
        let key = server.node(&ada, "lab-1").await;
        let mut node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
        let bob = server.sign_up("bob").await;
        let mut over = 0;
        for round in 1..=rounds {
            let made = race(&server, &bob, round).await;
            over += usize::from(made > QUOTA);
            apart(&server, &bob, &mut node).await;
            clear(&server, &bob, &mut node).await;
        }
        closing(&format!("quota: {rounds} rounds of {ASKED} concurrent creates, over quota {over}"));
        assert_eq!(over, 0);
        server.stop().await;
    });
}

/// How many of the creates were let through; all others must have been refused for the quota.
async fn race(server: &Server, bob: &Actor, round: usize) -> usize {
    let mut asked = tokio::task::JoinSet::new();
    for n in 0..ASKED {
        let (api, bob) = (server.api.clone(), bob.clone());
        asked.spawn(async move { api.instances.create(&bob, ask(&format!("web-{n}"))).await });
    }
    let (made, refused): (Vec<_>, Vec<_>) = asked.join_all().await.into_iter().partition(Result::is_ok);
    let codes: BTreeSet<_> = refused.into_iter().filter_map(Result::err).map(|no| format!("{:?}", no.code)).collect();
    assert_eq!(codes, BTreeSet::from([format!("{:?}", RefusalCode::QuotaExceeded)]), "round {round}");
    assert!(made.len() >= QUOTA, "round {round}: only {} were made", made.len());
    made.len()
}

/// No two share a name or a host port, neither as people see them nor as the node is told.
async fn apart(server: &Server, bob: &Actor, node: &mut FakeNode) {
    let seen = server.api.instances.list(bob).unwrap();
    let names: BTreeSet<_> = seen.iter().map(|one| one.name.clone()).collect();
    assert_eq!(names.len(), seen.len(), "{seen:?}");
    let ports: Vec<_> = seen.iter().flat_map(|one| one.ports.iter().map(|port| port.host)).collect();
    assert_eq!(ports.iter().collect::<BTreeSet<_>>().len(), ports.len(), "{seen:?}");
    node.assigned(|assignment| assignment.instances.len() == seen.len()).await;
    let blocks: Vec<_> = node.assignment.instances.iter().map(|one| one.host_ports).collect();
    assert!(blocks.iter().enumerate().all(|(n, block)| !blocks[..n].contains(block)), "{blocks:?}");
}

/// Deletes all, and waits until the node's word for it was taken.
async fn clear(server: &Server, bob: &Actor, node: &mut FakeNode) {
    for one in server.api.instances.list(bob).unwrap() {
        server.api.instances.wish(bob, one.id, Verb::Delete).await.unwrap();
    }
    node.assigned(|assignment| assignment.instances.iter().all(|one| one.desired == DesiredState::Deleted)).await;
    node.report(node.epoch, Observed::Absent).await;
    // A node that says nothing between the rounds would count as offline.
    let (epoch, facts) = (node.epoch, facts());
    node.send(&protocol::ToServer::Heartbeat { epoch, facts, counted: None }).await;
    eventually("the end of all tombstones", || server.api.instances.list(bob).unwrap().is_empty().then_some(())).await;
    node.assigned(|assignment| assignment.instances.is_empty()).await;
}

#[expect(clippy::print_stdout, reason = "the figure is what the races are for")]
fn closing(line: &str) {
    println!("{line}");
}
