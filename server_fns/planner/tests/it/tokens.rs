//! How much a token may do, and for how long.

use std::time::Duration;

use model::event::EventKind;
use model::id::SshKeyId;
use model::refusal::{Refusal, RefusalCode};
use model::request::{AddSshKey, CreateToken};
use model::scope::Scope;
use model::verb::Verb;
use planner::actor::Via;
use planner::command::ssh_keys::ParsedKey;
use planner::command::{Answer, Command};
use planner::credentials::token_is_valid;
use planner::limits::{SWEEP_EVERY, TOKEN_DAYS, TOKEN_KEPT};
use planner::view::{people as list, token_view};

use crate::scene::{Scene, named_token as named};

const DAY: Duration = Duration::from_secs(24 * 3600);

#[test]
fn a_token_ends_when_it_was_said_to_and_is_shown_for_a_month() {
    let mut scene = Scene::with_people();
    let asked = CreateToken { expires_in_days: Some(1), scope: Scope::Read, ..named("ci") };
    let id = scene.token("bob", &asked);
    let lasting = scene.token("bob", &named("lasting"));
    let valid = |scene: &Scene, id| token_is_valid(&scene.world, &scene.world.tokens[&id], scene.now);
    let used = Command::NoteUse { address: Some("192.0.2.7".into()) };
    scene.ask_by("bob", Via::Token(id), &used).unwrap();
    let view = token_view(&scene.world.tokens[&id]);
    assert_eq!((view.scope, view.expires_at), (Scope::Read, Some(scene.now.wall + DAY)));
    assert_eq!(view.last_used_from.as_deref(), Some("192.0.2.7"));

    scene.pass(DAY - Duration::from_secs(1));
    assert!(valid(&scene, id));
    scene.pass(Duration::from_secs(1));
    assert!(!valid(&scene, id) && valid(&scene, lasting));
    assert_eq!(scene.decide_by("bob", Via::Token(id), &used).unwrap_err(), Refusal::unauthenticated());
    let listed = |scene: &Scene| list(&scene.world, scene.now).into_iter().find(|row| row.username.as_str() == "bob");
    assert_eq!(listed(&scene).unwrap().tokens, 1, "one that opens nothing counts for nothing");
    scene.settle();
    assert!(scene.world.tokens.contains_key(&id));
    scene.pass(TOKEN_KEPT + SWEEP_EVERY);
    scene.settle();
    assert!(!scene.world.tokens.contains_key(&id) && scene.world.tokens.contains_key(&lasting));
}

#[test]
fn no_token_ends_before_it_is_made_or_beyond_ten_years() {
    let mut scene = Scene::with_people();
    for (days, open) in [(0, false), (1, true), (TOKEN_DAYS, true), (TOKEN_DAYS + 1, false), (u32::MAX, false)] {
        let asked = CreateToken { expires_in_days: Some(days), ..named("ci") };
        let made = scene.decide("bob", &Command::CreateToken { asked, hint: "h".into(), secret_hash: "s".into() });
        let field = made.err().map(|refusal| (refusal.code, refusal.field));
        assert_eq!(field, (!open).then(|| (RefusalCode::Invalid, Some("expires_in_days".into()))), "{days}");
    }
}

#[test]
fn a_token_that_is_too_small_is_told_which_scope_is_wanted_and_nothing_of_what_is_anothers() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let scoped = |scope: Scope| CreateToken { scope, ..named(scope.as_str()) };
    let [read, instances] = [Scope::Read, Scope::Instances].map(|scope| Via::Token(scene.token("bob", &scoped(scope))));
    let no = |scene: &mut Scene, via, command: &Command| scene.decide_by("bob", via, command).unwrap_err();
    let restart = Command::Wish { id, verb: Verb::Restart };
    let refusal = no(&mut scene, read, &restart);
    assert_eq!(refusal.code, RefusalCode::Forbidden);
    assert!(refusal.message.contains("`instances`"), "{refusal}");
    assert_ne!(no(&mut scene, instances, &restart).code, RefusalCode::Forbidden, "it is not running yet");
    let own = scene.world.ssh_keys_of(scene.person("bob")).next().unwrap().id;
    let refusal = no(&mut scene, instances, &Command::RemoveSshKey { id: own });
    assert!(refusal.message.contains("`all`"), "{refusal}");
    let adas = scene.world.ssh_keys_of(scene.person("ada")).next().unwrap().id;
    assert_eq!(no(&mut scene, instances, &Command::RemoveSshKey { id: adas }).code, RefusalCode::NotFound);
    let all = Via::Token(scene.token("bob", &named("all")));
    let Via::Session(session) = scene.sign_in("bob") else { panic!("a session") };
    for command in [Command::RevokeSession { id: session }, Command::AskForRemoval] {
        let refusal = no(&mut scene, all, &command);
        assert_eq!(refusal.code, RefusalCode::Forbidden);
        assert!(refusal.message.starts_with("No API token may do that"), "{refusal}");
    }
    assert!(scene.decide_by("bob", read, &Command::NoteUse { address: None }).is_ok(), "that it was used is noted");
}

#[test]
fn a_program_that_signs_out_ends_its_token_however_little_that_may_do_and_nothing_else() {
    let mut scene = Scene::with_people();
    let id = scene.token("bob", &CreateToken { scope: Scope::Read, ..named("laptop") });
    let other = scene.token("bob", &named("ci"));
    let session = scene.sign_in("bob");
    let decided = scene.decide_by("bob", Via::Token(id), &Command::CloseSession).unwrap();
    let kinds: Vec<&EventKind> = decided.events.iter().map(|happening| &happening.kind).collect();
    assert!(matches!(kinds[..], [EventKind::TokenRemoved { name }] if name.as_str() == "laptop"), "{kinds:?}");
    scene.commit(decided);
    assert!(!scene.world.tokens.contains_key(&id) && scene.world.tokens.contains_key(&other));
    let again = scene.decide_by("bob", Via::Token(id), &Command::CloseSession).unwrap_err();
    assert_eq!(again, Refusal::unauthenticated());
    let decided = scene.decide_by("bob", session, &Command::CloseSession).unwrap();
    assert!(matches!(&decided.events[..], [left] if left.kind == EventKind::SignedOut));
}

/// Adds a key in that way.
fn key_by(scene: &mut Scene, via: Via, name: &str) -> SshKeyId {
    let key = ParsedKey {
        algorithm: "ssh-ed25519".to_owned(),
        fingerprint: format!("SHA256:{name}"),
        public_key: format!("ssh-ed25519 {name}"),
    };
    let asked = AddSshKey { name: name.to_owned(), ..AddSshKey::default() };
    let answer = scene.ask_by("ada", via, &Command::AddSshKey { asked, key }).unwrap();
    let Answer::SshKey(id) = answer else { panic!("no key was added: {answer:?}") };
    id
}

#[test]
fn a_key_that_a_token_made_does_no_more_than_a_token() {
    let mut scene = Scene::with_people();
    let token = Via::Token(scene.token("ada", &named("all")));
    let session = scene.sign_in("ada");
    let (ada, bob) = (scene.person("ada"), scene.person("bob"));
    let [added, own] =
        [(token, "by the token"), (session, "by herself")].map(|(via, name)| key_by(&mut scene, via, name));
    let commands = [
        Command::MakeResetLink { person: ada, secret_hash: "h".to_owned() },
        Command::MakeResetLink { person: bob, secret_hash: "h".to_owned() },
        Command::SetAdministrator { person: bob, administrator: true },
        Command::CreateToken { asked: named("more"), hint: String::new(), secret_hash: "more".to_owned() },
    ];
    let refused = |scene: &mut Scene, via: Via| {
        let mut says = |command| scene.decide_by("ada", via, command).err().map(|refusal| refusal.message);
        commands
            .iter()
            .filter(|command| says(command).is_some_and(|why| why.contains("no SSH key that one added")))
            .count()
    };
    assert_eq!(refused(&mut scene, token), commands.len());
    assert_eq!(refused(&mut scene, Via::SshKey(added)), commands.len());
    assert_eq!(refused(&mut scene, Via::SshKey(own)), 0);
    let suspend = Command::SuspendPerson { person: bob, stop: false };
    assert!(scene.decide_by("ada", Via::SshKey(added), &suspend).is_ok(), "a token may, too");
    // Neither is one that it let manage worth more.
    for (via, allowed) in [(session, false), (token, true)] {
        scene.ask_by("ada", via, &Command::SetMayManage { id: own, allowed }).unwrap();
    }
    assert_eq!(refused(&mut scene, Via::SshKey(own)), commands.len());
    for allowed in [false, true] {
        scene.ask_by("ada", session, &Command::SetMayManage { id: own, allowed }).unwrap();
    }
    assert_eq!(refused(&mut scene, Via::SshKey(own)), 0);
}
