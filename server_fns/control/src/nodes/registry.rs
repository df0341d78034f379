//! Worker machines.

use model::enrolment::{Enrol, Enrolled, EnrolmentCode};
use model::id::NodeId;
use model::refusal::Refusal;
use model::request::{DrainNode, RegisterNode};
use model::view::{NodeKey, NodeView};
use planner::actor::Actor;
use planner::command::nodes::enrolment;
use planner::command::{Answer, Asker, Command};
use planner::permission::{Action, Subject, is_allowed};
use planner::view::node_view;

use super::Nodes;
use crate::auth::peer::Peer;
use crate::auth::secret::{self, Secret, SecretKind};
use crate::core::{gone, strange};
use crate::sparse::Sparse;

static REFUSED: Sparse = Sparse::new();

impl Nodes {
    /// Those that take the person's instances; for an administrator all.
    pub fn list(&self, actor: &Actor) -> Result<Vec<NodeView>, Refusal> {
        let (world, now, viewer) = (self.core.world(), self.core.now(), self.core.person(actor)?);
        let seen = world.nodes.values().filter(|row| is_allowed(&world, actor, Action::SeeNode, Subject::Node(row)));
        Ok(seen.map(|node| node_view(&world, &viewer, node, now)).collect())
    }

    pub fn get(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        let (world, viewer) = (self.core.world(), self.core.person(actor)?);
        let node = actor.node(&world, Action::SeeNode, id)?;
        Ok(node_view(&world, &viewer, node, self.core.now()))
    }

    /// The secret is the API key that the node dials in with; it is shown this once, as is the code that a machine may
    /// change for another one.
    pub async fn register(&self, actor: &Actor, asked: RegisterNode) -> Result<NodeKey, Refusal> {
        let (key, code) = (Secret::generate(SecretKind::NodeKey), Secret::generate(SecretKind::Enrolment));
        let (key_hash, code_hash) = (secret::hash(key.expose()), secret::hash(code.expose()));
        let answer = self.core.ask(actor, Command::RegisterNode { asked, key_hash, code_hash }).await?;
        let Answer::Node(id) = answer else { return Err(strange(&answer)) };
        self.shown_once(self.get(actor, id)?, &key, &code)
    }

    pub async fn update(&self, actor: &Actor, id: NodeId, asked: RegisterNode) -> Result<NodeView, Refusal> {
        self.change(actor, id, Command::UpdateNode { id, asked }).await
    }

    /// A connection with the old key ends at once.
    pub async fn rotate_key(&self, actor: &Actor, id: NodeId) -> Result<NodeKey, Refusal> {
        let (key, code) = (Secret::generate(SecretKind::NodeKey), Secret::generate(SecretKind::Enrolment));
        let (key_hash, code_hash) = (secret::hash(key.expose()), secret::hash(code.expose()));
        self.core.ask(actor, Command::RotateNodeKey { id, key_hash, code_hash }).await?;
        self.shown_once(self.get(actor, id)?, &key, &code)
    }

    /// Another code in place of the one before. The key stays until it is used.
    pub async fn issue_code(&self, actor: &Actor, id: NodeId) -> Result<EnrolmentCode, Refusal> {
        let code = Secret::generate(SecretKind::Enrolment);
        self.core.ask(actor, Command::IssueCode { id, code_hash: secret::hash(code.expose()) }).await?;
        self.code(&self.get(actor, id)?, &code)
    }

    fn shown_once(&self, view: NodeView, key: &Secret, code: &Secret) -> Result<NodeKey, Refusal> {
        let server_fingerprint = self.core.world().identity.server_fingerprint.clone();
        let code = self.code(&view, code)?;
        Ok(NodeKey {
            id: view.id,
            view: Some(Box::new(view)),
            secret: key.expose().to_owned(),
            server_fingerprint,
            code,
        })
    }

    fn code(&self, view: &NodeView, code: &Secret) -> Result<EnrolmentCode, Refusal> {
        let expires_at = view.enrolment.as_ref().map(|enrolment| enrolment.expires_at).ok_or_else(|| gone("code"))?;
        let server_key_pin = self.core.world().identity.server_key_pin.clone();
        Ok(EnrolmentCode { secret: code.expose().to_owned(), expires_at, server_key_pin })
    }

    /// A machine shows a code and is given its node's key. Nobody is signed in: the code is all that counts.
    pub async fn enrol(&self, asked: Enrol, peer: &Peer) -> Result<Enrolled, Refusal> {
        let enrolled = self.redeem(asked.code.trim(), peer.address.to_string()).await;
        match &enrolled {
            Ok(enrolled) => {
                let node = enrolled.name.as_str();
                tracing::info!(node, peer = %peer.address, "a machine changed its code for the node's key");
            }
            Err(refusal) => {
                if let Some(more) = REFUSED.tells() {
                    let reason = &refusal.message;
                    tracing::warn!(peer = %peer.address, more, reason, "an enrolment code was refused");
                }
                // Whoever has a code, also one that was used, is told what is the matter with it.
                if *refusal == enrolment::unknown() {
                    self.attempts.wrong_code(peer.address, self.core.now().mono)?;
                }
            }
        }
        enrolled
    }

    async fn redeem(&self, code: &str, address: String) -> Result<Enrolled, Refusal> {
        if !secret::is_well_formed(SecretKind::Enrolment, code) {
            return Err(enrolment::unknown());
        }
        let key = Secret::generate(SecretKind::NodeKey);
        let (code_hash, key_hash) = (secret::hash(code), secret::hash(key.expose()));
        // What is refused costs whoever writes nothing.
        drop(enrolment::redeem(&self.core.world(), &code_hash, key_hash.clone(), &address, self.core.now())?);
        let command = Command::RedeemCode { code_hash, key_hash, address };
        let answer = self.core.orchestrator.ask(Asker::Stranger, command).await?;
        let Answer::NodeName(name) = answer else { return Err(strange(&answer)) };
        Ok(Enrolled { name, api_key: key.expose().to_owned() })
    }

    /// Places nothing new on the node.
    pub async fn cordon(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        self.change(actor, id, Command::CordonNode { id }).await
    }

    pub async fn uncordon(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        self.change(actor, id, Command::UncordonNode { id }).await
    }

    /// Cordons it, and stops what runs there or waits for its owners.
    pub async fn drain(&self, actor: &Actor, id: NodeId, asked: DrainNode) -> Result<NodeView, Refusal> {
        self.change(actor, id, Command::DrainNode { id, asked }).await
    }

    /// Lets a machine in again after several took turns with the key.
    pub async fn unfreeze(&self, actor: &Actor, id: NodeId) -> Result<NodeView, Refusal> {
        self.change(actor, id, Command::UnfreezeNode { id }).await
    }

    /// Gives up a node that is gone for good, with every instance on it.
    pub async fn forget(&self, actor: &Actor, id: NodeId) -> Result<(), Refusal> {
        self.core.ask(actor, Command::ForgetNode { id }).await.map(drop)
    }

    pub async fn remove(&self, actor: &Actor, id: NodeId) -> Result<(), Refusal> {
        self.core.ask(actor, Command::RemoveNode { id }).await.map(drop)
    }

    async fn change(&self, actor: &Actor, id: NodeId, command: Command) -> Result<NodeView, Refusal> {
        self.core.ask(actor, command).await?;
        self.get(actor, id)
    }
}
