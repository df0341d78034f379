//! A committed change becomes visible. [`World::apply`] itself follows from the list of tables; here is what else the
//! world does when a row comes, changes or goes.

use std::sync::Arc;

use model::id::{InstanceId, NodeId, PersonId, SessionId, TokenId};

use crate::world::{Change, Instance, Node, Person, Session, Token, World};

impl World {
    pub fn apply_all(&mut self, changes: impl IntoIterator<Item = Change>) {
        changes.into_iter().for_each(|change| self.apply(change));
    }

    pub(super) fn moved_person(&mut self, id: &PersonId, old: Option<&Person>) {
        let new = self.people.get(id).map(|row| row.username.as_str());
        self.found_by.username.moved(*id, old.map(|row| row.username.as_str()), new);
    }

    pub(super) fn moved_session(&mut self, id: &SessionId, old: Option<&Session>) {
        let new = self.sessions.get(id);
        let secret = (old.map(|row| row.secret_hash.as_str()), new.map(|row| row.secret_hash.as_str()));
        self.found_by.session.moved(*id, secret.0, secret.1);
        let key = (old.map(|row| row.key_hash.as_str()), new.map(|row| row.key_hash.as_str()));
        self.found_by.session_key.moved(*id, key.0, key.1);
    }

    pub(super) fn moved_token(&mut self, id: &TokenId, old: Option<&Token>) {
        let new = self.tokens.get(id).map(|row| row.secret_hash.as_str());
        self.found_by.token.moved(*id, old.map(|row| row.secret_hash.as_str()), new);
    }

    pub(super) fn moved_node(&mut self, id: &NodeId, old: Option<&Node>) {
        let new = self.nodes.get(id).map(Arc::as_ref);
        let key = (old.map(|row| row.key_hash.as_str()), new.map(|row| row.key_hash.as_str()));
        self.found_by.node_key.moved(*id, key.0, key.1);
        self.found_by.enrolment.moved(*id, old.and_then(code_hash), new.and_then(code_hash));
        if new.is_none() {
            self.links.remove(id);
            self.telemetry.remove(*id);
            self.alarms.remove(id);
            self.published.remove(id);
        }
    }

    pub(super) fn moved_instance(&mut self, id: &InstanceId, old: Option<&Instance>) {
        let new = self.instances.get(id).map(Arc::as_ref);
        let (node, owner) = (new.map(|row| row.node), new.map(|row| row.owner));
        self.found_by.on_node.moved(*id, old.map(|row| row.node), node);
        self.found_by.of_person.moved(*id, old.map(|row| row.owner), owner);
        self.found_by.name.renamed(*id, old.map(Instance::full_name), new.map(Instance::full_name));
        match (old.is_some_and(Instance::is_troubled), new.is_some_and(Instance::is_troubled)) {
            (false, true) => drop(self.found_by.troubled.insert(*id)),
            (true, false) => drop(self.found_by.troubled.remove(id)),
            (true, true) | (false, false) => {}
        }
        if new.is_none() {
            self.unopened.remove(id);
        }
    }
}

fn code_hash(node: &Node) -> Option<&str> {
    node.enrolment.as_ref().map(|enrolment| enrolment.code_hash.as_str())
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::id::ClusterId;
    use model::request::Settings;
    use model::version::Era;

    use super::*;
    use crate::clock::Instant;
    use crate::world::Kind;

    fn session(bits: u64, secret: &str, key: &str) -> Session {
        Session {
            id: SessionId::from_bits(bits),
            person: PersonId::from_bits(1),
            secret_hash: secret.to_owned(),
            key_hash: key.to_owned(),
            created_at: Timestamp::UNIX_EPOCH,
            proved_at: Timestamp::UNIX_EPOCH,
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
        // As they are read from the store, in any order.
        let mut read = World::new(ClusterId::from_bits(1), Era::default(), Settings::default(), Instant::default());
        read.apply_all(world.sessions.values().rev().map(|row| Session::clone(row).put()));
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
}
