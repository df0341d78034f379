//! What somebody can be allowed to do, by one name each: the server's table, views and pages all speak of these.

use serde::{Deserialize, Serialize};

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "kebab-case")]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

actions! {
    /// Know that the instance is there, and how it is.
    SeeInstance,
    /// Start, stop, restart, delete, and change its settings.
    ManageInstance,
    /// Use its terminal and its files.
    EnterInstance,
    /// Open anything on it through the SSH gateway.
    ReachInstance,
    /// Log in to it by its name at the SSH gateway.
    LogIn,
    /// Make links that open its URLs.
    ShareInstance,
    /// Open a public URL of it that is for its owner alone.
    OpenOwnUrl,

    SeeNode,
    /// Place instances of one's own there.
    PlaceOnNode,
    ManageNode,
    /// Give a node another key, or a code for one.
    GiveNodeKey,

    /// See and change an SSH key.
    ManageKey,
    /// Show that one holds an SSH key.
    ProveKey,
    ManageToken,
    ManageSession,

    /// What an account sees and settles of its own.
    UseAccount,
    ChangePassword,
    ChangeEmail,
    /// Give the password once more.
    ProveSession,
    /// Ask administrators to remove one's account, or no longer.
    AskRemoval,
    /// See a program that asks to be signed in, and say no to it.
    AnswerProgram,
    AddKey,
    CreateToken,
    CreateInstance,
    RegisterNode,

    SeeSettings,
    ChangeSettings,
    SeeInvites,
    Invite,
    WithdrawInvite,
    /// List all people.
    SeePeople,
    /// Suspend and resume them.
    ManagePeople,
    /// Say who administers.
    MakeAdministrator,
    /// Remove them, and say whether their instances and nodes are deleted or given to somebody.
    RemovePeople,
    /// Make a link by which somebody else sets another password.
    MakeResetLink,
    /// List the instances of all people.
    ListEverybody,
    /// Know how the installation is exposed to others.
    SeeExposure,
    /// Know of one thing that happened.
    SeeEvent,
    /// Know of everything that happened, and from which addresses.
    SeeActivity,

    /// Open an account or a session.
    SignIn,
    /// Change a code for a node's key.
    Enrol,
    /// What `dockhost admin` does on the server's own computer.
    Operate,
}

impl Action {
    /// Those of an instance, of a node, and of an account and the whole installation: a view of one tells them. Whatever has
    /// a view may be seen, an account is its holder's to use, and whoever may invite may see invitations and withdraw them.
    pub const OF_INSTANCE: &'static [Self] = &[
        Self::ManageInstance,
        Self::EnterInstance,
        Self::ReachInstance,
        Self::LogIn,
        Self::ShareInstance,
        Self::OpenOwnUrl,
    ];
    pub const OF_NODE: &'static [Self] = &[Self::PlaceOnNode, Self::ManageNode, Self::GiveNodeKey];
    pub const OF_ACCOUNT: &'static [Self] = &[
        Self::CreateInstance,
        Self::RegisterNode,
        Self::SeeSettings,
        Self::ChangeSettings,
        Self::Invite,
        Self::SeePeople,
        Self::ManagePeople,
        Self::ListEverybody,
        Self::SeeActivity,
    ];
}
