//! Creating instances and wishing something of them.

use model::instance::DesiredState;
use model::observed::Observed;
use model::refusal::{Refusal, RefusalCode};
use model::request::CreateInstance;
use model::verb::Verb;
use planner::command::idempotency::{Key, decide_once};
use planner::command::{Answer, Asker, Command, ssh_keys};
use planner::draw::Draw;

use crate::scene::Scene;
use crate::worker::Worker;

fn asked(name: &str) -> CreateInstance {
    CreateInstance { name: name.into(), ..CreateInstance::default() }
}

fn refused(scene: &mut Scene, owner: &str, asked: &CreateInstance) -> Refusal {
    scene.decide(owner, &Command::CreateInstance(asked.clone())).unwrap_err()
}

/// The node does all that is asked of it and says so.
fn work(scene: &mut Scene, worker: &mut Worker) {
    let node = *scene.world.nodes.keys().next().unwrap();
    worker.receive(&scene.world, node);
    worker.converge();
    scene.report(node, &worker.reports());
}

#[test]
fn a_life_from_pending_to_gone() {
    let (mut scene, mut worker) = (Scene::with_node(), Worker::default());
    let id = scene.create("bob", "web").unwrap();
    assert_eq!(scene.phase(id), "pending");
    work(&mut scene, &mut worker);
    assert_eq!(scene.phase(id), "running");
    let node = scene.instance(id).node;
    assert!(!scene.assignment(node).instances[0].may_create, "once seen, it is never made anew");

    let before = scene.instance(id).generation;
    scene.wish("bob", id, Verb::Start).unwrap();
    assert_eq!(scene.instance(id).generation, before, "it runs already");

    scene.wish("bob", id, Verb::Restart).unwrap();
    assert_eq!(scene.phase(id), "restarting");
    scene.wish("bob", id, Verb::Restart).unwrap();
    assert_eq!(scene.instance(id).restarts.0, 1, "a restart is under way");
    work(&mut scene, &mut worker);
    assert_eq!(scene.phase(id), "running");

    scene.wish("bob", id, Verb::Stop).unwrap();
    assert_eq!(scene.phase(id), "stopping");
    work(&mut scene, &mut worker);
    assert_eq!(scene.phase(id), "stopped");
    let no = scene.wish("bob", id, Verb::Restart).unwrap_err();
    assert_eq!(no.code, RefusalCode::Conflict);
    assert_eq!(no.message, "The instance web cannot restart now: it is stopped; start it instead.");
    scene.wish("ada", id, Verb::Start).unwrap();
    work(&mut scene, &mut worker);

    scene.wish("bob", id, Verb::Delete).unwrap();
    let tombstone = scene.instance(id).generation;
    scene.wish("bob", id, Verb::Delete).unwrap();
    assert_eq!(scene.instance(id).generation, tombstone);
    assert_eq!(scene.phase(id), "deleting");
    assert_eq!(scene.wish("bob", id, Verb::Start).unwrap_err().code, RefusalCode::Conflict);
    let told = [
        "bob asked to create it; it is placed on lab-1.",
        "Its container was created on lab-1.",
        "It is running.",
        "bob asked to restart it.",
        "bob asked to stop it.",
        "It stopped.",
        "ada asked to start it.",
        "It is running.",
        "bob asked to delete it.",
    ];
    assert_eq!(scene.told(id), told);
    work(&mut scene, &mut worker);
    assert!(!scene.world.instances.contains_key(&id));
}

#[test]
fn a_tombstone_holds_name_ports_and_quota_until_the_node_confirms_it() {
    let (mut scene, mut worker) = (Scene::with_node(), Worker::default());
    let id = scene.create("bob", "web").unwrap();
    work(&mut scene, &mut worker);
    scene.wish("bob", id, Verb::Delete).unwrap();
    let refusal = refused(&mut scene, "bob", &asked("web"));
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Conflict, Some("name")));
    let other = scene.create("bob", "db").unwrap();
    assert!(!scene.instance(other).host_ports.overlaps(scene.instance(id).host_ports));
    scene.create("bob", "box").unwrap();
    assert_eq!(refused(&mut scene, "bob", &asked("more")).code, RefusalCode::QuotaExceeded);

    let node = scene.instance(id).node;
    let mut early = worker.reports();
    early.retain(|report| report.instance == id);
    early[0].observed = Observed::Absent;
    scene.report(node, &early);
    assert!(scene.world.instances.contains_key(&id), "a look from before the wish confirms nothing");
    work(&mut scene, &mut worker);
    scene.create("bob", "web").unwrap();
}

#[test]
fn a_key_is_needed_and_must_be_an_own_one() {
    let mut scene = Scene::with_node();
    let (bob, eve) = (scene.person("bob"), scene.person("eve"));
    let foreign = scene.world.ssh_keys_of(eve).next().unwrap().id;
    for keys in [vec![foreign.to_string()], vec!["unknown".into()]] {
        let asked = CreateInstance { ssh_keys: Some(keys), ..asked("web") };
        let refusal = refused(&mut scene, "bob", &asked);
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("ssh_keys")));
    }
    let own = scene.world.ssh_keys_of(bob).next().unwrap().id;
    let decided = ssh_keys::remove(&scene.world, own).unwrap();
    scene.commit(decided);
    assert!(refused(&mut scene, "bob", &asked("web")).message.starts_with("Add an SSH public key first"));
}

#[test]
fn an_instance_without_a_key_is_for_whoever_says_so() {
    let mut scene = Scene::with_node();
    for keys in [1, 0] {
        let name = format!("web-{keys}");
        let asked = CreateInstance { ssh_keys: Some(Vec::new()), ..asked(&name) };
        let id = scene.create_as("bob", &asked).unwrap();
        assert!(scene.instance(id).spec.ssh_keys.is_empty(), "{name}");
        let own = scene.world.ssh_keys_of(scene.person("bob")).next().map(|key| key.id);
        if let Some(own) = own {
            let decided = ssh_keys::remove(&scene.world, own).unwrap();
            scene.commit(decided);
        }
    }
}

#[test]
fn a_removed_key_leaves_the_assignment_at_once() {
    let mut scene = Scene::with_node();
    let bob = scene.person("bob");
    scene.add_key(bob, "desk top").unwrap();
    let id = scene.create("bob", "web").unwrap();
    let node = scene.instance(id).node;
    let lines = scene.assignment(node).instances[0].authorized_keys.clone();
    assert_eq!(lines, ["ssh-ed25519 laptop bob@laptop", "ssh-ed25519 desk top bob@desk-top"]);
    let key = scene.world.ssh_keys_of(bob).next().unwrap().id;
    let decided = ssh_keys::remove(&scene.world, key).unwrap();
    scene.commit(decided);
    scene.settle();
    assert_eq!(scene.assignment(node).instances[0].authorized_keys, lines[1..]);
}

#[test]
fn what_cannot_be_is_refused_at_its_field() {
    let mut scene = Scene::with_node();
    let mut image = asked("web");
    image.image = Some("windows".into());
    let mut memory = asked("web");
    memory.limits.memory_bytes = Some(1);
    for (asked, field) in [(asked("Web!"), "name"), (image, "image"), (memory, "limits.memory_bytes")] {
        let refusal = refused(&mut scene, "bob", &asked);
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some(field)));
    }
}

#[test]
fn an_idempotency_key_stands_for_one_request() {
    let mut scene = Scene::with_node();
    let (asker, mut draw) = (Asker::Person(scene.actor("bob")), scene.draw());
    let create = |scene: &Scene, draw: &mut dyn Draw, name: &str, hash: &str| {
        let key = Key { key: "k".into(), request_hash: hash.into() };
        decide_once(&scene.world, &asker, &Command::CreateInstance(asked(name)), Some(&key), draw, scene.now)
    };
    let decided = create(&scene, &mut draw, "web", "h1").unwrap();
    let Answer::Instance(id) = scene.commit(decided) else { panic!("no instance was made") };
    let again = create(&scene, &mut draw, "web", "h1").unwrap();
    assert_eq!((again.answer, again.changes.len()), (Answer::Instance(id), 0));
    let other = create(&scene, &mut draw, "db", "h2").unwrap_err();
    assert_eq!((other.code, other.field.as_deref()), (RefusalCode::Conflict, Some("Idempotency-Key")));
    scene.pass(planner::limits::IDEMPOTENCY_LIFETIME);
    scene.world.heard(scene.instance(id).node, crate::scene::facts(), scene.now);
    let later = create(&scene, &mut draw, "db", "h2").unwrap();
    assert_ne!(later.answer, Answer::Instance(id));
}

#[test]
fn foreign_and_absent_instances_give_the_same_answer() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let foreign = scene.wish("eve", id, Verb::Delete).unwrap_err();
    let absent = scene.wish("eve", model::id::InstanceId::from_bits(0), Verb::Delete).unwrap_err();
    assert_eq!(foreign, absent);
    assert_eq!(scene.instance(id).desired, DesiredState::Running);
}
