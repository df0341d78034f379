//! What people ask for. Texts are as they were typed; the server checks each and names the field at fault. A field that
//! is not here is refused: whoever mistyped one would get something else than they asked for.

use serde::{Deserialize, Serialize};

use crate::forward::{Place, Protocol};
use crate::instance::Limits;
use crate::port::{PortRange, UrlAccess};
use crate::scope::Scope;

mod people;
mod programs;

pub use people::{
    ChangeEmail, ChangePassword, EndOthers, Handover, ProveSession, RemovePerson, ResetPassword, SetAdministrator,
    SuspendPerson,
};
pub use programs::{AskSignIn, FetchToken, GrantSignIn};

/// The header with the key of a browser's session. Browsers send a cookie to every port of a host; this only our page
/// sends, which keeps the key where pages of other ports cannot reach it.
pub const SESSION_KEY: &str = "dockhost-session-key";

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignUp {
    pub username: String,
    pub email: String,
    pub password: String,
    /// From the set-up link; makes the first person the administrator.
    #[serde(default)]
    pub setup: Option<String>,
    /// From an invitation.
    #[serde(default)]
    pub invite: Option<String>,
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// The username or the email address.
    pub username: String,
    pub password: String,
    /// The key of the session that this browser had last. Whoever shows one of the account is slowed by nobody else's
    /// wrong attempts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_session_key: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddSshKey {
    pub name: String,
    /// One line as in `id_ed25519.pub`.
    pub public_key: String,
    /// Whether its holder may manage, too, and not only log in where it is ticked; without the field, yes.
    #[serde(default)]
    pub may_manage: Option<bool>,
}

/// Says whether the holder of a key may use the lobby and jump to every instance of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MayManage {
    pub allowed: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProveSshKey {
    /// What `ssh-keygen -Y sign` printed for the challenge.
    pub signature: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateToken {
    pub name: String,
    #[serde(default)]
    pub scope: Scope,
    /// Without it, the token opens until it is removed.
    #[serde(default)]
    pub expires_in_days: Option<u32>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RegisterNode {
    pub name: String,
    #[serde(default)]
    pub lab: Option<String>,
    #[serde(default)]
    pub address: Option<String>,
    #[serde(default)]
    pub max_instances: Option<u32>,
    #[serde(default, deserialize_with = "crate::asked::port_range")]
    #[cfg_attr(feature = "schema", schemars(with = "Option<crate::asked::AskedRange>"))]
    pub host_ports: Option<PortRange>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DrainNode {
    /// Stop what runs there; otherwise wait until its owners do.
    #[serde(default)]
    pub stop: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateInstance {
    pub name: String,
    /// Without one, `ubuntu-24.04`.
    #[serde(default)]
    pub image: Option<String>,
    /// Ids or names of own keys; none of them where the list is empty. Without the field, those that may manage, or all where
    /// none may.
    #[serde(default)]
    pub ssh_keys: Option<Vec<String>>,
    /// All of one's keys, also those that are added later. There is no list then.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all_ssh_keys: bool,
    #[serde(default, deserialize_with = "crate::asked::limits")]
    #[cfg_attr(feature = "schema", schemars(with = "crate::asked::AskedLimits"))]
    pub limits: Limits,
    /// A login through the gateway starts it when it is stopped.
    #[serde(default)]
    pub start_on_connect: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeclarePort {
    #[serde(default)]
    pub url: UrlAccess,
}

/// Opens a host port, or changes who is let in and where it listens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenForward {
    #[serde(default)]
    pub place: Place,
    #[serde(default)]
    pub protocol: Protocol,
    pub container_port: u16,
    /// Without one, a free one is given.
    #[serde(default)]
    pub host_port: Option<u16>,
    /// The address to listen on; without one, every address that the place allows.
    #[serde(default)]
    pub bind: Option<String>,
    /// Networks as `10.0.0.0/8`, or single addresses; empty is everybody.
    #[serde(default)]
    pub allow: Vec<String>,
}

/// Asks for the way into an app, for somebody who is signed in at the console.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Visit {
    /// What stands before the domain of apps, such as `80-web-1`.
    pub app: String,
    /// Where to go there; `/` without it.
    #[serde(default)]
    pub path: String,
    /// What the app's host said of the browser when it sent it here. Without it, it is sent to the app's host.
    #[serde(default)]
    pub browser: String,
}

/// Which lines of the activity log.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskEvents {
    /// The id of an instance, the id of a node for the lines of it and of what is on it, or `everybody`, for administrators.
    /// Without it, one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// `instances`, `access`, `nodes` or `people`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The cursor after which the lines are wanted, the oldest first;
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// or before which, the newest first. Without either, the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// At most so many; 50 without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Opens a host port of the block to whoever reaches the node, or closes it to everybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetDoor {
    pub open: bool,
}

/// Asks for a link to a public URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AskLink {
    /// How long it shall open.
    pub hours: u32,
}

/// Which SSH keys of its owner an instance lets in: those of a list, or all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LetIn {
    /// Ids or names of the owner's keys; none of them where the list is empty. Without it, `all_ssh_keys` is on: nobody shall be
    /// locked out by a word that was forgotten.
    #[serde(default)]
    pub ssh_keys: Option<Vec<String>>,
    /// All of them, also those that are added later. There is no list then, or an empty one.
    #[serde(default)]
    pub all_ssh_keys: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StartOnConnect {
    pub allowed: bool,
}

/// Who may sign up, beside the holder of the set-up link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SignUpMode {
    #[default]
    Open,
    Invite,
    Closed,
}

/// As they are stored; they are asked for as [`ChangeSettings`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Settings {
    pub sign_up: SignUpMode,
    /// Instances that one person may have.
    pub quota: u32,
    /// New instances begin with the host ports of 80 and 443 closed.
    #[serde(default)]
    pub web_ports_closed: bool,
    /// Nodes whose engine has a known fault, or does not tell its version, take no new instances.
    #[serde(default)]
    pub refuse_faulty: bool,
    /// Days for which lines of the activity log are kept.
    #[serde(default = "usual_event_days")]
    pub keep_events_days: u32,
}

/// Replaces every setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ChangeSettings {
    pub sign_up: SignUpMode,
    pub quota: u32,
    #[serde(default)]
    pub web_ports_closed: bool,
    #[serde(default)]
    pub refuse_faulty: bool,
    /// Without it, as it was: a script of before must not shorten what is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_events_days: Option<u32>,
}

const fn usual_event_days() -> u32 {
    Settings::EVENT_DAYS
}

impl ChangeSettings {
    /// The settings that it makes of those of before.
    #[must_use]
    pub fn of(self, before: Settings) -> Settings {
        let Self { sign_up, quota, web_ports_closed, refuse_faulty, keep_events_days } = self;
        let keep_events_days = keep_events_days.unwrap_or(before.keep_events_days);
        Settings { sign_up, quota, web_ports_closed, refuse_faulty, keep_events_days }
    }
}

impl From<Settings> for ChangeSettings {
    fn from(settings: Settings) -> Self {
        let Settings { sign_up, quota, web_ports_closed, refuse_faulty, keep_events_days } = settings;
        Self { sign_up, quota, web_ports_closed, refuse_faulty, keep_events_days: Some(keep_events_days) }
    }
}

impl Settings {
    pub const DEFAULT_QUOTA: u32 = 5;
    pub const EVENT_DAYS: u32 = 90;
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            sign_up: SignUpMode::default(),
            quota: Self::DEFAULT_QUOTA,
            web_ports_closed: false,
            refuse_faulty: false,
            keep_events_days: Self::EVENT_DAYS,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::AskTicket;

    /// Reads `body`, and refuses it once it has a field more.
    fn is_exact<T: serde::de::DeserializeOwned>(body: &str) {
        assert!(serde_json::from_str::<T>(body).is_ok(), "{body}");
        let comma = if body == "{}" { "" } else { "," };
        let more = body.replacen('{', &format!("{{\"nonsense\":1{comma}"), 1);
        let said = serde_json::from_str::<T>(&more).map(drop).unwrap_err().to_string();
        assert!(said.starts_with("unknown field `nonsense`"), "{body}: {said}");
    }

    #[test]
    fn no_request_leaves_out_a_field_that_it_does_not_know() {
        is_exact::<SignUp>(r#"{"username":"ada","email":"a@b.c","password":"x"}"#);
        is_exact::<SignIn>(r#"{"username":"ada","password":"x"}"#);
        is_exact::<ChangePassword>(r#"{"current":"x","new":"y"}"#);
        is_exact::<EndOthers>(r#"{"tokens":true}"#);
        is_exact::<ChangeEmail>(r#"{"email":"a@b.c","current":"x"}"#);
        is_exact::<ProveSession>(r#"{"password":"x"}"#);
        is_exact::<SetAdministrator>(r#"{"administrator":true}"#);
        is_exact::<SuspendPerson>("{}");
        is_exact::<RemovePerson>(r#"{"instances":"delete","nodes":{"give":"bob"}}"#);
        is_exact::<AskSignIn>(r#"{"program":"x","host":"y"}"#);
        is_exact::<FetchToken>(r#"{"secret":"x"}"#);
        is_exact::<GrantSignIn>(r#"{"name":"x"}"#);
        is_exact::<AddSshKey>(r#"{"name":"laptop","public_key":"x"}"#);
        is_exact::<MayManage>(r#"{"allowed":true}"#);
        is_exact::<ProveSshKey>(r#"{"signature":"x"}"#);
        is_exact::<CreateToken>(r#"{"name":"x"}"#);
        is_exact::<RegisterNode>(r#"{"name":"lab"}"#);
        is_exact::<DrainNode>("{}");
        is_exact::<CreateInstance>(r#"{"name":"web"}"#);
        is_exact::<DeclarePort>("{}");
        is_exact::<OpenForward>(r#"{"container_port":80}"#);
        is_exact::<Visit>(r#"{"app":"80-web"}"#);
        is_exact::<SetDoor>(r#"{"open":true}"#);
        is_exact::<AskLink>(r#"{"hours":1}"#);
        is_exact::<StartOnConnect>(r#"{"allowed":true}"#);
        is_exact::<LetIn>(r#"{"ssh_keys":["laptop"],"all_ssh_keys":false}"#);
        is_exact::<ChangeSettings>(r#"{"sign_up":"open","quota":5}"#);
        is_exact::<AskTicket>(r#"{"columns":80,"rows":24}"#);
    }

    #[test]
    fn settings_that_a_later_version_stored_are_read() {
        let stored = r#"{"sign_up":"invite","quota":7,"invented_later":true}"#;
        assert_eq!(serde_json::from_str::<Settings>(stored).unwrap().quota, 7);
    }
}
