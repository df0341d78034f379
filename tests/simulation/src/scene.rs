//! The world before anything happens: people with keys, and nodes that were registered and never seen.

use model::id::{ClusterId, NodeId, PersonId};
use model::port::PortRange;
use model::refusal::Refusal;
use model::request::{AddSshKey, RegisterNode, Settings, SignUp};
use model::version::Era;
use planner::actor::{Actor, Via};
use planner::clock::{Instant, Now};
use planner::command::people::{Admission, Newcomer};
use planner::command::ssh_keys::ParsedKey;
use planner::command::{nodes, people, ssh_keys};
use planner::decision::Decision;
use planner::draw::Draw;
use planner::world::World;

pub const CLUSTER: ClusterId = ClusterId::from_bits(1);
/// Room for four blocks of three.
const RANGE: PortRange = PortRange { first: 1024, last: 1036 };
const QUOTA: u32 = 3;
const NAMES: [&str; 3] = ["ada", "bob", "eve"];

/// What a history begins with.
pub struct Scene {
    pub world: World,
    pub people: Vec<PersonId>,
    pub nodes: Vec<NodeId>,
    /// The node whose program is an old one, if there is one.
    pub old: Option<NodeId>,
}

impl Scene {
    /// The first person administers, and owns every node. Of several nodes the last has an old program. With two, it takes
    /// instances as the other does; with more, instances begin with closed doors, so that none may come to it.
    pub fn new(people: usize, nodes: usize, now: Now) -> Result<Self, Refusal> {
        let settings = Settings { quota: QUOTA, web_ports_closed: nodes > 2, ..Settings::default() };
        let world = World::new(CLUSTER, Era::default(), settings, Instant::default());
        let mut scene = Self { world, people: Vec::new(), nodes: Vec::new(), old: None };
        let mut drawn = 1_000_000;
        let mut draw = || {
            drawn += 1;
            drawn
        };
        for name in NAMES.iter().take(people) {
            let person = scene.sign_up(name, &mut draw, now)?;
            scene.add_key(person, name, &mut draw, now)?;
            scene.people.push(person);
        }
        for number in 1..=nodes {
            let node = scene.register(&format!("lab-{number}"), &mut draw, now)?;
            scene.nodes.push(node);
        }
        scene.old = scene.nodes.last().copied().filter(|_| nodes > 1);
        Ok(scene)
    }

    fn sign_up(&mut self, name: &str, draw: &mut dyn Draw, now: Now) -> Result<PersonId, Refusal> {
        let newcomer = Newcomer::read(&SignUp {
            username: name.into(),
            email: format!("{name}@example.org"),
            ..SignUp::default()
        })?;
        let admission = if self.world.has_administrator() { Admission::None } else { Admission::Setup };
        let decision = people::sign_up(&self.world, newcomer, admission, "hash".into(), draw, now)?;
        Ok(self.apply(decision))
    }

    fn add_key(&mut self, person: PersonId, name: &str, draw: &mut dyn Draw, now: Now) -> Result<(), Refusal> {
        let key = ParsedKey {
            algorithm: "ssh-ed25519".into(),
            fingerprint: format!("SHA256:{name}"),
            public_key: format!("ssh-ed25519 {name}"),
        };
        let asked = AddSshKey { name: "laptop".into(), ..AddSshKey::default() };
        let decision = ssh_keys::add(&self.world, &self.actor(person), &asked, key, draw, now)?;
        self.apply(decision);
        Ok(())
    }

    fn register(&mut self, name: &str, draw: &mut dyn Draw, now: Now) -> Result<NodeId, Refusal> {
        let owner = self.people.first().copied().unwrap_or(PersonId::from_bits(0));
        let asked = RegisterNode {
            name: name.into(),
            host_ports: Some(RANGE),
            max_instances: Some(4),
            ..RegisterNode::default()
        };
        let decision = nodes::register(&self.world, &self.actor(owner), &asked, name.to_owned(), draw, now)?;
        Ok(self.apply(decision))
    }

    fn actor(&self, person: PersonId) -> Actor {
        Actor::new(&self.world.people[&person], Via::Console)
    }

    fn apply<T>(&mut self, decision: Decision<T>) -> T {
        self.world.apply_all(decision.changes);
        decision.answer
    }
}
