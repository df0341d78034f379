//! Programs that share a machine share its ports.

use std::net::SocketAddr;

use model::forward::{Place, Protocol};
use model::id::NodeId;
use model::node::NodeFacts;
use model::port::{HostPort, PortRange};
use model::request::{OpenForward, RegisterNode};
use planner::channel;
use planner::command::{Command, nodes};

use crate::scene::{RANGE, SERVER_RANGE, Scene, facts, introduction};
use crate::worker::Worker;

const HERE: &str = "boot net:[1]";

/// The console at 1029 and the gateway at 1034, within the range of the nodes.
fn listens() -> Vec<SocketAddr> {
    ["127.0.0.1:1029", "127.0.0.1:1034"].map(|text| text.parse().unwrap()).to_vec()
}

/// A node of that network, which dials from there.
fn node(scene: &mut Scene, name: &str, network: &str, peer: &str) -> NodeId {
    let id = scene.register("ada", name).unwrap();
    say(scene, id, peer, NodeFacts { network: network.into(), ..facts() });
    id
}

fn say(scene: &mut Scene, id: NodeId, peer: &str, facts: NodeFacts) {
    let mut hello = introduction("machine", peer);
    hello.facts = facts.clone();
    let decided = channel::connected(&scene.world, id, hello, scene.now);
    let epoch = scene.commit(decided).unwrap();
    scene.world.link_up(id, epoch, facts, scene.now);
    scene.settle();
}

fn beside(network: &str, peer: &str) -> (Scene, NodeId) {
    let mut scene = Scene::with_people();
    scene.world.identity.listens = listens();
    scene.world.identity.network = HERE.into();
    let node = node(&mut scene, "lab-1", network, peer);
    (scene, node)
}

fn open(
    scene: &mut Scene,
    owner: &str,
    id: model::id::InstanceId,
    wish: &OpenForward,
) -> Result<(), (Option<String>, String)> {
    let opened = scene.ask(owner, &Command::OpenForward { id, asked: wish.clone() });
    opened.map(drop).map_err(|refusal| (refusal.field, refusal.message))
}

fn chosen(place: Place, protocol: Protocol, number: u16) -> OpenForward {
    OpenForward { place, protocol, container_port: 80, host_port: Some(number), ..OpenForward::default() }
}

#[test]
fn a_tenant_gets_none_of_the_servers_numbers_on_its_machine() {
    for (network, peer, there) in [
        (HERE, "10.0.0.7", true),
        ("", "127.0.0.1", true),
        ("", "::ffff:127.0.0.1", true),
        ("other net:[1]", "127.0.0.1", false),
        ("", "192.0.2.7", false),
    ] {
        let (mut scene, _) = beside(network, peer);
        let id = scene.create("bob", "web").unwrap();
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            for own in listens() {
                let said = open(&mut scene, "bob", id, &chosen(Place::Node, protocol, own.port()));
                match said {
                    Err((field, message)) => {
                        assert!(there, "{network} {peer}: {message}");
                        assert_eq!(field.as_deref(), Some("host_port"));
                        assert!(message.contains("is the DockHost server's own"), "{message}");
                    }
                    Ok(()) => assert!(!there, "{network} {peer}: {own} was given away"),
                }
            }
        }
    }
}

#[test]
fn neither_blocks_nor_free_numbers_are_the_servers() {
    let (mut scene, node) = beside(HERE, "10.0.0.7");
    let own = listens();
    let ids = ["a", "b"].map(|name| scene.create("bob", name).unwrap());
    for (id, count) in [(ids[0], 3), (ids[1], 1)] {
        for port in 0..count {
            let wish = OpenForward { container_port: 9_000 + port, ..OpenForward::default() };
            open(&mut scene, "bob", id, &wish).unwrap();
        }
    }
    let held: Vec<PortRange> = scene.world.held_ports(node).collect();
    for own in &own {
        assert!(!held.iter().any(|held| held.contains(HostPort(own.port()))), "{own} is in {held:?}");
    }
    assert_eq!(ids.map(|id| scene.instance(id).host_ports.first.0), [1024, 1030]);
    assert_eq!(scene.assignment(node).kept, own);
    // 1024 to 1028 and 1030 to 1033 and 1035, 1036 are all there is: two blocks and what is above them.
    assert_eq!(scene.create("eve", "c").unwrap_err().code, model::refusal::RefusalCode::NoCapacity);
}

#[test]
fn a_node_elsewhere_is_told_of_nothing_to_keep() {
    let (scene, node) = beside("other net:[1]", "127.0.0.1");
    assert!(scene.assignment(node).kept.is_empty());
}

#[test]
fn what_an_operator_reserves_is_given_to_nobody_and_taken_from_nobody() {
    let (mut scene, node) = beside("other net:[1]", "192.0.2.7");
    let id = scene.create("bob", "web").unwrap();
    open(&mut scene, "bob", id, &chosen(Place::Node, Protocol::Tcp, 1033)).unwrap();
    let reserved = "1024-1033,1036".parse().unwrap();
    say(&mut scene, node, "192.0.2.7", NodeFacts { reserved, network: "other net:[1]".into(), ..facts() });
    assert_eq!(scene.instance(id).host_ports.first.0, 1024, "what it has it keeps");
    let kept: Vec<u16> = scene.assignment(node).instances[0].forwards.iter().map(|forward| forward.host.0).collect();
    assert_eq!(kept, [1033]);
    let (field, message) = open(&mut scene, "bob", id, &chosen(Place::Node, Protocol::Tcp, 1036)).unwrap_err();
    assert_eq!(field.as_deref(), Some("host_port"));
    assert!(message.contains("--reserved-ports") && message.contains("lab-1"), "{message}");
    // The same number for the other protocol is its own already.
    open(&mut scene, "bob", id, &chosen(Place::Node, Protocol::Udp, 1033)).unwrap();
    open(&mut scene, "bob", id, &OpenForward { container_port: 9_000, ..OpenForward::default() }).unwrap();
    assert!(scene.instance(id).spec.forwards.iter().any(|forward| forward.host.0 == 1035), "1036 is passed over");
    assert_eq!(scene.create("eve", "db").unwrap_err().code, model::refusal::RefusalCode::NoCapacity);
}

#[test]
fn the_usual_services_are_kept_on_a_node_that_says_nothing() {
    let mut scene = Scene::with_people();
    let (actor, mut draw) = (scene.actor("ada"), scene.draw());
    let asked = RegisterNode { name: "wide".into(), ..RegisterNode::default() };
    let decided = nodes::register(&scene.world, &actor, &asked, "hash".into(), &mut draw, scene.now).unwrap();
    let wide = scene.commit(decided);
    scene.connect(wide, "machine");
    let id = scene.create("bob", "web").unwrap();
    for port in [2375, 2376, 5432, 6379] {
        assert!(open(&mut scene, "bob", id, &chosen(Place::Node, Protocol::Tcp, port)).is_err(), "{port}");
    }
    open(&mut scene, "bob", id, &chosen(Place::Node, Protocol::Tcp, 8080)).expect("a web server may be there");
}

#[test]
fn nodes_of_one_machine_and_the_server_there_give_each_number_once() {
    let (mut scene, first) = beside(HERE, "127.0.0.1");
    let web = scene.create("bob", "web").unwrap();
    let second = node(&mut scene, "lab-2", HERE, "127.0.0.1");
    let elsewhere = node(&mut scene, "lab-3", "other net:[1]", "192.0.2.7");
    let db = scene.create("eve", "db").unwrap();
    let third = scene.create("eve", "box").unwrap();
    let placed = [web, db, third].map(|id| (scene.instance(id).node, scene.instance(id).host_ports.first.0));
    assert_eq!(placed, [(first, 1024), (second, 1030), (elsewhere, 1024)], "a machine elsewhere has its own numbers");
    open(&mut scene, "bob", web, &chosen(Place::Node, Protocol::Tcp, 1036)).unwrap();
    let taken = open(&mut scene, "eve", db, &chosen(Place::Node, Protocol::Udp, 1036)).unwrap_err();
    assert_eq!(taken.0.as_deref(), Some("host_port"));
    // On the server's place a number that a node there holds is another's, too.
    scene.world.identity.server_ports.as_mut().unwrap().range = RANGE;
    let taken = open(&mut scene, "eve", db, &chosen(Place::Server, Protocol::Tcp, 1036)).unwrap_err();
    assert!(taken.1.contains("given away already by a node"), "{taken:?}");
    scene.world.identity.server_ports.as_mut().unwrap().range = SERVER_RANGE;
}

/// The attack: a tenant's node says that it is on the machine of the server, or of another node, and takes their numbers.
#[test]
fn a_tenants_node_takes_no_numbers_by_saying_where_it_is() {
    for (peer, believed) in [("192.0.2.9", false), ("127.0.0.1", true)] {
        let (mut scene, _) = beside(HERE, "127.0.0.1");
        let web = scene.create("bob", "web").unwrap();
        let liar = scene.register("eve", "liar").unwrap();
        say(&mut scene, liar, peer, NodeFacts { network: HERE.into(), ..facts() });
        let lie = scene.create("eve", "lie").unwrap();
        assert_eq!(scene.instance(lie).node, liar);
        for (place, range, number) in [(Place::Node, SERVER_RANGE, 1035), (Place::Server, RANGE, 1036)] {
            open(&mut scene, "eve", lie, &chosen(Place::Node, Protocol::Tcp, number)).unwrap();
            scene.world.identity.server_ports.as_mut().unwrap().range = range;
            let asked = open(&mut scene, "bob", web, &chosen(place, Protocol::Tcp, number));
            assert_eq!(asked.is_err(), believed, "{peer}: {asked:?}");
        }
        scene.world.identity.server_ports.as_mut().unwrap().range = SERVER_RANGE;
    }
}

/// The attack: the number was chosen while the server listened elsewhere, and its node was away.
#[test]
fn a_node_that_refuses_the_servers_number_makes_it_given_up() {
    let (mut scene, node) = beside(HERE, "127.0.0.1");
    scene.world.identity.listens.clear();
    let id = scene.create("bob", "web").unwrap();
    open(&mut scene, "bob", id, &chosen(Place::Node, Protocol::Tcp, 1029)).unwrap();
    scene.disconnect(node);
    scene.world.identity.listens = listens();
    say(&mut scene, node, "127.0.0.1", NodeFacts { network: HERE.into(), ..facts() });
    assert_eq!(scene.assignment(node).kept, listens(), "the node leaves it alone whatever it is told besides");
    let mut worker = Worker::default();
    worker.taken.extend(listens().iter().map(SocketAddr::port));
    worker.receive(&scene.world, node);
    scene.report(node, &worker.reports());
    scene.settle();
    assert!(scene.instance(id).spec.forwards[0].given_up);
    assert!(scene.assignment(node).instances[0].forwards.is_empty());
}
