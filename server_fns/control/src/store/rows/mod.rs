//! One file per table: the row as it is stored, and its conversion to and from the planner's type. The conversions
//! take values apart field by field, so a field that is added on one side does not compile until it is stored.

pub(super) mod event;
pub(super) mod idempotency;
pub(super) mod instance;
pub(super) mod invite;
pub(super) mod node;
pub(super) mod person;
pub(super) mod session;
pub(super) mod ssh_key;
pub(super) mod token;
