//! How a refusal is said: who may do it instead.

use model::may::Action;
use model::refusal::{Refusal, RefusalCode};

use super::Subject;

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
        | Action::ManageKey
        | Action::ProveKey
        | Action::ManageToken
        | Action::ManageSession
        | Action::UseAccount
        | Action::ChangePassword
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
