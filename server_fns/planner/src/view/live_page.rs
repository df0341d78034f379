//! What one person was shown, and what of it is otherwise in a later world. Only those rows are made anew on which
//! something changed that they tell of.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use imbl::ordmap::DiffItem;
use model::id::{InstanceId, NodeId, PersonId, SshKeyId, TokenId};
use model::live::{LiveChange, LiveWorld};
use model::node::Liveness;
use model::version::Revision;
use model::view::{ImageView, InstanceView, NodeView, PersonView, Quota, SshKeyView, TokenView};

use super::{images, person_view, quota, rows, ssh_key_view, token_view, viewer};
use crate::actor::{Actor, Via};
use crate::clock::Now;
use crate::liveness::{is_present, liveness_of_all};
use crate::permission::{Action, Subject, is_allowed};
use crate::world::{OrdMap, Person, World};

/// A clone of it, and of what it has in common with an earlier one, is shared.
#[derive(Debug, Clone)]
pub struct LivePage {
    world: World,
    liveness: BTreeMap<NodeId, Liveness>,
    me: PersonView,
    quota: Quota,
    images: Vec<ImageView>,
    instances: OrdMap<InstanceId, Arc<InstanceView>>,
    nodes: OrdMap<NodeId, Arc<NodeView>>,
    ssh_keys: OrdMap<SshKeyId, SshKeyView>,
    tokens: OrdMap<TokenId, TokenView>,
    /// Grows when something happened of which the person is told.
    activity: Revision,
}

impl LivePage {
    /// `None` when there is no such person, or they are suspended.
    pub fn first(world: &World, person: PersonId, now: Now) -> Option<Self> {
        let me = viewer(world, person)?;
        let blank = Self {
            world: world.clone(),
            liveness: liveness_of_all(world, now.mono),
            me: person_view(world, me),
            quota: quota(world, person),
            images: images(world, me, now),
            instances: OrdMap::new(),
            nodes: OrdMap::new(),
            ssh_keys: world.ssh_keys_of(person).map(|key| (key.id, ssh_key_view(world, key))).collect(),
            tokens: world.tokens_of(person).map(|token| (token.id, token_view(token))).collect(),
            activity: Revision::default(),
        };
        Some(blank.with(me, world.instances.keys().copied(), world.nodes.keys().copied()))
    }

    /// The same person in a later world.
    pub fn next(&self, world: &World, now: Now) -> Option<Self> {
        let me = viewer(world, self.me.id)?;
        let activity = if self.is_told_more(world, me) { self.activity.next() } else { self.activity };
        if concerns_everything(&self.world, world) {
            return Self::first(world, me.id, now).map(|page| Self { activity, ..page });
        }
        let liveness = liveness_of_all(world, now.mono);
        let (instances, nodes) = (self.stirred_instances(world), self.stirred_nodes(world, &liveness));
        let tokens = if self.world.tokens.ptr_eq(&world.tokens) {
            self.tokens.clone()
        } else {
            world.tokens_of(me.id).map(|token| (token.id, token_view(token))).collect()
        };
        let instances: BTreeSet<InstanceId> = instances
            .chain(nodes.instances.iter().flat_map(|node| world.node_instances(*node)).map(|row| row.id))
            .collect();
        let rows_of = |id: &InstanceId| [self.world.instances.get(id), world.instances.get(id)];
        let of_instances = instances.iter().flat_map(rows_of).flatten().map(|row| row.node);
        let all: BTreeSet<NodeId> = nodes.all.iter().copied().chain(of_instances).collect();
        let next = Self {
            world: world.clone(),
            quota: quota(world, me.id),
            images: if nodes.images { images(world, me, now) } else { self.images.clone() },
            liveness,
            tokens,
            activity,
            ..self.clone()
        };
        Some(next.with(me, instances.into_iter(), all.into_iter()))
    }

    /// With those rows as they are in the world.
    fn with(
        mut self,
        me: &Person,
        instances: impl Iterator<Item = InstanceId>,
        nodes: impl Iterator<Item = NodeId>,
    ) -> Self {
        let world = &self.world;
        // What the page shows is what somebody sees who is signed in.
        let actor = Actor::new(me, Via::Console);
        let sees = |action, subject| is_allowed(world, &actor, action, subject);
        let liveness_of = |node: NodeId| self.liveness.get(&node).copied().unwrap_or(Liveness::Never);
        for id in instances {
            let row = world.instances.get(&id).filter(|row| sees(Action::SeeInstance, Subject::Instance(row)));
            let view = row.and_then(|row| rows::instance(world, me.id, row, liveness_of(row.node)));
            set(&mut self.instances, id, view);
        }
        for id in nodes {
            let row = world.nodes.get(&id).filter(|row| sees(Action::SeeNode, Subject::Node(row)));
            let view = row.map(|row| rows::node(world, me, row, liveness_of(id), rows::Load::on(world, id)));
            set(&mut self.nodes, id, view);
        }
        self
    }

    fn is_told_more(&self, world: &World, me: &Person) -> bool {
        let actor = Actor::new(me, Via::Console);
        let mut news = world.log.since(&self.world.log);
        news.any(|event| is_allowed(world, &actor, Action::SeeEvent, Subject::Event(event)))
    }

    /// By what they are themselves.
    fn stirred_instances<'a>(&'a self, world: &'a World) -> impl Iterator<Item = InstanceId> + 'a {
        changed(&self.world.instances, &world.instances).chain(changed(&self.world.unopened, &world.unopened))
    }

    fn stirred_nodes(&self, world: &World, liveness: &BTreeMap<NodeId, Liveness>) -> StirredNodes {
        let before = &self.world;
        let rows: BTreeSet<NodeId> = changed(&before.nodes, &world.nodes).collect();
        let other = |node: &NodeId| self.liveness.get(node) != liveness.get(node);
        let moved: BTreeSet<NodeId> =
            self.liveness.keys().chain(liveness.keys()).filter(|id| other(id)).copied().collect();
        let heard: BTreeSet<NodeId> = world.telemetry.changed_since(&before.telemetry).collect();
        let offers = |world: &World, node| world.telemetry.of(node).map(|pulse| pulse.facts.images.clone());
        let images = !rows.is_empty()
            || !moved.is_empty()
            || heard.iter().any(|node| offers(before, *node) != offers(world, *node));
        // An instance tells when its node was heard for as long as that is away.
        let away = |node: &&NodeId| !liveness.get(node).copied().is_some_and(is_present);
        let instances = rows.iter().chain(&moved).chain(heard.iter().filter(away)).copied().collect();
        let links = changed(&before.links, &world.links).chain(changed(&before.alarms, &world.alarms));
        let all = links.chain(rows).chain(moved).chain(heard).collect();
        StirredNodes { all, instances, images }
    }

    /// The shortest list of changes that makes a page that shows `self` show `new`.
    pub fn changes_to(&self, new: &Self) -> Vec<LiveChange> {
        let Self { world: _, liveness: _, me, quota, images, instances, nodes, ssh_keys, tokens, activity } = new;
        let mut all = Vec::new();
        if self.me != *me {
            all.push(LiveChange::Me(me.clone()));
        }
        if self.quota != *quota {
            all.push(LiveChange::Quota(*quota));
        }
        if self.images != *images {
            all.push(LiveChange::Images(images.clone()));
        }
        let node = |view: &Arc<NodeView>| LiveChange::Node(Box::new(NodeView::clone(view)));
        let instance = |view: &Arc<InstanceView>| LiveChange::Instance(Box::new(InstanceView::clone(view)));
        compare(&self.nodes, nodes, &mut all, node, LiveChange::NodeGone);
        compare(&self.instances, instances, &mut all, instance, LiveChange::InstanceGone);
        compare(&self.ssh_keys, ssh_keys, &mut all, |view| LiveChange::SshKey(view.clone()), LiveChange::SshKeyGone);
        compare(&self.tokens, tokens, &mut all, |view| LiveChange::Token(view.clone()), LiveChange::TokenGone);
        if self.activity != *activity {
            all.push(LiveChange::Activity(*activity));
        }
        all
    }

    pub fn whole(&self) -> LiveWorld {
        LiveWorld {
            me: self.me.clone(),
            quota: self.quota,
            images: self.images.clone(),
            instances: self.instances.iter().map(|(id, view)| (*id, InstanceView::clone(view))).collect(),
            nodes: self.nodes.iter().map(|(id, view)| (*id, NodeView::clone(view))).collect(),
            ssh_keys: self.ssh_keys.iter().map(|(id, view)| (*id, view.clone())).collect(),
            tokens: self.tokens.iter().map(|(id, view)| (*id, view.clone())).collect(),
            activity: self.activity,
        }
    }
}

/// Nodes of which something changed.
struct StirredNodes {
    all: BTreeSet<NodeId>,
    /// Those whose instances tell of it.
    instances: BTreeSet<NodeId>,
    /// Whether it may be about which images can be had.
    images: bool,
}

/// Tables of which each row is seen by itself, or by nobody. A change of any other draws everything anew.
const BY_ROW: [&str; 8] =
    ["sessions", "tokens", "invites", "nodes", "publications", "instances", "failed_sign_ins", "idempotency"];

macro_rules! concerns_everything {
    ($($rows:ident: $kind:ident $table:tt $(then $then:ident)?;)*) => {
        /// Whether something changed on which any row may depend. Every part of a world is named, so that a new one is
        /// thought of here.
        fn concerns_everything(before: &World, after: &World) -> bool {
            let World {
                cluster,
                era,
                settings,
                identity,
                links: _,
                telemetry: _,
                log: _,
                alarms: _,
                unopened: _,
                published: _,
                looked_after: _,
                started,
                found_by: _,
                $($rows,)*
            } = after;
            let same = before.cluster == *cluster
                && before.era == *era
                && before.settings == *settings
                && before.identity == *identity
                && before.started == *started
                $(&& (BY_ROW.contains(&stringify!($rows)) || before.$rows.ptr_eq($rows)))*;
            !same
        }
    };
}
crate::tables!(concerns_everything);

fn changed<'a, K: Ord + Copy, V: PartialEq>(
    before: &'a OrdMap<K, V>,
    after: &'a OrdMap<K, V>,
) -> impl Iterator<Item = K> + 'a {
    before.diff(after).map(|item| match item {
        DiffItem::Add(key, _) | DiffItem::Remove(key, _) | DiffItem::Update { new: (key, _), .. } => *key,
    })
}

/// What is as it was stays the same, so that nobody compares it again.
fn set<K: Ord + Copy, V: PartialEq>(all: &mut OrdMap<K, Arc<V>>, key: K, view: Option<V>) {
    match view {
        Some(view) if all.get(&key).is_some_and(|known| **known == view) => {}
        Some(view) => drop(all.insert(key, Arc::new(view))),
        None => drop(all.remove(&key)),
    }
}

fn compare<K: Ord + Copy, V: PartialEq>(
    old: &OrdMap<K, V>,
    new: &OrdMap<K, V>,
    changes: &mut Vec<LiveChange>,
    put: impl Fn(&V) -> LiveChange,
    gone: impl Fn(K) -> LiveChange,
) {
    let (mut left, mut there) = (Vec::new(), Vec::new());
    for item in old.diff(new) {
        match item {
            DiffItem::Add(_, view) | DiffItem::Update { new: (_, view), .. } => there.push(put(view)),
            DiffItem::Remove(key, _) => left.push(gone(*key)),
        }
    }
    changes.extend(left.into_iter().chain(there));
}
