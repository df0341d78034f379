//! What a command is called in the log, and what it is done to.

use super::{Asker, Command};
use crate::actor::Via;

impl Command {
    /// The protocol's verb and its object: `create instance`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::SignUp { .. } => "sign up",
            Self::OpenSession(_) => "open session",
            Self::CloseSession => "close session",
            Self::RevokeSession { .. } => "revoke session",
            Self::NoteUse => "note use",
            Self::ChangePassword { .. } => "change password",
            Self::CreateInvite { .. } => "create invitation",
            Self::DropInvite { .. } => "drop invitation",
            Self::ChangeSettings(_) => "change settings",
            Self::AddSshKey { .. } => "add SSH key",
            Self::ProveSshKey { .. } => "prove SSH key",
            Self::SetMayManage { .. } => "set may-manage",
            Self::RemoveSshKey { .. } => "remove SSH key",
            Self::CreateToken { .. } => "create token",
            Self::RemoveToken { .. } => "remove token",
            Self::CreateInstance(_) => "create instance",
            Self::Wish { verb, .. } => match verb {
                model::verb::Verb::Start => "start instance",
                model::verb::Verb::Stop => "stop instance",
                model::verb::Verb::Restart => "restart instance",
                model::verb::Verb::Delete => "delete instance",
                model::verb::Verb::Forget => "forget instance",
            },
            Self::DeclarePort { .. } => "declare port",
            Self::WithdrawPort { .. } => "withdraw port",
            Self::OpenForward { .. } => "open forward",
            Self::CloseForward { .. } => "close forward",
            Self::SetDoor { .. } => "set door",
            Self::SetStartOnConnect { .. } => "set start-on-connect",
            Self::RegisterNode { .. } => "register node",
            Self::UpdateNode { .. } => "update node",
            Self::RotateNodeKey { .. } => "rotate node key",
            Self::IssueCode { .. } => "issue enrolment code",
            Self::RedeemCode { .. } => "redeem enrolment code",
            Self::CordonNode { .. } => "cordon node",
            Self::UncordonNode { .. } => "uncordon node",
            Self::DrainNode { .. } => "drain node",
            Self::UnfreezeNode { .. } => "unfreeze node",
            Self::RemoveNode { .. } => "remove node",
            Self::ForgetNode { .. } => "forget node",
            Self::CreateAdministrator { .. } => "create administrator",
            Self::ResetPassword { .. } => "reset password",
            Self::InstallNode { .. } => "install node",
            Self::Recover { .. } => "recover instance",
        }
    }

    /// Whether the answer has a secret that nobody can be shown again.
    pub const fn shows_a_secret(&self) -> bool {
        matches!(
            self,
            Self::SignUp { .. }
                | Self::OpenSession(_)
                | Self::CreateInvite { .. }
                | Self::CreateToken { .. }
                | Self::RegisterNode { .. }
                | Self::RotateNodeKey { .. }
                | Self::IssueCode { .. }
                | Self::RedeemCode { .. }
                | Self::InstallNode { .. }
        )
    }

    /// The id of the thing that it is done to; empty where there is none yet.
    pub fn subject(&self) -> String {
        match self {
            Self::RevokeSession { id } => id.to_string(),
            Self::DropInvite { id } => id.to_string(),
            Self::ProveSshKey { id, .. } | Self::SetMayManage { id, .. } | Self::RemoveSshKey { id } => id.to_string(),
            Self::RemoveToken { id } => id.to_string(),
            Self::Wish { id, .. }
            | Self::DeclarePort { id, .. }
            | Self::WithdrawPort { id, .. }
            | Self::OpenForward { id, .. }
            | Self::CloseForward { id, .. }
            | Self::SetDoor { id, .. }
            | Self::SetStartOnConnect { id, .. } => id.to_string(),
            Self::UpdateNode { id, .. }
            | Self::RotateNodeKey { id, .. }
            | Self::IssueCode { id, .. }
            | Self::CordonNode { id }
            | Self::UncordonNode { id }
            | Self::DrainNode { id, .. }
            | Self::UnfreezeNode { id }
            | Self::RemoveNode { id }
            | Self::ForgetNode { id } => id.to_string(),
            Self::ResetPassword { person, .. } => person.to_string(),
            Self::Recover { container, .. } => container.clone(),
            Self::SignUp { .. }
            | Self::OpenSession(_)
            | Self::CloseSession
            | Self::NoteUse
            | Self::ChangePassword { .. }
            | Self::CreateInvite { .. }
            | Self::ChangeSettings(_)
            | Self::AddSshKey { .. }
            | Self::CreateToken { .. }
            | Self::CreateInstance(_)
            | Self::RegisterNode { .. }
            | Self::RedeemCode { .. }
            | Self::CreateAdministrator { .. }
            | Self::InstallNode { .. } => String::new(),
        }
    }
}

impl Asker {
    pub fn name(&self) -> &str {
        match self {
            Self::Person(actor) => actor.username.as_str(),
            Self::Operator => "the operator",
            Self::Stranger => "a stranger",
        }
    }

    /// The way by which they came.
    pub const fn way(&self) -> &'static str {
        match self {
            Self::Person(actor) => match actor.via {
                Via::Session(_) => "session",
                Via::Token(_) => "token",
                Via::SshKey(_) => "ssh",
                Via::Console => "console",
            },
            Self::Operator => "console",
            Self::Stranger => "none",
        }
    }
}
