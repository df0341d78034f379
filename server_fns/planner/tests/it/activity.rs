//! The activity log: what leaves a line, who is told of it, and what it says.

use std::time::Duration;

use model::event::{Event, EventKind, Subject, Way, Who};
use model::id::PersonId;
use model::request::CreateToken;
use model::scope::Scope;
use model::verb::Verb;
use planner::actor::{Actor, Via};
use planner::command::{Asker, Command, decide};
use planner::event::{text, view};
use planner::world::{Change, Log};

use crate::permissions::{Lab, commands};
use crate::removal::{give, remove};
use crate::scene::{Scene, named_token};

pub(crate) fn lines(scene: &Scene, since: &Log) -> Vec<Event> {
    let mut lines: Vec<Event> = scene.world.log.since(since).map(|line| Event::clone(line)).collect();
    lines.reverse();
    lines
}

fn last(scene: &Scene) -> Event {
    lines(scene, &Log::default()).pop().unwrap()
}

#[test]
fn every_command_that_changes_something_leaves_a_line_and_one_that_changes_nothing_leaves_none() {
    let lab = Lab::open();
    let mut left = 0;
    for who in [Some("bob"), Some("ada"), None] {
        let person = |name: &str| Asker::Person(lab.scene.actor(name).from(Some("192.0.2.5".to_owned())));
        let asker = who.map_or(Asker::Operator, person);
        for command in commands(&lab.scene, who.unwrap_or("bob"), &lab.bob) {
            let silent = matches!(
                command,
                Command::NoteUse { .. } | Command::ProveSession { .. } | Command::NoteFailedSignIn { .. }
            );
            // The line is all that comes of it, and only where the instance is somebody else's.
            let enters = matches!(command, Command::NoteEntrance { .. }) && who == Some("ada");
            let mut scene = lab.scene.clone();
            // Asked once more, most of them change nothing.
            for _ in 0..2 {
                let mut draw = scene.draw();
                let Ok(decision) = decide(&scene.world, &asker, &command, &mut draw, scene.now) else { break };
                let leaves = enters || !silent && !decision.changes.is_empty();
                assert_eq!(!decision.events.is_empty(), leaves, "{} by {}", command.name(), asker.name());
                for happening in &decision.events {
                    assert!(!text(happening).is_empty(), "{}", command.name());
                }
                left += u32::from(leaves);
                scene.commit(decision);
            }
        }
    }
    assert!(left > 60, "{left}");
}

#[test]
fn a_line_says_who_by_which_way_and_from_where() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let token = Actor { via: Via::Token(scene.token("ada", &named_token("ci"))), ..scene.actor("ada") };
    let before = scene.world.log.clone();
    let asker = Asker::Person(token.from(Some("192.0.2.5".to_owned())));
    let command = Command::Wish { id, verb: Verb::Delete };
    let mut draw = scene.draw();
    let decision = decide(&scene.world, &asker, &command, &mut draw, scene.now).unwrap();
    scene.commit(decision);
    let [line] = lines(&scene, &before).try_into().unwrap();
    assert_eq!(line.number, before.newest.next());
    let (ada, bob) = (scene.person("ada"), scene.person("bob"));
    assert_eq!(line.happening.cause.who, Who::Person { id: ada, name: "ada".parse().unwrap() });
    assert_eq!((line.happening.cause.way, line.happening.cause.address.as_deref()), (Way::Token, Some("192.0.2.5")));
    assert_eq!(line.happening.subject, Subject::Instance { id, name: "web".parse().unwrap() });
    assert_eq!(line.happening.owner, Some(bob));
    assert_eq!(text(&line.happening), "ada asked to delete it.");

    // Its owner is told by whom and not from where; a third person is not told at all.
    let seen = |name: &str| view(&scene.world, &scene.actor(name), &line);
    assert_eq!(seen("bob").unwrap().cause.address, None);
    assert_eq!(seen("ada").unwrap().cause.address.as_deref(), Some("192.0.2.5"));
    assert!(seen("eve").is_none());
}

#[test]
fn lines_outlive_what_they_speak_of() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let before = scene.world.log.clone();
    scene.world.apply(Change::DropInstance(id));
    let created = lines(&scene, &Log::default())
        .into_iter()
        .rev()
        .find(|line| matches!(line.happening.kind, EventKind::Created { .. }) && line.number <= before.newest);
    let created = created.unwrap();
    assert!(view(&scene.world, &scene.actor("bob"), &created).is_some());
    assert!(view(&scene.world, &scene.actor("ada"), &created).is_some(), "she administers");
    assert!(view(&scene.world, &scene.actor("eve"), &created).is_none());
}

#[test]
fn whoever_is_given_something_sees_what_happened_to_it_before() {
    let mut scene = Scene::with_node();
    let web = scene.create("bob", "web").unwrap();
    let node = scene.register("bob", "lab-2").unwrap();
    scene.ask("bob", &Command::CordonNode { id: node }).unwrap();
    scene.ask("bob", &Command::AskForRemoval).unwrap();
    let all = lines(&scene, &Log::default());
    let of = |subject: Subject| all.iter().rfind(|line| line.happening.subject == subject).unwrap();
    let created = of(Subject::Instance { id: web, name: "web".parse().unwrap() });
    let cordoned = of(Subject::Node { id: node, name: "lab-2".parse().unwrap() });
    let asked = of(Subject::Account { id: scene.person("bob"), name: "bob".parse().unwrap() });
    let token = scene.token("eve", &CreateToken { scope: Scope::Read, ..named_token("reads") });
    let seen = |scene: &Scene, name: &str| {
        let actor = Actor { via: Via::Token(token), ..scene.actor(name) };
        [created, cordoned, asked].map(|line| view(&scene.world, &actor, line).is_some())
    };
    assert_eq!(seen(&scene, "eve"), [false; 3]);
    remove(&mut scene, "bob", give("eve"), give("eve")).unwrap();
    assert_eq!(seen(&scene, "eve"), [true, true, false], "his account was his alone");
    assert_eq!(seen(&scene, "ada"), [true; 3], "she administers");
    // Somebody else who is called so is not told of it.
    scene.sign_up("bob").unwrap();
    assert_eq!(seen(&scene, "bob"), [false; 3]);
}

#[test]
fn wrong_passwords_are_one_line_of_an_account_and_hour() {
    let mut scene = Scene::with_people();
    let bob = scene.person("bob");
    let fail = |scene: &mut Scene, address: &str| {
        let command = Command::NoteFailedSignIn { person: bob, address: address.to_owned() };
        let mut draw = scene.draw();
        let decision = decide(&scene.world, &Asker::Stranger, &command, &mut draw, scene.now).unwrap();
        scene.commit(decision);
    };
    let before = scene.world.log.clone();
    for address in ["192.0.2.1", "192.0.2.2", "192.0.2.3"] {
        fail(&mut scene, address);
    }
    assert_eq!(scene.world.log.newest, before.newest.next(), "one line");
    let line = last(&scene);
    assert_eq!(line.happening.kind, EventKind::SignInFailed { times: 3 });
    assert_eq!(line.happening.cause.address.as_deref(), Some("192.0.2.3"));
    assert_eq!(line.happening.cause.who, Who::Stranger);
    assert_eq!(line.happening.owner, Some(bob));
    // Another line of something else comes between.
    scene.add_key(bob, "other").unwrap();
    fail(&mut scene, "192.0.2.1");
    assert_eq!(last(&scene).happening.kind, EventKind::SignInFailed { times: 4 });
    assert_eq!(last(&scene).number, line.number, "it is counted up where it is");
    scene.pass(Duration::from_secs(3600));
    fail(&mut scene, "192.0.2.1");
    assert_eq!(last(&scene).happening.kind, EventKind::SignInFailed { times: 1 });
    assert!(last(&scene).number > line.number);
    // Nobody in particular has no row to be counted in.
    let nobody = Command::NoteFailedSignIn { person: PersonId::from_bits(99), address: String::new() };
    let mut draw = scene.draw();
    assert!(decide(&scene.world, &Asker::Stranger, &nobody, &mut draw, scene.now).is_err());
}

#[test]
fn whoever_looks_into_somebody_elses_instance_leaves_a_line() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let before = scene.world.log.clone();
    let enter = |scene: &mut Scene, who: &str| {
        scene.ask(who, &Command::NoteEntrance { id, by: model::event::Entrance::Terminal })
    };
    enter(&mut scene, "bob").unwrap();
    assert_eq!(scene.world.log.newest, before.newest, "it is his own");
    enter(&mut scene, "ada").unwrap();
    assert_eq!(scene.told(id).last().map(String::as_str), Some("ada opened a terminal of it."));
    assert!(enter(&mut scene, "eve").is_err());
}
