//! What makes a new way in takes a password that was given lately.

use std::time::Duration;

use model::refusal::RefusalCode;
use model::request::{AddSshKey, RegisterNode};
use planner::actor::Via;
use planner::command::ssh_keys::ParsedKey;
use planner::command::{Answer, Command};
use planner::credentials::session_is_valid;
use planner::limits::PROOF_LIFETIME;

use crate::scene::Scene;

fn add_key() -> Command {
    let text = "ssh-ed25519 new".to_owned();
    let key = ParsedKey { algorithm: "ssh-ed25519".into(), fingerprint: "SHA256:new".into(), public_key: text };
    Command::AddSshKey { asked: AddSshKey { name: "new".into(), ..AddSshKey::default() }, key }
}

#[test]
fn what_makes_a_new_way_in_takes_the_password_of_the_last_quarter_of_an_hour() {
    let mut scene = Scene::with_people();
    let session = scene.sign_in("bob");
    assert!(scene.decide_by("bob", session, &add_key()).is_ok());
    scene.pass(PROOF_LIFETIME);
    let refusal = scene.decide_by("bob", session, &add_key()).unwrap_err();
    assert_eq!((refusal.code, refusal.code.status()), (RefusalCode::ProofNeeded, 403));
    assert!(refusal.message.starts_with("Give your password again"), "{refusal}");
    assert!(scene.decide_by("bob", session, &Command::CloseSession).is_ok(), "everything else goes on");
    assert!(scene.decide_by("bob", Via::Console, &add_key()).is_ok());

    let checked = scene.world.people[&scene.person("bob")].password_hash.clone();
    let old = scene.decide_by("bob", session, &Command::ProveSession { checked: "of before".into() }).unwrap_err();
    assert_eq!(old.code, RefusalCode::Unauthenticated, "the password was changed meanwhile");
    scene.ask_by("bob", session, &Command::ProveSession { checked }).unwrap();
    assert!(scene.decide_by("bob", session, &add_key()).is_ok());
    let Via::Session(id) = session else { panic!("a session") };
    assert!(session_is_valid(&scene.world, &scene.world.sessions[&id], scene.now));
    scene.pass(PROOF_LIFETIME - Duration::from_secs(1));
    assert!(scene.decide_by("bob", session, &add_key()).is_ok());
    scene.pass(Duration::from_secs(1));
    assert_eq!(scene.decide_by("bob", session, &add_key()).unwrap_err().code, RefusalCode::ProofNeeded);
}

#[test]
fn a_node_gets_no_key_and_no_code_by_a_browser_that_somebody_left_open() {
    let mut scene = Scene::with_people();
    let session = scene.sign_in("bob");
    let node = scene.register("bob", "lab-2").unwrap();
    let asked = RegisterNode { name: "lab-3".into(), ..RegisterNode::default() };
    let (key_hash, code_hash) = (String::from("k"), String::from("c"));
    let commands = [
        Command::RegisterNode { asked, key_hash: key_hash.clone(), code_hash: code_hash.clone() },
        Command::RotateNodeKey { id: node, key_hash, code_hash: code_hash.clone() },
        Command::IssueCode { id: node, code_hash },
    ];
    for command in &commands {
        assert!(scene.decide_by("bob", session, command).is_ok(), "{}", command.name());
    }
    scene.pass(PROOF_LIFETIME);
    for command in &commands {
        let refusal = scene.decide_by("bob", session, command).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::ProofNeeded, "{}", command.name());
    }
    assert_eq!(scene.decide_by("bob", session, &Command::CordonNode { id: node }).unwrap().answer, Answer::Done);
    // What is not theirs is not there, also for somebody who would have to prove first.
    let adas = scene.register("ada", "lab-4").unwrap();
    let foreign = Command::RotateNodeKey { id: adas, key_hash: "k".into(), code_hash: "c".into() };
    assert_eq!(scene.decide_by("bob", session, &foreign).unwrap_err().code, RefusalCode::Forbidden);
}
