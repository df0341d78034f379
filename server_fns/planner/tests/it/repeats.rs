//! A request that is sent again with its key.

use model::refusal::RefusalCode;
use model::request::{CreateToken, EndOthers};
use model::verb::Verb;
use planner::command::idempotency::{Key, decide_once};
use planner::command::{Answer, Asker, Command};

use crate::scene::Scene;

fn ask(scene: &mut Scene, who: &str, command: &Command, key: &str) -> Result<Answer, RefusalCode> {
    let key = Key { key: key.to_owned(), request_hash: format!("{:?}", command.as_sent()) };
    let (asker, mut draw) = (Asker::Person(scene.actor(who)), scene.draw());
    let decided = decide_once(&scene.world, &asker, command, Some(&key), &mut draw, scene.now);
    let decided = decided.map_err(|refusal| refusal.code)?;
    Ok(scene.commit(decided))
}

#[test]
fn every_command_is_carried_out_once_for_one_key() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let generation = |scene: &Scene| scene.instance(id).generation;
    let before = generation(&scene);
    let delete = Command::Wish { id, verb: Verb::Delete };
    assert_eq!(ask(&mut scene, "bob", &delete, "k"), Ok(Answer::Done));
    let after = generation(&scene);
    assert!(after > before);
    assert_eq!(ask(&mut scene, "bob", &delete, "k"), Ok(Answer::Done));
    assert_eq!(generation(&scene), after);
    let another = Command::SetStartOnConnect { id, allowed: true };
    assert_eq!(ask(&mut scene, "bob", &another, "k"), Err(RefusalCode::Conflict), "one key, two requests");
    assert_eq!(ask(&mut scene, "eve", &delete, "k"), Err(RefusalCode::NotFound), "a key is one person's own");
}

#[test]
fn what_the_server_draws_makes_no_other_request_and_no_secret_is_told_twice() {
    let mut scene = Scene::with_people();
    let asked = CreateToken { name: "backup".into(), ..CreateToken::default() };
    let token = |drawn: &str| Command::CreateToken {
        asked: asked.clone(),
        hint: drawn.into(),
        secret_hash: format!("hash of {drawn}"),
    };
    assert_eq!(token("a").as_sent(), token("b").as_sent());
    assert!(ask(&mut scene, "bob", &token("a"), "k").is_ok());
    assert_eq!(ask(&mut scene, "bob", &token("b"), "k"), Err(RefusalCode::Conflict));
    let bob = scene.person("bob");
    assert_eq!(scene.world.tokens_of(bob).count(), 1);
    let stored = format!("{:?}", scene.world.idempotency);
    assert!(!stored.contains("hash of"), "{stored}");
}

#[test]
fn a_password_is_not_compared_with_one_that_is_not_kept() {
    let mut scene = Scene::with_people();
    let checked = scene.world.people[&scene.person("bob")].password_hash.clone();
    let end = EndOthers::default();
    let change = |new: &str| Command::ChangePassword { checked: checked.clone(), password_hash: new.into(), end };
    assert_eq!(ask(&mut scene, "bob", &change("one"), "k"), Ok(Answer::Done));
    assert_eq!(ask(&mut scene, "bob", &change("two"), "k"), Err(RefusalCode::Conflict));
    assert_eq!(scene.world.people[&scene.person("bob")].password_hash, "one");
}

#[test]
fn the_oldest_answer_of_a_person_makes_room() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let most = planner::limits::IDEMPOTENCY_KEYS_PER_PERSON;
    let nothing = Command::Wish { id, verb: Verb::Start };
    for number in 0..=most {
        assert_eq!(ask(&mut scene, "bob", &nothing, &format!("k{number}")), Ok(Answer::Done));
        scene.pass(std::time::Duration::from_millis(1));
    }
    let bob = scene.person("bob");
    let has = |key: String| scene.world.idempotency.contains_key(&(bob, key));
    assert_eq!(scene.world.idempotency.len(), most);
    assert!(!has("k0".into()) && has("k1".into()) && has(format!("k{most}")));
}
