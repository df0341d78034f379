//! Which node a request comes from: it shows the node's key.

use hyper::{HeaderMap, header};
use model::id::NodeId;
use model::refusal::{Refusal, RefusalCode};
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

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && secret::is_well_formed(SecretKind::NodeKey, key)).then_some(key)
}

fn wrong_key() -> Refusal {
    let message =
        "This node key is not valid: it was mistyped, rotated, or its node was removed. Get one on the node's page.";
    Refusal::new(RefusalCode::Unauthenticated, message)
}
