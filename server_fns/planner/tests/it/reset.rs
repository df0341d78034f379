//! Links by which somebody sets another password.

use std::time::Duration;

use model::refusal::{Refusal, RefusalCode};
use planner::actor::Via;
use planner::command::{Answer, Asker, Command, decide};
use planner::limits::RESET_LIFETIME;

use crate::scene::Scene;

fn make(scene: &mut Scene, who: &str, of: &str, secret: &str) -> Result<Answer, Refusal> {
    let person = scene.person(of);
    let via = scene.sign_in(who);
    scene.ask_by(who, via, &Command::MakeResetLink { person, secret_hash: secret.to_owned() })
}

fn set(scene: &mut Scene, secret: &str) -> Result<Answer, RefusalCode> {
    let command = Command::UseResetLink {
        secret_hash: secret.to_owned(),
        password_hash: "new".to_owned(),
        address: "192.0.2.7".to_owned(),
    };
    let mut draw = scene.draw();
    let decided = decide(&scene.world, &Asker::Stranger, &command, &mut draw, scene.now);
    decided.map(|decision| scene.commit(decision)).map_err(|refusal| refusal.code)
}

fn password(scene: &Scene, who: &str) -> String {
    scene.world.people[&scene.person(who)].password_hash.clone()
}

#[test]
fn it_sets_the_password_once_and_ends_the_sessions_alone() {
    let mut scene = Scene::with_people();
    let bob = scene.person("bob");
    let token = scene.token("bob", &crate::scene::named_token("ci"));
    scene.sign_in("bob");
    make(&mut scene, "ada", "bob", "one").unwrap();
    let before = password(&scene, "bob");
    assert_eq!(scene.world.sessions_of(bob).count(), 1, "until it is used, nothing ends");
    set(&mut scene, "one").unwrap();
    assert_ne!(password(&scene, "bob"), before);
    assert_eq!(scene.world.sessions_of(bob).count(), 0);
    assert!(scene.world.tokens.contains_key(&token));
    assert_eq!(set(&mut scene, "one"), Err(RefusalCode::Forbidden));
}

#[test]
fn only_the_last_one_holds_and_only_for_an_hour() {
    let mut scene = Scene::with_people();
    make(&mut scene, "ada", "bob", "one").unwrap();
    make(&mut scene, "ada", "bob", "two").unwrap();
    assert_eq!(set(&mut scene, "one"), Err(RefusalCode::Forbidden));
    assert_eq!(set(&mut scene, ""), Err(RefusalCode::Forbidden));
    scene.pass(RESET_LIFETIME.saturating_sub(Duration::from_secs(1)));
    let in_time = scene.clone();
    scene.pass(Duration::from_secs(1));
    assert_eq!(set(&mut scene, "two"), Err(RefusalCode::Forbidden));
    assert!(set(&mut in_time.clone(), "two").is_ok());
}

#[test]
fn another_password_withdraws_it() {
    let mut scene = Scene::with_people();
    make(&mut scene, "ada", "bob", "one").unwrap();
    let person = scene.person("bob");
    let mut draw = scene.draw();
    let reset = Command::ResetPassword { person, password_hash: "by the operator".to_owned() };
    let decision = decide(&scene.world, &Asker::Operator, &reset, &mut draw, scene.now).unwrap();
    scene.commit(decision);
    assert_eq!(set(&mut scene, "one"), Err(RefusalCode::Forbidden));
    assert_eq!(password(&scene, "bob"), "by the operator");
}

#[test]
fn a_suspended_account_is_given_none_and_gets_nothing_by_one_that_it_had() {
    let mut scene = Scene::with_people();
    let person = scene.person("bob");
    make(&mut scene, "ada", "bob", "one").unwrap();
    scene.ask("ada", &Command::SuspendPerson { person, stop: false }).unwrap();
    assert_eq!(make(&mut scene, "ada", "bob", "two").unwrap_err().code, RefusalCode::Conflict);
    assert_eq!(set(&mut scene, "one"), Err(RefusalCode::Forbidden));
    scene.ask("ada", &Command::ResumePerson { person }).unwrap();
    assert_eq!(set(&mut scene, "one"), Err(RefusalCode::Forbidden), "a link from before opens nothing afterwards");
}

#[test]
fn nobody_but_an_administrator_makes_one_and_no_token_does() {
    let mut scene = Scene::with_people();
    assert_eq!(make(&mut scene, "bob", "bob", "one").unwrap_err().code, RefusalCode::Forbidden);
    assert_eq!(make(&mut scene, "bob", "ada", "one").unwrap_err().code, RefusalCode::Forbidden);
    let via = Via::Token(scene.token("ada", &crate::scene::named_token("ci")));
    let command = Command::MakeResetLink { person: scene.person("ada"), secret_hash: "one".to_owned() };
    assert_eq!(scene.ask_by("ada", via, &command).unwrap_err().code, RefusalCode::Forbidden);
}
