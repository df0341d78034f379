//! What people settle of their own accounts.

use std::time::Duration;

use model::refusal::RefusalCode;
use model::request::EndOthers;
use planner::actor::Via;
use planner::command::Command;
use planner::limits::PROOF_LIFETIME;
use planner::view::{people, person_view};

use crate::scene::{Scene, named_token};

fn hash(scene: &Scene, who: &str) -> String {
    scene.world.people[&scene.person(who)].password_hash.clone()
}

#[test]
fn a_new_password_ends_of_the_rest_what_somebody_says() {
    for (tokens, ssh_keys) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut scene = Scene::with_people();
        let (kept, _other) = (scene.sign_in("bob"), scene.sign_in("bob"));
        for who in ["bob", "eve"] {
            scene.token(who, &named_token("ci"));
        }
        scene.pass(PROOF_LIFETIME);
        let (bob, eve) = (scene.person("bob"), scene.person("eve"));
        let end = EndOthers { tokens, ssh_keys };
        let change = Command::ChangePassword { checked: hash(&scene, "bob"), password_hash: "new".into(), end };
        scene.ask_by("bob", kept, &change).unwrap();
        let left: Vec<Via> = scene.world.sessions_of(bob).map(|session| Via::Session(session.id)).collect();
        assert_eq!(left, [kept]);
        assert_eq!(scene.world.tokens_of(bob).count(), usize::from(!tokens));
        assert_eq!(scene.world.ssh_keys_of(bob).count(), usize::from(!ssh_keys));
        assert_eq!((scene.world.tokens_of(eve).count(), scene.world.ssh_keys_of(eve).count()), (1, 1));
        let proved = scene.world.sessions_of(bob).all(|session| session.proved_at == scene.now.wall);
        assert!(proved, "the password was given just now");
    }
}

#[test]
fn an_address_is_changed_with_the_password_and_belongs_to_one_account() {
    let mut scene = Scene::with_people();
    let session = scene.sign_in("bob");
    let change = |email: &str, checked: String| Command::ChangeEmail { checked, email: email.parse().unwrap() };
    let checked = hash(&scene, "bob");
    let wrong = scene.ask_by("bob", session, &change("new@example.org", "of before".into())).unwrap_err();
    assert_eq!(wrong.code, RefusalCode::Unauthenticated);
    let taken = scene.ask_by("bob", session, &change("eve@example.org", checked.clone())).unwrap_err();
    assert_eq!((taken.code, taken.field.as_deref()), (RefusalCode::Conflict, Some("email")));
    scene.ask_by("bob", session, &change("bob@example.org", checked.clone())).unwrap();
    scene.pass(Duration::from_secs(60));
    scene.ask_by("bob", session, &change("New@example.org", checked)).unwrap();
    assert_eq!(scene.world.person_by_login("new@example.org").unwrap().id, scene.person("bob"));
    assert!(scene.world.person_by_login("bob@example.org").is_none());
    let bob = scene.person("bob");
    assert!(scene.world.sessions_of(bob).all(|session| session.proved_at == scene.now.wall));
}

#[test]
fn administrators_see_who_asks_to_be_removed_and_since_when() {
    let mut scene = Scene::with_people();
    let since = |scene: &Scene| {
        let rows = people(&scene.world, scene.now);
        let row = rows.iter().find(|row| row.username.as_str() == "bob").unwrap();
        let bob = &scene.world.people[&scene.person("bob")];
        assert_eq!(person_view(&scene.world, bob).asks_removal_since, row.asks_removal_since);
        row.asks_removal_since
    };
    assert_eq!(since(&scene), None);
    let first = scene.now.wall;
    scene.ask("bob", &Command::AskForRemoval).unwrap();
    scene.pass(Duration::from_secs(60));
    scene.ask("bob", &Command::AskForRemoval).unwrap();
    assert_eq!(since(&scene), Some(first), "who asks again has asked since the first time");
    scene.ask("bob", &Command::WithdrawRemoval).unwrap();
    assert_eq!(since(&scene), None);
    let nothing = scene.decide("bob", &Command::WithdrawRemoval).unwrap();
    assert_eq!(nothing.changes, []);
}
