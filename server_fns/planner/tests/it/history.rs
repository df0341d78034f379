//! A history: what people, nodes and time do, in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use model::forward::{Place, Protocol, Unopened};
use model::id::{InstanceId, NodeId, PersonId};
use model::instance::DesiredState;
use model::port::{ContainerPort, PortRange};
use model::request::{CreateInstance, Handover, OpenForward, RegisterNode};
use model::verb::Verb;
use planner::channel;
use planner::command::idempotency::{Key, decide_once};
use planner::command::{Asker, Command, Decision, decide, people, ssh_keys};
use planner::credentials::session_is_valid;
use planner::telemetry::Pulse;

use crate::scene::{RANGE, Scene, facts, introduction, opening};
use crate::worker::Worker;

/// What happens, who or which it happens to, and how.
pub(crate) type Step = [u8; 3];

#[derive(Clone)]
pub(crate) struct History {
    pub(crate) scene: Scene,
    pub(crate) workers: BTreeMap<NodeId, Worker>,
    gone: BTreeSet<InstanceId>,
}

const PEOPLE: [&str; 3] = ["ada", "bob", "eve"];
const NAMES: [&str; 3] = ["web", "db", "box"];
/// What is asked of that instance.
fn wished(id: InstanceId, how: u8) -> Command {
    let wish = |verb| Command::Wish { id, verb };
    let door = |open| Command::SetDoor { id, port: ContainerPort::HTTP, open };
    match how % 6 {
        0 => wish(Verb::Start),
        1 => wish(Verb::Stop),
        2 => wish(Verb::Restart),
        3 => wish(Verb::Delete),
        4 => door(false),
        _ => door(true),
    }
}

impl History {
    /// Two nodes are online, a shared one and one of bob's own.
    pub(crate) fn begin() -> Self {
        let mut scene = Scene::with_node();
        // There are so many histories that each moment is looked at in many of them.
        scene.look_every = 6;
        let own = scene.register("bob", "lab-2").unwrap();
        scene.connect(own, "machine");
        let workers = scene.world.nodes.keys().map(|node| (*node, Worker::default())).collect();
        Self { scene, workers, gone: BTreeSet::new() }
    }

    pub(crate) fn step(&mut self, [what, which, how]: Step) {
        let before: BTreeSet<InstanceId> = self.scene.world.instances.keys().copied().collect();
        let someone = pick(&PEOPLE, which);
        match what % 27 {
            0..=4 => self.create(someone, how),
            5..=8 => self.wish(which, how),
            9..=14 => self.work(which, how),
            15 => self.connection(which, how),
            16 => self.take_ports(which, how),
            17 => self.scene.pass(Duration::from_secs(u64::from(how))),
            18 => self.scene.pass(Duration::from_secs(u64::from(how) * 3_600)),
            19 => self.keys(someone, how),
            20 => self.nodes(someone, which, how),
            21 => self.accounts(someone, which, how),
            22 => self.accident(which, how),
            23 => self.forward(which, how),
            24 | 25 => self.administer(someone, which, how),
            _ => self.stranger(which),
        }
        self.scene.settle();
        self.check(&before);
    }

    fn check(&mut self, before: &BTreeSet<InstanceId>) {
        let instances = &self.scene.world.instances;
        for id in before.iter().filter(|id| !instances.contains_key(*id)) {
            assert!(self.workers.values().all(|worker| !worker.has(*id)), "{id} was let go and its container is there");
            self.gone.insert(*id);
        }
        assert!(instances.keys().all(|id| !self.gone.contains(id)), "a deleted instance came back");
        for worker in self.workers.values() {
            assert!(worker.made.values().all(|made| *made <= 1), "an instance was made twice");
        }
    }

    fn create(&mut self, owner: &str, how: u8) {
        let asked = CreateInstance { name: pick(&NAMES, how).into(), ..CreateInstance::default() };
        let key = (how >= 128).then(|| Key { key: "once".into(), request_hash: pick(&NAMES, how).into() });
        let (asker, command) = (Asker::Person(self.scene.actor(owner)), Command::CreateInstance(asked));
        let mut draw = self.scene.draw();
        let now = self.scene.now;
        let mut create = |scene: &Scene| decide_once(&scene.world, &asker, &command, key.as_ref(), &mut draw, now);
        if let Ok(decided) = create(&self.scene) {
            let answer = self.scene.commit(decided);
            if key.is_some() {
                assert_eq!(create(&self.scene), Ok(Decision::unchanged(answer)), "a repetition");
            }
        }
    }

    /// Its owner; whose account is gone has none who could ask anything.
    fn looks_after(&self, id: InstanceId) -> String {
        let owner = self.scene.world.people.get(&self.scene.instance(id).owner);
        owner.map_or("ada".to_owned(), |owner| owner.username.to_string())
    }

    fn wish(&mut self, which: u8, how: u8) {
        let Some(id) = self.any_instance(which) else { return };
        let owner = self.looks_after(id);
        let command = wished(id, how);
        let before = self.scene.instance(id).clone();
        let granted = self.scene.ask(&owner, &command).is_ok();
        let (after, same) = (self.scene.instance(id).clone(), self.scene.instance(id).desired == before.desired);
        assert!(same || after.generation > before.generation);
        assert!(granted || same, "a refused wish was granted");
        let administers = |name: &str| self.scene.world.people[&self.scene.person(name)].administrator;
        let foreign = PEOPLE.into_iter().find(|name| *name != owner && !administers(name));
        if let Some(stranger) = foreign {
            assert!(self.scene.ask(stranger, &command).is_err());
        }
        assert_eq!(self.scene.instance(id).generation, after.generation);
    }

    /// A host port is opened, with a number or without, or one is closed.
    fn forward(&mut self, which: u8, how: u8) {
        let Some(id) = self.any_instance(which) else { return };
        let before = self.scene.instance(id).clone();
        let owner = self.looks_after(id);
        let closed = match (how % 4, before.spec.forwards.first()) {
            (0, Some(forward)) => Command::CloseForward { id, key: forward.key() },
            _ => {
                let asked = OpenForward {
                    place: if how % 4 == 1 { Place::Server } else { Place::Node },
                    protocol: if how.is_multiple_of(2) { Protocol::Tcp } else { Protocol::Udp },
                    container_port: 8_000 + u16::from(how % 3),
                    host_port: (how >= 128).then_some(RANGE.first + u16::from(how % 16)),
                    ..OpenForward::default()
                };
                let command = Command::OpenForward { id, asked };
                if let Ok(decided) = self.scene.decide(&owner, &command) {
                    self.scene.commit(decided);
                    let again = self.scene.decide(&owner, &command).expect("a repetition");
                    assert_eq!(again.changes, [], "a host port was opened twice");
                    // Another program has the server's newest one.
                    if let Some(forward) = self.scene.instance(id).spec.forwards.last().filter(|_| how % 16 == 1) {
                        let unopened = Unopened { key: forward.key(), reason: "in use".into(), taken: true };
                        self.scene.world.unopened.insert(id, vec![unopened]);
                    }
                }
                return;
            }
        };
        if self.scene.ask(&owner, &closed).is_ok() {
            assert!(self.scene.instance(id).generation > before.generation);
        }
    }

    /// Some of: the assignment arrives, it is carried out, and a report is sent.
    fn work(&mut self, which: u8, how: u8) {
        let Some(node) = self.any_node(which) else { return };
        let worker = self.workers.entry(node).or_default();
        if !how.is_multiple_of(4) {
            worker.receive(&self.scene.world, node);
        }
        if how % 8 != 1 {
            worker.converge();
        }
        if how % 8 != 2 {
            let reports = worker.reports();
            self.scene.world.heard(node, facts(), self.scene.now);
            self.scene.report(node, &reports);
        }
    }

    fn connection(&mut self, which: u8, how: u8) {
        let Some(node) = self.any_node(which) else { return };
        if self.scene.world.is_connected(node) && how.is_multiple_of(2) {
            self.scene.disconnect(node);
        } else {
            self.scene.connect(node, "machine");
        }
    }

    /// Another program takes a host port, or lets go of all of them.
    fn take_ports(&mut self, which: u8, how: u8) {
        let Some(node) = self.any_node(which) else { return };
        let taken = &mut self.workers.entry(node).or_default().taken;
        match how % 16 {
            0 => taken.clear(),
            offset => drop(taken.insert(RANGE.first + u16::from(offset))),
        }
    }

    fn keys(&mut self, owner: &str, how: u8) {
        let actor = self.scene.actor(owner);
        let key = self.scene.world.ssh_keys_of(actor.person).next().map(|key| key.id);
        match key.filter(|_| how.is_multiple_of(2)) {
            Some(key) => {
                let decided = ssh_keys::remove(&self.scene.world, key).expect("an own key");
                self.scene.commit(decided);
            }
            None => drop(self.scene.add_key(actor.person, &format!("key-{}", how % 4))),
        }
    }

    fn nodes(&mut self, owner: &str, which: u8, how: u8) {
        let Some(id) = self.any_node(which) else { return };
        let command = match how % 5 {
            0 => Command::CordonNode { id },
            1 => Command::UncordonNode { id },
            2 => Command::RemoveNode { id },
            3 => {
                let host_ports = Some(PortRange { first: RANGE.first + u16::from(how % 8), ..RANGE });
                let name = self.scene.world.nodes[&id].settings.name.to_string();
                Command::UpdateNode { id, asked: RegisterNode { name, host_ports, ..RegisterNode::default() } }
            }
            _ => {
                if let Ok(node) = self.scene.register(owner, &format!("lab-{}", how % 7)) {
                    self.scene.connect(node, "machine");
                }
                return;
            }
        };
        if let Ok(decided) = self.scene.decide(owner, &command) {
            self.scene.commit(decided);
        }
    }

    fn accounts(&mut self, someone: &str, which: u8, how: u8) {
        let person: PersonId = self.scene.person(someone);
        let mut draw = self.scene.draw();
        let (world, now) = (&self.scene.world, self.scene.now);
        let row = &world.people[&person];
        match how % 4 {
            0 => drop(self.scene.sign_up(&format!("person-{which}"))),
            1 => {
                let decided = people::reset_password(world, person, "other".into(), None).expect("a known person");
                self.scene.commit(decided);
                assert_eq!(self.scene.world.sessions_of(person).count(), 0);
            }
            2 => {
                let opened = people::open_session(world, opening(world, person), &mut draw, now);
                assert_eq!(opened.is_err(), row.suspended.is_some());
                if let Ok(decided) = opened {
                    let id = self.scene.commit(decided);
                    assert!(session_is_valid(&self.scene.world, &self.scene.world.sessions[&id], now));
                }
            }
            _ => {
                let may = row.administrator && row.suspended.is_none();
                let invited = self.scene.decide(someone, &Command::CreateInvite { secret_hash: "hash".into() });
                assert_eq!(invited.is_ok(), may);
                if let Ok(decided) = invited {
                    self.scene.commit(decided);
                }
            }
        }
    }

    /// The operator makes administrators, suspends, resumes and removes. Whoever was removed signs up again.
    fn administer(&mut self, someone: &str, which: u8, how: u8) {
        let person = self.scene.person(someone);
        let word = |bits: u8| match bits % 4 {
            0 => None,
            1 => Some(Handover::Delete),
            other => Some(Handover::Give(pick(&PEOPLE, other).parse().expect("a username"))),
        };
        let command = match how % 6 {
            0 => Command::SetAdministrator { person, administrator: which.is_multiple_of(2) },
            1 => Command::SuspendPerson { person, stop: which.is_multiple_of(2) },
            2 | 3 => Command::ResumePerson { person },
            _ => Command::RemovePerson { person, instances: word(which / 4), nodes: word(which / 16) },
        };
        let mut draw = self.scene.draw();
        let decided = decide(&self.scene.world, &Asker::Operator, &command, &mut draw, self.scene.now);
        let Ok(decided) = decided else { return };
        self.scene.commit(decided);
        self.scene.settle();
        if !self.scene.world.people.contains_key(&person) {
            let again = self.scene.sign_up(someone).expect("the name is free");
            assert!(again != person && self.scene.world.live_instances_of(again).next().is_none());
        }
    }

    /// A container ends by itself, or one that was reported vanishes.
    fn accident(&mut self, which: u8, how: u8) {
        let Some(id) = self.any_instance(which) else { return };
        let instance = self.scene.instance(id).clone();
        let worker = self.workers.entry(instance.node).or_default();
        if how.is_multiple_of(2) {
            worker.exit(id, 137);
        } else if worker.may_not_create(id) && instance.desired != DesiredState::Deleted {
            worker.vanish(id);
        }
    }

    /// A second machine with the same key, and a frame of an old connection.
    fn stranger(&mut self, which: u8) {
        let Some(node) = self.any_node(which) else { return };
        let (world, now) = (&self.scene.world, self.scene.now);
        let heard = |pulse: &Pulse| now.mono.since(pulse.last_heard) < planner::liveness::LEASE;
        let held = world.is_connected(node) && world.telemetry.of(node).is_some_and(heard);
        let second = channel::connected(world, node, introduction("another", "192.0.2.9"), now);
        assert_eq!(second.answer.is_err(), held);
        if let Some(link) = world.links.get(&node) {
            let old = model::version::Epoch(link.epoch.0 - 1);
            let reports = self.workers.entry(node).or_default().reports();
            let decided = channel::reported(world, node, old, &reports, now);
            assert_eq!(decided, Decision::unchanged(()), "a frame of an old connection changed something");
        }
    }

    fn any_instance(&self, which: u8) -> Option<InstanceId> {
        let all: Vec<InstanceId> = self.scene.world.instances.keys().copied().collect();
        (!all.is_empty()).then(|| pick(&all, which))
    }

    fn any_node(&self, which: u8) -> Option<NodeId> {
        let all: Vec<NodeId> = self.scene.world.nodes.keys().copied().collect();
        (!all.is_empty()).then(|| pick(&all, which))
    }
}

fn pick<T: Copy>(all: &[T], which: u8) -> T {
    all[usize::from(which) % all.len()]
}
