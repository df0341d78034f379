//! Which node a request comes from: it shows the node's key.

use hyper::{HeaderMap, header};
use model::id::NodeId;
use model::refusal::{Refusal, RefusalCode};
use planner::channel::still_valid;
use planner::world::World;

use super::secret::{self, SecretKind};

/// Whose key the request carries, and the hash of that key.
///
/// # Errors
/// `Unauthenticated` for a key that opens nothing, or none.
pub(crate) fn node_of(world: &World, headers: &HeaderMap) -> Result<(NodeId, String), Refusal> {
    let key_hash = bearer(headers).map(secret::hash).ok_or_else(wrong_key)?;
    let node = world.node_by_key_hash(&key_hash).map(|node| node.id).ok_or_else(wrong_key)?;
    Ok((node, key_hash))
}

/// The same for a data socket, which nobody opens while the owner of the node is suspended. A channel is not refused by
/// this, but told why once it has introduced itself: a node takes a refusal here for a wrong key.
pub(crate) fn node_let_in(world: &World, headers: &HeaderMap) -> Result<NodeId, Refusal> {
    let (node, key_hash) = node_of(world, headers)?;
    still_valid(world, node, &key_hash).map_err(|why| Refusal::new(RefusalCode::Unauthenticated, why.to_string()))?;
    Ok(node)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && secret::is_well_formed(SecretKind::NodeKey, key)).then_some(key)
}

fn wrong_key() -> Refusal {
    let message =
        "This node key is not valid: it was mistyped, rotated, or its node was removed. Get one on the node's page.";
    Refusal::new(RefusalCode::Unauthenticated, message)
}
