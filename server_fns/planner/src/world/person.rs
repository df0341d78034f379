//! The rows of a person, and of everything with which that person gets in.

use model::Timestamp;
use model::id::{InviteId, PersonId, SessionId, SshKeyId, TokenId};
use model::name::{EmailAddress, Label, Username};
use model::scope::Scope;
use model::version::EventNumber;

#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub id: PersonId,
    pub username: Username,
    pub email: EmailAddress,
    /// An argon2id PHC string.
    pub password_hash: String,
    pub administrator: bool,
    /// Since when nothing of theirs opens anything; see [`crate::credentials`].
    pub suspended: Option<Timestamp>,
    /// Since when they wait for an administrator to remove the account.
    pub asks_removal_since: Option<Timestamp>,
    /// The link that was last made for another password, until one is set.
    pub reset: Option<Reset>,
    pub created_at: Timestamp,
}

/// A link that sets another password, once.
#[derive(Debug, Clone, PartialEq)]
pub struct Reset {
    /// SHA-256 of the secret in it, in hex.
    pub secret_hash: String,
    pub expires_at: Timestamp,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub id: SessionId,
    pub person: PersonId,
    /// SHA-256 of the cookie's value, in hex.
    pub secret_hash: String,
    /// SHA-256 of the key that the page keeps, in hex; empty of a session from a time without keys, which opens nothing.
    pub key_hash: String,
    pub created_at: Timestamp,
    /// When the person last gave their password in it.
    pub proved_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub address: String,
    pub agent: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub id: TokenId,
    pub person: PersonId,
    pub name: Label,
    pub hint: String,
    pub secret_hash: String,
    pub scope: Scope,
    pub created_at: Timestamp,
    /// From then on it opens nothing.
    pub expires_at: Option<Timestamp>,
    pub last_used_at: Option<Timestamp>,
    /// The address that used it then.
    pub last_used_from: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Invite {
    pub id: InviteId,
    pub secret_hash: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    /// It opens as long as they may invite; rows of before do not name anybody.
    pub maker: Option<PersonId>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SshKey {
    pub id: SshKeyId,
    pub person: PersonId,
    pub name: Label,
    pub algorithm: String,
    pub fingerprint: String,
    /// `type base64`, re-serialised from what was parsed, without options or comment.
    pub public_key: String,
    pub created_at: Timestamp,
    pub proof: KeyProof,
    /// Its holder may use the lobby and jump to every instance of the account. Without it, the key opens the instances
    /// for which it is ticked, and nothing else.
    pub may_manage: bool,
    /// A token added it or let it manage. It is worth no more than a token: what no token may do, it may not either.
    pub by_token: bool,
}

/// Whether an account has proved to hold a key that it added. What follows from it is [`crate::keys::standing`]'s to say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyProof {
    /// The row is from a time when nobody was asked; see [`crate::keys::settle`].
    #[default]
    NotAsked,
    Missing,
    At(Timestamp),
}

/// Wrong passwords for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedSignIns {
    pub person: PersonId,
    /// The full hour in which they came.
    pub hour: Timestamp,
    pub times: u32,
    /// The line of the log that counts them.
    pub number: EventNumber,
}
