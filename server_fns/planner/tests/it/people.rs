//! Accounts, sessions, invitations, keys and tokens.

use std::time::Duration;

use model::refusal::RefusalCode;
use model::request::{CreateToken, EndOthers, Settings, SignUpMode};
use planner::actor::{Actor, Via};
use planner::command::people::{self, Admission, Newcomer};
use planner::command::{Command, settings, ssh_keys, tokens};
use planner::credentials::session_is_valid;
use planner::limits::{INVITE_LIFETIME, SESSION_IDLE, SESSION_LIFETIME, SESSIONS_PER_PERSON, SWEEP_EVERY};

use crate::scene::{Scene, asks, opening};

fn sign_up_mode(scene: &mut Scene, sign_up: SignUpMode) {
    let changed = Settings { sign_up, ..scene.world.settings };
    let decided = settings::change(&scene.world, changed.into()).unwrap();
    scene.commit(decided);
}

fn open_session(scene: &mut Scene, name: &str) -> model::id::SessionId {
    let (person, mut draw) = (scene.person(name), scene.draw());
    let decided = people::open_session(&scene.world, opening(&scene.world, person), &mut draw, scene.now).unwrap();
    scene.commit(decided)
}

#[test]
fn only_the_set_up_link_makes_the_first_person_and_only_once() {
    let mut scene = Scene::empty();
    let without = people::newcomer(&scene.world, &asks("ada"), Admission::None).unwrap_err();
    assert_eq!(without.code, RefusalCode::Forbidden);
    let ada = scene.sign_up("ada").unwrap();
    assert!(scene.world.people[&ada].administrator);
    let again = people::newcomer(&scene.world, &asks("bob"), Admission::Setup).unwrap_err();
    assert_eq!(again.code, RefusalCode::Forbidden);
    let bob = scene.sign_up("bob").unwrap();
    assert!(!scene.world.people[&bob].administrator);
}

#[test]
fn a_session_from_a_time_without_keys_is_over() {
    let mut scene = Scene::with_people();
    let id = open_session(&mut scene, "bob");
    let session = &scene.world.sessions[&id];
    assert!(session_is_valid(&scene.world, session, scene.now));
    let old = planner::world::Session { key_hash: String::new(), ..planner::world::Session::clone(session) };
    assert!(!session_is_valid(&scene.world, &old, scene.now), "its cookie alone opens it");
}

#[test]
fn names_and_addresses_are_given_once() {
    let mut scene = Scene::with_people();
    let mut asked = asks("new");
    asked.username = " ADA ".into();
    let mut draw = scene.draw();
    let mut sign_up = |asked: &_| {
        people::sign_up(
            &scene.world,
            Newcomer::read(asked).unwrap(),
            Admission::None,
            "hash".into(),
            &mut draw,
            scene.now,
        )
        .unwrap_err()
    };
    assert!(people::newcomer(&scene.world, &asked, Admission::None).is_ok(), "a name was told before the password");
    let refusal = sign_up(&asked);
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Conflict, Some("username")));
    asked.username = "new".into();
    asked.email = "Ada@Example.org".into();
    assert!(people::newcomer(&scene.world, &asked, Admission::None).is_ok(), "an address was told before the password");
    let refusal = sign_up(&asked);
    assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Conflict, Some("email")));
}

#[test]
fn an_invitation_admits_one_person_until_it_expires() {
    let mut scene = Scene::with_people();
    sign_up_mode(&mut scene, SignUpMode::Invite);
    assert!(scene.sign_up("dan").is_err());
    let mut draw = scene.draw();
    let bob = scene.decide("bob", &Command::CreateInvite { secret_hash: "h".into() }).unwrap_err();
    assert_eq!(bob.code, RefusalCode::Forbidden);
    let decided = people::create_invite(&scene.world, &scene.actor("ada"), "h".into(), &mut draw, scene.now).unwrap();
    let invite = scene.commit(decided);
    let admission = Admission::Invite(people::find_invite(&scene.world, "h", scene.now).unwrap());
    assert_eq!(admission, Admission::Invite(invite));

    let mut late = scene.clone();
    late.pass(INVITE_LIFETIME);
    assert_eq!(people::find_invite(&late.world, "h", late.now), None);
    let asked = asks("dan");
    let refused =
        people::sign_up(&late.world, Newcomer::read(&asked).unwrap(), admission, "p".into(), &mut draw, late.now);
    assert_eq!(refused.unwrap_err().code, RefusalCode::Forbidden);

    let decided =
        people::sign_up(&scene.world, Newcomer::read(&asked).unwrap(), admission, "p".into(), &mut draw, scene.now)
            .unwrap();
    scene.commit(decided);
    let second = people::sign_up(
        &scene.world,
        Newcomer::read(&asks("dot")).unwrap(),
        admission,
        "p".into(),
        &mut draw,
        scene.now,
    );
    assert_eq!(second.unwrap_err().code, RefusalCode::Forbidden);
}

#[test]
fn an_invitation_is_worth_as_much_as_whoever_made_it() {
    let mut scene = Scene::with_people();
    sign_up_mode(&mut scene, SignUpMode::Invite);
    let bob = scene.person("bob");
    let set = |person, administrator| Command::SetAdministrator { person, administrator };
    scene.ask("ada", &set(bob, true)).unwrap();
    scene.ask("bob", &Command::CreateInvite { secret_hash: "h".into() }).unwrap();
    let opens = |scene: &Scene| people::find_invite(&scene.world, "h", scene.now);
    let invite = opens(&scene).unwrap();
    let mut suspended = scene.clone();
    suspended.ask("ada", &Command::SuspendPerson { person: bob, stop: false }).unwrap();
    scene.ask("ada", &set(bob, false)).unwrap();
    for mut scene in [suspended, scene] {
        assert_eq!(opens(&scene), None);
        let (newcomer, admission) = (Newcomer::read(&asks("dan")).unwrap(), Admission::Invite(invite));
        let mut draw = scene.draw();
        let decided = people::sign_up(&scene.world, newcomer, admission, "p".into(), &mut draw, scene.now);
        assert_eq!(decided.unwrap_err().code, RefusalCode::Forbidden);
        let back =
            if scene.world.people[&bob].administrator { Command::ResumePerson { person: bob } } else { set(bob, true) };
        scene.ask("ada", &back).unwrap();
        assert_eq!(opens(&scene), Some(invite));
    }
}

#[test]
fn nobody_signs_up_when_it_is_closed() {
    let mut scene = Scene::with_people();
    sign_up_mode(&mut scene, SignUpMode::Closed);
    assert_eq!(scene.sign_up("dan").unwrap_err().code, RefusalCode::Forbidden);
}

#[test]
fn a_session_ends_by_rest_and_by_age() {
    let mut scene = Scene::with_people();
    let id = open_session(&mut scene, "bob");
    assert_eq!(scene.world.sessions[&id].agent, "abrowser");
    let bob = Actor { via: Via::Session(id), ..scene.actor("bob") };
    let used = |scene: &Scene| people::note_use(&scene.world, &bob, None, scene.now).changes;
    assert_eq!(used(&scene), [], "too early to write it down");
    let begun = scene.now.wall;
    while scene.now.wall < begun + SESSION_LIFETIME {
        assert!(session_is_valid(&scene.world, &scene.world.sessions[&id], scene.now));
        scene.pass(Duration::from_secs(24 * 3600));
        let touched = used(&scene);
        assert_eq!(touched.len(), 1);
        scene.commit_changes(touched);
    }
    assert!(!session_is_valid(&scene.world, &scene.world.sessions[&id], scene.now));

    let id = open_session(&mut scene, "eve");
    scene.pass(SESSION_IDLE);
    assert!(!session_is_valid(&scene.world, &scene.world.sessions[&id], scene.now));
    scene.pass(SWEEP_EVERY);
    scene.settle();
    assert!(scene.world.sessions.is_empty(), "expired rows are dropped at the next full hour");
}

#[test]
fn beyond_the_limit_the_longest_unused_session_goes() {
    let mut scene = Scene::with_people();
    let first = open_session(&mut scene, "bob");
    for _ in 0..SESSIONS_PER_PERSON {
        assert!(scene.world.sessions.contains_key(&first));
        scene.pass(Duration::from_secs(1));
        open_session(&mut scene, "bob");
    }
    assert!(!scene.world.sessions.contains_key(&first));
    assert_eq!(scene.world.sessions.len(), SESSIONS_PER_PERSON);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let mut scene = Scene::with_people();
    let (keep, other, foreign) =
        (open_session(&mut scene, "bob"), open_session(&mut scene, "bob"), open_session(&mut scene, "eve"));
    let actor = Actor { via: Via::Session(keep), ..scene.actor("bob") };
    let checked = scene.world.people[&scene.person("bob")].password_hash.clone();
    let end = EndOthers::default();
    let decided = people::change_password(&scene.world, &actor, &checked, "new".into(), end, scene.now).unwrap();
    scene.commit(decided);
    let thief = Actor { via: Via::Session(other), ..scene.actor("bob") };
    for (actor, checked) in [(&thief, "new"), (&actor, checked.as_str())] {
        let late = people::change_password(&scene.world, actor, checked, "a thief's".into(), end, scene.now);
        assert!(late.is_err(), "an ended session, or the old password, set another one");
    }
    let late = people::Opening { password_hash: checked, ..opening(&scene.world, scene.person("bob")) };
    let mut draw = scene.draw();
    let refusal = people::open_session(&scene.world, late, &mut draw, scene.now).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::Unauthenticated, "a sign-in that began before the change outlived it");
    let left: Vec<_> = scene.world.sessions.keys().copied().collect();
    assert!(left.contains(&keep) && left.contains(&foreign) && !left.contains(&other));
    assert_eq!(scene.world.people[&scene.person("bob")].password_hash, "new");
}

#[test]
fn sessions_are_ended_by_their_own_person_only() {
    let mut scene = Scene::with_people();
    let id = open_session(&mut scene, "bob");
    let refusal = scene.decide("ada", &Command::RevokeSession { id }).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NotFound);
    let actor = Actor { via: Via::Session(id), ..scene.actor("bob") };
    let decided = people::close_session(&scene.world, &actor);
    scene.commit(decided);
    assert!(scene.world.sessions.is_empty());
}

#[test]
fn keys_are_added_once_and_seen_by_their_owner_only() {
    let mut scene = Scene::with_people();
    let bob = scene.person("bob");
    let again = scene.add_key(bob, "laptop").unwrap_err();
    assert_eq!((again.code, again.field.as_deref()), (RefusalCode::Conflict, Some("public_key")));
    let key = scene.world.ssh_keys_of(bob).next().unwrap().id;
    let foreign = scene.decide("ada", &Command::RemoveSshKey { id: key }).unwrap_err();
    let absent = Command::RemoveSshKey { id: model::id::SshKeyId::from_bits(9) };
    let absent = scene.decide("ada", &absent).unwrap_err();
    assert_eq!(foreign, absent, "the two answers tell foreign from absent");
    let decided = ssh_keys::remove(&scene.world, key).unwrap();
    scene.commit(decided);
    assert_eq!(scene.world.ssh_keys_of(bob).count(), 0);
}

#[test]
fn a_token_is_named_once_and_touched_each_minute() {
    let mut scene = Scene::with_people();
    let (actor, asked, mut draw) =
        (scene.actor("bob"), CreateToken { name: "ci".into(), ..CreateToken::default() }, scene.draw());
    let decided =
        tokens::create(&scene.world, &actor, &asked, "dhp_ab".into(), "h".into(), &mut draw, scene.now).unwrap();
    let id = scene.commit(decided);
    let again = tokens::create(&scene.world, &actor, &asked, "x".into(), "y".into(), &mut draw, scene.now).unwrap_err();
    assert_eq!((again.code, again.field.as_deref()), (RefusalCode::Conflict, Some("name")));
    let holder = Actor { via: Via::Token(id), ..actor.clone() };
    let from = Some("192.0.2.7".to_owned());
    let used = |scene: &Scene| people::note_use(&scene.world, &holder, from.clone(), scene.now).changes;
    let touched = used(&scene);
    assert_eq!(touched.len(), 1);
    scene.commit_changes(touched);
    assert_eq!(used(&scene), []);
    scene.pass(Duration::from_secs(60));
    assert_eq!(used(&scene).len(), 1);
    let decided = tokens::remove(&scene.world, id).unwrap();
    scene.commit(decided);
    assert!(scene.world.token_by_hash("h").is_none());
}

#[test]
fn an_id_that_is_taken_is_drawn_again() {
    let scene = Scene::with_people();
    let taken = scene.person("ada");
    let bits = u64::from_str_radix(taken.to_string().trim_start_matches("p-"), 16).unwrap();
    let mut drawn = [bits, bits, 77].into_iter();
    let mut draw = || drawn.next().unwrap();
    let decided = people::sign_up(
        &scene.world,
        Newcomer::read(&asks("dan")).unwrap(),
        Admission::None,
        "p".into(),
        &mut draw,
        scene.now,
    )
    .unwrap();
    assert_eq!(decided.answer, model::id::PersonId::from_bits(77));
}
