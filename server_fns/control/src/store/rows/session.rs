//! Sign-ins.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{PersonId, SessionId};
use planner::world::Session;

use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct SessionRow {
    id: SessionId,
    person: PersonId,
    secret_hash: String,
    /// What was stored by 0.1.0 has none.
    #[serde(default)]
    key_hash: String,
    created_at: Timestamp,
    /// Not of a session whose person gave the password when they signed in, and never again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    proved_at: Option<Timestamp>,
    last_seen_at: Timestamp,
    address: String,
    agent: String,
}

impl Stored for Session {
    const TABLE: &'static str = "session";
    const SINCE: u32 = 1;
    /// After a restore people sign in again, so that a session which was ended meanwhile does not come back.
    const IN_BACKUP: bool = false;
    type Row = SessionRow;

    fn id(key: &SessionId) -> String {
        key.to_string()
    }
}

impl From<&Session> for SessionRow {
    fn from(row: &Session) -> Self {
        let Session { id, person, secret_hash, key_hash, created_at, proved_at, last_seen_at, address, agent } =
            row.clone();
        let proved_at = Some(proved_at).filter(|at| *at != created_at);
        Self { id, person, secret_hash, key_hash, created_at, proved_at, last_seen_at, address, agent }
    }
}

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        let SessionRow { id, person, secret_hash, key_hash, created_at, proved_at, last_seen_at, address, agent } = row;
        let proved_at = proved_at.unwrap_or(created_at);
        Self { id, person, secret_hash, key_hash, created_at, proved_at, last_seen_at, address, agent }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_of_0_1_is_read_and_has_no_key() {
        let stored = serde_json::json!({
            "id": "s-00000000000000aa", "person": "p-00000000000000aa", "secret_hash": "ab",
            "created_at": "2026-11-27T18:00:00Z", "last_seen_at": "2026-11-27T18:00:00Z",
            "address": "127.0.0.1", "agent": "a browser",
        });
        let session = Session::from(serde_json::from_value::<SessionRow>(stored).unwrap());
        assert_eq!((session.secret_hash.as_str(), session.key_hash.as_str()), ("ab", ""));
    }
    #[test]
    fn a_proof_that_came_later_than_the_session_is_kept_and_one_of_before_is_its_beginning() {
        let stored = serde_json::json!({
            "id": "s-00000000000000aa", "person": "p-00000000000000aa", "secret_hash": "ab", "key_hash": "cd",
            "created_at": "2026-11-27T18:00:00Z", "last_seen_at": "2026-11-27T19:00:00Z",
            "address": "127.0.0.1", "agent": "a browser",
        });
        let session = Session::from(serde_json::from_value::<SessionRow>(stored.clone()).unwrap());
        assert_eq!(session.proved_at, session.created_at);
        assert_eq!(serde_json::to_value(SessionRow::from(&session)).unwrap(), stored);
        let later = Session { proved_at: session.last_seen_at, ..session };
        let again = serde_json::to_value(SessionRow::from(&later)).unwrap();
        assert_eq!(Session::from(serde_json::from_value::<SessionRow>(again).unwrap()), later);
    }
}
