//! The table: which grants are enough for an action, and which SSH keys.

use model::may::Action;

/// A reason for which somebody may do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// It is theirs.
    Owner,
    Administrator,
    /// It is a node that takes everybody's instances.
    Shared,
    /// They hold the server's own computer.
    Operator,
    /// Nobody has to have signed in for it.
    Anybody,
}

/// Which of an account's SSH keys can be used for it. A session, a token and the console stand for the whole account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    /// It is for everybody, whatever they come with.
    Any,
    /// One that may manage.
    Managing,
    /// And one that is ticked for that instance.
    ManagingOrTicked,
    /// One that is ticked for that instance, whatever else it may.
    Ticked,
    /// One that may manage, and the key that it is about.
    ManagingOrItself,
}

/// What an action takes: one of the grants, and by SSH such a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub grants: &'static [Grant],
    pub keys: Keys,
}

pub const fn row(action: Action) -> Row {
    use Grant::{Administrator, Anybody, Operator, Owner, Shared};
    let (grants, keys): (&[Grant], Keys) = match action {
        Action::SeeInstance => (&[Owner, Administrator], Keys::ManagingOrTicked),
        Action::ManageInstance | Action::EnterInstance | Action::ShareInstance => {
            (&[Owner, Administrator], Keys::Managing)
        }
        // Only the owner's keys open it, and the URL is for them alone.
        Action::ReachInstance => (&[Owner], Keys::ManagingOrTicked),
        Action::LogIn => (&[Owner], Keys::Ticked),
        // Whoever it happened to, and whoever did it.
        Action::SeeEvent => (&[Owner, Administrator], Keys::Managing),
        Action::OpenOwnUrl => (&[Owner], Keys::Managing),
        Action::SeeNode => (&[Owner, Shared, Administrator], Keys::Managing),
        Action::PlaceOnNode => (&[Owner, Shared], Keys::Managing),
        Action::ManageNode => (&[Owner, Administrator], Keys::Managing),
        Action::ProveKey => (&[Owner], Keys::ManagingOrItself),
        Action::ManageKey | Action::ManageToken | Action::ManageSession => (&[Owner], Keys::Managing),
        Action::UseAccount
        | Action::ChangePassword
        | Action::AddKey
        | Action::CreateToken
        | Action::CreateInstance
        | Action::RegisterNode => (&[Owner], Keys::Managing),
        Action::SeeSettings
        | Action::ChangeSettings
        | Action::SeeInvites
        | Action::Invite
        | Action::WithdrawInvite
        | Action::ListEverybody
        | Action::SeeActivity
        | Action::SeeExposure => (&[Administrator], Keys::Managing),
        Action::SignIn | Action::Enrol => (&[Anybody], Keys::Any),
        Action::Operate => (&[Operator], Keys::Managing),
    };
    Row { grants, keys }
}
