//! Small questions about the world.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use model::Timestamp;
use model::forward::{ForwardKey, Place};
use model::id::{InstanceId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::instance::DesiredState;
use model::node::NodeFacts;
use model::observed::Observed;
use model::port::{HostPort, PortBlock, PortRange};
use model::refusal::{Refusal, RefusalCode};
use model::stranger::{Object, Stranger};
use model::version::{Generation, Restarts};

use crate::world::{Enrolment, Idempotency, Instance, LastReport, Node, Person, Session, SshKey, Token, World};

impl World {
    /// By username or e-mail address, as people type them.
    pub fn person_by_login(&self, login: &str) -> Option<&Arc<Person>> {
        let login = login.trim().to_ascii_lowercase();
        self.people.values().find(|person| person.username.as_str() == login || person.email.as_str() == login)
    }

    /// Whether somebody's account is called so.
    pub fn is_username(&self, name: &str) -> bool {
        self.person_called(name).is_some()
    }

    pub fn person_called(&self, username: &str) -> Option<&Arc<Person>> {
        let found = self.found_by.username.candidates(username, PersonId::from_bits(0));
        found.filter_map(|id| self.people.get(&id)).find(|person| person.username.as_str() == username)
    }

    /// Whose password the link with that secret sets.
    pub fn person_by_reset(&self, secret_hash: &str) -> Option<&Arc<Person>> {
        let has = |person: &&Arc<Person>| person.reset.as_ref().is_some_and(|reset| reset.secret_hash == secret_hash);
        self.people.values().find(has)
    }

    pub fn find_person(&self, id: PersonId) -> Result<&Arc<Person>, Refusal> {
        let nobody = || Refusal::new(RefusalCode::NotFound, format!("There is no account {id}, or no longer."));
        self.people.get(&id).ok_or_else(nobody)
    }

    pub fn find_instance(&self, id: InstanceId) -> Result<&Arc<Instance>, Refusal> {
        self.instances.get(&id).ok_or_else(|| Refusal::not_found("instance"))
    }

    pub fn find_node(&self, id: NodeId) -> Result<&Arc<Node>, Refusal> {
        self.nodes.get(&id).ok_or_else(|| Refusal::not_found("node"))
    }

    pub fn find_ssh_key(&self, id: SshKeyId) -> Result<&Arc<SshKey>, Refusal> {
        self.ssh_keys.get(&id).ok_or_else(|| Refusal::not_found("SSH key"))
    }

    pub fn find_token(&self, id: TokenId) -> Result<&Arc<Token>, Refusal> {
        self.tokens.get(&id).ok_or_else(|| Refusal::not_found("token"))
    }

    pub fn find_session(&self, id: SessionId) -> Result<&Arc<Session>, Refusal> {
        self.sessions.get(&id).ok_or_else(|| Refusal::not_found("session"))
    }

    pub fn has_administrator(&self) -> bool {
        self.people.values().any(|person| person.administrator)
    }

    pub fn session_by_hash(&self, secret_hash: &str) -> Option<&Arc<Session>> {
        let found = self.found_by.session.candidates(secret_hash, SessionId::from_bits(0));
        found.filter_map(|id| self.sessions.get(&id)).find(|session| session.secret_hash == secret_hash)
    }

    /// The session whose page keeps that key.
    pub fn session_by_key_hash(&self, key_hash: &str) -> Option<&Arc<Session>> {
        let found = self.found_by.session_key.candidates(key_hash, SessionId::from_bits(0));
        found.filter_map(|id| self.sessions.get(&id)).find(|session| session.key_hash == key_hash)
    }

    pub fn token_by_hash(&self, secret_hash: &str) -> Option<&Arc<Token>> {
        let found = self.found_by.token.candidates(secret_hash, TokenId::from_bits(0));
        found.filter_map(|id| self.tokens.get(&id)).find(|token| token.secret_hash == secret_hash)
    }

    pub fn node_by_key_hash(&self, key_hash: &str) -> Option<&Arc<Node>> {
        let found = self.found_by.node_key.candidates(key_hash, NodeId::from_bits(0));
        found.filter_map(|id| self.nodes.get(&id)).find(|node| node.key_hash == key_hash)
    }

    /// The node for which the enrolment code with that hash was made, whatever the code is worth by now.
    pub fn node_by_code_hash(&self, code_hash: &str) -> Option<(&Arc<Node>, &Enrolment)> {
        let found = self.found_by.enrolment.candidates(code_hash, NodeId::from_bits(0));
        let found = found.filter_map(|id| self.nodes.get(&id));
        let mut codes = found.filter_map(|node| Some((node, node.enrolment.as_ref()?)));
        codes.find(|(_, enrolment)| enrolment.code_hash == code_hash)
    }

    pub fn sessions_of(&self, person: PersonId) -> impl Iterator<Item = &Arc<Session>> {
        self.sessions.values().filter(move |session| session.person == person)
    }

    pub fn tokens_of(&self, person: PersonId) -> impl Iterator<Item = &Arc<Token>> {
        self.tokens.values().filter(move |token| token.person == person)
    }

    pub fn ssh_keys_of(&self, person: PersonId) -> impl Iterator<Item = &Arc<SshKey>> {
        self.ssh_keys.values().filter(move |key| key.person == person)
    }

    /// The answers to the person's idempotency keys.
    pub fn answers_of(&self, person: PersonId) -> impl Iterator<Item = &Arc<Idempotency>> {
        let own = self.idempotency.range((person, String::new())..).take_while(move |((of, _), _)| *of == person);
        own.map(|(_, row)| row)
    }

    /// The nodes that the person registered; of nobody, the installation's own.
    pub fn nodes_of(&self, owner: Option<PersonId>) -> impl Iterator<Item = &Arc<Node>> {
        self.nodes.values().filter(move |node| node.owner == owner)
    }

    /// Everything that is assigned to the node, tombstones too, in the order of ids.
    pub fn node_instances(&self, node: NodeId) -> impl Iterator<Item = &Arc<Instance>> {
        self.found_by.on_node.of(node, InstanceId::from_bits(0)).filter_map(|id| self.instances.get(&id))
    }

    /// How many instances are assigned to the node, tombstones too.
    pub fn count_on(&self, node: NodeId) -> u32 {
        self.found_by.on_node.count(node)
    }

    /// Those of which their node told a problem or a host port that is not open, or for which this process cannot listen on one
    /// of its own. Whatever waits for another host port is among them.
    pub fn troubled(&self) -> impl Iterator<Item = &Arc<Instance>> {
        let of_server = self.unopened.keys().filter(|id| !self.found_by.troubled.contains(*id));
        self.found_by.troubled.iter().chain(of_server).filter_map(|id| self.instances.get(id))
    }

    /// Of each node that has any, how many instances are not known to stand still.
    pub fn running(&self) -> BTreeMap<NodeId, u32> {
        let mut counts = BTreeMap::new();
        for instance in self.instances.values().filter(|instance| !instance.stands_still()) {
            *counts.entry(instance.node).or_default() += 1;
        }
        counts
    }

    /// What counts against the person's quota: every instance until its node confirmed the deletion.
    pub fn live_instances_of(&self, owner: PersonId) -> impl Iterator<Item = &Arc<Instance>> {
        self.found_by.of_person.of(owner, InstanceId::from_bits(0)).filter_map(|id| self.instances.get(&id))
    }

    /// How many those are.
    pub fn count_of(&self, owner: PersonId) -> u32 {
        self.found_by.of_person.count(owner)
    }

    /// The person's instance of that name, one that is being deleted too.
    pub fn instance_called(&self, owner: PersonId, name: &str) -> Option<&Arc<Instance>> {
        let found = self.found_by.name.candidates((owner, name), InstanceId::from_bits(0));
        found.filter_map(|id| self.instances.get(&id)).find(|instance| instance.full_name() == (owner, name))
    }

    /// The host ports that are given away on a node.
    pub fn held_ports(&self, node: NodeId) -> impl Iterator<Item = PortRange> {
        self.node_instances(node).flat_map(|instance| instance.held_ports(Place::Node))
    }

    /// Single host ports of a node on which it found a foreign program.
    pub fn taken_ports(&self, node: NodeId) -> impl Iterator<Item = HostPort> {
        let unopened = self.node_instances(node).flat_map(|instance| &instance.report.unopened);
        unopened.filter(|unopened| unopened.taken).map(|unopened| unopened.key.host)
    }

    /// The main server's host ports that are given away.
    pub fn held_server_ports(&self) -> impl Iterator<Item = PortRange> {
        self.instances.values().flat_map(|instance| instance.held_ports(Place::Server))
    }

    /// The blocks on which the node found a foreign program, for any of its instances.
    pub fn clashed_blocks(&self, node: NodeId) -> impl Iterator<Item = PortBlock> {
        self.node_instances(node).flat_map(|instance| instance.clashed.iter().copied())
    }

    /// Of the last assignment that was published for the node.
    pub fn generation(&self, node: &Node) -> Generation {
        self.publications.get(&node.id).map_or(node.generation, |last| last.generation.max(node.generation))
    }

    /// What the node last said of its machine.
    pub fn node_facts<'a>(&'a self, node: &'a Node) -> Option<&'a NodeFacts> {
        self.telemetry.of(node.id).map(|pulse| &pulse.facts).or(node.facts.as_ref())
    }

    /// `None` if it has never connected.
    pub fn last_heard_at(&self, node: &Node) -> Option<Timestamp> {
        self.telemetry.of(node.id).map(|pulse| pulse.last_heard_at).or(node.last_seen_at)
    }

    /// The containers on a connected node that belong to no instance. One that was given a row is none any more, before
    /// its node says so.
    pub fn strangers_on(&self, node: NodeId) -> impl Iterator<Item = &Stranger> {
        let link = self.links.get(&node).filter(|link| link.connected);
        let has_row = move |object: Object| {
            let row = self.instances.get(&object.id);
            row.is_some_and(|row| row.node == node && row.incarnation == object.incarnation)
        };
        let strangers = link.into_iter().flat_map(|link| &link.strangers);
        strangers.filter(move |stranger| !stranger.object().is_some_and(has_row))
    }

    pub fn is_connected(&self, node: NodeId) -> bool {
        self.links.get(&node).is_some_and(|link| link.connected)
    }
}

impl Node {
    /// Whether one person, or nobody, registered both: each believes what the other says of their machine.
    pub fn shares_owner_with(&self, other: &Self) -> bool {
        self.owner == other.owner
    }

    /// Whether its channel comes from loopback, hence from the main server's own machine.
    pub fn dials_from_here(&self) -> bool {
        let peer = self.peer_address.as_deref().and_then(|address| address.parse::<IpAddr>().ok());
        peer.is_some_and(|peer| peer.to_canonical().is_loopback())
    }

    /// Where people reach its host ports; empty until that is known.
    pub fn address(&self) -> &str {
        self.settings.address.as_deref().or(self.peer_address.as_deref()).unwrap_or_default()
    }
}

impl Instance {
    /// Whether its name is one of that person's.
    pub fn is_named_by(&self, person: PersonId) -> bool {
        self.owner == person
    }

    /// No two have the same.
    pub(super) fn full_name(&self) -> (PersonId, &str) {
        (self.owner, self.spec.name.as_str())
    }

    /// What it holds of the host ports of its node, or of the main server's.
    pub fn held_ports(&self, place: Place) -> impl Iterator<Item = PortRange> {
        let block = (place == Place::Node).then(|| self.host_ports.range());
        block.into_iter().chain(self.forwarded_ports(place).map(HostPort::range))
    }

    /// The host ports beside its block. One that leads on for both protocols comes twice.
    pub fn forwarded_ports(&self, place: Place) -> impl Iterator<Item = HostPort> {
        self.spec.forwards.iter().filter(move |forward| forward.place == place).map(|forward| forward.host)
    }

    /// Nobody asked for the number of that forward, so it gets another one where it must.
    pub fn moves(&self, key: ForwardKey) -> bool {
        self.spec.forwards.iter().any(|forward| forward.key() == key && forward.automatic)
    }

    /// It is not to run, and its node has said that it does not.
    pub fn stands_still(&self) -> bool {
        let still = match &self.report.observed {
            Observed::Absent => true,
            Observed::Unknown { .. } => !self.was_present,
            Observed::Present(facts) => !facts.state.is_running(),
        };
        still && self.desired != DesiredState::Running
    }

    /// Its node said that something is in the way, or that a host port is not open.
    pub(crate) fn is_troubled(&self) -> bool {
        self.report.problem.is_some() || !self.report.unopened.is_empty()
    }

    /// The node has reported at the present generation.
    pub fn is_acted_on(&self) -> bool {
        self.report.generation >= self.generation
    }
}

impl LastReport {
    /// Of an instance that no node has spoken of yet.
    pub fn unheard(at: Timestamp) -> Self {
        let (generation, restarts) = (Generation::default(), Restarts::default());
        Self {
            observed: Observed::Unknown { since: at },
            generation,
            activity: None,
            problem: None,
            unopened: Vec::new(),
            closed: None,
            restarts,
            at,
        }
    }

    /// Whether the node has ever said anything of the instance.
    pub fn is_heard(&self) -> bool {
        self.generation > Generation::default()
    }
}
