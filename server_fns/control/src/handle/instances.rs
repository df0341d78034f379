//! Instances: creating them and wishing something of them.

use model::event::InstanceEvent;
use model::explain::Explanation;
use model::forward::ForwardKey;
use model::id::InstanceId;
use model::name::InstanceName;
use model::port::{ContainerPort, DeclaredPort};
use model::refusal::{Refusal, RefusalCode};
use model::request::{CreateInstance, OpenForward, SetDoor};
use model::view::{ImageView, InstanceView};
use planner::actor::Actor;
use planner::clock::Now;
use planner::command::{Decision, instances};
use planner::explain::explain;
use planner::view::{images, instance_view_for};
use planner::world::World;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::{Handle, gone};
use crate::orchestrator::Draw;

type Wish = fn(&World, &Actor, InstanceId, Draw<'_>, Now) -> Result<Decision<()>, Refusal>;

impl Handle {
    pub fn images(&self, actor: &Actor) -> Result<Vec<ImageView>, Refusal> {
        Ok(images(&self.world(), &*self.person(actor)?, self.now()))
    }

    /// The person's own; for an administrator everybody's.
    pub fn instances(&self, actor: &Actor) -> Result<Vec<InstanceView>, Refusal> {
        let (world, now) = (self.world(), self.now());
        let seen = world.instances.values().filter(|instance| actor.sees_instance(instance));
        Ok(seen.filter_map(|instance| instance_view_for(&world, actor.person, instance, now)).collect())
    }

    pub fn instance(&self, actor: &Actor, id: InstanceId) -> Result<InstanceView, Refusal> {
        let world = self.world();
        let seen = actor.instance(&world, id)?;
        instance_view_for(&world, actor.person, seen, self.now()).ok_or_else(|| gone("instance"))
    }

    /// What happened to it, the oldest first.
    pub fn instance_events(&self, actor: &Actor, id: InstanceId) -> Result<Vec<InstanceEvent>, Refusal> {
        let world = self.world();
        actor.instance(&world, id)?;
        Ok(world.timeline(id).to_vec())
    }

    /// The same idempotency key with the same request makes one instance, however often it is sent.
    pub async fn create_instance(
        &self,
        actor: &Actor,
        asked: CreateInstance,
        idempotency_key: Option<String>,
    ) -> Result<InstanceView, Refusal> {
        let request =
            serde_json::to_vec(&asked).map_err(|error| Refusal::new(RefusalCode::Invalid, error.to_string()))?;
        let request_hash = hex::encode(Sha256::digest(request));
        let (asker, authority) = (actor.clone(), Arc::clone(&self.authority));
        let id = self
            .orchestrator
            .decide(move |world, draw, now| {
                let host_key = |name: &InstanceName| authority.make_host_key(name, &asker.username);
                let idempotency = idempotency_key.as_deref().map(|key| (key, request_hash.as_str()));
                instances::create(world, &asker, &asked, idempotency, &host_key, draw, now)
            })
            .await?;
        self.instance(actor, id)
    }

    pub async fn start_instance(&self, actor: &Actor, id: InstanceId) -> Result<InstanceView, Refusal> {
        self.wish(actor, id, instances::start).await
    }

    pub async fn stop_instance(&self, actor: &Actor, id: InstanceId) -> Result<InstanceView, Refusal> {
        self.wish(actor, id, instances::stop).await
    }

    pub async fn restart_instance(&self, actor: &Actor, id: InstanceId) -> Result<InstanceView, Refusal> {
        self.wish(actor, id, instances::restart).await
    }

    /// Its data are gone when the node has confirmed it.
    pub async fn delete_instance(&self, actor: &Actor, id: InstanceId) -> Result<InstanceView, Refusal> {
        self.wish(actor, id, instances::delete).await
    }

    /// Declares a port, or changes who may open its public URL.
    pub async fn declare_port(
        &self,
        actor: &Actor,
        id: InstanceId,
        asked: DeclaredPort,
    ) -> Result<InstanceView, Refusal> {
        let asker = actor.clone();
        self.orchestrator
            .decide(move |world, draw, now| instances::declare_port(world, &asker, id, asked, draw, now))
            .await?;
        self.instance(actor, id)
    }

    pub async fn withdraw_port(
        &self,
        actor: &Actor,
        id: InstanceId,
        port: ContainerPort,
    ) -> Result<InstanceView, Refusal> {
        let asker = actor.clone();
        self.orchestrator
            .decide(move |world, draw, now| instances::withdraw_port(world, &asker, id, port, draw, now))
            .await?;
        self.instance(actor, id)
    }

    /// Opens a host port, or changes who is let in and where it listens.
    pub async fn open_forward(
        &self,
        actor: &Actor,
        id: InstanceId,
        asked: OpenForward,
    ) -> Result<InstanceView, Refusal> {
        let asker = actor.clone();
        self.orchestrator
            .decide(move |world, draw, now| instances::open_forward(world, &asker, id, &asked, draw, now))
            .await?;
        self.instance(actor, id)
    }

    pub async fn close_forward(&self, actor: &Actor, id: InstanceId, key: ForwardKey) -> Result<InstanceView, Refusal> {
        let asker = actor.clone();
        self.orchestrator
            .decide(move |world, draw, now| instances::close_forward(world, &asker, id, key, draw, now))
            .await?;
        self.instance(actor, id)
    }

    /// Opens the host port of one of the block's ports to whoever reaches the node, or closes it to everybody.
    pub async fn set_door(
        &self,
        actor: &Actor,
        id: InstanceId,
        port: ContainerPort,
        asked: SetDoor,
    ) -> Result<InstanceView, Refusal> {
        let asker = actor.clone();
        self.orchestrator
            .decide(move |world, draw, now| instances::set_door(world, &asker, id, port, asked.open, draw, now))
            .await?;
        self.instance(actor, id)
    }

    /// Whether a login through the gateway starts it when it is stopped.
    pub async fn set_start_on_connect(
        &self,
        actor: &Actor,
        id: InstanceId,
        allowed: bool,
    ) -> Result<InstanceView, Refusal> {
        let asker = actor.clone();
        self.orchestrator
            .decide(move |world, draw, now| instances::start_on_connect(world, &asker, id, allowed, draw, now))
            .await?;
        self.instance(actor, id)
    }

    /// Takes a deletion as done although its node is away.
    pub async fn forget_instance(&self, actor: &Actor, id: InstanceId) -> Result<(), Refusal> {
        let actor = actor.clone();
        self.orchestrator.decide(move |world, _, now| instances::forget(world, &actor, id, now)).await
    }

    /// Why it is as it is, and what can be done about it.
    pub fn explain_instance(&self, actor: &Actor, id: InstanceId) -> Result<Explanation, Refusal> {
        let world = self.world();
        explain(&world, actor.instance(&world, id)?, self.now()).ok_or_else(|| gone("instance"))
    }

    async fn wish(&self, actor: &Actor, id: InstanceId, wish: Wish) -> Result<InstanceView, Refusal> {
        let asker = actor.clone();
        self.orchestrator.decide(move |world, draw, now| wish(world, &asker, id, draw, now)).await?;
        self.instance(actor, id)
    }
}
