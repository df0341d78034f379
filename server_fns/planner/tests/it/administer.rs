//! Who administers, and what becomes of those who are suspended.

use model::instance::DesiredState;
use model::may::Action;
use model::refusal::{Refusal, RefusalCode};
use model::request::CreateToken;
use model::scope::Scope;
use model::verb::Verb;
use planner::actor::Via;
use planner::command::{Asker, Command, Decision, decide};
use planner::view::{people, person_view};

use crate::scene::{Scene, named_token};

fn set(scene: &Scene, who: &str, administrator: bool) -> Command {
    Command::SetAdministrator { person: scene.person(who), administrator }
}

fn suspend(scene: &Scene, who: &str, stop: bool) -> Command {
    Command::SuspendPerson { person: scene.person(who), stop }
}

fn remove(scene: &Scene, who: &str) -> Command {
    Command::RemovePerson { person: scene.person(who), instances: None, nodes: None }
}

fn administers(scene: &Scene, who: &str) -> bool {
    scene.world.people[&scene.person(who)].administrator
}

/// As the operator asks for it.
fn operate(scene: &mut Scene, command: &Command) -> Result<(), Refusal> {
    let mut draw = scene.draw();
    let decided = decide(&scene.world, &Asker::Operator, command, &mut draw, scene.now)?;
    scene.commit(decided);
    scene.settle();
    Ok(())
}

#[test]
fn an_administrator_makes_others_and_may_step_down_while_another_is_left() {
    let mut scene = Scene::with_people();
    let last = set(&scene, "ada", false);
    let refusal = scene.ask("ada", &last).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Conflict);
    assert!(refusal.message.starts_with("ada is the last administrator"), "{refusal}");
    let make = set(&scene, "bob", true);
    assert_eq!(scene.decide("bob", &make).unwrap_err().code, RefusalCode::Forbidden);
    scene.ask("ada", &make).unwrap();
    assert_eq!(scene.decide("ada", &make).unwrap(), Decision::unchanged(planner::command::Answer::Done));
    scene.ask("ada", &last).unwrap();
    assert!(administers(&scene, "bob") && !administers(&scene, "ada"));
    let bob = &scene.world.people[&scene.person("bob")];
    assert!([Action::SeePeople, Action::ManagePeople].into_iter().all(|it| person_view(&scene.world, bob).may(it)));
}

#[test]
fn of_two_who_demote_suspend_or_remove_each_other_at_once_the_second_is_refused() {
    for deed in [
        (|scene: &Scene, who: &str| set(scene, who, false)) as fn(&Scene, &str) -> Command,
        |scene, who| suspend(scene, who, false),
        remove,
    ] {
        let mut scene = Scene::with_people();
        let make = set(&scene, "bob", true);
        scene.ask("ada", &make).unwrap();
        let (first, second) = (deed(&scene, "bob"), deed(&scene, "ada"));
        let by_bob = Asker::Person(scene.actor("bob"));
        scene.ask("ada", &first).unwrap();
        let mut draw = scene.draw();
        let refusal = decide(&scene.world, &by_bob, &second, &mut draw, scene.now).unwrap_err();
        assert!(matches!(refusal.code, RefusalCode::Forbidden | RefusalCode::Unauthenticated), "{refusal}");
        // Nor does the operator leave nobody behind.
        assert_eq!(operate(&mut scene, &second).unwrap_err().code, RefusalCode::Conflict);
        assert!(administers(&scene, "ada"));
    }
}

#[test]
fn one_who_is_suspended_does_not_count_as_left() {
    let mut scene = Scene::with_people();
    let make = set(&scene, "bob", true);
    scene.ask("ada", &make).unwrap();
    let away = suspend(&scene, "bob", false);
    scene.ask("ada", &away).unwrap();
    for alone in [set(&scene, "ada", false), suspend(&scene, "ada", false), remove(&scene, "ada")] {
        assert_eq!(scene.ask("ada", &alone).unwrap_err().code, RefusalCode::Conflict, "{}", alone.name());
    }
    // Of one who is suspended already nothing is lost.
    let demote = set(&scene, "bob", false);
    scene.ask("ada", &demote).unwrap();
}

#[test]
fn a_node_of_somebody_who_administers_no_more_takes_nobody_elses_and_lets_nobody_go() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let (make, demote) = (set(&scene, "eve", true), set(&scene, "ada", false));
    scene.ask("ada", &make).unwrap();
    scene.ask("eve", &demote).unwrap();
    assert_eq!(scene.create("bob", "db").unwrap_err().code, RefusalCode::NoCapacity);
    assert!(scene.create("ada", "db").is_ok());
    assert!(scene.decide("bob", &Command::Wish { id, verb: Verb::Stop }).is_ok(), "what is there goes on");
}

#[test]
fn the_operator_manages_people_without_an_account() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let away = suspend(&scene, "bob", true);
    operate(&mut scene, &away).unwrap();
    assert_eq!(scene.instance(id).desired, DesiredState::Stopped);
    assert_eq!(scene.told(id).last().map(String::as_str), Some("The operator asked to stop it."));
    let make = set(&scene, "eve", true);
    operate(&mut scene, &make).unwrap();
    let absent = Command::ResumePerson { person: model::id::PersonId::from_bits(9) };
    let refusal = operate(&mut scene, &absent).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotFound);
    assert!(refusal.message.contains("p-0000000000000009"), "{refusal}");
    let mut draw = scene.draw();
    let stranger = decide(&scene.world, &Asker::Stranger, &absent, &mut draw, scene.now).unwrap_err();
    assert_eq!(stranger, Refusal::unauthenticated());
}

#[test]
fn what_runs_goes_on_unless_it_is_to_be_stopped() {
    let mut scene = Scene::with_node();
    let (web, db) = (scene.create("bob", "web").unwrap(), scene.create("bob", "db").unwrap());
    let eves = scene.create("eve", "web").unwrap();
    scene.wish("bob", db, Verb::Delete).unwrap();
    let wished = scene.instance(db).clone();
    let away = suspend(&scene, "bob", false);
    scene.ask("ada", &away).unwrap();
    assert_eq!(scene.instance(web).desired, DesiredState::Running);
    let since = scene.world.people[&scene.person("bob")].suspended;
    scene.pass(std::time::Duration::from_secs(60));
    let stop = suspend(&scene, "bob", true);
    scene.ask("ada", &stop).unwrap();
    assert_eq!(scene.world.people[&scene.person("bob")].suspended, since, "since when it is so");
    assert_eq!(scene.instance(web).desired, DesiredState::Stopped);
    assert_eq!(scene.told(web).last().map(String::as_str), Some("ada asked to stop it."));
    assert_eq!((scene.instance(eves).desired, scene.instance(db)), (DesiredState::Running, &wished));
    assert_eq!(scene.decide("ada", &stop).unwrap().changes, [], "it holds already");
    let back = Command::ResumePerson { person: scene.person("bob") };
    scene.ask("ada", &back).unwrap();
    assert_eq!(scene.instance(web).desired, DesiredState::Stopped, "until its owner starts it");
    // An administrator looks after it meanwhile.
    scene.ask("ada", &away).unwrap();
    assert!(scene.decide("ada", &Command::Wish { id: web, verb: Verb::Delete }).is_ok());
}

#[test]
fn a_token_of_the_whole_scope_manages_people_and_none_says_who_administers() {
    let mut scene = Scene::with_people();
    let make = set(&scene, "bob", true);
    let suspend = Command::SuspendPerson { person: scene.person("bob"), stop: false };
    for (scope, open) in [(Scope::Read, false), (Scope::Instances, false), (Scope::All, true)] {
        let asked = CreateToken { scope, ..named_token(scope.as_str()) };
        let via = Via::Token(scene.token("ada", &asked));
        assert_eq!(scene.decide_by("ada", via, &suspend).is_ok(), open, "{scope:?}");
        assert_eq!(scene.decide_by("ada", via, &make).unwrap_err().code, RefusalCode::Forbidden, "{scope:?}");
    }
}

#[test]
fn the_list_tells_of_each_what_an_administrator_decides_by() {
    let mut scene = Scene::with_node();
    let db = scene.create("bob", "db").unwrap();
    scene.create("bob", "web").unwrap();
    scene.register("bob", "lab-2").unwrap();
    let token = scene.token("bob", &named_token("ci"));
    scene.wish("bob", db, Verb::Delete).unwrap();
    let rows = people(&scene.world, scene.now);
    assert_eq!(rows.iter().map(|row| row.username.as_str()).collect::<Vec<_>>(), ["ada", "bob", "eve"]);
    let [ada, bob, eve] = &rows[..] else { panic!("three people") };
    assert!(ada.administrator && !bob.administrator && (ada.nodes, bob.nodes, eve.nodes) == (1, 1, 0));
    assert_eq!((bob.instances, bob.tokens, bob.keys), (1, 1, 1), "what is being deleted is nothing to hand over");
    assert_eq!(bob.last_seen_at, None);
    scene.pass(std::time::Duration::from_secs(60));
    scene.sign_in("bob");
    let begun = scene.now.wall;
    assert_eq!(people(&scene.world, scene.now)[1].last_seen_at, Some(begun));
    scene.pass(std::time::Duration::from_secs(60));
    scene.ask_by("bob", Via::Token(token), &Command::NoteUse { address: None }).unwrap();
    assert_eq!(people(&scene.world, scene.now)[1].last_seen_at, Some(scene.now.wall));
    let away = suspend(&scene, "bob", false);
    scene.ask("ada", &away).unwrap();
    assert_eq!(people(&scene.world, scene.now)[1].suspended, Some(scene.now.wall));
}
