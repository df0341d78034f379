//! The table: which grants are enough for an action.

use super::Action;

/// A reason for which somebody may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// It is theirs.
    Owner,
    Administrator,
    /// It is a node that takes everybody's instances.
    Shared,
}

use Grant::{Administrator, Owner, Shared};

pub(super) const fn grants(action: Action) -> &'static [Grant] {
    match action {
        Action::SeeInstance | Action::ManageInstance | Action::EnterInstance | Action::ShareInstance => {
            &[Owner, Administrator]
        }
        // Only the owner's keys open it, and the URL is for them alone.
        Action::ReachInstance | Action::OpenOwnUrl => &[Owner],
        Action::SeeNode => &[Owner, Shared, Administrator],
        Action::PlaceOnNode => &[Owner, Shared],
        Action::ManageNode => &[Owner, Administrator],
        Action::ManageKey | Action::ManageToken | Action::ManageSession => &[Owner],
        Action::SeeSettings
        | Action::ChangeSettings
        | Action::SeeInvites
        | Action::Invite
        | Action::WithdrawInvite
        | Action::ListEverybody
        | Action::SeeExposure => &[Administrator],
    }
}

/// What is refused to everybody but administrators.
pub(super) const fn words(action: Action) -> &'static str {
    match action {
        Action::SeeSettings => "see the settings",
        Action::ChangeSettings => "change the settings",
        Action::SeeInvites => "see the invitations",
        Action::Invite => "invite people",
        Action::WithdrawInvite => "withdraw invitations",
        Action::ListEverybody => "list the instances of others",
        Action::SeeExposure => "see how the server is exposed",
        Action::SeeInstance
        | Action::ManageInstance
        | Action::EnterInstance
        | Action::ReachInstance
        | Action::ShareInstance
        | Action::OpenOwnUrl
        | Action::SeeNode
        | Action::PlaceOnNode
        | Action::ManageNode
        | Action::ManageKey
        | Action::ManageToken
        | Action::ManageSession => "do that",
    }
}
