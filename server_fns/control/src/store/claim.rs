//! What must be unique, as texts. The text is the key of a record of the table `claim`, and a record can be created
//! once: that holds for every engine and under concurrency, where an index might not. Which ones a row has, its file in
//! `rows/` says.

use std::collections::BTreeSet;

use surrealdb::types::RecordId;

pub(super) type Claims = BTreeSet<String>;

pub(super) fn record(claim: &str) -> RecordId {
    RecordId::new("claim", claim)
}
