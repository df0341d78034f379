//! Invitations: secrets that admit one person each.

use model::id::InviteId;
use model::refusal::{Refusal, RefusalCode};

use crate::clock::Now;
use crate::command::{Decision, fresh};
use crate::draw::Draw;
use crate::limits::{INVITE_LIFETIME, OPEN_INVITES};
use crate::world::{Change, Invite, World};

pub fn create_invite(
    world: &World,
    secret_hash: String,
    draw: &mut dyn Draw,
    now: Now,
) -> Result<Decision<InviteId>, Refusal> {
    let open = world.invites.values().filter(|invite| invite.expires_at > now.wall).count();
    if open >= OPEN_INVITES {
        let message = format!("There are {open} open invitations, the most there may be. Withdraw one first.");
        return Err(Refusal::new(RefusalCode::Conflict, message));
    }
    let id = fresh(draw, InviteId::from_bits, |id| world.invites.contains_key(id));
    let invite = Invite { id, secret_hash, created_at: now.wall, expires_at: now.wall + INVITE_LIFETIME };
    Ok(Decision::new(vec![Change::PutInvite(invite)], id))
}

pub fn drop_invite(world: &World, id: InviteId) -> Result<Decision<()>, Refusal> {
    if !world.invites.contains_key(&id) {
        return Err(Refusal::not_found("invitation"));
    }
    Ok(Decision::new(vec![Change::DropInvite(id)], ()))
}

/// The invitation with this secret, if it can still be used.
pub fn find_invite(world: &World, secret_hash: &str, now: Now) -> Option<InviteId> {
    let usable = |invite: &&std::sync::Arc<Invite>| invite.secret_hash == secret_hash && invite.expires_at > now.wall;
    world.invites.values().find(usable).map(|invite| invite.id)
}
