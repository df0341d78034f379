//! A committed change becomes visible.

use std::sync::Arc;

use model::event::InstanceEvent;

use crate::clock::Instant;
use crate::limits::EVENTS_PER_INSTANCE;
use crate::world::{Change, FoundBy, Instance, Node, OrdMap, Person, Session, Token, World};

use model::id::{ClusterId, InstanceId, NodeId, SessionId, TokenId};
use model::request::Settings;
use model::version::Era;

impl World {
    /// A world without rows, for a process that begins to listen at `started`.
    pub fn new(cluster: ClusterId, era: Era, settings: Settings, started: Instant) -> Self {
        Self {
            cluster,
            era,
            settings,
            identity: Default::default(),
            people: Default::default(),
            sessions: Default::default(),
            tokens: Default::default(),
            invites: Default::default(),
            ssh_keys: Default::default(),
            nodes: Default::default(),
            instances: Default::default(),
            events: Default::default(),
            idempotency: Default::default(),
            links: Default::default(),
            telemetry: Default::default(),
            alarms: Default::default(),
            unopened: Default::default(),
            published: Default::default(),
            looked_after: Default::default(),
            started,
            found_by: Default::default(),
        }
    }

    /// The same, with every row found by what it has now: for rows that were not applied one by one.
    #[must_use]
    pub fn indexed(mut self) -> Self {
        let mut found_by = FoundBy::default();
        self.people.iter().for_each(|(id, row)| found_by.username.moved(*id, None, Some(row.username.as_str())));
        for (id, row) in &self.sessions {
            found_by.session.moved(*id, None, Some(&row.secret_hash));
            found_by.session_key.moved(*id, None, Some(&row.key_hash));
        }
        self.tokens.iter().for_each(|(id, row)| found_by.token.moved(*id, None, Some(&row.secret_hash)));
        for (id, row) in &self.nodes {
            found_by.node_key.moved(*id, None, Some(&row.key_hash));
            found_by.enrolment.moved(*id, None, code_hash(row));
        }
        for (id, row) in &self.instances {
            found_by.on_node.moved(*id, None, Some(row.node));
            found_by.of_person.moved(*id, None, Some(row.owner));
        }
        self.found_by = found_by;
        self
    }

    /// Takes over one change. Rows may come in any order, so loading the store is applying its rows.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::PutSettings(settings) => self.settings = settings,
            Change::PutPerson(row) => self.person(row),
            Change::PutSession(row) => self.session(row.id, Some(row)),
            Change::DropSession(id) => self.session(id, None),
            Change::PutToken(row) => self.token(row.id, Some(row)),
            Change::DropToken(id) => self.token(id, None),
            Change::PutInvite(row) => drop(self.invites.insert(row.id, Arc::new(row))),
            Change::DropInvite(id) => drop(self.invites.remove(&id)),
            Change::PutSshKey(row) => drop(self.ssh_keys.insert(row.id, Arc::new(row))),
            Change::DropSshKey(id) => drop(self.ssh_keys.remove(&id)),
            Change::PutNode(row) => self.node(row.id, Some(*row)),
            Change::DropNode(id) => {
                self.node(id, None);
                self.links.remove(&id);
                self.telemetry.remove(id);
                self.alarms.remove(&id);
                self.published.remove(&id);
            }
            Change::PutInstance(row) => self.instance(row.id, Some(*row)),
            Change::DropInstance(id) => {
                self.instance(id, None);
                self.unopened.remove(&id);
                self.events.remove(&id);
            }
            Change::PutEvent(event) => self.remember(event),
            Change::PutIdempotency(row) => {
                self.idempotency.insert((row.person, row.key.clone()), Arc::new(row));
            }
            Change::DropIdempotency(person, key) => drop(self.idempotency.remove(&(person, key))),
        }
    }

    pub fn apply_all(&mut self, changes: impl IntoIterator<Item = Change>) {
        changes.into_iter().for_each(|change| self.apply(change));
    }

    fn person(&mut self, row: Person) {
        let (id, new) = (row.id, row.username.clone());
        let old = self.people.insert(id, Arc::new(row));
        let old = old.as_ref().map(|row| row.username.as_str());
        self.found_by.username.moved(id, old, Some(new.as_str()));
    }

    fn session(&mut self, id: SessionId, row: Option<Session>) {
        let old = replace(&mut self.sessions, id, row);
        let (old, new) = (old.as_deref(), self.sessions.get(&id).map(Arc::as_ref));
        let secret = (old.map(|row| row.secret_hash.as_str()), new.map(|row| row.secret_hash.as_str()));
        self.found_by.session.moved(id, secret.0, secret.1);
        let key = (old.map(|row| row.key_hash.as_str()), new.map(|row| row.key_hash.as_str()));
        self.found_by.session_key.moved(id, key.0, key.1);
    }

    fn token(&mut self, id: TokenId, row: Option<Token>) {
        let old = replace(&mut self.tokens, id, row);
        let new = self.tokens.get(&id).map(|row| row.secret_hash.as_str());
        self.found_by.token.moved(id, old.as_ref().map(|row| row.secret_hash.as_str()), new);
    }

    fn node(&mut self, id: NodeId, row: Option<Node>) {
        let old = replace(&mut self.nodes, id, row);
        let (old, new) = (old.as_deref(), self.nodes.get(&id).map(Arc::as_ref));
        let key = (old.map(|row| row.key_hash.as_str()), new.map(|row| row.key_hash.as_str()));
        self.found_by.node_key.moved(id, key.0, key.1);
        self.found_by.enrolment.moved(id, old.and_then(code_hash), new.and_then(code_hash));
    }

    fn instance(&mut self, id: InstanceId, row: Option<Instance>) {
        let old = replace(&mut self.instances, id, row);
        let new = self.instances.get(&id);
        let node = (old.as_ref().map(|row| row.node), new.map(|row| row.node));
        let owner = (old.as_ref().map(|row| row.owner), new.map(|row| row.owner));
        self.found_by.on_node.moved(id, node.0, node.1);
        self.found_by.of_person.moved(id, owner.0, owner.1);
    }

    fn remember(&mut self, event: InstanceEvent) {
        let timeline = Arc::make_mut(self.events.entry(event.instance).or_default());
        timeline.retain(|known| known.id != event.id);
        let place = timeline.partition_point(|known| known.at <= event.at);
        timeline.insert(place, event);
        let surplus = timeline.len().saturating_sub(EVENTS_PER_INSTANCE);
        timeline.drain(..surplus);
    }
}

fn code_hash(node: &Node) -> Option<&str> {
    node.enrolment.as_ref().map(|enrolment| enrolment.code_hash.as_str())
}

/// Puts the row in place of the one that is given back, or takes that away.
fn replace<I: Ord + Clone, R>(rows: &mut OrdMap<I, Arc<R>>, id: I, row: Option<R>) -> Option<Arc<R>> {
    match row {
        Some(row) => rows.insert(id, Arc::new(row)),
        None => rows.remove(&id),
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::id::{EventId, InstanceId, PersonId};

    use super::*;

    fn session(bits: u64, secret: &str, key: &str) -> Session {
        Session {
            id: SessionId::from_bits(bits),
            person: PersonId::from_bits(1),
            secret_hash: secret.to_owned(),
            key_hash: key.to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            last_seen_at: Timestamp::UNIX_EPOCH,
            address: String::new(),
            agent: String::new(),
        }
    }

    #[test]
    fn a_row_is_found_by_its_secret_for_as_long_as_it_has_it() {
        let mut world = World::new(ClusterId::from_bits(1), Era::default(), Settings::default(), Instant::default());
        let found = |world: &World, secret: &str| world.session_by_hash(secret).map(|row| row.id);
        for bits in 1..100 {
            world.apply(Change::PutSession(session(bits, &format!("s{bits}"), &format!("k{bits}"))));
        }
        // As if they had been read from the store.
        let read = World { found_by: FoundBy::default(), ..world.clone() }.indexed();
        for world in [&world, &read] {
            assert_eq!(found(world, "s7"), Some(SessionId::from_bits(7)));
            assert_eq!(world.session_by_key_hash("k9").map(|row| row.id), Some(SessionId::from_bits(9)));
            assert_eq!((found(world, "s100"), found(world, "k7"), found(world, "")), (None, None, None));
        }
        world.apply(Change::PutSession(session(7, "new", "k7")));
        world.apply(Change::DropSession(SessionId::from_bits(8)));
        assert_eq!((found(&world, "s7"), found(&world, "s8")), (None, None));
        assert_eq!(found(&world, "new"), Some(SessionId::from_bits(7)));
        assert_eq!(found(&read, "s7"), Some(SessionId::from_bits(7)), "a world that was copied before is as it was");
    }

    #[test]
    fn a_timeline_keeps_the_newest_in_order_whatever_order_they_come_in() {
        let mut world = World::new(ClusterId::from_bits(1), Era::default(), Settings::default(), Instant::default());
        let instance = InstanceId::from_bits(1);
        for n in (0..80u64).rev() {
            let at = Timestamp::UNIX_EPOCH + std::time::Duration::from_secs(n);
            let event =
                InstanceEvent { id: EventId::from_bits(n), instance, at, actor: "ada".into(), text: n.to_string() };
            world.apply(Change::PutEvent(event.clone()));
            world.apply(Change::PutEvent(event));
        }
        let texts: Vec<String> = world.events[&instance].iter().map(|event| event.text.clone()).collect();
        let newest: Vec<String> = (30..80u64).map(|n| n.to_string()).collect();
        assert_eq!(texts, newest);
        world.apply(Change::DropInstance(instance));
        assert!(world.events.is_empty());
    }
}
