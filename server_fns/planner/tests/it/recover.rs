//! Containers without a row become instances again, and never somebody else's.

use model::forward::{Forward, Place, Protocol};
use model::id::{InstanceId, NodeId, PersonId};
use model::image::ImageName;
use model::instance::{DesiredState, InstanceSpec, Limits};
use model::port::{ContainerPort, DeclaredPort, HostPort, PortBlock, UrlAccess};
use model::refusal::{Refusal, RefusalCode};
use model::request::OpenForward;
use model::stranger::{Claim, Doors, IMAGE, NAME, OWNER, Object, Origin, RestOfRow, Row, Stranger};
use model::version::{Generation, Incarnation};
use planner::command::Command;
use planner::command::instances::recover::{proposals, proposed, recover};
use planner::world::Change;

use crate::scene::{RANGE, Scene};

const ID: InstanceId = InstanceId::from_bits(0xfeed);

fn stranger(owner: PersonId, name: &str) -> Stranger {
    let row = Row {
        owner,
        name: name.parse().unwrap(),
        image: ImageName::Debian12.into(),
        limits: Limits::default(),
        host_ports: PortBlock::starting_at(1027),
        host_key: "ssh-ed25519 AAAA".to_owned(),
        doors: None,
        rest: None,
    };
    let origin = Origin { instance: ID, incarnation: Incarnation(4), row };
    Stranger { origin: Some(origin), ..unknown() }
}

/// One of which the labels tell what object it is, and nothing tells more.
fn unknown() -> Stranger {
    Stranger {
        container: "dockhost-x".to_owned(),
        running: true,
        origin: None,
        object: Some(Object { id: ID, incarnation: Incarnation(4) }),
        unreadable: String::new(),
    }
}

fn scene(name: &str) -> (Scene, NodeId) {
    let mut scene = Scene::with_node();
    let node = *scene.world.nodes.keys().next().unwrap();
    let bob = scene.person("bob");
    scene.world.strangers(node, vec![stranger(bob, name)]);
    (scene, node)
}

fn asked(scene: &mut Scene, node: &str, owner: Option<&str>) -> Result<InstanceId, Refusal> {
    claimed(scene, node, &Claim { owner: owner.map(str::to_owned), ..Claim::default() })
}

fn claimed(scene: &mut Scene, node: &str, claim: &Claim) -> Result<InstanceId, Refusal> {
    let mut draw = scene.draw();
    let decided = recover(&scene.world, node, "dockhost-x", claim, &mut draw, scene.now)?;
    let id = scene.commit(decided);
    scene.settle();
    Ok(id)
}

#[test]
fn it_is_assigned_as_it_was_and_never_made_anew() {
    let (mut scene, node) = scene("web");
    let [proposal] = &proposals(&scene.world, scene.now)[..] else { panic!("one proposal") };
    let to_be = proposal.outcome.clone().unwrap();
    assert_eq!((to_be.owner.as_str(), to_be.name.as_str(), to_be.host_ports.first.0), ("bob", "web", 1027));
    assert_eq!(asked(&mut scene, "lab-1", None), Ok(ID));
    let [assigned] = &scene.assignment(node).instances[..] else { panic!("one instance") };
    assert_eq!((assigned.id, assigned.incarnation, assigned.may_create), (ID, Incarnation(4), false));
    assert_eq!((assigned.desired, assigned.host_ports), (DesiredState::Running, PortBlock::starting_at(1027)));
    assert!(!assigned.authorized_keys.is_empty());
    assert_eq!((assigned.host_key.public_key.as_str(), assigned.host_key.seed.as_str()), ("ssh-ed25519 AAAA", ""));
    assert!(
        scene.told(ID).last().unwrap().starts_with("Recovered from its container dockhost-x on lab-1. "),
        "{:?}",
        scene.told(ID)
    );
    assert_eq!(assigned.closed, ContainerPort::CLOSABLE, "nobody knows any more whether they were open");
    assert_eq!(proposals(&scene.world, scene.now), [], "it is no stranger any more, whatever its node said before");
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().code, RefusalCode::NotFound);
    let mut copy = scene.world.links[&node].strangers.clone();
    copy[0].origin.as_mut().unwrap().incarnation = Incarnation(3);
    scene.world.strangers(node, copy);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().code, RefusalCode::Conflict, "another one of its row");
}

#[test]
fn a_name_or_ports_in_use_give_way() {
    let (mut scene, node) = scene("web");
    scene.create("bob", "web").unwrap();
    scene.create("bob", "second").unwrap();
    assert!(scene.world.held_ports(node).any(|held| held == PortBlock::starting_at(1027).range()));
    asked(&mut scene, "lab-1", None).unwrap();
    let made = scene.instance(ID);
    assert_eq!((made.spec.name.as_str(), made.host_ports.first.0), ("web-2", 1030));
    assert!(made.host_ports.first.0 < RANGE.last);
}

#[test]
fn an_owner_who_is_gone_or_has_no_place_there_must_be_named() {
    let (mut scene, node) = scene("web");
    scene.world.strangers(node, vec![stranger(PersonId::from_bits(0xdead), "web")]);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().field.as_deref(), Some(OWNER));
    assert_eq!(asked(&mut scene, "lab-1", Some("nobody")).unwrap_err().field.as_deref(), Some(OWNER));
    asked(&mut scene, "lab-1", Some("eve")).unwrap();
    assert_eq!(scene.instance(ID).owner, scene.person("eve"));

    let mut scene = Scene::with_people();
    let node = scene.register("eve", "own").unwrap();
    scene.connect(node, "machine");
    let bob = scene.person("bob");
    scene.world.strangers(node, vec![stranger(bob, "web")]);
    let forged = asked(&mut scene, "own", None).unwrap_err();
    assert!(forged.message.contains("does not take instances of bob"), "{forged}");
}

#[test]
fn what_tells_no_origin_or_is_not_there_is_left() {
    let (mut scene, node) = scene("web");
    assert_eq!(asked(&mut scene, "lab-9", None).unwrap_err().code, RefusalCode::NotFound);
    scene.world.strangers(node, vec![Stranger { object: None, ..unknown() }]);
    assert!(asked(&mut scene, "lab-1", None).unwrap_err().message.contains("do not tell"));
    scene.disconnect(node);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().code, RefusalCode::NotFound);
    assert_eq!(proposals(&scene.world, scene.now), []);
}

#[test]
fn forged_limits_are_refused() {
    let (mut scene, node) = scene("web");
    let mut forged = stranger(scene.person("bob"), "web");
    forged.origin.as_mut().unwrap().row.limits.memory_bytes = Some(1);
    scene.world.strangers(node, vec![forged]);
    assert_eq!(asked(&mut scene, "lab-1", None).unwrap_err().field.as_deref(), Some("limits.memory_bytes"));
}

#[test]
fn what_the_node_of_another_person_says_is_for_a_person_to_look_at() {
    let said = |scene: &Scene| proposals(&scene.world, scene.now)[0].outcome.clone().unwrap().on_word_of;
    let (mut scene, node) = scene("web");
    assert_eq!(said(&scene).unwrap().as_str(), "ada", "the node is ada's, and says that it is bob's");
    let own = stranger(scene.person("ada"), "web");
    scene.world.strangers(node, vec![own]);
    assert_eq!(said(&scene), None);
}

/// Bob's `web` as it stands in the row, with everything set that a person can set, and what its node keeps of it.
fn full() -> (Scene, NodeId, InstanceSpec, Stranger) {
    let mut scene = Scene::with_node();
    let bob = scene.person("bob");
    scene.add_key(bob, "phone").unwrap();
    let id = scene.create("bob", "web").unwrap();
    let phone = scene.world.ssh_keys_of(bob).find(|key| key.name.as_str() == "phone").unwrap().id;
    let mut row = scene.instance(id).clone();
    (row.spec.ssh_keys, row.spec.all_ssh_keys) = (vec![phone], true);
    row.generation = row.generation.next();
    scene.commit_changes(vec![Change::PutInstance(Box::new(row))]);
    let port = |port, url| Command::DeclarePort { id, port: DeclaredPort::asked(ContainerPort(port), url) };
    let forward = |place, host_port, allow: &[&str]| {
        let allow = allow.iter().map(|text| (*text).to_owned()).collect();
        let asked = OpenForward { place, container_port: 8080, host_port, allow, ..OpenForward::default() };
        Command::OpenForward { id, asked }
    };
    for command in [
        port(80, UrlAccess::Public),
        port(3000, UrlAccess::SignedIn),
        port(3000, UrlAccess::Off),
        port(3000, UrlAccess::Owner),
        forward(Place::default(), Some(1034), &["10.0.0.0/8"]),
        forward(Place::default(), None, &[]),
        forward(Place::Server, None, &[]),
        Command::SetStartOnConnect { id, allowed: true },
        Command::SetDoor { id, port: ContainerPort::HTTPS, open: false },
    ] {
        scene.ask("bob", &command).unwrap();
    }
    let (row, node) = (scene.instance(id).clone(), scene.instance(id).node);
    let assigned = scene.assignment(node).instances[0].clone();
    let origin = Origin { instance: id, incarnation: assigned.incarnation, row: assigned.row() };
    let object = Some(Object { id, incarnation: assigned.incarnation });
    let told = Stranger { origin: Some(origin), object, ..unknown() };
    // As a server from before it was created has it.
    scene.world.apply(Change::DropInstance(id));
    scene.settle();
    scene.world.strangers(node, vec![told.clone()]);
    (scene, node, row.spec, told)
}

#[test]
fn everything_that_its_owner_set_comes_back() {
    let (mut scene, node, spec, told) = full();
    let [proposal] = &proposals(&scene.world, scene.now)[..] else { panic!("one proposal") };
    assert_eq!(proposal.outcome.clone().unwrap().lost, Vec::<String>::new());
    let id = asked(&mut scene, "lab-1", None).unwrap();
    let again = scene.instance(id).clone();
    assert_eq!(again.spec, spec);
    assert_eq!(again.host_ports, told.origin.clone().unwrap().row.host_ports);
    let opened = spec.ports.iter().map(|port| port.opened).max().unwrap();
    assert!(again.generation >= opened, "or a link to a URL that was closed since would open the next one");
    assert_eq!(scene.told(id).last().unwrap(), "Recovered from its container dockhost-x on lab-1.");
    let assigned = &scene.assignment(node).instances[0];
    assert_eq!(assigned.row(), told.origin.unwrap().row, "and its node writes down what it wrote down before");
}

#[test]
fn what_others_have_by_now_is_told_to_be_lost() {
    let (mut scene, node, spec, told) = full();
    let bob = scene.person("bob");
    let phone = spec.ssh_keys[0];
    scene.ask("bob", &Command::RemoveSshKey { id: phone }).unwrap();
    let other = scene.create("eve", "other").unwrap();
    assert_eq!(scene.instance(other).host_ports, told.origin.unwrap().row.host_ports);
    let asked_for = OpenForward { container_port: 80, host_port: Some(1034), ..OpenForward::default() };
    scene.ask("eve", &Command::OpenForward { id: other, asked: asked_for }).unwrap();
    let automatic = spec.forwards.iter().find(|forward| forward.automatic && forward.place == Place::Node).unwrap();
    let (theirs, number) = (
        OpenForward { container_port: 81, host_port: Some(automatic.host.0), ..OpenForward::default() },
        automatic.host.0,
    );
    scene.ask("eve", &Command::OpenForward { id: other, asked: theirs }).unwrap();
    let id = asked(&mut scene, "lab-1", None).unwrap();
    let again = scene.instance(id).clone();
    let laptop = scene.world.ssh_keys_of(bob).next().unwrap().id;
    assert_eq!(again.spec.ssh_keys, [laptop]);
    let told = scene.told(id).last().unwrap().to_owned();
    for part in [
        "bob has none of the SSH keys that it let in; it lets in others of bob.",
        "Its host ports 1024 to 1026 are not free there; it gets 1027 to 1029.",
        "Host port 1034 leads to port 8080 no more: Host port 1034 is in use there.",
        &format!("Host port {number} is not free there;"),
    ] {
        assert!(told.contains(part), "{part} is not in: {told}");
    }
    assert_eq!(again.spec.forwards.len(), 2, "the automatic one, and that of the server");
    assert!(again.spec.forwards.iter().all(|forward| forward.host.0 != 1034 && forward.host.0 != number));
    assert_eq!((again.spec.ports, again.spec.start_on_connect, again.spec.closed), (spec.ports, true, spec.closed));
    assert_eq!(scene.assignment(node).instances.len(), 2);
}

#[test]
fn where_its_folder_is_gone_a_person_says_the_rest() {
    let (mut scene, node) = scene("web");
    scene.world.strangers(node, vec![unknown()]);
    let mut claim = Claim::default();
    let said = |scene: &mut Scene, claim: &Claim| claimed(scene, "lab-1", claim).unwrap_err();
    let first = said(&mut scene, &claim);
    assert!(first.message.contains("no file in its folder on lab-1 any more"), "{first}");
    assert_eq!(first.field.as_deref(), Some(OWNER));
    assert_eq!(proposals(&scene.world, scene.now)[0].outcome, Err(first));
    claim.owner = Some("bob".to_owned());
    assert_eq!(said(&mut scene, &claim).field.as_deref(), Some(NAME));
    claim.name = Some("bob".to_owned());
    assert_eq!(said(&mut scene, &claim).field.as_deref(), Some(NAME), "it would hide the lobby");
    claim.name = Some("Not a name".to_owned());
    assert_eq!(said(&mut scene, &claim).field.as_deref(), Some(NAME));
    claim.name = Some("web".to_owned());
    assert_eq!(said(&mut scene, &claim).field.as_deref(), Some(IMAGE));
    claim.image = Some("windows".to_owned());
    assert_eq!(said(&mut scene, &claim).field.as_deref(), Some(IMAGE));
    claim.image = Some("debian-12".to_owned());
    let to_be = proposed(&scene.world, "lab-1", "dockhost-x", &claim, scene.now).unwrap();
    assert!(to_be.lost[0].contains("SSH keys, URLs, limits and host ports are not known any more"), "{:?}", to_be.lost);
    assert!(to_be.lost[1].contains("once it was restarted"), "{:?}", to_be.lost);
    // Whose container it is stands on the word of the person who runs the node, whoever says the rest.
    assert_eq!(to_be.on_word_of.unwrap().as_str(), "ada");
    assert_eq!(claimed(&mut scene, "lab-1", &claim), Ok(ID));
    let made = scene.instance(ID);
    assert_eq!((made.incarnation, made.was_present, made.spec.name.as_str()), (Incarnation(4), true, "web"));
    assert_eq!(
        (made.spec.image.to_string().as_str(), &made.spec.closed[..]),
        ("debian-12", &ContainerPort::CLOSABLE[..])
    );
    assert_eq!(proposals(&scene.world, scene.now), []);
}

#[test]
fn a_file_that_cannot_be_read_is_told_and_nothing_is_guessed() {
    let (mut scene, node) = scene("web");
    let why = "the file /d/i/instance.json is damaged (EOF)".to_owned();
    scene.world.strangers(node, vec![Stranger { unreadable: why.clone(), ..unknown() }]);
    let refused = asked(&mut scene, "lab-1", None).unwrap_err();
    assert!(refused.message.contains(&why) && refused.field.as_deref() == Some(OWNER), "{refused}");
}

#[test]
fn a_forged_file_takes_nothing_that_its_owner_could_not_have() {
    let mut scene = Scene::with_people();
    let node = scene.register("bob", "own").unwrap();
    scene.connect(node, "machine");
    let mut forged = stranger(scene.person("bob"), "web");
    let row = &mut forged.origin.as_mut().unwrap().row;
    let port = |number| DeclaredPort {
        opened: Generation(u64::MAX),
        ..DeclaredPort::asked(ContainerPort(number), UrlAccess::Public)
    };
    let forward = |host: u16, container: u16| Forward {
        place: Place::Node,
        protocol: Protocol::Tcp,
        host: HostPort(host),
        container: ContainerPort(container),
        bind: None,
        allow: Vec::new(),
        automatic: false,
        given_up: false,
        opened: Generation(u64::MAX),
    };
    row.doors = Some(Doors {
        ssh_keys: vec!["ssh-ed25519 AAAAforged".to_owned()],
        closed: vec![ContainerPort::SSH],
        forwards: vec![forward(22, 22), forward(1027, 80), forward(1035, 0), forward(1036, 80)],
    });
    row.rest = Some(RestOfRow {
        ports: [22, 0, 80, 80].map(port).to_vec(),
        url_name: "bank".to_owned(),
        ..RestOfRow::default()
    });
    scene.world.strangers(node, vec![forged]);
    asked(&mut scene, "own", None).unwrap();
    let made = scene.instance(ID);
    assert_eq!(made.spec.ssh_keys.len(), 1, "a key of bob's, and none of the node's");
    assert_eq!(made.spec.ports.iter().map(|port| port.port.0).collect::<Vec<_>>(), [80]);
    assert_eq!(made.spec.forwards.iter().map(|forward| forward.host.0).collect::<Vec<_>>(), [1036]);
    // A generation that no links of before can reach, however high the one is that the node claims.
    assert_eq!(
        (made.spec.url_name.as_str(), made.generation, &made.spec.closed[..]),
        ("", Generation(1 << 20), &[][..])
    );
}
