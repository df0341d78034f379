//! Instances and nodes that get another owner, because theirs goes.

use std::time::Duration;

use model::forward::{Forward, Place, Protocol};
use model::host_key::{HostKey, host_name};
use model::instance::DesiredState;
use model::name::{InstanceName, Username};
use model::port::{ContainerPort, HostPort, UrlAccess};
use model::refusal::RefusalCode;
use model::request::{CreateInstance, OpenForward};
use model::verb::Verb;
use planner::channel::still_valid;
use planner::command::{Asker, Command, decide};
use planner::draw::Draw;
use planner::limits::ASSIGNMENT_BYTES;
use planner::liveness::LEASE;
use planner::urls::{App, Pass, may_open};
use planner::world::{Change, Instance, SshKey};

use crate::removal::{DELETE, give, refused, remove, work};
use crate::scene::Scene;
use crate::worker::Worker;

#[test]
fn a_given_instance_opens_for_the_keys_of_its_new_owner_and_for_no_others() {
    let mut scene = Scene::with_node();
    let mut worker = Worker::default();
    let (bob, eve) = (scene.person("bob"), scene.person("eve"));
    for (person, key) in [(bob, "of bob"), (eve, "of eve")] {
        scene.add_key(person, key).unwrap();
    }
    let id = scene.create("bob", "web").unwrap();
    let asked = OpenForward { container_port: 8_080, ..OpenForward::default() };
    scene.ask("bob", &Command::OpenForward { id, asked }).unwrap();
    work(&mut scene, &mut worker, id);
    let before = scene.instance(id).clone();
    remove(&mut scene, "bob", give("eve"), None).unwrap();
    let after = scene.instance(id).clone();
    assert_eq!((after.owner, after.desired, after.node), (eve, DesiredState::Running, before.node));
    assert!(after.generation > before.generation);
    assert_eq!((after.host_ports, &after.spec.forwards), (before.host_ports, &before.spec.forwards));
    assert_eq!(after.host_key.public_key, before.host_key.public_key, "whom a client knows stays");
    let own: Vec<_> = scene.world.ssh_keys_of(eve).map(|key| key.id).collect();
    assert_eq!(after.spec.ssh_keys, own);
    let lines = scene.assignment(after.node).instances[0].authorized_keys.clone();
    assert_eq!(lines, ["ssh-ed25519 laptop eve@laptop", "ssh-ed25519 of eve eve@of-eve"]);
    work(&mut scene, &mut worker, id);
    assert_eq!(scene.phase(id), "running");
    assert_eq!(worker.made[&id], 1, "it is the same container");
    scene.wish("eve", id, Verb::Stop).unwrap();
}

#[test]
fn a_given_instance_lets_in_by_no_key_of_somebody_who_has_none_and_by_as_many_as_it_has_room_for() {
    let mut scene = Scene::with_node();
    let eve = scene.person("eve");
    let own = scene.world.ssh_keys_of(eve).next().unwrap().id;
    scene.ask("eve", &Command::RemoveSshKey { id: own }).unwrap();
    let id = scene.create("bob", "web").unwrap();
    let mut without = scene.clone();
    remove(&mut without, "bob", give("eve"), None).unwrap();
    assert_eq!(without.instance(id).spec.ssh_keys, [], "the terminal of the console needs none");
    for number in 0..5 {
        scene.add_key(eve, &format!("{number}{}", "x".repeat(63))).unwrap();
    }
    let long: Vec<_> = scene.world.ssh_keys_of(eve).map(|key| SshKey::clone(key)).collect();
    let long = long.into_iter().map(|key| SshKey { public_key: "x".repeat(4_096), ..key });
    let long = long.map(Change::PutSshKey).collect();
    scene.commit_changes(long);
    remove(&mut scene, "bob", give("eve"), None).unwrap();
    assert_eq!(scene.instance(id).spec.ssh_keys.len(), 4, "16 KiB");
}

/// Certifies keys, as the server does, by a text that tells for whom.
struct Authority(u64);

impl Draw for Authority {
    fn bits(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }

    fn host_key(&mut self, name: &InstanceName, owner: &Username) -> HostKey {
        self.known_host_key(name, owner, "made anew")
    }

    fn known_host_key(&mut self, name: &InstanceName, owner: &Username, public_key: &str) -> HostKey {
        HostKey { seed: String::new(), public_key: public_key.to_owned(), certificate: host_name(name, owner) }
    }
}

#[test]
fn a_given_instance_keeps_its_host_key_and_is_certified_for_its_new_name() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let host_key = HostKey { seed: "secret".into(), public_key: "k".into(), certificate: "web.bob.dockhost".into() };
    let known = Instance { host_key: host_key.into(), ..scene.instance(id).clone() };
    scene.world.apply(Change::PutInstance(Box::new(known)));
    let command = Command::RemovePerson { person: scene.person("bob"), instances: give("eve"), nodes: None };
    let asker = Asker::Person(scene.actor("ada"));
    let decided = decide(&scene.world, &asker, &command, &mut Authority(1_000_000), scene.now).unwrap();
    scene.commit(decided);
    let HostKey { seed, public_key, certificate } = HostKey::clone(&scene.instance(id).host_key);
    assert_eq!([seed, public_key, certificate], ["secret", "k", "web.eve.dockhost"]);
}

#[test]
fn a_link_of_somebody_who_is_gone_opens_nothing_of_what_they_gave() {
    let mut scene = Scene::with_node();
    let (id, bob) = (scene.create("bob", "web").unwrap(), scene.person("bob"));
    let port = model::port::DeclaredPort::asked(ContainerPort(8_080), UrlAccess::Owner);
    scene.ask("bob", &Command::DeclarePort { id, port }).unwrap();
    let opens = |scene: &Scene, pass: Pass| {
        let instance = &scene.world.instances[&id];
        let port = instance.spec.open_port(ContainerPort(8_080)).unwrap();
        may_open(&scene.world, App { instance, port }, Some(&pass))
    };
    let pass = Pass::Person(scene.actor("bob"));
    assert!(opens(&scene, Pass::Link(bob)) && opens(&scene, pass.clone()));
    remove(&mut scene, "bob", give("eve"), None).unwrap();
    assert!(!opens(&scene, Pass::Link(bob)) && !opens(&scene, pass));
    let eve = scene.actor("eve");
    assert!(opens(&scene, Pass::Link(eve.person)) && opens(&scene, Pass::Person(eve)));
}

#[test]
fn names_that_the_receiver_has_are_all_named() {
    let mut scene = Scene::with_node();
    for name in ["web", "db"] {
        scene.create("bob", name).unwrap();
    }
    let [web, db] = ["web", "db"].map(|name| scene.create("eve", name).unwrap());
    scene.wish("eve", db, Verb::Delete).unwrap();
    let (field, said) = refused(&mut scene, "bob", give("eve"), None);
    assert_eq!(field, "instances");
    assert!(said.contains("still being deleted: web, db. Delete"), "{said}");
    scene.commit_changes(vec![Change::DropInstance(db)]);
    scene.wish("eve", web, Verb::Delete).unwrap();
    scene.commit_changes(vec![Change::DropInstance(web)]);
    remove(&mut scene, "bob", give("eve"), None).unwrap();
    assert_eq!(scene.world.live_instances_of(scene.person("eve")).count(), 2);
}

#[test]
fn an_instance_that_is_called_as_its_receiver_is_not_given() {
    let mut scene = Scene::with_node();
    scene.create("bob", "eve").unwrap();
    let (field, said) = refused(&mut scene, "bob", give("eve"), None);
    assert_eq!(field, "instances");
    assert!(said.contains("bob's instance eve") && said.contains("lobby"), "{said}");
}

#[test]
fn the_quota_of_the_receiver_is_no_hindrance_and_counts_again_afterwards() {
    let mut scene = Scene::with_node();
    for (who, names) in [("bob", ["a", "b"]), ("eve", ["c", "d"])] {
        for name in names {
            scene.create(who, name).unwrap();
        }
    }
    remove(&mut scene, "bob", give("eve"), None).unwrap();
    assert_eq!(scene.world.live_instances_of(scene.person("eve")).count(), 4);
    assert_eq!(scene.create("eve", "e").unwrap_err().code, RefusalCode::QuotaExceeded);
}

#[test]
fn a_node_is_deleted_as_by_its_own_command_or_not_at_all() {
    let mut scene = Scene::with_node();
    let node = scene.register("bob", "lab-2").unwrap();
    scene.connect(node, "another machine");
    // Their own node is the least loaded.
    scene.create("ada", "busy").unwrap();
    let id = scene.create("bob", "web").unwrap();
    assert_eq!(scene.instance(id).node, node);
    for instances in [DELETE, give("eve")] {
        let (field, said) = refused(&mut scene, "bob", instances, DELETE);
        assert_eq!(field, "nodes");
        assert!(said.contains("The node lab-2 still has instances: web."), "{said}");
    }
    scene.wish("bob", id, Verb::Delete).unwrap();
    let mut worker = Worker::default();
    work(&mut scene, &mut worker, id);
    remove(&mut scene, "bob", None, DELETE).unwrap();
    assert!(!scene.world.nodes.contains_key(&node));
    assert!(still_valid(&scene.world, node, "hash").is_err(), "its key goes with it");
}

#[test]
fn a_given_node_goes_on_with_its_key_and_without_a_code_of_before() {
    let mut scene = Scene::with_people();
    let node = scene.register("bob", "lab-2").unwrap();
    scene.connect(node, "machine");
    let id = scene.create("bob", "web").unwrap();
    scene.disconnect(node);
    scene.pass(LEASE + Duration::from_secs(60));
    scene.ask("bob", &Command::IssueCode { id: node, code_hash: "c".into() }).unwrap();
    remove(&mut scene, "bob", give("eve"), give("eve")).unwrap();
    let (row, eve) = (&scene.world.nodes[&node], scene.person("eve"));
    assert_eq!((row.owner, &row.enrolment, row.key_hash.as_str()), (Some(eve), &None, "hash"));
    assert!(scene.world.node_by_code_hash("c").is_none());
    assert_eq!(scene.instance(id).owner, eve);
    scene.connect(node, "machine");
    assert_eq!(scene.phase(id), "pending", "what is on it goes on");
    assert_eq!(scene.create("eve", "db").unwrap_err().code, RefusalCode::NoCapacity, "bob may still have its machine");
    scene.ask("eve", &Command::UncordonNode { id: node }).unwrap();
    scene.create("eve", "db").unwrap();
}

#[test]
fn nodes_and_instances_may_go_to_two_people() {
    let mut scene = Scene::with_people();
    let node = scene.register("bob", "lab-2").unwrap();
    scene.connect(node, "machine");
    let id = scene.create("bob", "web").unwrap();
    remove(&mut scene, "bob", give("ada"), give("eve")).unwrap();
    assert_eq!(scene.instance(id).owner, scene.person("ada"));
    assert_eq!(scene.world.nodes[&node].owner, Some(scene.person("eve")));
    // It stays where it is, and nothing else of ada's comes there.
    assert_eq!(scene.create("ada", "db").unwrap_err().code, RefusalCode::NoCapacity);
}

#[test]
fn a_message_that_would_be_too_large_refuses_the_gift() {
    let mut scene = Scene::with_node();
    let asked =
        |name: &str| CreateInstance { name: name.into(), ssh_keys: Some(Vec::new()), ..CreateInstance::default() };
    let id = scene.create_as("bob", &asked("web")).unwrap();
    let mut heavy = scene.instance(id).clone();
    // As if the other instances of the node left no room.
    let forward = Forward {
        place: Place::Node,
        protocol: Protocol::Tcp,
        host: HostPort(2_000),
        container: ContainerPort(80),
        bind: None,
        allow: vec!["10.0.0.0/8".parse().unwrap(); ASSIGNMENT_BYTES / 48],
        automatic: false,
        given_up: false,
        opened: heavy.generation,
    };
    heavy.spec.forwards.push(forward);
    heavy.generation = heavy.generation.next();
    scene.world.apply(Change::PutInstance(Box::new(heavy)));
    let (field, said) = refused(&mut scene, "bob", give("eve"), None);
    assert_eq!(field, "instances");
    assert!(said.contains("the node can be told of no more"), "{said}");
}
