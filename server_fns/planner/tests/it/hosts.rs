//! Whose ports share a host name with the console.

use std::net::IpAddr;
use std::sync::Arc;

use model::id::NodeId;
use model::node::NodeFacts;
use model::port::PortRange;
use planner::hosts::{ConsoleHosts, sharers};
use planner::world::{Node, ServerPorts};

use crate::scene::{Scene, facts};

fn scene() -> (Scene, NodeId) {
    let mut scene = Scene::with_people();
    scene.world.identity.server_ports = None;
    let node = scene.register("ada", "lab").unwrap();
    (scene, node)
}

fn set_address(scene: &mut Scene, node: NodeId, address: &str) {
    let mut row = Node::clone(&scene.world.nodes[&node]);
    row.settings.address = Some(address.to_owned());
    scene.world.nodes.insert(node, Arc::new(row));
}

#[test]
fn a_node_with_a_host_name_of_the_console_is_named() {
    for (listen, public, address, shares) in [
        ("127.0.0.1", "", "127.0.0.1", true),
        ("127.0.0.1", "", "LocalHost", true),
        ("127.0.0.1", "", "0.0.0.0", true),
        ("127.0.0.1", "", "::", true),
        // A browser that looks for localhost tries both.
        ("127.0.0.1", "", "::1", true),
        ("::1", "", "127.0.0.1", true),
        ("127.0.0.1", "", "127.0.0.2", false),
        ("127.0.0.1", "", "lab.example.org", false),
        ("127.0.0.2", "", "127.0.0.1", false),
        ("127.0.0.2", "", "::ffff:127.0.0.2", true),
        ("127.0.0.2", "dock.localhost", "127.0.0.1", true),
        ("192.0.2.7", "Dock.Example.org", "dock.example.org.", true),
        ("192.0.2.7", "dock.example.org", "apps.dock.example.org", false),
        ("192.0.2.7", "", "192.0.2.7", true),
        ("192.0.2.7", "", "192.0.2.70", false),
        ("0.0.0.0", "", "[::1]", true),
    ] {
        let (mut scene, node) = scene();
        set_address(&mut scene, node, address);
        let public = [public].into_iter().filter(|host| !host.is_empty());
        let console = ConsoleHosts::of(listen.parse().unwrap(), public);
        let expected: &[&str] = if shares { &["the node lab"] } else { &[] };
        assert_eq!(sharers(&scene.world, &console), expected, "{listen} {address}");
    }
}

#[test]
fn a_node_of_this_machine_shares_by_where_it_listens_whatever_it_is_called() {
    let console = ConsoleHosts::of("127.0.0.1".parse().unwrap(), []);
    for (peer, bind, shares) in [
        ("127.0.0.1", Some("0.0.0.0"), true),
        ("127.0.0.1", Some("::"), true),
        ("127.0.0.1", Some("127.0.0.1"), true),
        // One that does not tell may listen anywhere.
        ("127.0.0.1", None, true),
        ("127.0.0.1", Some("127.0.0.2"), false),
        ("192.0.2.7", Some("0.0.0.0"), false),
        ("192.0.2.7", None, false),
    ] {
        let (mut scene, node) = scene();
        let mut row = Node::clone(&scene.world.nodes[&node]);
        row.settings.address = Some("lab.example.org".to_owned());
        row.peer_address = Some(peer.to_owned());
        row.facts = Some(NodeFacts { bind: bind.map(|bind| bind.parse().unwrap()), ..facts() });
        scene.world.nodes.insert(node, Arc::new(row));
        assert_eq!(!sharers(&scene.world, &console).is_empty(), shares, "{peer} {bind:?}");
    }
}

#[test]
fn so_are_the_servers_own_ports() {
    let (mut scene, node) = scene();
    set_address(&mut scene, node, "127.0.0.2");
    let console = ConsoleHosts::of("127.0.0.1".parse().unwrap(), []);
    for (bind, shares) in [("127.0.0.1", true), ("0.0.0.0", true), ("127.0.0.2", false)] {
        let (range, bind) = (PortRange { first: 20_000, last: 20_009 }, bind.parse::<IpAddr>().unwrap());
        scene.world.identity.server_ports = Some(ServerPorts { range, bind, host: "gateway.example.org".to_owned() });
        assert_eq!(!sharers(&scene.world, &console).is_empty(), shares, "{bind}");
    }
}
