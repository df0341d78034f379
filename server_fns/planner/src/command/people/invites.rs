//! Invitations: secrets that admit one person each.

use std::sync::Arc;

use model::event::EventKind;
use model::id::InviteId;
use model::refusal::{Refusal, RefusalCode};

use crate::actor::Actor;
use crate::clock::Now;
use crate::command::{Decision, fresh};
use crate::draw::Draw;
use crate::limits::{INVITE_LIFETIME, OPEN_INVITES};
use crate::permission::{Action, Subject, account_may};
use crate::world::{Change, Invite, World};

pub fn create_invite(
    world: &World,
    actor: &Actor,
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
    let (created_at, expires_at, maker) = (now.wall, now.wall + INVITE_LIFETIME, Some(actor.person));
    let invite = Invite { id, secret_hash, created_at, expires_at, maker };
    Ok(Decision::new(vec![Change::PutInvite(invite)], id).leaves(EventKind::Invited))
}

pub fn drop_invite(world: &World, id: InviteId) -> Result<Decision<()>, Refusal> {
    if !world.invites.contains_key(&id) {
        return Err(Refusal::not_found("invitation"));
    }
    Ok(Decision::new(vec![Change::DropInvite(id)], ()).leaves(EventKind::InviteWithdrawn))
}

/// The invitation with this secret, if it can still be used.
pub fn find_invite(world: &World, secret_hash: &str, now: Now) -> Option<InviteId> {
    let usable = |invite: &&Arc<Invite>| {
        invite.secret_hash == secret_hash && invite.expires_at > now.wall && may_admit(world, invite)
    };
    world.invites.values().find(usable).map(|invite| invite.id)
}

/// It is worth as much as whoever made it: who was suspended, or administers no more, lets nobody in, themselves least.
pub(super) fn may_admit(world: &World, invite: &Invite) -> bool {
    invite.maker.is_none_or(|maker| account_may(world, maker, Action::Invite, Subject::Installation))
}
