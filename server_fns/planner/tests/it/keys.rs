//! Whose a public key is: nobody gets anything by adding a key that they do not hold, in whatever order things happen.

use std::sync::Arc;

use model::id::{PersonId, SshKeyId};
use model::refusal::{Refusal, RefusalCode};
use model::request::AddSshKey;
use model::view::KeyStanding;
use planner::actor::{Actor, Via};
use planner::command::Command;
use planner::command::ssh_keys::{self, ParsedKey, ProofKind};
use planner::guest::{Guest, Route, astray, guest, jump, manages, no_such_jump, reaches};
use planner::keys::{Holder, claims, holder, opens, settle, standing};
use planner::view::instance_view;
use planner::world::{Change, KeyProof, SshKey};
use proptest::prelude::*;

use crate::scene::Scene;

const KEY: &str = "ssh-ed25519 of-ada";
const FINGERPRINT: &str = "SHA256:ssh-ed25519 of-ada";

/// `FINGERPRINT` of `KEY`.
fn parsed(public_key: &str) -> ParsedKey {
    let fingerprint = format!("SHA256:{public_key}");
    ParsedKey { algorithm: "ssh-ed25519".into(), fingerprint, public_key: public_key.into() }
}

/// Nobody has a key yet.
fn scene() -> Scene {
    let mut scene = Scene::with_node();
    for id in scene.world.ssh_keys.keys().copied().collect::<Vec<_>>() {
        scene.commit_changes(vec![Change::DropSshKey(id)]);
    }
    scene
}

fn claim(scene: &mut Scene, name: &str, public_key: &str) -> Result<SshKeyId, Refusal> {
    let (actor, mut draw) = (scene.actor(name), scene.draw());
    let asked = AddSshKey { name: public_key.into(), ..AddSshKey::default() };
    let decided = ssh_keys::add(&scene.world, &actor, &asked, parsed(public_key), &mut draw, scene.now)?;
    Ok(scene.commit(decided))
}

fn prove(scene: &mut Scene, name: &str, id: SshKeyId, how: ProofKind) -> Result<(), Refusal> {
    let decided = scene.decide(name, &Command::ProveSshKey { id, shown: how })?;
    scene.commit(decided);
    Ok(())
}

fn standing_of(scene: &Scene, id: SshKeyId) -> KeyStanding {
    standing(&scene.world, &scene.world.ssh_keys[&id])
}

/// Where the holder of the key ends under that user name.
fn lands(scene: &Scene, user: &str) -> Option<(String, Route)> {
    match guest(&scene.world, user, FINGERPRINT)? {
        Guest::Visitor(visitor) => Some((visitor.actor.username.to_string(), visitor.route)),
        Guest::Contested | Guest::NotAdded | Guest::Suspended => None,
    }
}

#[test]
fn the_table_of_standings() {
    let mut scene = scene();
    let adas = claim(&mut scene, "ada", KEY).unwrap();
    assert_eq!(standing_of(&scene, adas), KeyStanding::Sole);
    let eves = claim(&mut scene, "eve", KEY).unwrap();
    assert_eq!([adas, eves].map(|id| standing_of(&scene, id)), [KeyStanding::Contested; 2]);
    let by_the_way = prove(&mut scene, "ada", adas, ProofKind::ByTheWay).unwrap_err();
    assert_eq!((by_the_way.code, by_the_way.message.as_str()), (RefusalCode::Conflict, ssh_keys::CONTESTED));
    prove(&mut scene, "ada", adas, ProofKind::Meant).unwrap();
    assert_eq!([adas, eves].map(|id| standing_of(&scene, id)), [KeyStanding::Proved, KeyStanding::Foreign]);
    let taken = prove(&mut scene, "eve", eves, ProofKind::Meant).unwrap_err();
    assert!(taken.message.contains("Another account here has proved") && !taken.message.contains("ada"), "{taken}");
    let third = claim(&mut scene, "bob", KEY).unwrap_err();
    assert_eq!((third.code, third.field.as_deref()), (RefusalCode::Conflict, Some("public_key")));
    assert!(!third.message.contains("ada"), "{third}");
    // When the one who proved it lets go of it, the other is as the first to come.
    let decided = ssh_keys::remove(&scene.world, adas).unwrap();
    scene.commit(decided);
    assert_eq!(standing_of(&scene, eves), KeyStanding::Sole);
    prove(&mut scene, "eve", eves, ProofKind::ByTheWay).unwrap();
    assert_eq!(standing_of(&scene, eves), KeyStanding::Proved);
}

#[test]
fn nobody_proves_the_row_of_another() {
    let mut scene = scene();
    let adas = claim(&mut scene, "ada", KEY).unwrap();
    let absent = prove(&mut scene, "eve", SshKeyId::from_bits(9), ProofKind::Meant).unwrap_err();
    assert_eq!(prove(&mut scene, "eve", adas, ProofKind::Meant).unwrap_err(), absent);
}

#[test]
fn damage_that_proved_a_key_twice_opens_nothing_until_it_is_proved_anew() {
    let mut scene = scene();
    let adas = claim(&mut scene, "ada", KEY).unwrap();
    let eves = claim(&mut scene, "eve", KEY).unwrap();
    for id in [adas, eves] {
        let key = SshKey::clone(&scene.world.ssh_keys[&id]);
        scene.world.apply(Change::PutSshKey(SshKey { proof: KeyProof::At(scene.now.wall), ..key }));
    }
    assert_eq!([adas, eves].map(|id| standing_of(&scene, id)), [KeyStanding::Contested; 2]);
    assert_eq!(holder(&scene.world, FINGERPRINT), Holder::Several);
    prove(&mut scene, "ada", adas, ProofKind::Meant).unwrap();
    assert_eq!([adas, eves].map(|id| standing_of(&scene, id)), [KeyStanding::Proved, KeyStanding::Foreign]);
}

#[test]
fn rows_from_a_time_without_proofs_are_settled_once() {
    let mut scene = scene();
    let ids = ["ada", "eve"].map(|name| claim(&mut scene, name, KEY).unwrap());
    let own = claim(&mut scene, "bob", "ssh-ed25519 of-bob").unwrap();
    for id in ids.into_iter().chain([own]) {
        let key = SshKey::clone(&scene.world.ssh_keys[&id]);
        scene.world.apply(Change::PutSshKey(SshKey { proof: KeyProof::NotAsked, ..key }));
    }
    assert_eq!(holder(&scene.world, FINGERPRINT), Holder::Several, "before it is settled, too");
    let changes = settle(&scene.world);
    scene.commit_changes(changes);
    assert_eq!(standing_of(&scene, own), KeyStanding::Proved);
    assert_eq!(ids.map(|id| standing_of(&scene, id)), [KeyStanding::Contested; 2]);
    assert_eq!(settle(&scene.world), [], "a second time finds nothing");
    // The other's leaving makes nothing of it that was not shown.
    scene.commit_changes(vec![Change::DropSshKey(ids[0])]);
    assert_eq!(settle(&scene.world), []);
    assert_eq!(standing_of(&scene, ids[1]), KeyStanding::Sole);
}

#[test]
fn the_attack_with_somebodys_public_key_leads_nowhere() {
    let mut scene = scene();
    let adas = claim(&mut scene, "ada", KEY).unwrap();
    let web = scene.create("ada", "web-1").unwrap();
    scene.sign_up("mallory").unwrap();
    prove(&mut scene, "ada", adas, ProofKind::ByTheWay).unwrap();
    assert!(claim(&mut scene, "mallory", KEY).is_err());
    assert_eq!(lands(&scene, "web-1"), Some(("ada".to_owned(), Route::Instance(web))));
    // It came first, when nobody else had it.
    let mut scene = self::scene();
    let eves = claim(&mut scene, "eve", KEY).unwrap();
    scene.create("eve", "web-1").unwrap();
    let adas = claim(&mut scene, "ada", KEY).unwrap();
    let web = scene.create("ada", "web-1").unwrap();
    for user in ["web-1", "web-1.eve", "web-1.ada", "lobby", "eve", "ada", "root"] {
        assert_eq!(guest(&scene.world, user, FINGERPRINT), Some(Guest::Contested), "{user}");
    }
    assert_eq!(lands(&scene, "enrol+ada").map(|(_, route)| route), Some(Route::Enrol));
    for user in ["enrol+bob", "enrol+nobody-here", "enrol+"] {
        assert_eq!(guest(&scene.world, user, FINGERPRINT), Some(Guest::NotAdded), "{user}");
        assert_eq!(guest(&scene.world, user, "SHA256:ssh-ed25519 of-nobody"), None, "{user}");
    }
    for user in ["bob", "web-1.bob"] {
        assert_eq!(guest(&scene.world, user, FINGERPRINT), None, "bob has not added it, and may have another: {user}");
    }
    prove(&mut scene, "ada", adas, ProofKind::Meant).unwrap();
    assert_eq!(lands(&scene, "web-1"), Some(("ada".to_owned(), Route::Instance(web))));
    for user in ["lobby", "ada"] {
        assert_eq!(lands(&scene, user), Some(("ada".to_owned(), Route::Lobby)), "{user}");
    }
    assert_eq!(lands(&scene, "no-such"), Some(("ada".to_owned(), Route::Unknown("no-such".to_owned()))));
    for user in ["web-1.eve", "eve"] {
        assert_eq!(guest(&scene.world, user, FINGERPRINT), None, "{user}");
    }
    assert_eq!(standing_of(&scene, eves), KeyStanding::Foreign);
}

/// ada's agent offers a key that eve alone has added before the one that ada has.
#[test]
fn a_user_name_of_one_account_takes_no_key_of_another() {
    let mut scene = scene();
    let eves = claim(&mut scene, "eve", KEY).unwrap();
    claim(&mut scene, "ada", "ssh-ed25519 another-of-ada").unwrap();
    let others = ["ada", "web-1"].map(|name| scene.create("eve", name).unwrap());
    let web = scene.create("ada", "web-1").unwrap();
    assert_ne!(others[1], web);
    for user in ["ada", "web-1.ada", "ada.ada", "lobby.ada", "web-1.nobody-here", ".ada"] {
        assert_eq!(guest(&scene.world, user, FINGERPRINT), None, "{user}");
    }
    assert_eq!(guest(&scene.world, "enrol+ada", FINGERPRINT), Some(Guest::NotAdded));
    // Where no account is named it is as before.
    for (user, route) in [
        ("web-1", Route::Instance(others[1])),
        ("web-1.eve", Route::Instance(others[1])),
        ("eve", Route::Lobby),
        ("lobby", Route::Lobby),
        ("no-such", Route::Unknown("no-such".to_owned())),
    ] {
        assert_eq!(lands(&scene, user), Some(("eve".to_owned(), route)), "{user}");
    }
    // Who holds the key may call an instance as they like.
    prove(&mut scene, "eve", eves, ProofKind::ByTheWay).unwrap();
    assert_eq!(lands(&scene, "ada"), Some(("eve".to_owned(), Route::Instance(others[0]))));
    assert_eq!(guest(&scene.world, "bob", FINGERPRINT), None);
}

#[test]
fn an_instance_called_as_an_account_is_shown_by_a_login_that_a_key_of_no_proof_opens() {
    let mut scene = scene();
    scene.world.identity.ssh_address = "dockhost.example:22".into();
    claim(&mut scene, "bob", KEY).unwrap();
    let id = scene.create("bob", "eve").unwrap();
    let view = instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!(view.gateway_command, "ssh eve.bob@dockhost.example");
    assert_eq!(guest(&scene.world, "eve", FINGERPRINT), None);
    assert_eq!(lands(&scene, "eve.bob"), Some(("bob".to_owned(), Route::Instance(id))));
}

#[test]
fn an_account_called_lobby_gains_nothing_by_it() {
    let mut scene = scene();
    assert!(scene.sign_up("lobby").is_err(), "nobody is called so from now on");
    let eve = scene.person("eve");
    let mut row = planner::world::Person::clone(&scene.world.people[&eve]);
    row.username = "lobby".parse().unwrap();
    scene.world.people.insert(eve, Arc::new(row));
    claim(&mut scene, "lobby", KEY).unwrap();
    let adas = claim(&mut scene, "ada", KEY).unwrap();
    assert_eq!(guest(&scene.world, "lobby", FINGERPRINT), Some(Guest::Contested));
    prove(&mut scene, "ada", adas, ProofKind::Meant).unwrap();
    assert_eq!(lands(&scene, "lobby"), Some(("ada".to_owned(), Route::Lobby)));
}

/// The sentence that somebody is told there.
fn told(scene: &Scene, user: &str) -> Option<String> {
    let Some(Guest::Visitor(visitor)) = guest(&scene.world, user, FINGERPRINT) else { panic!("a visitor: {user}") };
    astray(&scene.world, &visitor)
}

#[test]
fn a_name_that_leads_nowhere_is_told_so_with_the_names_that_lead_somewhere() {
    let mut scene = scene();
    scene.world.identity.ssh_address = "dockhost.example:2222".into();
    claim(&mut scene, "bob", KEY).unwrap();
    assert_eq!(
        told(&scene, "wbe-1").as_deref(),
        Some(
            "You are bob here, and have no instance called wbe-1. You have no instance yet. The lobby, which takes \
             commands: ssh -p 2222 lobby@dockhost.example"
        )
    );
    for name in ["web-1", "prod"] {
        scene.create("bob", name).unwrap();
    }
    let eve = scene.person("eve");
    scene.add_key(eve, "eves").unwrap();
    scene.create("eve", "secret").unwrap();
    // What is somebody else's is as what does not exist.
    for user in ["wbe-1", "secret", "root", "git", "LOBBY", "lobby.bob", "bob.bob", "lobby ", ""] {
        assert!(matches!(lands(&scene, user), Some((_, Route::Unknown(_)))), "{user}");
        let told = told(&scene, user).unwrap();
        assert!(told.contains("web-1") && told.contains("prod") && !told.contains("Your instances: secret"), "{told}");
        assert!(told.ends_with("ssh -p 2222 lobby@dockhost.example"), "{told}");
    }
    for user in ["lobby", "bob", "web-1", "web-1.bob"] {
        assert_eq!(told(&scene, user), None, "{user}");
    }
    let shown = told(&scene, &format!("\u{1b}[2J\u{202e}{}", "x".repeat(10_000))).unwrap();
    assert!(shown.len() < 400 && !shown.contains(model::plain::is_hidden), "{shown}");
}

#[test]
fn an_instance_of_before_that_is_called_as_the_lobby_is_takes_nothing_over() {
    let mut scene = scene();
    scene.world.identity.ssh_address = "dockhost.example:22".into();
    claim(&mut scene, "bob", KEY).unwrap();
    assert!(scene.create("bob", "lobby").is_err());
    let own = scene.create("bob", "bob").unwrap_err();
    assert_eq!(own.field.as_deref(), Some("name"), "{own}");
    let id = scene.create("bob", "old").unwrap();
    let mut old = scene.instance(id).clone();
    old.spec.name = "lobby".parse().unwrap();
    scene.world.apply(Change::PutInstance(Box::new(old)));
    assert_eq!(lands(&scene, "lobby"), Some(("bob".to_owned(), Route::Lobby)));
    assert_eq!(lands(&scene, "lobby.bob"), Some(("bob".to_owned(), Route::Instance(id))));
    let view = instance_view(&scene.world, scene.instance(id), scene.now).unwrap();
    assert_eq!(view.gateway_command, "ssh lobby.bob@dockhost.example");
}

#[test]
fn a_key_that_may_not_manage_opens_what_it_is_ticked_for() {
    let mut scene = scene();
    let (laptop, robot) =
        (claim(&mut scene, "bob", "ssh-ed25519 laptop").unwrap(), claim(&mut scene, "bob", KEY).unwrap());
    let decided = ssh_keys::may_manage(&scene.world, &scene.actor("bob"), robot, false).unwrap();
    scene.commit(decided);
    let prod = scene.create("bob", "prod").unwrap();
    assert_eq!(scene.instance(prod).spec.ssh_keys, [laptop], "nobody ticked the other for it");
    let ci = scene.create("bob", "ci-box").unwrap();
    let mut ci = scene.instance(ci).clone();
    ci.spec.ssh_keys.push(robot);
    scene.world.apply(Change::PutInstance(Box::new(ci.clone())));
    let Some(Guest::Visitor(visitor)) = guest(&scene.world, "lobby", FINGERPRINT) else { panic!("a visitor") };
    assert!(!manages(&scene.world, robot) && manages(&scene.world, laptop));
    assert_eq!(jump(&scene.world, &visitor, "prod"), None);
    assert_eq!(jump(&scene.world, &visitor, "prod.bob.dockhost"), None);
    assert_eq!(jump(&scene.world, &visitor, "ci-box.bob.dockhost"), Some(ci.id));
    assert!(reaches(&scene.world, laptop, prod) && !reaches(&scene.world, robot, prod));
    assert_eq!(lands(&scene, "prod").unwrap().1, Route::NotAdmitted("prod".parse().unwrap()));
    let refused = told(&scene, "prod").unwrap();
    assert!(
        refused.contains("may not log in to prod") && refused.ends_with("This SSH key opens: ci-box."),
        "{refused}"
    );
    let unknown = told(&scene, "pord").unwrap();
    assert!(unknown.ends_with("no instance called pord. This SSH key opens: ci-box."), "{unknown}");
    let foreign = scene.decide("eve", &Command::SetMayManage { id: robot, allowed: true }).unwrap_err();
    assert_eq!(foreign.code, RefusalCode::NotFound);
}

#[test]
fn a_jump_names_ones_own_account_or_none() {
    let mut scene = scene();
    claim(&mut scene, "bob", KEY).unwrap();
    let web = scene.create("bob", "web-1").unwrap();
    let Some(Guest::Visitor(visitor)) = guest(&scene.world, "lobby", FINGERPRINT) else { panic!("a visitor") };
    let told = no_such_jump(&scene.world, &visitor, "wbe-1.dockhost\n");
    assert!(told.contains("no instance called wbe-1.dockhost. Your instances: web-1."), "{told}");
    for host in ["web-1", "web-1.dockhost", "web-1.bob.dockhost", "web-1.bob"] {
        assert_eq!(jump(&scene.world, &visitor, host), Some(web), "{host}");
    }
    for host in [
        "web-1.eve.dockhost",
        "web-1.bob.example.org",
        "web-1.dockhost.example.org",
        "dockhost",
        ".dockhost",
        "127.0.0.1",
        "web-1.bob.bob.dockhost",
        "",
    ] {
        assert_eq!(jump(&scene.world, &visitor, host), None, "{host}");
    }
}

#[derive(Debug, Clone)]
enum Step {
    Claim(usize),
    Drop(usize),
    /// The holder of the private key logs in for something.
    Login,
    /// The holder proves it for their own account.
    Enrol,
    /// Somebody else tries to have it proved, which takes a signature that they cannot make.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let one = prop_oneof![
        (0..4_usize).prop_map(Step::Claim),
        (1..4_usize).prop_map(Step::Drop),
        Just(Step::Login),
        Just(Step::Enrol),
        Just(Step::Restart),
    ];
    prop::collection::vec(one, 1..30)
}

const PEOPLE: [&str; 4] = ["ada", "bob", "eve", "dan"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// ada holds the key, and claims it before she logs in. Whatever the others do before and after, she never lands with
    /// them once she has, and what they claimed never opens anything while she claims it.
    #[test]
    fn no_order_of_claims_gives_anything_to_one_who_does_not_hold_the_key(steps in steps()) {
        let mut scene = scene();
        scene.sign_up("dan").unwrap();
        let ada = scene.person("ada");
        for name in PEOPLE {
            claim(&mut scene, name, &format!("ssh-ed25519 another-of-{name}")).unwrap();
        }
        let of = |scene: &Scene, person: PersonId| claims(&scene.world, FINGERPRINT).find(|key| key.person == person).map(|key| key.id);
        for step in steps {
            match step {
                Step::Claim(who) => drop(claim(&mut scene, PEOPLE[who], KEY)),
                Step::Drop(who) => {
                    let person = scene.person(PEOPLE[who]);
                    if let Some(id) = of(&scene, person) {
                        scene.commit_changes(vec![Change::DropSshKey(id)]);
                    }
                }
                // She has told DockHost that the key is hers before she uses it.
                Step::Login | Step::Enrol if of(&scene, ada).is_none() => {}
                Step::Login => {
                    if let Some(Guest::Visitor(visitor)) = guest(&scene.world, "web-1", FINGERPRINT) {
                        prop_assert_eq!(visitor.actor.person, ada);
                        let decided = ssh_keys::prove(&scene.world, visitor.key, ProofKind::ByTheWay, scene.now).unwrap();
                        scene.commit(decided);
                    }
                }
                Step::Enrol => {
                    let Some(Guest::Visitor(visitor)) = guest(&scene.world, "enrol+ada", FINGERPRINT) else { panic!("her claim") };
                    prop_assert_eq!(visitor.actor.person, ada);
                    let decided = ssh_keys::prove(&scene.world, visitor.key, ProofKind::Meant, scene.now).unwrap();
                    scene.commit(decided);
                }
                Step::Restart => {
                    let changes = settle(&scene.world);
                    prop_assert_eq!(changes, vec![]);
                }
            }
            let opening: Vec<_> = claims(&scene.world, FINGERPRINT).filter(|key| opens(standing(&scene.world, key))).collect();
            prop_assert!(opening.len() <= 1, "two claims open something");
            if of(&scene, ada).is_some() {
                prop_assert!(opening.iter().all(|key| key.person == ada), "somebody else's claim opens something");
                let actor = Actor::new(&scene.world.people[&ada], Via::Console);
                prop_assert!(actor.ssh_key(&scene.world, of(&scene, ada).unwrap()).is_ok());
            }
        }
    }
}

#[test]
fn a_login_may_say_as_whom() {
    let mut scene = scene();
    claim(&mut scene, "bob", KEY).unwrap();
    let web = scene.create("bob", "web-1").unwrap();
    let who = |user: &str| match guest(&scene.world, user, FINGERPRINT) {
        Some(Guest::Visitor(visitor)) => Some((visitor.route, visitor.user)),
        _ => None,
    };
    for (user, within) in [
        ("web-1", "root"),
        ("root+web-1", "root"),
        ("carol+web-1", "carol"),
        ("carol+web-1.bob", "carol"),
        ("first.last_2-x+web-1", "first.last_2-x"),
        // Accounts of people are no users of instances.
        ("eve+web-1", "eve"),
        ("lobby+web-1", "lobby"),
    ] {
        assert_eq!(who(user), Some((Route::Instance(web), within.to_owned())), "{user}");
    }
    for (user, within) in [("+web-1", ""), ("-x+web-1", "-x"), ("carol:pam+web-1", "carol:pam"), ("a+b+web-1", "a+b")] {
        assert_eq!(who(user).map(|(route, _)| route), Some(Route::NoUser("web-1".parse().unwrap(), within.to_owned())));
    }
    // Neither the lobby nor another account is reached so.
    for user in ["carol+lobby", "carol+bob", "carol+no-such", "carol+"] {
        assert_eq!(who(user).map(|(route, _)| route), Some(Route::Unknown(user.to_owned())), "{user}");
    }
    for user in ["carol+web-1.eve", "carol+eve"] {
        assert_eq!(guest(&scene.world, user, FINGERPRINT), None, "{user}");
    }
    let long = format!("{}+web-1", "x".repeat(33));
    let said = told(&scene, &long).unwrap();
    assert!(said.starts_with("web-1 lets no user called xxx") && said.contains("adduser"), "{said}");
    assert!(!told(&scene, "ca\u{1b}rol+web-1").unwrap().contains(char::is_control));
}
