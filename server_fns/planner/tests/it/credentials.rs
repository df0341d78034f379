//! What holds of an account while it is suspended, and what does not: sessions, tokens, SSH keys, nodes, links.

use model::id::{NodeId, PersonId};
use model::port::{ContainerPort, DeclaredPort, UrlAccess};
use model::refusal::{Refusal, RefusalCode};
use model::request::{CreateInstance, RegisterNode};
use model::verb::Verb;
use planner::actor::{Actor, Via};
use planner::channel::{ChannelAnswer, ChannelEvent, ChannelRefusal, decide as decide_channel, still_valid};
use planner::command::idempotency::{Key, decide_once};
use planner::command::{Asker, Command, people};
use planner::credentials::{SUSPENDED, check, ssh_key_opens, token_is_valid};
use planner::guest::{Guest, guest};
use planner::permission::{Action, Subject, is_allowed, may};
use planner::urls::{App, Pass, may_open};
use planner::view::{live_world, node_view, welcome};

use crate::scene::{Scene, introduction, named_token as named, opening};

fn suspend(scene: &mut Scene, who: &str) {
    let person = scene.person(who);
    scene.ask("ada", &Command::SuspendPerson { person, stop: false }).unwrap();
}

fn resume(scene: &mut Scene, who: &str) {
    let person = scene.person(who);
    scene.ask("ada", &Command::ResumePerson { person }).unwrap();
}

/// Without another account's claim to it.
fn key_of_their_own(scene: &mut Scene, who: &str) -> Via {
    let person = scene.person(who);
    scene.add_key(person, &format!("key of {who}")).unwrap();
    let found = scene.world.ssh_keys_of(person).find(|key| key.name.as_str() == format!("key of {who}"));
    Via::SshKey(found.unwrap().id)
}

fn told(refusal: Refusal) -> (RefusalCode, String) {
    (refusal.code, refusal.message)
}

fn suspended() -> (RefusalCode, String) {
    (RefusalCode::Unauthenticated, SUSPENDED.to_owned())
}

#[test]
fn nothing_of_a_suspended_account_opens_anything_and_the_same_things_do_again() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let (session, token) = (scene.sign_in("bob"), Via::Token(scene.token("bob", &named("ci"))));
    let key = key_of_their_own(&mut scene, "bob");
    let ways = [session, token, key, Via::Console];
    let wish = Command::Wish { id, verb: Verb::Restart };
    for via in ways {
        assert_ne!(scene.decide_by("bob", via, &Command::CloseSession).map(drop), Err(Refusal::unauthenticated()));
    }
    suspend(&mut scene, "bob");
    for via in ways {
        for command in [&wish, &Command::CloseSession, &Command::NoteUse { address: None }] {
            assert_eq!(told(scene.decide_by("bob", via, command).unwrap_err()), suspended(), "{via:?}");
        }
        let bob = Actor { via, ..scene.actor("bob") };
        assert_eq!(told(check(&scene.world, &bob, scene.now).unwrap_err()), suspended());
        // Whoever reads and forgot to look is refused, too.
        let instance = Subject::Instance(scene.instance(id));
        assert_eq!(told(may(&scene.world, &bob, Action::SeeInstance, instance).unwrap_err()), suspended());
        assert!(!is_allowed(&scene.world, &bob, Action::ReachInstance, instance));
        assert_eq!(told(bob.account(&scene.world).unwrap_err()), suspended());
    }
    let bob = scene.person("bob");
    assert_eq!(scene.world.sessions_of(bob).count(), 0, "a browser signs in anew");
    assert_eq!(scene.instance(id).desired, model::instance::DesiredState::Running, "what runs goes on");
    assert_eq!(live_world(&scene.world, bob, scene.now), None);
    assert_eq!(welcome(&scene.world, Some(bob), scene.now).me, None);
    let Via::Token(token_id) = token else { panic!("a token") };
    assert!(!token_is_valid(&scene.world, &scene.world.tokens[&token_id], scene.now));

    resume(&mut scene, "bob");
    assert_eq!(
        scene.decide_by("bob", session, &wish).unwrap_err(),
        Refusal::unauthenticated(),
        "a browser is out for good"
    );
    for via in [token, key, Via::Console] {
        assert!(scene.decide_by("bob", via, &Command::CloseSession).is_ok(), "{via:?}");
    }
    assert!(live_world(&scene.world, bob, scene.now).is_some());
}

#[test]
fn nobody_signs_in_to_a_suspended_account_and_only_the_right_password_tells_why() {
    let mut scene = Scene::with_people();
    suspend(&mut scene, "bob");
    let (bob, mut draw) = (scene.person("bob"), scene.draw());
    let right = opening(&scene.world, bob);
    let refusal = people::open_session(&scene.world, right.clone(), &mut draw, scene.now).unwrap_err();
    assert_eq!(told(refusal), suspended());
    let wrong = people::Opening { password_hash: "another".into(), ..right };
    let refusal = people::open_session(&scene.world, wrong, &mut draw, scene.now).unwrap_err();
    assert!(!refusal.message.contains("suspended"), "{refusal}");
}

#[test]
fn a_repetition_is_answered_to_those_alone_who_may_still_ask() {
    let mut scene = Scene::with_node();
    let asked = CreateInstance { name: "web".into(), ..CreateInstance::default() };
    let (asker, mut draw) = (Asker::Person(scene.actor("bob")), scene.draw());
    let key = Key { key: "k".into(), request_hash: "h".into() };
    let mut create = |scene: &Scene| {
        let command = Command::CreateInstance(asked.clone());
        decide_once(&scene.world, &asker, &command, Some(&key), &mut draw, scene.now)
    };
    let decided = create(&scene).unwrap();
    scene.commit(decided);
    assert!(create(&scene).is_ok());
    suspend(&mut scene, "bob");
    assert_eq!(told(create(&scene).unwrap_err()), suspended());
}

#[test]
fn what_ended_while_a_command_waited_carries_it_out_no_more() {
    let mut scene = Scene::with_people();
    let (session, id) = (scene.sign_in("bob"), scene.token("bob", &named("ci")));
    let key = key_of_their_own(&mut scene, "bob");
    let (Via::Session(session_id), Via::SshKey(key_id)) = (session, key) else { panic!("a session and a key") };
    for (via, end) in [
        (session, Command::RevokeSession { id: session_id }),
        (Via::Token(id), Command::RemoveToken { id }),
        (key, Command::RemoveSshKey { id: key_id }),
    ] {
        assert!(scene.decide_by("bob", via, &Command::CloseSession).is_ok());
        scene.ask("bob", &end).unwrap();
        let late = scene.decide_by("bob", via, &Command::CloseSession).unwrap_err();
        assert_eq!(late, Refusal::unauthenticated(), "{via:?}");
    }
}

#[test]
fn an_ssh_key_of_a_suspended_account_leads_nowhere_and_stays_its_own() {
    let mut scene = Scene::with_node();
    let Via::SshKey(id) = key_of_their_own(&mut scene, "bob") else { panic!("a key") };
    let fingerprint = scene.world.ssh_keys[&id].fingerprint.clone();
    let users = ["bob", "lobby", "enrol+bob"];
    for user in users {
        assert!(matches!(guest(&scene.world, user, &fingerprint), Some(Guest::Visitor(_))), "{user}");
    }
    assert!(ssh_key_opens(&scene.world, &scene.world.ssh_keys[&id]));
    suspend(&mut scene, "bob");
    for user in users {
        assert_eq!(guest(&scene.world, user, &fingerprint), Some(Guest::Suspended), "{user}");
    }
    assert_eq!(guest(&scene.world, "eve", &fingerprint), None, "the client goes on to its next key");
    assert!(!ssh_key_opens(&scene.world, &scene.world.ssh_keys[&id]));
    assert!(!planner::guest::manages(&scene.world, id));
    resume(&mut scene, "bob");
    assert!(matches!(guest(&scene.world, "bob", &fingerprint), Some(Guest::Visitor(_))));
}

fn says_hello(scene: &Scene, node: NodeId) -> ChannelAnswer {
    let key_hash = scene.world.nodes[&node].key_hash.clone();
    let hello = ChannelEvent::Hello { key_hash, hello: introduction("machine", "192.0.2.7") };
    decide_channel(&scene.world, node, &hello, scene.now).answer
}

#[test]
fn a_node_of_a_suspended_account_is_refused_with_the_reason_and_takes_nothing() {
    let mut scene = Scene::with_people();
    let node = scene.register("bob", "lab-2").unwrap();
    scene.connect(node, "machine");
    let key_hash = scene.world.nodes[&node].key_hash.clone();
    let create = |scene: &mut Scene| {
        let asked = CreateInstance { name: "web".into(), ..CreateInstance::default() };
        scene.decide("bob", &Command::CreateInstance(asked)).map(drop)
    };
    assert!(create(&mut scene).is_ok() && still_valid(&scene.world, node, &key_hash).is_ok());
    suspend(&mut scene, "bob");
    let Err(ChannelRefusal::Revoked(why)) = still_valid(&scene.world, node, &key_hash) else { panic!("it goes on") };
    assert!(why.contains("lab-2") && why.contains("suspended"), "{why}");
    assert_eq!(says_hello(&scene, node), ChannelAnswer::Refused(ChannelRefusal::Revoked(why.clone())));
    let ada = &scene.world.people[&scene.person("ada")];
    assert_eq!(node_view(&scene.world, ada, &scene.world.nodes[&node], scene.now).alarm, why);
    resume(&mut scene, "bob");
    assert!(create(&mut scene).is_ok(), "with the same key");
    assert!(matches!(says_hello(&scene, node), ChannelAnswer::Welcome(_)));
}

#[test]
fn nothing_is_placed_on_a_node_of_a_suspended_administrator_before_its_connection_has_ended() {
    let mut scene = Scene::with_node();
    let eve = scene.person("eve");
    scene.ask("ada", &Command::SetAdministrator { person: eve, administrator: true }).unwrap();
    let ada = scene.person("ada");
    scene.ask("eve", &Command::SuspendPerson { person: ada, stop: false }).unwrap();
    let refusal = scene.create("bob", "web").unwrap_err();
    assert_eq!(refusal.code, RefusalCode::NoCapacity);
    assert!(refusal.message.contains("lab-1 belongs to an account that is suspended"), "{refusal}");
    scene.ask("eve", &Command::ResumePerson { person: ada }).unwrap();
    scene.create("bob", "web").unwrap();
}

#[test]
fn a_code_of_a_suspended_account_waits_for_it() {
    let mut scene = Scene::with_people();
    let asked = RegisterNode { name: "lab-2".into(), ..RegisterNode::default() };
    scene.ask("bob", &Command::RegisterNode { asked, key_hash: "k".into(), code_hash: "c".into() }).unwrap();
    let redeem = |scene: &Scene| {
        let now = scene.now;
        planner::command::nodes::enrolment::redeem(&scene.world, "c", "new".into(), "192.0.2.7", now).map(drop)
    };
    suspend(&mut scene, "bob");
    let refusal = redeem(&scene).unwrap_err();
    assert!(refusal.message.contains("lab-2 belongs to is suspended"), "{refusal}");
    resume(&mut scene, "bob");
    assert_eq!(redeem(&scene), Ok(()));
}

#[test]
fn neither_a_visit_nor_a_link_of_a_suspended_account_opens_an_app() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let declare = |access| Command::DeclarePort { id, port: DeclaredPort::asked(ContainerPort(8_080), access) };
    let opens = |scene: &Scene, pass: Pass| {
        let instance = &scene.world.instances[&id];
        let port = instance.spec.open_port(ContainerPort(8_080)).unwrap();
        may_open(&scene.world, App { instance, port }, Some(&pass))
    };
    let visitor = |scene: &Scene, who: &str| Pass::Person(scene.actor(who));
    scene.ask("bob", &declare(UrlAccess::SignedIn)).unwrap();
    let bob: PersonId = scene.person("bob");
    assert!(opens(&scene, visitor(&scene, "eve")) && opens(&scene, Pass::Link(bob)));
    suspend(&mut scene, "eve");
    assert!(!opens(&scene, visitor(&scene, "eve")) && opens(&scene, Pass::Link(bob)));
    suspend(&mut scene, "bob");
    assert!(!opens(&scene, Pass::Link(bob)) && !opens(&scene, visitor(&scene, "bob")));
    resume(&mut scene, "bob");
    assert!(opens(&scene, Pass::Link(bob)));
}
