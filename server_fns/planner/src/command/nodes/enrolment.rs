//! Codes that a machine changes for its node's API key, so that no key stands in what a person pastes.

use model::enrolment::EnrolmentUse;
use model::event::{Cause, EventKind};
use model::id::NodeId;
use model::name::NodeName;
use model::refusal::{Refusal, RefusalCode};

use super::unbound;
use crate::clock::Now;
use crate::command::Decision;
use crate::credentials::node_is_let_in;
use crate::event::{by_node, of_node};
use crate::limits::ENROLMENT_LIFETIME;
use crate::liveness::{is_present, liveness};
use crate::world::{Change, Enrolment, Node, World};

/// Makes a code for a node in place of the one before. The node's key stays what it is until the code is used.
pub fn issue(world: &World, id: NodeId, code_hash: String, now: Now) -> Result<Decision<()>, Refusal> {
    let node = world.find_node(id)?;
    if is_present(liveness(world, id, now.mono)) {
        let message = format!(
            "The node {} is connected and needs no code. If another machine shall take its place, rotate its key.",
            node.settings.name
        );
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let offered = offering(Decision::new(vec![Change::PutNode(Box::new(Node::clone(node)))], ()), &code_hash, now);
    Ok(offered.leaves(EventKind::NodeCodeIssued))
}

/// The same decision, and the node that it puts may be enrolled with that code.
pub fn offering<T>(decision: Decision<T>, code_hash: &str, now: Now) -> Decision<T> {
    let offer = |change: Change| {
        if let Change::PutNode(mut node) = change {
            let expires_at = now.wall + ENROLMENT_LIFETIME;
            node.enrolment = Some(Enrolment { code_hash: code_hash.to_owned(), expires_at, used: None });
            return Change::PutNode(node);
        }
        change
    };
    let Decision { changes, events, line, answer } = decision;
    Decision { changes: changes.into_iter().map(offer).collect(), events, line, answer }
}

/// A machine at that address shows a code: the node has the new key from now on, and the code opens nothing any more.
pub fn redeem(
    world: &World,
    code_hash: &str,
    key_hash: String,
    address: &str,
    now: Now,
) -> Result<Decision<NodeName>, Refusal> {
    let Some((node, code)) = world.node_by_code_hash(code_hash) else { return Err(unknown()) };
    let name = &node.settings.name;
    if let Some(used) = &code.used {
        return Err(refused(format!(
            "This enrolment code of the node {name} was used already, at {} from {}. If that was not you, rotate the \
             key of {name} on the page Nodes, which shuts that machine out; if it was, get another line there.",
            used.at.format("%Y-%m-%d %H:%M:%S UTC"),
            used.address
        )));
    }
    if code.expires_at <= now.wall {
        return Err(refused(format!(
            "This enrolment code of the node {name} has expired: it was good for {} minutes, until {}. Get another \
             line on the page Nodes.",
            ENROLMENT_LIFETIME.as_secs() / 60,
            code.expires_at.format("%Y-%m-%d %H:%M:%S UTC")
        )));
    }
    if !node_is_let_in(world, node) {
        return Err(refused(format!(
            "The account that the node {name} belongs to is suspended, so this enrolment code opens nothing now. Ask an \
             administrator."
        )));
    }
    let used = EnrolmentUse { at: now.wall, address: address.to_owned() };
    let enrolment = Some(Enrolment { used: Some(used), ..code.clone() });
    let row = Node { key_hash, enrolment, ..unbound(node) };
    let cause = Cause { address: Some(address.to_owned()), ..by_node(node) };
    let line = of_node(node, cause, EventKind::NodeEnrolled);
    Ok(Decision::new(vec![Change::PutNode(Box::new(row))], name.clone()).tells(line))
}

/// Also of one that is no code at all, which needs no look at the world.
pub fn unknown() -> Refusal {
    refused(
        "This enrolment code opens nothing: it was copied incompletely, a newer one was made for its node, the node \
         has connected without it, or the node was removed. Get another line on the page Nodes."
            .to_owned(),
    )
}

fn refused(message: String) -> Refusal {
    Refusal::new(RefusalCode::Forbidden, message).at("code")
}
