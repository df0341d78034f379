//! The rows of a node.

use model::Timestamp;
use model::enrolment::EnrolmentUse;
use model::feature::Features;
use model::id::{NodeId, PersonId};
use model::node::{Availability, NodeFacts, NodeSettings};
use model::version::{Epoch, Generation};

#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub id: NodeId,
    /// `None`: the installation's own. It was enrolled on the server itself, takes everybody's instances and
    /// is managed by administrators.
    pub owner: Option<PersonId>,
    pub settings: NodeSettings,
    pub availability: Availability,
    /// SHA-256 of the API key, in hex.
    pub key_hash: String,
    /// Of the last connection that was welcomed; grows and is stored before each welcome.
    pub epoch: Epoch,
    /// The machine that used the key last; see `protocol::Hello::machine`.
    pub machine: Option<String>,
    /// When another machine took over the key, the newest last.
    pub takeovers: Vec<Timestamp>,
    /// Machines took turns with the key, so each is refused until a person decides.
    pub frozen: bool,
    /// Of the last assignment that was published before there were rows for that; see [`super::World::generation`].
    pub generation: Generation,
    pub facts: Option<NodeFacts>,
    /// What its program can do, as it announced when it last connected; see [`crate::feature`].
    pub features: Features,
    /// The address its channel last came from.
    pub peer_address: Option<String>,
    pub last_seen_at: Option<Timestamp>,
    /// It has been ready for instances once, so nobody needs to be told any more how to connect it.
    pub was_ready: bool,
    /// The code that was last made for it, until it is withdrawn.
    pub enrolment: Option<Enrolment>,
    pub created_at: Timestamp,
}

/// The last assignment that a node was given. A row of its own, because each create publishes one, and a node's row is
/// many times as long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Publication {
    pub node: NodeId,
    pub generation: Generation,
}

/// A code that one machine may change for the API key of its node, once. It goes with the node's row.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrolment {
    /// SHA-256 of the code, in hex.
    pub code_hash: String,
    pub expires_at: Timestamp,
    /// It opens nothing any more. Whoever shows it again is told when it was used, and from where.
    pub used: Option<EnrolmentUse>,
}
