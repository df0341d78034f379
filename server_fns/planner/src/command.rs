//! Everything that can be asked for, as data: who asks, in which way, what, on what. [`decide`] answers with the changes to
//! commit, or with a refusal, and changes nothing itself.

use model::Timestamp;
use model::event::Entrance;
use model::forward::ForwardKey;
use model::id::{InstanceId, InviteId, NodeId, PersonId, SessionId, SshKeyId, TokenId};
use model::name::EmailAddress;
use model::port::{ContainerPort, DeclaredPort};
use model::refusal::Refusal;
use model::request::{
    AddSshKey, ChangeSettings, CreateInstance, CreateToken, DrainNode, EndOthers, Handover, LetIn, OpenForward,
    RegisterNode,
};
use model::stranger::Claim;
use model::verb::Verb;

use crate::actor::{Actor, Via};

mod decide;
pub mod idempotency;
pub mod instances;
pub mod nodes;
pub mod people;
pub mod settings;
pub mod ssh_keys;
pub mod tokens;

pub use decide::decide;
pub(crate) use instances::wish::powered_off;
use people::{Admission, Newcomer, Opening};
use ssh_keys::{ParsedKey, ProofKind};

pub use crate::decision::Decision;
pub(crate) use crate::draw::fresh;
pub use model::answer::Answer;

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    Person(Actor),
    /// Whoever holds the server's own computer.
    Operator,
    /// Nobody in particular: somebody who signs up or in, or a computer with a code.
    Stranger,
}

/// Secrets are in here as hashes alone.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    SignUp {
        newcomer: Newcomer,
        admission: Admission,
        password_hash: String,
    },
    OpenSession(Opening),
    CloseSession,
    RevokeSession {
        id: SessionId,
    },
    /// That the session or the token of the actor was used, and from where if that is known.
    NoteUse {
        address: Option<String>,
    },
    /// That somebody tried to sign in to that account with a wrong password.
    NoteFailedSignIn {
        person: PersonId,
        address: String,
    },
    /// The person gave their password once more. `checked` is the hash that it was checked against, here and below.
    ProveSession {
        checked: String,
    },
    ChangePassword {
        checked: String,
        password_hash: String,
        end: EndOthers,
    },
    ChangeEmail {
        checked: String,
        email: EmailAddress,
    },
    AskForRemoval,
    WithdrawRemoval,
    CreateInvite {
        secret_hash: String,
    },
    DropInvite {
        id: InviteId,
    },
    ChangeSettings(ChangeSettings),

    SetAdministrator {
        person: PersonId,
        administrator: bool,
    },
    SuspendPerson {
        person: PersonId,
        /// What runs of theirs, too.
        stop: bool,
    },
    ResumePerson {
        person: PersonId,
    },
    /// A link by which the person sets another password.
    MakeResetLink {
        person: PersonId,
        secret_hash: String,
    },
    /// Somebody who has that link does.
    UseResetLink {
        secret_hash: String,
        password_hash: String,
        address: String,
    },
    RemovePerson {
        person: PersonId,
        instances: Option<Handover>,
        nodes: Option<Handover>,
    },

    AddSshKey {
        asked: AddSshKey,
        key: ParsedKey,
    },
    ProveSshKey {
        id: SshKeyId,
        shown: ProofKind,
    },
    SetMayManage {
        id: SshKeyId,
        allowed: bool,
    },
    RemoveSshKey {
        id: SshKeyId,
    },
    CreateToken {
        asked: CreateToken,
        hint: String,
        secret_hash: String,
    },
    RemoveToken {
        id: TokenId,
    },

    CreateInstance(CreateInstance),
    Wish {
        id: InstanceId,
        verb: Verb,
    },
    DeclarePort {
        id: InstanceId,
        port: DeclaredPort,
    },
    WithdrawPort {
        id: InstanceId,
        port: ContainerPort,
    },
    OpenForward {
        id: InstanceId,
        asked: OpenForward,
    },
    CloseForward {
        id: InstanceId,
        key: ForwardKey,
    },
    SetDoor {
        id: InstanceId,
        port: ContainerPort,
        open: bool,
    },
    LetIn {
        id: InstanceId,
        asked: LetIn,
    },
    SetStartOnConnect {
        id: InstanceId,
        allowed: bool,
    },
    /// That the actor was let in, which is told where the instance is somebody else's.
    NoteEntrance {
        id: InstanceId,
        by: Entrance,
    },

    RegisterNode {
        asked: RegisterNode,
        key_hash: String,
        code_hash: String,
    },
    UpdateNode {
        id: NodeId,
        asked: RegisterNode,
    },
    RotateNodeKey {
        id: NodeId,
        key_hash: String,
        code_hash: String,
    },
    IssueCode {
        id: NodeId,
        code_hash: String,
    },
    RedeemCode {
        code_hash: String,
        key_hash: String,
        address: String,
    },
    CordonNode {
        id: NodeId,
    },
    UncordonNode {
        id: NodeId,
    },
    DrainNode {
        id: NodeId,
        asked: DrainNode,
    },
    UnfreezeNode {
        id: NodeId,
    },
    RemoveNode {
        id: NodeId,
    },
    ForgetNode {
        id: NodeId,
    },

    /// The operator's own.
    CreateAdministrator {
        newcomer: Newcomer,
        password_hash: String,
    },
    ResetPassword {
        person: PersonId,
        password_hash: String,
    },
    InstallNode {
        asked: RegisterNode,
        key_hash: String,
    },
    Recover {
        node: String,
        container: String,
        claim: Claim,
    },
}

impl Asker {
    /// # Errors
    /// `Unauthenticated`, where somebody has to have signed in.
    pub fn person(&self) -> Result<&Actor, Refusal> {
        match self {
            Self::Person(actor) => Ok(actor),
            Self::Operator | Self::Stranger => Err(Refusal::unauthenticated()),
        }
    }

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

/// Whether that much time has gone by. A wall clock that was set back makes nothing older.
pub(crate) fn is_past(at: Timestamp, age: std::time::Duration, now: Timestamp) -> bool {
    (now - at).to_std().is_ok_and(|passed| passed >= age)
}
