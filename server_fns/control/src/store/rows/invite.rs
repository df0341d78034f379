//! Invitations.

use serde::{Deserialize, Serialize};

use model::Timestamp;
use model::id::{InviteId, PersonId};
use planner::world::Invite;

use crate::store::row::Stored;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::store) struct InviteRow {
    id: InviteId,
    secret_hash: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    maker: Option<PersonId>,
}

impl Stored for Invite {
    const TABLE: &'static str = "invite";
    const SINCE: u32 = 1;
    type Row = InviteRow;

    fn id(key: &InviteId) -> String {
        key.to_string()
    }
}

impl From<&Invite> for InviteRow {
    fn from(row: &Invite) -> Self {
        let Invite { id, secret_hash, created_at, expires_at, maker } = row.clone();
        Self { id, secret_hash, created_at, expires_at, maker }
    }
}

impl From<InviteRow> for Invite {
    fn from(row: InviteRow) -> Self {
        let InviteRow { id, secret_hash, created_at, expires_at, maker } = row;
        Self { id, secret_hash, created_at, expires_at, maker }
    }
}
