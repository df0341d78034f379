//! Worker machines.

use model::id::NodeId;
use model::refusal::Refusal;
use model::request::{DrainNode, RegisterNode};
use model::view::{NodeKey, NodeView};
use planner::actor::Actor;
use planner::command::{Decision, nodes};
use planner::view::node_view;
use planner::world::World;

use super::Handle;
use crate::auth::secret::{self, Secret, SecretKind};

impl Handle {
    /// Those that take the person's instances; for an administrator all.
    pub fn nodes(&self, actor: &Actor) -> Result<Vec<NodeView>, Refusal> {
        let (world, now, viewer) = (self.world(), self.now(), self.person(actor)?);
        let seen = world.nodes.values().filter(|node| actor.sees_node(&world, node));
        Ok(seen.map(|node| node_view(&world, &viewer, node, now)).collect())
    }

    pub fn node(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        let (world, viewer) = (self.world(), self.person(actor)?);
        let node = actor.node(&world, id)?;
        Ok(node_view(&world, &viewer, node, self.now()))
    }

    /// The secret is the API key that the node dials in with; it is shown this once.
    pub async fn register_node(&self, actor: &Actor, asked: RegisterNode) -> Result<NodeKey, Refusal> {
        let key = Secret::generate(SecretKind::NodeKey);
        let (asker, hash) = (actor.clone(), secret::hash(key.expose()));
        let id = self
            .orchestrator
            .decide(move |world, draw, now| nodes::register(world, &asker, &asked, hash, draw, now))
            .await?;
        Ok(self.shown_once(self.node(actor, id)?, &key))
    }

    pub async fn update_node(&self, actor: &Actor, id: NodeId, asked: RegisterNode) -> Result<NodeView, Refusal> {
        self.change_node(actor, id, move |world, actor| nodes::update(world, actor, id, &asked)).await
    }

    /// A connection with the old key ends at once.
    pub async fn rotate_node_key(&self, actor: &Actor, id: NodeId) -> Result<NodeKey, Refusal> {
        let key = Secret::generate(SecretKind::NodeKey);
        let hash = secret::hash(key.expose());
        let view = self.change_node(actor, id, move |world, actor| nodes::rotate_key(world, actor, id, hash)).await?;
        Ok(self.shown_once(view, &key))
    }

    fn shown_once(&self, view: NodeView, key: &Secret) -> NodeKey {
        let server_fingerprint = self.world().identity.server_fingerprint.clone();
        NodeKey { view, secret: key.expose().to_owned(), server_fingerprint }
    }

    /// Places nothing new on the node.
    pub async fn cordon_node(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        self.change_node(actor, id, move |world, actor| nodes::cordon(world, actor, id)).await
    }

    pub async fn uncordon_node(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        self.change_node(actor, id, move |world, actor| nodes::uncordon(world, actor, id)).await
    }

    /// Cordons it, and stops what runs there or waits for its owners.
    pub async fn drain_node(&self, actor: &Actor, id: NodeId, asked: DrainNode) -> Result<NodeView, Refusal> {
        let asker = actor.clone();
        self.orchestrator.decide(move |world, draw, now| nodes::drain(world, &asker, id, asked, draw, now)).await?;
        self.node(actor, id)
    }

    /// Lets a machine in again after several took turns with the key.
    pub async fn unfreeze_node(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        self.change_node(actor, id, move |world, actor| nodes::unfreeze(world, actor, id)).await
    }

    /// Gives up a node that is gone for good, with every instance on it.
    pub async fn forget_node(&self, actor: &Actor, id: NodeId) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.orchestrator.decide(move |world, _, now| nodes::forget(world, &actor, id, now)).await
    }

    pub async fn remove_node(&self, actor: &Actor, id: NodeId) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.orchestrator.decide(move |world, _, _| nodes::remove(world, &actor, id)).await
    }

    async fn change_node<F>(&self, actor: &Actor, id: NodeId, change: F) -> Result<NodeView, Refusal>
    where
        F: FnOnce(&World, &Actor) -> Result<Decision<()>, Refusal> + Send + 'static,
    {
        let asker = actor.clone();
        self.orchestrator.decide(move |world, _, _| change(world, &asker)).await?;
        self.node(actor, id)
    }
}
