//! Which SSH keys an instance lets in, changed while it is there.

use model::id::{InstanceId, SshKeyId};
use model::instance::DesiredState;
use model::refusal::{Refusal, RefusalCode};
use model::request::{CreateInstance, LetIn};
use model::verb::Verb;
use planner::actor::Via;
use planner::command::{Answer, Command, ssh_keys};
use planner::view::instance_view;
use planner::world::SshKey;

use crate::scene::Scene;

/// bob has `laptop` and `phone`, and `web`, which lets in both.
fn scene() -> (Scene, InstanceId) {
    let mut scene = Scene::with_node();
    let bob = scene.person("bob");
    scene.add_key(bob, "phone").unwrap();
    let id = scene.create("bob", "web").unwrap();
    (scene, id)
}

fn key(scene: &Scene, who: &str, name: &str) -> SshKeyId {
    scene.world.ssh_keys_of(scene.person(who)).find(|key| key.name.as_str() == name).unwrap().id
}

fn these(names: &[&str]) -> LetIn {
    LetIn { ssh_keys: Some(names.iter().map(|&name| name.to_owned()).collect()), all_ssh_keys: false }
}

fn all() -> LetIn {
    LetIn { ssh_keys: None, all_ssh_keys: true }
}

fn let_in(scene: &mut Scene, who: &str, id: InstanceId, asked: LetIn) -> Result<Answer, Refusal> {
    scene.ask(who, &Command::LetIn { id, asked })
}

/// As its owner's page has it: the names, and whether later ones come, too.
fn told(scene: &Scene, id: InstanceId) -> (Vec<String>, bool) {
    let view = instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    (view.ssh_keys.iter().map(ToString::to_string).collect(), view.all_ssh_keys)
}

/// What its node has to write down.
fn lines(scene: &Scene, id: InstanceId) -> Vec<String> {
    let assignment = scene.assignment(scene.instance(id).node);
    assignment.instances.iter().find(|assigned| assigned.id == id).unwrap().authorized_keys.clone()
}

#[test]
fn keys_are_let_in_and_out_while_it_runs_and_while_it_is_stopped() {
    let (mut scene, id) = scene();
    let (laptop, phone) = (key(&scene, "bob", "laptop"), key(&scene, "bob", "phone"));
    for desired in [DesiredState::Running, DesiredState::Stopped] {
        if desired == DesiredState::Stopped {
            scene.wish("bob", id, Verb::Stop).unwrap();
        }
        let before = (scene.instance(id).generation, scene.instance(id).restarts);
        let_in(&mut scene, "bob", id, these(&["phone"])).unwrap();
        assert_eq!((told(&scene, id), lines(&scene, id).len()), ((vec!["phone".to_owned()], false), 1));
        // By id and by name, in any order.
        let_in(&mut scene, "bob", id, these(&[&phone.to_string(), "laptop"])).unwrap();
        assert_eq!(scene.instance(id).spec.ssh_keys.len(), 2);
        assert!([laptop, phone].iter().all(|key| scene.instance(id).spec.ssh_keys.contains(key)));
        assert_eq!(lines(&scene, id).len(), 2);
        let row = scene.instance(id);
        assert!(row.generation > before.0, "its node must hear of it");
        assert_eq!((row.desired, row.restarts), (desired, before.1), "and does nothing else");
    }
}

#[test]
fn what_is_so_already_changes_nothing() {
    let (mut scene, id) = scene();
    let by_id = key(&scene, "bob", "laptop").to_string();
    for asked in [
        these(&["phone"]),
        these(&["phone", " phone ", "phone"]),
        these(&[]),
        all(),
        LetIn { all_ssh_keys: true, ..these(&[]) },
    ] {
        let_in(&mut scene, "bob", id, asked.clone()).unwrap();
        let again = scene.decide("bob", &Command::LetIn { id, asked: asked.clone() }).unwrap();
        assert!(again.changes.is_empty() && again.events.is_empty(), "{asked:?}");
    }
    let_in(&mut scene, "bob", id, these(&["laptop", &by_id])).unwrap();
    assert_eq!(told(&scene, id), (vec!["laptop".to_owned()], false), "the same key twice");
    // The row still names a key that was deleted since.
    let_in(&mut scene, "bob", id, these(&["laptop", "phone"])).unwrap();
    let phone = key(&scene, "bob", "phone");
    scene.ask("bob", &Command::RemoveSshKey { id: phone }).unwrap();
    let again = scene.decide("bob", &Command::LetIn { id, asked: these(&["laptop"]) }).unwrap();
    assert!(again.changes.is_empty() && again.events.is_empty());
}

#[test]
fn what_cannot_be_let_in_is_refused_in_words_and_changes_nothing() {
    let (mut scene, id) = scene();
    let (foreign, before) = (key(&scene, "eve", "laptop").to_string(), told(&scene, id));
    let gone = SshKeyId::from_bits(0).to_string();
    for (asked, words) in [
        (these(&["desktop"]), "bob has no SSH key “desktop”."),
        (these(&["laptop", "desktop"]), "bob has no SSH key “desktop”."),
        (these(&["Laptop"]), "bob has no SSH key “Laptop”."),
        (these(&[""]), "bob has no SSH key “”."),
        (these(&[&foreign]), &format!("bob has no SSH key “{foreign}”.")),
        (these(&[&gone]), &format!("bob has no SSH key “{gone}”.")),
        (these(&["lap\u{1b}[2Jtop\n"]), "bob has no SSH key “lap[2Jtop”."),
        (these(&[&"x".repeat(9_000)]), &format!("bob has no SSH key “{}”.", "x".repeat(64))),
        (LetIn { all_ssh_keys: true, ..these(&["laptop"]) }, "Say one of the two."),
        (LetIn::default(), "Say which SSH keys it lets in"),
    ] {
        let refusal = let_in(&mut scene, "bob", id, asked.clone()).unwrap_err();
        assert_eq!((refusal.code, refusal.field.as_deref()), (RefusalCode::Invalid, Some("ssh_keys")), "{asked:?}");
        assert!(refusal.message.contains(words), "{}", refusal.message);
        assert_eq!(told(&scene, id), before);
    }
}

#[test]
fn others_choose_nothing_and_an_administrator_chooses_among_its_owners_keys() {
    let (mut scene, id) = scene();
    let absent = let_in(&mut scene, "eve", InstanceId::from_bits(0), all()).unwrap_err();
    assert_eq!(let_in(&mut scene, "eve", id, all()).unwrap_err(), absent, "somebody else's and none are the same");
    let adas = key(&scene, "ada", "laptop").to_string();
    assert_eq!(let_in(&mut scene, "ada", id, these(&[&adas])).unwrap_err().code, RefusalCode::Invalid);
    let_in(&mut scene, "ada", id, these(&["laptop"])).unwrap();
    assert_eq!(scene.instance(id).spec.ssh_keys, [key(&scene, "bob", "laptop")]);
}

#[test]
fn a_key_that_may_not_manage_does_not_let_itself_in() {
    let (mut scene, id) = scene();
    let phone = key(&scene, "bob", "phone");
    scene.ask("bob", &Command::SetMayManage { id: phone, allowed: false }).unwrap();
    for asked in [these(&["phone"]), these(&["laptop", "phone"]), all()] {
        let refusal = scene.ask_by("bob", Via::SshKey(phone), &Command::LetIn { id, asked }).unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Forbidden);
    }
    let laptop = Via::SshKey(key(&scene, "bob", "laptop"));
    scene.ask_by("bob", laptop, &Command::LetIn { id, asked: these(&["laptop"]) }).unwrap();
}

#[test]
fn one_that_is_being_deleted_lets_nobody_in_whatever_is_added() {
    let (mut scene, id) = scene();
    let_in(&mut scene, "bob", id, all()).unwrap();
    scene.wish("bob", id, Verb::Delete).unwrap();
    let (before, bob) = (scene.instance(id).clone(), scene.person("bob"));
    scene.add_key(bob, "desktop").unwrap();
    assert_eq!((scene.instance(id), lines(&scene, id)), (&before, Vec::new()));
}

#[test]
fn all_also_those_that_are_added_later() {
    let (mut scene, id) = scene();
    let (bob, eve) = (scene.person("bob"), scene.person("eve"));
    let listed = scene.create("bob", "listed").unwrap();
    let_in(&mut scene, "bob", id, all()).unwrap();
    let before = scene.instance(listed).clone();
    scene.add_key(bob, "desktop").unwrap();
    scene.add_key(eve, "desktop").unwrap();
    scene.settle();
    assert_eq!(told(&scene, id), (["laptop", "phone", "desktop"].map(str::to_owned).to_vec(), true));
    assert_eq!((lines(&scene, id).len(), scene.instance(listed)), (3, &before), "one with a list has its list");
    // And from now on those that it lets in alone.
    let_in(&mut scene, "bob", id, these(&["laptop", "desktop"])).unwrap();
    scene.add_key(bob, "tablet").unwrap();
    assert_eq!(told(&scene, id), (["laptop", "desktop"].map(str::to_owned).to_vec(), false));
}

/// Whoever has lost the last key adds another one, and is in again.
#[test]
fn the_last_key_locks_nobody_out_for_good() {
    let (mut scene, id) = scene();
    let bob = scene.person("bob");
    let listed = scene.create("bob", "listed").unwrap();
    let_in(&mut scene, "bob", id, all()).unwrap();
    for name in ["laptop", "phone"] {
        let decided = ssh_keys::remove(&scene.world, key(&scene, "bob", name)).unwrap();
        scene.commit(decided);
    }
    scene.settle();
    assert_eq!((told(&scene, id), lines(&scene, id)), ((Vec::new(), true), Vec::new()));
    scene.add_key(bob, "desktop").unwrap();
    scene.settle();
    assert_eq!((told(&scene, id).0, lines(&scene, id).len()), (vec!["desktop".to_owned()], 1));
    assert_eq!(told(&scene, listed).0, Vec::<String>::new());
    let_in(&mut scene, "bob", listed, these(&["desktop"])).unwrap();
    assert_eq!(lines(&scene, listed).len(), 1);
}

#[test]
fn a_new_one_may_let_in_all() {
    let mut scene = Scene::with_node();
    let bob = scene.person("bob");
    let asked = |name: &str, ssh_keys| CreateInstance {
        name: name.into(),
        ssh_keys,
        all_ssh_keys: true,
        ..CreateInstance::default()
    };
    let refusal = scene.create_as("bob", &asked("web", Some(vec!["laptop".into()]))).unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("ssh_keys"));
    let id = scene.create_as("bob", &asked("web", None)).unwrap();
    scene.add_key(bob, "phone").unwrap();
    assert_eq!(told(&scene, id), (["laptop", "phone"].map(str::to_owned).to_vec(), true));
    // Also for somebody who has no key yet.
    scene.sign_up("carol").unwrap();
    let id = scene.create_as("carol", &asked("web", None)).unwrap();
    let carol = scene.person("carol");
    scene.add_key(carol, "laptop").unwrap();
    assert_eq!(told(&scene, id), (vec!["laptop".to_owned()], true));
}

#[test]
fn a_list_that_is_too_long_is_refused_and_a_later_key_that_does_not_fit_is_left_out() {
    let (mut scene, id) = scene();
    let bob = scene.person("bob");
    let long = |scene: &Scene, name: &str, bytes: usize| SshKey {
        public_key: "k".repeat(bytes),
        ..SshKey::clone(&scene.world.ssh_keys[&key(scene, "bob", name)])
    };
    for name in ["laptop", "phone"] {
        let row = long(&scene, name, 8 << 10);
        scene.commit_changes(vec![planner::world::Change::PutSshKey(row)]);
    }
    let_in(&mut scene, "bob", id, all()).unwrap();
    scene.add_key(bob, "desktop").unwrap();
    assert_eq!(told(&scene, id), (["laptop", "phone"].map(str::to_owned).to_vec(), true));
    let refusal = let_in(&mut scene, "bob", id, these(&["laptop", "phone", "desktop"])).unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("ssh_keys"));
    assert!(refusal.message.contains("Choose fewer"), "{}", refusal.message);
}

/// Whoever gets an instance has not said that each key of theirs shall open it.
#[test]
fn one_that_is_given_lets_in_what_its_new_owner_has_and_nothing_later() {
    let (mut scene, id) = scene();
    let_in(&mut scene, "bob", id, all()).unwrap();
    crate::removal::remove(&mut scene, "bob", crate::removal::give("eve"), None).unwrap();
    assert_eq!(told(&scene, id), (vec!["laptop".to_owned()], false));
    let eve = scene.person("eve");
    scene.add_key(eve, "phone").unwrap();
    assert_eq!(told(&scene, id), (vec!["laptop".to_owned()], false));
}

#[test]
fn the_log_says_who_let_in_whom() {
    let (mut scene, id) = scene();
    for (who, asked, words) in [
        ("bob", these(&["phone"]), "bob let in these SSH keys alone: “phone”."),
        ("ada", these(&[]), "ada let in no SSH key any more."),
        ("bob", all(), "bob let in all SSH keys of its owner, and those that are added later."),
    ] {
        let_in(&mut scene, who, id, asked).unwrap();
        assert_eq!(scene.told(id).last().unwrap(), words);
    }
}
