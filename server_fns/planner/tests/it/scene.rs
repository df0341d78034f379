//! A world with people, keys and connected nodes, in which every step is checked.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use model::assignment::{AssignedInstance, Assignment};
use model::feature::Features;
use model::id::{ClusterId, InstanceId, NodeId, PersonId, TokenId};
use model::image::ImageName;
use model::live::LiveWorld;
use model::node::{EngineState, NodeFacts};
use model::observed::InstanceReport;
use model::port::PortRange;
use model::refusal::Refusal;
use model::request::{AddSshKey, CreateInstance, CreateToken, RegisterNode, Settings, SignUp};
use model::verb::Verb;
use model::version::{Epoch, Era, Generation};
use planner::actor::{Actor, Via};
use planner::channel::{self, Introduction};
use planner::clock::{Instant, Now};
use planner::command::people::Admission;
use planner::command::ssh_keys::ParsedKey;
use planner::command::{Answer, Asker, Command, Decision, decide, nodes, people, ssh_keys};
use planner::event::text;
use planner::invariants::{check, check_step};
use planner::reconcile::reconcile;
use planner::view::{LivePage, live_world};
use planner::world::{Change, Instance, LookedAfter, ServerPorts, World};

pub(crate) const RANGE: PortRange = PortRange { first: 1024, last: 1036 };
pub(crate) const SERVER_RANGE: PortRange = PortRange { first: 20_000, last: 20_003 };

/// Clonable, so that many histories begin from one scene.
#[derive(Clone)]
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) now: Now,
    drawn: u64,
    /// What was ever sent under a generation.
    sent: BTreeMap<(NodeId, Generation), Vec<AssignedInstance>>,
    /// What each person was shown last.
    shown: BTreeMap<PersonId, LivePage>,
    /// After how many times of settling everybody looks.
    pub(crate) look_every: u32,
    settled: u32,
}

impl Scene {
    pub(crate) fn empty() -> Self {
        let start = Instant(Duration::from_secs(1_000));
        let wall = Timestamp::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let mut world =
            World::new(ClusterId::from_bits(1), Era::default(), Settings { quota: 3, ..Settings::default() }, start);
        let bind = IpAddr::from([127, 0, 0, 1]);
        world.identity.server_ports = Some(ServerPorts { range: SERVER_RANGE, bind, host: "dockhost.example".into() });
        Self {
            world,
            now: Now { wall, mono: start },
            drawn: 0,
            sent: BTreeMap::new(),
            shown: BTreeMap::new(),
            look_every: 1,
            settled: 0,
        }
    }

    /// `ada` administers, `bob` and `eve` do not; each has a key. Nothing is registered yet.
    pub(crate) fn with_people() -> Self {
        let mut scene = Self::empty();
        for name in ["ada", "bob", "eve"] {
            let person = scene.sign_up(name).unwrap();
            scene.add_key(person, "laptop").unwrap();
        }
        scene
    }

    /// And the administrator's node `lab-1` is online.
    pub(crate) fn with_node() -> Self {
        let mut scene = Self::with_people();
        let node = scene.register("ada", "lab-1").unwrap();
        scene.connect(node, "machine");
        scene
    }

    pub(crate) fn commit<T>(&mut self, decided: Decision<T>) -> T {
        let (changes, answer) = decided.rows(&self.world, self.now);
        self.commit_changes(changes);
        answer
    }

    /// As that person asks for it.
    pub(crate) fn ask(&mut self, who: &str, command: &Command) -> Result<Answer, Refusal> {
        self.ask_by(who, Via::Console, command)
    }

    /// The same, and nothing of it is done.
    pub(crate) fn decide(&mut self, who: &str, command: &Command) -> Result<Decision<Answer>, Refusal> {
        self.decide_by(who, Via::Console, command)
    }

    /// As that person asks for it in that way.
    pub(crate) fn ask_by(&mut self, who: &str, via: Via, command: &Command) -> Result<Answer, Refusal> {
        let decided = self.decide_by(who, via, command)?;
        let answer = self.commit(decided);
        self.settle();
        Ok(answer)
    }

    pub(crate) fn decide_by(&mut self, who: &str, via: Via, command: &Command) -> Result<Decision<Answer>, Refusal> {
        let (asker, mut draw) = (Asker::Person(Actor { via, ..self.actor(who) }), self.draw());
        decide(&self.world, &asker, command, &mut draw, self.now)
    }

    /// Somebody signs in.
    pub(crate) fn sign_in(&mut self, who: &str) -> Via {
        let (person, mut draw) = (self.person(who), self.draw());
        let decided = people::open_session(&self.world, opening(&self.world, person), &mut draw, self.now).unwrap();
        Via::Session(self.commit(decided))
    }

    pub(crate) fn token(&mut self, who: &str, asked: &CreateToken) -> TokenId {
        let secret_hash = format!("{} of {who}", asked.name);
        let command = Command::CreateToken { asked: asked.clone(), hint: "dhp".into(), secret_hash };
        let Answer::Token(id) = self.ask(who, &command).unwrap() else { panic!("no token was made") };
        id
    }

    pub(crate) fn commit_changes(&mut self, changes: Vec<Change>) {
        let before = self.world.clone();
        self.world.apply_all(changes);
        assert_eq!(check(&self.world), []);
        assert_eq!(check_step(&before, &self.world), []);
    }

    /// Carries out what is planned, and finds that nothing more is.
    pub(crate) fn settle(&mut self) {
        let plan = reconcile(&self.world, self.now);
        let forgetful = World { looked_after: LookedAfter::default(), ..self.world.clone() };
        assert_eq!(plan, reconcile(&forgetful, self.now), "an assignment that must be made anew was not");
        self.commit_changes(plan.changes);
        for publish in plan.publish {
            let assignment = &publish.assignment;
            let content =
                self.sent.entry((publish.node, assignment.generation)).or_insert_with(|| assignment.instances.clone());
            assert_eq!(*content, assignment.instances, "one generation with two contents");
            assert_eq!(self.world.generation(&self.world.nodes[&publish.node]), assignment.generation);
            self.world.publish(publish.node, publish.assignment);
        }
        self.world.handed_over();
        self.settled += 1;
        if self.settled.is_multiple_of(self.look_every) {
            self.look();
        }
        let again = reconcile(&self.world, self.now);
        assert!(again.is_empty(), "a second look found more: {again:?}");
        assert!(again.wake_at.is_none_or(|at| at > self.now.mono), "it would wake at once, again and again");
    }

    /// What each person is shown is the same as if it was made anew, and the changes lead there.
    fn look(&mut self) {
        for person in self.world.people.keys() {
            let Some(fresh) = live_world(&self.world, *person, self.now) else {
                assert!(self.world.people[person].suspended.is_some(), "somebody was shown nothing");
                self.shown.remove(person);
                continue;
            };
            let shown = match self.shown.get(person) {
                None => LivePage::first(&self.world, *person, self.now).unwrap(),
                Some(last) => {
                    let (mut page, next) = (last.whole(), last.next(&self.world, self.now).unwrap());
                    last.changes_to(&next).into_iter().for_each(|change| page.apply(change));
                    assert_eq!(page, next.whole(), "the changes do not lead to what is shown");
                    next
                }
            };
            // How often a page was told of the log is its own.
            let whole = LiveWorld { activity: fresh.activity, ..shown.whole() };
            assert_eq!(whole, fresh, "a row that must be made anew was not");
            self.shown.insert(*person, shown);
        }
    }

    pub(crate) fn pass(&mut self, time: Duration) {
        self.now = Now { wall: self.now.wall + time, mono: Instant(self.now.mono.0 + time) };
    }

    pub(crate) fn draw(&mut self) -> impl FnMut() -> u64 + use<> {
        self.drawn += 1_000;
        let mut next = self.drawn;
        move || {
            next += 1;
            next
        }
    }

    pub(crate) fn person(&self, name: &str) -> PersonId {
        self.world.person_by_login(name).unwrap().id
    }

    pub(crate) fn actor(&self, name: &str) -> Actor {
        Actor::new(self.world.person_by_login(name).unwrap(), Via::Console)
    }

    pub(crate) fn sign_up(&mut self, name: &str) -> Result<PersonId, Refusal> {
        let admission = if self.world.has_administrator() { Admission::None } else { Admission::Setup };
        let newcomer = people::Newcomer::read(&asks(name))?;
        let mut draw = self.draw();
        let decided = people::sign_up(&self.world, newcomer, admission, "hash".into(), &mut draw, self.now)?;
        Ok(self.commit(decided))
    }

    pub(crate) fn add_key(&mut self, person: PersonId, name: &str) -> Result<(), Refusal> {
        let actor = Actor::new(&self.world.people[&person], Via::Console);
        let mut draw = self.draw();
        let key = ParsedKey {
            algorithm: "ssh-ed25519".into(),
            fingerprint: format!("SHA256:{name}"),
            public_key: format!("ssh-ed25519 {name}"),
        };
        let asked = AddSshKey { name: name.into(), ..AddSshKey::default() };
        let decided = ssh_keys::add(&self.world, &actor, &asked, key, &mut draw, self.now)?;
        self.commit(decided);
        Ok(())
    }

    pub(crate) fn register(&mut self, owner: &str, name: &str) -> Result<NodeId, Refusal> {
        let asked = RegisterNode {
            name: name.into(),
            host_ports: Some(RANGE),
            max_instances: Some(5),
            ..RegisterNode::default()
        };
        let mut draw = self.draw();
        let actor = self.actor(owner);
        let decided = nodes::register(&self.world, &actor, &asked, "hash".into(), &mut draw, self.now)?;
        Ok(self.commit(decided))
    }

    pub(crate) fn connect(&mut self, node: NodeId, machine: &str) -> Epoch {
        self.connect_as(node, introduction(machine, "192.0.2.7"))
    }

    pub(crate) fn connect_as(&mut self, node: NodeId, hello: Introduction) -> Epoch {
        let facts = hello.facts.clone();
        let decided = channel::connected(&self.world, node, hello, self.now);
        let epoch = self.commit(decided).unwrap();
        self.world.link_up(node, epoch, facts, self.now);
        self.settle();
        epoch
    }

    pub(crate) fn disconnect(&mut self, node: NodeId) {
        let epoch = self.world.links[&node].epoch;
        let decided = channel::disconnected(&self.world, node, epoch);
        self.commit(decided);
        self.world.link_down(node, epoch);
        self.settle();
    }

    pub(crate) fn report(&mut self, node: NodeId, reports: &[InstanceReport]) {
        let epoch = self.world.links.get(&node).map_or(Epoch(0), |link| link.epoch);
        let decided = channel::reported(&self.world, node, epoch, reports, self.now);
        self.commit(decided);
        let again = channel::reported(&self.world, node, epoch, reports, self.now);
        assert_eq!(again, Decision::unchanged(()), "the same report changes something twice");
        self.settle();
    }

    pub(crate) fn create(&mut self, owner: &str, name: &str) -> Result<InstanceId, Refusal> {
        self.create_as(owner, &CreateInstance { name: name.into(), ..CreateInstance::default() })
    }

    pub(crate) fn create_as(&mut self, owner: &str, asked: &CreateInstance) -> Result<InstanceId, Refusal> {
        let answer = self.ask(owner, &Command::CreateInstance(asked.clone()))?;
        let Answer::Instance(id) = answer else { panic!("a create was answered with {answer:?}") };
        Ok(id)
    }

    pub(crate) fn wish(&mut self, owner: &str, id: InstanceId, verb: Verb) -> Result<(), Refusal> {
        self.ask(owner, &Command::Wish { id, verb }).map(drop)
    }

    pub(crate) fn instance(&self, id: InstanceId) -> &Instance {
        &self.world.instances[&id]
    }

    pub(crate) fn phase(&self, id: InstanceId) -> String {
        planner::rollup::phase_of(&self.world, self.instance(id), self.now).to_string()
    }

    pub(crate) fn assignment(&self, node: NodeId) -> Arc<Assignment> {
        self.world.published[&node].clone()
    }

    /// What happened to the instance, as sentences.
    pub(crate) fn told(&self, id: InstanceId) -> Vec<String> {
        self.world.log.of_instance(id).map(|event| text(&event.happening)).collect()
    }
}

pub(crate) fn asks(name: &str) -> SignUp {
    SignUp { username: name.into(), email: format!("{name}@example.org"), ..SignUp::default() }
}

/// One that may do everything, and for ever.
pub(crate) fn named_token(name: &str) -> CreateToken {
    CreateToken { name: name.into(), ..CreateToken::default() }
}

/// Somebody signs in with a browser, and with the password of now.
pub(crate) fn opening(world: &World, person: PersonId) -> people::Opening {
    people::Opening {
        person,
        password_hash: world.people[&person].password_hash.clone(),
        secret_hash: "hash".into(),
        key_hash: "hash of a key".into(),
        address: "192.0.2.1".into(),
        agent: "a\nbrowser".into(),
    }
}

/// How a machine with an empty data directory introduces itself.
pub(crate) fn introduction(machine: &str, peer_address: &str) -> Introduction {
    Introduction {
        machine: machine.to_owned(),
        cluster: None,
        era: Era::default(),
        generation: Generation::default(),
        facts: facts(),
        features: Features::all(),
        peer_address: peer_address.to_owned(),
    }
}

pub(crate) fn facts() -> NodeFacts {
    NodeFacts {
        engine: EngineState::Up { version: "29".into(), api: "1.52".into() },
        images: ImageName::ALL.into(),
        ..NodeFacts::default()
    }
}
