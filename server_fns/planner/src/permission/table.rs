//! The table: which grants are enough for an action, which SSH keys and tokens, and whether it takes the password anew.

use model::may::Action;
use model::scope::Scope;

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

/// Which of an account's SSH keys can be used for it. A session and the console stand for the whole account.
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

/// When somebody must have given their password who comes with a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// When they signed in.
    Once,
    /// And lately: it makes a new way into the account or its machines, which outlives a browser that somebody left open.
    Lately,
}

/// What an action takes: one of the grants, by SSH such a key, by a token such a scope, and in a session such a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub grants: &'static [Grant],
    pub keys: Keys,
    /// The least that is enough; `None`: no token is.
    pub scope: Option<Scope>,
    pub proof: Proof,
}

const READ: Option<Scope> = Some(Scope::Read);
const INSTANCES: Option<Scope> = Some(Scope::Instances);
const ALL: Option<Scope> = Some(Scope::All);
/// It is for the person: a token that did it would last longer than it may, or keep them out.
const NEVER: Option<Scope> = None;

pub const fn row(action: Action) -> Row {
    use Grant::{Administrator, Anybody, Operator, Owner, Shared};
    use Proof::{Lately, Once};
    let (grants, keys, scope, proof): (&[Grant], Keys, Option<Scope>, Proof) = match action {
        Action::SeeInstance => (&[Owner, Administrator], Keys::ManagingOrTicked, READ, Once),
        Action::ManageInstance | Action::EnterInstance | Action::ShareInstance => {
            (&[Owner, Administrator], Keys::Managing, INSTANCES, Once)
        }
        // Only the owner's keys open it, and the URL is for them alone.
        Action::ReachInstance => (&[Owner], Keys::ManagingOrTicked, INSTANCES, Once),
        Action::LogIn => (&[Owner], Keys::Ticked, INSTANCES, Once),
        Action::OpenOwnUrl => (&[Owner], Keys::Managing, INSTANCES, Once),
        Action::SeeNode => (&[Owner, Shared, Administrator], Keys::Managing, READ, Once),
        Action::PlaceOnNode => (&[Owner, Shared], Keys::Managing, INSTANCES, Once),
        Action::ManageNode => (&[Owner, Administrator], Keys::Managing, ALL, Once),
        Action::GiveNodeKey => (&[Owner, Administrator], Keys::Managing, ALL, Lately),
        Action::ProveKey => (&[Owner], Keys::ManagingOrItself, ALL, Once),
        Action::ManageKey | Action::ManageToken => (&[Owner], Keys::Managing, ALL, Once),
        Action::ManageSession => (&[Owner], Keys::Managing, NEVER, Once),
        Action::UseAccount => (&[Owner], Keys::Managing, READ, Once),
        // Whoever it happened to, whoever did it, and whoever has by now what it speaks of.
        Action::SeeEvent => (&[Owner, Administrator], Keys::Managing, READ, Once),
        Action::ChangePassword
        | Action::ChangeEmail
        | Action::ProveSession
        | Action::AskRemoval
        | Action::AnswerProgram => (&[Owner], Keys::Managing, NEVER, Once),
        Action::CreateToken => (&[Owner], Keys::Managing, NEVER, Lately),
        Action::AddKey | Action::RegisterNode => (&[Owner], Keys::Managing, ALL, Lately),
        Action::CreateInstance => (&[Owner], Keys::Managing, INSTANCES, Once),
        Action::SeeSettings
        | Action::SeeInvites
        | Action::ListEverybody
        | Action::SeeExposure
        | Action::SeeActivity => (&[Administrator], Keys::Managing, READ, Once),
        Action::ChangeSettings | Action::Invite | Action::WithdrawInvite => {
            (&[Administrator], Keys::Managing, ALL, Once)
        }
        Action::SeePeople => (&[Administrator, Operator], Keys::Managing, READ, Once),
        Action::ManagePeople => (&[Administrator, Operator], Keys::Managing, ALL, Once),
        Action::RemovePeople => (&[Administrator, Operator], Keys::Managing, ALL, Lately),
        // Whoever made one with a token could set the password of the token's own account, and so could an administrator
        // whom a token made.
        Action::MakeAdministrator | Action::MakeResetLink => {
            (&[Administrator, Operator], Keys::Managing, NEVER, Lately)
        }
        Action::SignIn | Action::Enrol => (&[Anybody], Keys::Any, READ, Once),
        Action::Operate => (&[Operator], Keys::Managing, ALL, Once),
    };
    Row { grants, keys, scope, proof }
}
