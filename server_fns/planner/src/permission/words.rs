//! How a refusal is said: who may do it instead.

use model::may::Action;
use model::refusal::{Refusal, RefusalCode};
use model::scope::Scope;

use super::Subject;
use crate::limits::PROOF_LIFETIME;

pub(super) fn refused(action: Action, subject: Subject<'_>) -> Refusal {
    let message = match subject {
        Subject::Node(node) => {
            let name = &node.settings.name;
            format!("The node {name} is not yours: only its owner and administrators may change it.")
        }
        Subject::Instance(instance) => {
            format!("The instance {} is not yours: only its owner may do that.", instance.spec.name)
        }
        Subject::SshKey(_)
        | Subject::Token(_)
        | Subject::Session(_)
        | Subject::Account(_)
        | Subject::Event(_)
        | Subject::Installation => of_installation(action),
    };
    Refusal::new(RefusalCode::Forbidden, message)
}

/// By a key that opens the instances for which it is ticked, and nothing else.
pub(super) fn key_too_small() -> Refusal {
    let message = "This SSH key may not manage: it logs in where it is ticked. *SSH keys* in the console can let it.";
    Refusal::new(RefusalCode::Forbidden, message)
}

pub(super) fn scope_too_small(least: Option<Scope>) -> Refusal {
    let message = match least {
        Some(scope) => format!(
            "This API token may not do that: its scope is too small. Use one of the scope `{}`; *Tokens* in the console \
             makes it.",
            scope.as_str()
        ),
        None => "No API token may do that, whatever its scope, and no SSH key that one added. Sign in with a browser."
            .to_owned(),
    };
    Refusal::new(RefusalCode::Forbidden, message)
}

/// In a session whose password was given too long ago.
pub(super) fn proof_needed() -> Refusal {
    let message = format!(
        "Give your password again, and then once more ask for this: it makes a new way in, and you gave the password more \
         than {} minutes ago.",
        PROOF_LIFETIME.as_secs() / 60
    );
    Refusal::new(RefusalCode::ProofNeeded, message)
}

fn of_installation(action: Action) -> String {
    let what = match action {
        Action::Operate => {
            return "Only the operator may do that, with `dockhost admin` on the server's own computer.".to_owned();
        }
        Action::SeeSettings => "see the settings",
        Action::ChangeSettings => "change the settings",
        Action::SeeInvites => "see the invitations",
        Action::Invite => "invite people",
        Action::WithdrawInvite => "withdraw invitations",
        Action::SeePeople => "list people",
        Action::ManagePeople => "manage people",
        Action::MakeAdministrator => "say who administers",
        Action::RemovePeople => "remove people",
        Action::MakeResetLink => "make a link for another password",
        Action::ListEverybody => "list the instances of others",
        Action::SeeExposure => "see how the server is exposed",
        Action::SeeActivity => "see everything that happened",
        Action::SeeInstance
        | Action::ManageInstance
        | Action::EnterInstance
        | Action::ReachInstance
        | Action::LogIn
        | Action::ShareInstance
        | Action::OpenOwnUrl
        | Action::SeeNode
        | Action::PlaceOnNode
        | Action::ManageNode
        | Action::GiveNodeKey
        | Action::ManageKey
        | Action::ProveKey
        | Action::ManageToken
        | Action::ManageSession
        | Action::UseAccount
        | Action::ChangePassword
        | Action::ChangeEmail
        | Action::ProveSession
        | Action::AskRemoval
        | Action::AnswerProgram
        | Action::AddKey
        | Action::CreateToken
        | Action::CreateInstance
        | Action::RegisterNode
        | Action::SeeEvent
        | Action::SignIn
        | Action::Enrol => "do that",
    };
    format!("Only an administrator may {what}.")
}
