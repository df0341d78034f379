//! Instances: creating them and wishing something of them.

use model::explain::Explanation;
use model::forward::ForwardKey;
use model::id::InstanceId;
use model::port::{ContainerPort, DeclaredPort};
use model::refusal::Refusal;
use model::request::{CreateInstance, LetIn, OpenForward, SetDoor};
use model::verb::Verb;
use model::view::{ImageView, InstanceView};
use planner::actor::Actor;
use planner::command::{Answer, Command};
use planner::explain::explain;
use planner::permission::{Action, Subject, is_allowed};
use planner::view::{images, instance_view_for};

use crate::core::{Core, gone, strange};

#[derive(Clone)]
pub struct Instances {
    core: Core,
}

impl Instances {
    pub(crate) const fn new(core: Core) -> Self {
        Self { core }
    }

    pub fn images(&self, actor: &Actor) -> Result<Vec<ImageView>, Refusal> {
        Ok(images(&self.core.world(), &*self.core.person(actor)?, self.core.now()))
    }

    /// The person's own; for an administrator everybody's.
    pub fn list(&self, actor: &Actor) -> Result<Vec<InstanceView>, Refusal> {
        let (world, now) = (self.core.world(), self.core.now());
        let seen = world
            .instances
            .values()
            .filter(|row| is_allowed(&world, actor, Action::SeeInstance, Subject::Instance(row)));
        Ok(seen.filter_map(|instance| instance_view_for(&world, actor.person, instance, now)).collect())
    }

    pub fn get(&self, actor: &Actor, id: InstanceId) -> Result<InstanceView, Refusal> {
        let world = self.core.world();
        let seen = actor.instance(&world, Action::SeeInstance, id)?;
        instance_view_for(&world, actor.person, seen, self.core.now()).ok_or_else(|| gone("instance"))
    }

    pub async fn create(&self, actor: &Actor, asked: CreateInstance) -> Result<InstanceView, Refusal> {
        let answer = self.core.ask(actor, Command::CreateInstance(asked)).await?;
        let Answer::Instance(id) = answer else { return Err(strange(&answer)) };
        self.get(actor, id)
    }

    pub async fn wish(&self, actor: &Actor, id: InstanceId, verb: Verb) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::Wish { id, verb }).await
    }

    /// Declares a port, or changes who may open its public URL.
    pub async fn declare_port(
        &self,
        actor: &Actor,
        id: InstanceId,
        port: DeclaredPort,
    ) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::DeclarePort { id, port }).await
    }

    pub async fn withdraw_port(
        &self,
        actor: &Actor,
        id: InstanceId,
        port: ContainerPort,
    ) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::WithdrawPort { id, port }).await
    }

    /// Opens a host port, or changes who is let in and where it listens.
    pub async fn open_forward(
        &self,
        actor: &Actor,
        id: InstanceId,
        asked: OpenForward,
    ) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::OpenForward { id, asked }).await
    }

    pub async fn close_forward(&self, actor: &Actor, id: InstanceId, key: ForwardKey) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::CloseForward { id, key }).await
    }

    /// Opens the host port of one of the block's ports to whoever reaches the node, or closes it to everybody.
    pub async fn set_door(
        &self,
        actor: &Actor,
        id: InstanceId,
        port: ContainerPort,
        asked: SetDoor,
    ) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::SetDoor { id, port, open: asked.open }).await
    }

    /// Chooses the SSH keys that it lets in.
    pub async fn let_in(&self, actor: &Actor, id: InstanceId, asked: LetIn) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::LetIn { id, asked }).await
    }

    /// Whether a login through the gateway starts it when it is stopped.
    pub async fn set_start_on_connect(
        &self,
        actor: &Actor,
        id: InstanceId,
        allowed: bool,
    ) -> Result<InstanceView, Refusal> {
        self.change(actor, id, Command::SetStartOnConnect { id, allowed }).await
    }

    /// Takes a deletion as done although its node is away.
    pub async fn forget(&self, actor: &Actor, id: InstanceId) -> Result<(), Refusal> {
        self.core.ask(actor, Command::Wish { id, verb: Verb::Forget }).await.map(drop)
    }

    async fn change(&self, actor: &Actor, id: InstanceId, command: Command) -> Result<InstanceView, Refusal> {
        self.core.ask(actor, command).await?;
        self.get(actor, id)
    }

    /// Why it is as it is, and what can be done about it.
    pub fn explain(&self, actor: &Actor, id: InstanceId) -> Result<Explanation, Refusal> {
        let world = self.core.world();
        explain(&world, actor.instance(&world, Action::SeeInstance, id)?, self.core.now())
            .ok_or_else(|| gone("instance"))
    }
}
