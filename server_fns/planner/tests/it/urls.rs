//! What ports are called below the domain of apps, and who is let in there.

use std::collections::BTreeMap;

use model::id::{InstanceId, PersonId};
use model::instance::InstanceSpec;
use model::name::{InstanceName, Username};
use model::port::{ContainerPort, DeclaredPort, UrlAccess};
use model::verb::Verb;
use model::version::Generation;
use planner::command::Command;
use planner::urls::{App, Pass, app, label, may_open};
use planner::world::{Change, Instance, Person, World};
use proptest::prelude::*;

use crate::scene::Scene;

const PORTS: [u16; 5] = [1, 80, 443, 8080, 65_535];

/// One instance, for everything that is called like it.
fn model_of_all() -> (World, Instance) {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let instance = scene.instance(id).clone();
    let mut world = scene.world;
    world.apply_all(vec![Change::DropInstance(id)]);
    (world, instance)
}

fn person(world: &mut World, bits: u64, username: &str) -> PersonId {
    let (id, any) = (PersonId::from_bits(bits), world.people.values().next().unwrap());
    let username = username.parse::<Username>().unwrap();
    let row = Person { id, username, ..Person::clone(any) };
    world.apply_all(vec![Change::PutPerson(row)]);
    id
}

fn instance(any: &Instance, bits: u64, owner: PersonId, name: &str, url_name: &str) -> Instance {
    let ports = PORTS.map(|port| DeclaredPort::asked(ContainerPort(port), UrlAccess::Owner)).to_vec();
    let (name, url_name): (InstanceName, _) = (name.parse().unwrap(), url_name.to_owned());
    let spec = InstanceSpec { name, url_name, ports, ..any.spec.clone() };
    Instance { id: InstanceId::from_bits(bits), owner, spec, ..any.clone() }
}

fn labels(world: &World, instance: &Instance) -> Vec<(u16, String)> {
    PORTS.iter().map(|port| (*port, label(world, instance, ContainerPort(*port)))).collect()
}

#[test]
fn a_port_is_called_by_its_instance_and_its_owner() {
    let (mut world, any) = model_of_all();
    let (long, longest) = ("a".repeat(40), "b".repeat(32));
    // Ada is there already.
    for (bits, username) in (100..).zip(["al--fa", "xn--al", &longest]) {
        person(&mut world, bits, username);
    }
    for (owner, name, old, named) in [
        ("ada", "web-1", "", "web-1-80--ada"),
        ("ada", "web--bob", "", "web--bob-80--ada"),
        ("ada", "a", "", "a-80--ada"),
        ("ada", "ab", "", "ab-80--ada"),
        // Names that do not fit are called by the id.
        ("ada", "xn--web", "", "i-00000000000003e7-80"),
        ("ada", long.as_str(), "", &format!("{long}-80--ada")),
        ("al--fa", "web-1", "", "i-00000000000003e7-80"),
        ("xn--al", "web-1", "", "i-00000000000003e7-80"),
        (longest.as_str(), long.as_str(), "", "i-00000000000003e7-80"),
        // Those of version 0.1 keep theirs.
        ("ada", "web-1", "web-1", "80-web-1"),
        ("ada", "web-1", "web-1-ada", "80-web-1-ada"),
    ] {
        let owner = world.person_by_login(owner).unwrap().id;
        let row = instance(&any, 999, owner, name, old);
        world.apply_all(vec![Change::PutInstance(Box::new(row.clone()))]);
        assert_eq!(label(&world, &row, ContainerPort::HTTP), named);
        assert_eq!(app(&world, named).map(|app| app.instance.id), Some(row.id), "{named}");
        for other in [format!("{named}x"), format!("0{named}"), named.replace("80", "080"), named.replace("80", "81")] {
            assert!(app(&world, &other).is_none(), "{other}");
        }
        // Each port has one name alone, whatever else would name its instance.
        for other in ["80-web-1", "web-1-80--ada", "i-00000000000003e7-80", "80-", "-80", "", "--", "80"] {
            assert!(other == named || app(&world, other).is_none(), "{other} beside {named}");
        }
    }
}

/// What happens: an instance is made by somebody under some name, or one of them goes.
#[derive(Debug, Clone)]
enum Step {
    Make(usize, String),
    Drop(usize),
}

fn name() -> impl Strategy<Value = String> {
    // Few characters, so that names run into each other; and now and then as long as can be.
    prop_oneof![
        4 => "a[a80-]{0,9}".prop_map(|text| text.trim_end_matches('-').to_owned()),
        1 => "x(n--)?[a-]{30,36}".prop_map(|text| text.trim_end_matches('-').to_owned()),
        1 => "a[a80-]{0,3}--a[a8-]{0,2}(-80)?(--a[a8]{1,2})?".prop_map(|text| text.trim_end_matches('-').to_owned()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever was made and deleted, in this version or before it, no host name ever leads to two owners.
    #[test]
    fn no_two_owners_ever_get_one_name(
        usernames in prop::collection::btree_set(
            "a[a8-]{1,8}".prop_map(|text| text.trim_end_matches('-').to_owned()).prop_filter("long", |text| text.len() > 1),
            2..5,
        ),
        old in prop::collection::vec((0usize..5, name(), 0u8..3), 0..6),
        steps in prop::collection::vec(
            prop_oneof![3 => (0usize..5, name()).prop_map(|(who, name)| Step::Make(who, name)), 1 => (0usize..9).prop_map(Step::Drop)],
            1..16,
        ),
    ) {
        let (mut world, any) = model_of_all();
        let owners: Vec<(PersonId, String)> = (100..).zip(&usernames)
            .map(|(bits, username)| (person(&mut world, bits, username), username.clone())).collect();
        let mut owner_of: BTreeMap<String, PersonId> = BTreeMap::new();
        let mut bits = 1_000;
        let mut put = |world: &mut World, who: usize, name: &str, how: Option<u8>| {
            let (owner, username) = &owners[who % owners.len()];
            bits += 1;
            // As version 0.1 named them: by the name, by name and owner, by a number behind it, whichever was free.
            let url_name = how.map_or(String::new(), |how| [name.to_owned(), format!("{name}-{username}"), format!("{name}-2")][usize::from(how)].clone());
            let taken = world.instances.values().any(|other| {
                (other.owner == *owner && other.spec.name.as_str() == name) || (how.is_some() && other.spec.url_name == url_name)
            });
            if !taken && name.len() <= 40 && url_name.len() <= 57 {
                let row = instance(&any, bits, *owner, name, &url_name);
                world.apply_all(vec![Change::PutInstance(Box::new(row))]);
            }
        };
        for (who, name, how) in &old {
            put(&mut world, *who, name, Some(*how));
        }
        for step in [None].into_iter().chain(steps.into_iter().map(Some)) {
            match step {
                Some(Step::Make(who, name)) => put(&mut world, who, &name, None),
                Some(Step::Drop(which)) => {
                    let gone = world.instances.keys().nth(which).copied();
                    world.apply_all(gone.map(Change::DropInstance));
                }
                None => {}
            }
            for row in world.instances.values() {
                for (port, text) in labels(&world, row) {
                    prop_assert!(text.len() <= 63 && text.get(2..4) != Some("--") && !text.ends_with('-'), "{}", text);
                    prop_assert!(text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
                    let first = *owner_of.entry(text.clone()).or_insert(row.owner);
                    prop_assert_eq!(first, row.owner, "{} was another owner's", text);
                    let found = app(&world, &text).map(|app| (app.instance.id, app.port.port.0));
                    prop_assert_eq!(found, Some((row.id, port)), "{}", text);
                }
            }
        }
    }
}

fn opened(scene: &Scene, id: InstanceId, port: u16) -> Option<Generation> {
    scene.instance(id).spec.open_port(ContainerPort(port)).map(|port| port.opened)
}

#[test]
fn a_port_that_is_opened_again_is_another_one() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let declare = |scene: &mut Scene, url: Option<UrlAccess>| {
        let port = ContainerPort::HTTP;
        let command = match url {
            Some(url) => Command::DeclarePort { id, port: DeclaredPort::asked(port, url) },
            None => Command::WithdrawPort { id, port },
        };
        scene.ask("bob", &command).unwrap();
        opened(scene, id, 80)
    };
    let first = opened(&scene, id, 80).unwrap();
    assert_eq!(declare(&mut scene, Some(UrlAccess::Public)), Some(first), "another level is the same opening");
    assert_eq!(declare(&mut scene, Some(UrlAccess::Off)), None);
    let second = declare(&mut scene, Some(UrlAccess::Owner)).unwrap();
    assert!(second > first, "closed and opened");
    assert_eq!(declare(&mut scene, Some(UrlAccess::Owner)), Some(second), "asking twice changes nothing");
    assert_eq!(declare(&mut scene, None), None);
    assert!(declare(&mut scene, Some(UrlAccess::Owner)).unwrap() > second, "withdrawn and declared");
}

#[test]
fn who_is_let_in() {
    let mut scene = Scene::with_node();
    let id = scene.create("bob", "web").unwrap();
    let [ada, bob, eve] = ["ada", "bob", "eve"].map(|name| Pass::Person(scene.actor(name)));
    // Ada administers, so she could make such a link, and eve could not.
    let [of_ada, of_bob, of_eve] = ["ada", "bob", "eve"].map(|name| Pass::Link(scene.person(name)));
    let of_nobody = Pass::Link(PersonId::from_bits(77));
    let all = [None, Some(&ada), Some(&bob), Some(&eve), Some(&of_ada), Some(&of_bob), Some(&of_eve), Some(&of_nobody)];
    for (url, expected) in [
        (UrlAccess::Off, [false; 8]),
        (UrlAccess::Owner, [false, false, true, false, true, true, false, false]),
        (UrlAccess::SignedIn, [false, true, true, true, true, true, false, false]),
        (UrlAccess::Public, [true; 8]),
    ] {
        let app = App { instance: &scene.world.instances[&id], port: DeclaredPort::asked(ContainerPort::HTTP, url) };
        assert_eq!(all.map(|pass| may_open(&scene.world, app, pass)), expected, "{url:?}");
    }
    let named = label(&scene.world, scene.instance(id), ContainerPort::HTTP);
    assert!(app(&scene.world, &named).is_some());
    scene.wish("bob", id, Verb::Delete).unwrap();
    assert!(app(&scene.world, &named).is_none(), "it is being deleted");
}
