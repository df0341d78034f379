//! What a page knows, and how it is kept up to date: a snapshot, then deltas by revision.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::id::{InstanceId, NodeId, SshKeyId, TokenId};
use crate::version::Revision;
use crate::view::{ImageView, InstanceView, NodeView, PersonView, Quota, SshKeyView, TokenView};

mod read;

/// Everything that one person may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LiveWorld {
    pub me: PersonView,
    pub quota: Quota,
    pub images: Vec<ImageView>,
    pub instances: BTreeMap<InstanceId, InstanceView>,
    pub nodes: BTreeMap<NodeId, NodeView>,
    pub ssh_keys: BTreeMap<SshKeyId, SshKeyView>,
    pub tokens: BTreeMap<TokenId, TokenView>,
    /// Grows when something happened of which the person is told: what, the log says. It counts within one socket.
    pub activity: Revision,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "live", rename_all = "snake_case")]
pub enum LiveEvent {
    Snapshot {
        revision: Revision,
        now: Timestamp,
        world: Box<LiveWorld>,
    },
    Changed {
        from: Revision,
        to: Revision,
        now: Timestamp,
        changes: Vec<LiveChange>,
    },
    /// The session or token behind this socket is no longer valid.
    SignedOut,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "change", content = "value", rename_all = "snake_case")]
pub enum LiveChange {
    Me(PersonView),
    Quota(Quota),
    Images(Vec<ImageView>),
    Instance(Box<InstanceView>),
    InstanceGone(InstanceId),
    Node(Box<NodeView>),
    NodeGone(NodeId),
    SshKey(SshKeyView),
    SshKeyGone(SshKeyId),
    Token(TokenView),
    TokenGone(TokenId),
    Activity(Revision),
}

impl LiveWorld {
    pub fn apply(&mut self, change: LiveChange) {
        match change {
            LiveChange::Me(me) => self.me = me,
            LiveChange::Quota(quota) => self.quota = quota,
            LiveChange::Images(images) => self.images = images,
            LiveChange::Instance(view) => drop(self.instances.insert(view.id, *view)),
            LiveChange::InstanceGone(id) => drop(self.instances.remove(&id)),
            LiveChange::Node(view) => drop(self.nodes.insert(view.id, *view)),
            LiveChange::NodeGone(id) => drop(self.nodes.remove(&id)),
            LiveChange::SshKey(view) => drop(self.ssh_keys.insert(view.id, view)),
            LiveChange::SshKeyGone(id) => drop(self.ssh_keys.remove(&id)),
            LiveChange::Token(view) => drop(self.tokens.insert(view.id, view)),
            LiveChange::TokenGone(id) => drop(self.tokens.remove(&id)),
            LiveChange::Activity(revision) => self.activity = revision,
        }
    }

    /// The shortest list of changes that makes `self` into `new`.
    pub fn changes_to(&self, new: &Self) -> Vec<LiveChange> {
        let Self { me, quota, images, instances, nodes, ssh_keys, tokens, activity } = new;
        let mut changes = Vec::new();
        if &self.me != me {
            changes.push(LiveChange::Me(me.clone()));
        }
        if &self.quota != quota {
            changes.push(LiveChange::Quota(*quota));
        }
        if &self.images != images {
            changes.push(LiveChange::Images(images.clone()));
        }
        compare(&self.nodes, nodes, &mut changes, |view| LiveChange::Node(Box::new(view)), LiveChange::NodeGone);
        compare(
            &self.instances,
            instances,
            &mut changes,
            |view| LiveChange::Instance(Box::new(view)),
            LiveChange::InstanceGone,
        );
        compare(&self.ssh_keys, ssh_keys, &mut changes, LiveChange::SshKey, LiveChange::SshKeyGone);
        compare(&self.tokens, tokens, &mut changes, LiveChange::Token, LiveChange::TokenGone);
        if self.activity != *activity {
            changes.push(LiveChange::Activity(*activity));
        }
        changes
    }
}

fn compare<K: Ord + Copy, V: PartialEq + Clone>(
    old: &BTreeMap<K, V>,
    new: &BTreeMap<K, V>,
    changes: &mut Vec<LiveChange>,
    set: impl Fn(V) -> LiveChange,
    gone: impl Fn(K) -> LiveChange,
) {
    changes.extend(old.keys().filter(|key| !new.contains_key(key)).map(|key| gone(*key)));
    changes.extend(new.iter().filter(|(key, view)| old.get(key) != Some(view)).map(|(_, view)| set(view.clone())));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Label;
    use crate::scope::Scope;
    use proptest::prelude::*;

    fn world(tokens: &BTreeMap<u8, u8>, used: u32) -> LiveWorld {
        let at = Timestamp::UNIX_EPOCH;
        let token = |(id, name): (&u8, &u8)| {
            let id = TokenId::from_bits(u64::from(*id));
            let name: Label = format!("token {name}").parse().unwrap();
            let scope = Scope::default();
            let (expires_at, last_used_at, last_used_from) = (None, None, None);
            let hint = String::new();
            (id, TokenView { id, name, hint, scope, created_at: at, expires_at, last_used_at, last_used_from })
        };
        LiveWorld {
            me: PersonView {
                id: crate::id::PersonId::from_bits(1),
                username: "ada".parse().unwrap(),
                email: "ada@example.org".parse().unwrap(),
                administrator: false,
                created_at: at,
                asks_removal_since: None,
                may: Vec::new(),
            },
            quota: Quota { used, most: 5 },
            images: Vec::new(),
            instances: BTreeMap::new(),
            nodes: BTreeMap::new(),
            ssh_keys: BTreeMap::new(),
            tokens: tokens.iter().map(token).collect(),
            activity: Revision::default(),
        }
    }

    proptest! {
        #[test]
        fn applying_the_changes_makes_the_new_world(
            old in proptest::collection::btree_map(any::<u8>(), 0u8..4, 0..12),
            new in proptest::collection::btree_map(any::<u8>(), 0u8..4, 0..12),
            used in 0u32..3,
        ) {
            let (mut old, new) = (world(&old, 0), world(&new, used));
            for change in old.changes_to(&new) {
                old.apply(change);
            }
            prop_assert_eq!(&old, &new);
            prop_assert!(old.changes_to(&new).is_empty());
        }

        #[test]
        fn events_are_read_as_they_were_written(
            old in proptest::collection::btree_map(any::<u8>(), 0u8..4, 0..4),
            new in proptest::collection::btree_map(any::<u8>(), 0u8..4, 0..4),
            used in 0u32..3,
        ) {
            let (old, new) = (world(&old, 0), world(&new, used));
            let now = Timestamp::UNIX_EPOCH;
            let changed = LiveEvent::Changed { from: Revision(1), to: Revision(2), now, changes: old.changes_to(&new) };
            let snapshot = LiveEvent::Snapshot { revision: Revision(2), now, world: Box::new(new) };
            for event in [snapshot, changed, LiveEvent::SignedOut] {
                let text = serde_json::to_string(&event).unwrap();
                prop_assert_eq!(serde_json::from_str::<LiveEvent>(&text).unwrap(), event);
            }
        }
    }
}
