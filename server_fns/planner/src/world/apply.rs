//! A committed change becomes visible.

use std::sync::Arc;

use model::event::InstanceEvent;

use crate::clock::Instant;
use crate::limits::EVENTS_PER_INSTANCE;
use crate::world::{Change, World};

use model::id::ClusterId;
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
            alarms: Default::default(),
            unopened: Default::default(),
            published: Default::default(),
            started,
        }
    }

    /// Takes over one change. Rows may come in any order, so loading the store is applying its rows.
    pub fn apply(&mut self, change: Change) {
        match change {
            Change::PutSettings(settings) => self.settings = settings,
            Change::PutPerson(row) => drop(self.people.insert(row.id, Arc::new(row))),
            Change::PutSession(row) => drop(self.sessions.insert(row.id, Arc::new(row))),
            Change::DropSession(id) => drop(self.sessions.remove(&id)),
            Change::PutToken(row) => drop(self.tokens.insert(row.id, Arc::new(row))),
            Change::DropToken(id) => drop(self.tokens.remove(&id)),
            Change::PutInvite(row) => drop(self.invites.insert(row.id, Arc::new(row))),
            Change::DropInvite(id) => drop(self.invites.remove(&id)),
            Change::PutSshKey(row) => drop(self.ssh_keys.insert(row.id, Arc::new(row))),
            Change::DropSshKey(id) => drop(self.ssh_keys.remove(&id)),
            Change::PutNode(row) => drop(self.nodes.insert(row.id, Arc::new(*row))),
            Change::DropNode(id) => {
                self.nodes.remove(&id);
                self.links.remove(&id);
                self.alarms.remove(&id);
                self.published.remove(&id);
            }
            Change::PutInstance(row) => drop(self.instances.insert(row.id, Arc::new(*row))),
            Change::DropInstance(id) => {
                self.instances.remove(&id);
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

    fn remember(&mut self, event: InstanceEvent) {
        let timeline = Arc::make_mut(self.events.entry(event.instance).or_default());
        timeline.retain(|known| known.id != event.id);
        let place = timeline.partition_point(|known| known.at <= event.at);
        timeline.insert(place, event);
        let surplus = timeline.len().saturating_sub(EVENTS_PER_INSTANCE);
        timeline.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use model::id::{EventId, InstanceId};

    use super::*;

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
