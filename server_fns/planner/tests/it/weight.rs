//! An assignment is one message.

use model::forward::{Forward, Place, Protocol};
use model::host_key::HostKey;
use model::id::{InstanceId, SshKeyId};
use model::instance::InstanceSpec;
use model::port::{ContainerPort, DeclaredPort, HostPort, UrlAccess};
use model::refusal::RefusalCode;
use model::request::{CreateInstance, OpenForward};
use planner::command::Command;
use planner::limits::{
    ASSIGNMENT_BYTES, FORWARDS_PER_INSTANCE, NETWORKS_PER_FORWARD, PORTS_PER_INSTANCE, SSH_KEY_BYTES_PER_INSTANCE,
};
use planner::reconcile::reconcile;
use planner::weight::weight;
use planner::world::{Change, Instance, Node, SshKey};

use crate::scene::Scene;

fn long(text: &str, length: usize) -> String {
    text.chars().cycle().take(length).collect()
}

/// With the longest of everything.
fn heavy(scene: &mut Scene, instance: &Instance) -> Instance {
    let key = |number: u64| SshKey {
        id: SshKeyId::from_bits(number),
        name: long("laptop", 40).parse().unwrap(),
        public_key: long("ssh-rsa AAAA", 740),
        ..scene.world.ssh_keys.values().next().unwrap().as_ref().clone()
    };
    let keys: Vec<SshKey> = (1..=20).map(|number| key(1_000 + number)).collect();
    let ssh_keys = keys.iter().map(|key| key.id).collect();
    keys.into_iter().for_each(|key| scene.world.apply(Change::PutSshKey(key)));
    let number = |number: usize| u16::try_from(60_000 + number).unwrap();
    let forward = |count| Forward {
        place: if count % 2 == 0 { Place::Server } else { Place::Node },
        protocol: Protocol::Udp,
        host: HostPort(number(count)),
        container: ContainerPort(number(count)),
        bind: Some("2001:db8:1111:2222:3333:4444:5555:6666".parse().unwrap()),
        allow: vec!["2001:db8:1111:2222:3333:4444:5555:6666/128".parse().unwrap(); NETWORKS_PER_FORWARD],
        automatic: false,
        given_up: false,
        opened: instance.generation,
    };
    let declared = |count| DeclaredPort {
        url: UrlAccess::SignedIn,
        ..DeclaredPort::asked(ContainerPort(number(count)), UrlAccess::Off)
    };
    let spec = InstanceSpec {
        name: long("web", 40).parse().unwrap(),
        url_name: long("web", 57),
        ssh_keys,
        ports: (0..PORTS_PER_INSTANCE).map(declared).collect(),
        forwards: (0..FORWARDS_PER_INSTANCE).map(forward).collect(),
        ..instance.spec.clone()
    };
    Instance { spec, ..instance.clone() }
}

#[test]
fn an_instance_takes_no_more_of_a_message_than_it_weighs() {
    let mut scene = Scene::with_node();
    scene.world.identity.gateway_key = long("ssh-ed25519 A", 81);
    let light = scene.create("bob", "web").unwrap();
    let host_key = HostKey { seed: long("0", 64), public_key: long("ssh-ed25519 A", 81), certificate: long("A", 700) };
    let light = Instance { host_key: host_key.into(), ..scene.instance(light).clone() };
    let heavy = heavy(&mut scene, &light);
    for instance in [light, heavy] {
        scene.world.apply(Change::PutInstance(Box::new(Instance {
            generation: instance.generation.next(),
            ..instance.clone()
        })));
        let plan = reconcile(&scene.world, scene.now);
        let assigned = plan.publish[0].assignment.instances.iter().find(|one| one.id == instance.id).unwrap();
        let (bytes, weight) = (serde_json::to_string(assigned).unwrap().len(), weight(&scene.world, &instance.spec));
        assert!(bytes <= weight, "{bytes} bytes, and a weight of {weight}");
        assert!(bytes * 3 > weight, "{bytes} bytes, and a weight of {weight}: a node would be full too early");
    }
}

#[test]
fn a_node_is_told_of_no_more_than_a_message_holds() {
    let mut scene = Scene::with_node();
    let web = scene.create("bob", "web").unwrap();
    let light = scene.instance(web).clone();
    let heavy = heavy(&mut scene, &light);
    // As many as it likes, so that nothing else stands in the way.
    let mut node = Node::clone(&scene.world.nodes[&light.node]);
    node.settings.max_instances = 500;
    scene.world.apply(Change::PutNode(Box::new(node)));
    let most = ASSIGNMENT_BYTES / weight(&scene.world, &heavy.spec);
    for number in 0..most {
        let id = InstanceId::from_bits(10_000 + u64::try_from(number).unwrap());
        scene.world.apply(Change::PutInstance(Box::new(Instance { id, ..heavy.clone() })));
    }
    scene.world.apply(Change::PutInstance(Box::new(Instance { id: InstanceId::from_bits(9_999), ..heavy })));
    let asked = OpenForward { container_port: 53, ..OpenForward::default() };
    let refused = scene.decide("bob", &Command::OpenForward { id: web, asked }).unwrap_err();
    assert_eq!(refused.code, RefusalCode::NoCapacity);
    let refused = scene
        .decide("eve", &Command::CreateInstance(CreateInstance { name: "db".into(), ..CreateInstance::default() }));
    assert!(refused.unwrap_err().evidence.iter().any(|line| line.text.contains("told of no more")));
}

#[test]
fn an_instance_lets_in_no_more_keys_than_have_room() {
    let mut scene = Scene::with_node();
    let bob = scene.person("bob");
    let own = SshKey::clone(scene.world.ssh_keys_of(bob).next().unwrap());
    for number in 1..=3 {
        let (id, public_key) = (SshKeyId::from_bits(number), long("ssh-rsa AAAA", SSH_KEY_BYTES_PER_INSTANCE / 2));
        scene.world.apply(Change::PutSshKey(SshKey { id, public_key, ..own.clone() }));
    }
    let asked = CreateInstance { name: "web".into(), ..CreateInstance::default() };
    let refused = scene.decide("bob", &Command::CreateInstance(asked.clone())).unwrap_err();
    assert_eq!((refused.code, refused.field.as_deref()), (RefusalCode::Invalid, Some("ssh_keys")));
    let few = CreateInstance { ssh_keys: Some(vec![own.id.to_string()]), ..asked };
    assert!(scene.decide("bob", &Command::CreateInstance(few)).is_ok());
}
