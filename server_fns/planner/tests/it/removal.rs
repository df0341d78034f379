//! The end of an account, and what becomes of what it had. What is given to somebody else is in `handover`.

use model::id::{InstanceId, PersonId};
use model::instance::DesiredState;
use model::refusal::Refusal;
use model::request::Handover;
use model::verb::Verb;
use planner::command::idempotency::{Key, decide_once};
use planner::command::{Asker, Command, decide};
use planner::liveness::LEASE;
use planner::permission::Action;
use planner::view::{instance_view_for, live_world};

use crate::scene::{Scene, facts, named_token};
use crate::worker::Worker;

pub(crate) fn give(to: &str) -> Option<Handover> {
    Some(Handover::Give(to.parse().unwrap()))
}

pub(crate) const DELETE: Option<Handover> = Some(Handover::Delete);

pub(crate) fn remove(
    scene: &mut Scene,
    who: &str,
    instances: Option<Handover>,
    nodes: Option<Handover>,
) -> Result<(), Refusal> {
    let person = scene.person(who);
    scene.ask("ada", &Command::RemovePerson { person, instances, nodes }).map(drop)
}

pub(crate) fn refused(
    scene: &mut Scene,
    who: &str,
    instances: Option<Handover>,
    nodes: Option<Handover>,
) -> (String, String) {
    let before = scene.world.clone();
    let refusal = remove(scene, who, instances, nodes).unwrap_err();
    assert_eq!(refusal.code.status(), 409, "{refusal}");
    assert!(before.people.ptr_eq(&scene.world.people) && before.instances.ptr_eq(&scene.world.instances));
    (refusal.field.unwrap_or_default(), refusal.message)
}

/// The node does everything that it is told, and says so.
pub(crate) fn work(scene: &mut Scene, worker: &mut Worker, id: InstanceId) {
    let node = scene.instance(id).node;
    worker.receive(&scene.world, node);
    worker.converge();
    scene.world.heard(node, facts(), scene.now);
    scene.report(node, &worker.reports());
}

#[test]
fn nobody_is_removed_before_it_is_said_what_becomes_of_what_they_have() {
    let mut scene = Scene::with_node();
    for name in ["web", "db"] {
        scene.create("bob", name).unwrap();
    }
    scene.register("bob", "lab-2").unwrap();
    let (field, said) = refused(&mut scene, "bob", None, give("eve"));
    assert_eq!(field, "instances");
    assert!(said.starts_with("bob has instances: web, db. Say what becomes of them"), "{said}");
    let (field, said) = refused(&mut scene, "bob", give("eve"), None);
    assert_eq!(field, "nodes");
    assert!(said.starts_with("bob has nodes: lab-2. "), "{said}");
    assert!(remove(&mut scene, "eve", None, None).is_ok(), "who has nothing needs no word");
}

#[test]
fn a_receiver_is_somebody_else_who_is_there_and_not_suspended() {
    let mut scene = Scene::with_node();
    scene.create("bob", "web").unwrap();
    let eve = scene.person("eve");
    scene.ask("ada", &Command::SuspendPerson { person: eve, stop: false }).unwrap();
    for (to, why) in [("nobody", "nobody with the username"), ("bob", "is to be removed"), ("eve", "eve is suspended")]
    {
        for (instances, nodes, at) in [(give(to), None, "instances"), (DELETE, give(to), "nodes")] {
            let (field, said) = refused(&mut scene, "bob", instances, nodes);
            assert_eq!(field, at);
            assert!(said.contains(why), "{said}");
        }
    }
}

/// Somebody tries a wrong password.
fn fail(scene: &mut Scene, who: &str) {
    let command = Command::NoteFailedSignIn { person: scene.person(who), address: "192.0.2.1".into() };
    let mut draw = scene.draw();
    let decided = decide(&scene.world, &Asker::Stranger, &command, &mut draw, scene.now).unwrap();
    scene.commit(decided);
}

#[test]
fn with_an_account_goes_everything_that_is_its_alone() {
    let mut scene = Scene::with_node();
    let (bob, eve) = (scene.person("bob"), scene.person("eve"));
    for who in ["bob", "eve"] {
        scene.sign_in(who);
        scene.token(who, &named_token("ci"));
        let (asker, mut draw) = (Asker::Person(scene.actor(who)), scene.draw());
        let key = Key { key: "k".into(), request_hash: "h".into() };
        let decided =
            decide_once(&scene.world, &asker, &Command::AskForRemoval, Some(&key), &mut draw, scene.now).unwrap();
        scene.commit(decided);
        fail(&mut scene, who);
    }
    let count = |scene: &Scene, who: PersonId| {
        let world = &scene.world;
        let (sessions, tokens) = (world.sessions_of(who).count(), world.tokens_of(who).count());
        let failed = usize::from(world.failed_sign_ins.contains_key(&who));
        [sessions, tokens, world.ssh_keys_of(who).count(), world.answers_of(who).count(), failed]
    };
    assert_eq!([bob, eve].map(|who| count(&scene, who)), [[1; 5]; 2]);
    remove(&mut scene, "bob", None, None).unwrap();
    assert_eq!([bob, eve].map(|who| count(&scene, who)), [[0; 5], [1; 5]]);
    assert!(scene.world.person_by_login("bob").is_none() && scene.world.token_by_hash("ci of bob").is_none());
    // The names are free again.
    let another = scene.sign_up("bob").unwrap();
    assert_ne!(another, bob);
}

#[test]
fn who_removes_themselves_leaves_no_answer_behind() {
    let mut scene = Scene::with_people();
    let eve = scene.person("eve");
    scene.ask("ada", &Command::SetAdministrator { person: eve, administrator: true }).unwrap();
    let command = Command::RemovePerson { person: eve, instances: None, nodes: None };
    let (asker, mut draw) = (Asker::Person(scene.actor("eve")), scene.draw());
    let key = Key { key: "k".into(), request_hash: "h".into() };
    let decided = decide_once(&scene.world, &asker, &command, Some(&key), &mut draw, scene.now).unwrap();
    scene.commit(decided);
    assert!(scene.world.idempotency.is_empty());
    let again = decide_once(&scene.world, &asker, &command, Some(&key), &mut draw, scene.now);
    assert_eq!(again.unwrap_err(), Refusal::unauthenticated());
}

#[test]
fn what_is_deleted_waits_for_its_node_and_the_account_does_not() {
    let mut scene = Scene::with_node();
    let mut worker = Worker::default();
    let (web, old) = (scene.create("bob", "web").unwrap(), scene.create("bob", "old").unwrap());
    work(&mut scene, &mut worker, web);
    let node = scene.instance(web).node;
    scene.wish("bob", old, Verb::Delete).unwrap();
    scene.disconnect(node);
    scene.pass(LEASE);
    let bob = scene.person("bob");
    remove(&mut scene, "bob", DELETE, None).unwrap();
    assert!(scene.world.people.get(&bob).is_none());
    for id in [web, old] {
        assert_eq!((scene.instance(id).desired, scene.instance(id).owner), (DesiredState::Deleted, bob));
    }
    assert_eq!(scene.told(web).last().map(String::as_str), Some("ada asked to delete it."));

    // An administrator sees it and can give it up; nobody else does, whatever they are called.
    let called_so = scene.sign_up("bob").unwrap();
    let shown = live_world(&scene.world, scene.person("ada"), scene.now).unwrap().instances[&web].clone();
    assert_eq!((shown.owner.as_str(), shown.may(Action::ManageInstance)), ("nobody", true));
    assert!(live_world(&scene.world, called_so, scene.now).unwrap().instances.is_empty());
    assert!(instance_view_for(&scene.world, bob, scene.instance(web), scene.now).unwrap().may.is_empty());
    scene.wish("ada", old, Verb::Forget).unwrap();
    assert!(!scene.world.instances.contains_key(&old));

    // The node comes back, and confirms the other.
    scene.connect(node, "machine");
    assert!(worker.has(web));
    work(&mut scene, &mut worker, web);
    assert!(!worker.has(web) && !scene.world.instances.contains_key(&web));
}

#[test]
fn an_id_that_something_still_names_is_given_to_nobody() {
    let mut scene = Scene::with_node();
    let web = scene.create("bob", "web").unwrap();
    let bob = scene.person("bob");
    remove(&mut scene, "bob", DELETE, None).unwrap();
    assert_eq!(scene.instance(web).owner, bob);
    let bits = u64::from_str_radix(bob.to_string().trim_start_matches("p-"), 16).unwrap();
    let mut drawn = [bits, 77].into_iter();
    let newcomer = planner::command::people::Newcomer::read(&crate::scene::asks("dan")).unwrap();
    let admission = planner::command::people::Admission::None;
    let decided = planner::command::people::sign_up(
        &scene.world,
        newcomer,
        admission,
        "p".into(),
        &mut || drawn.next().unwrap(),
        scene.now,
    );
    assert_eq!(decided.unwrap().answer, PersonId::from_bits(77));
}
