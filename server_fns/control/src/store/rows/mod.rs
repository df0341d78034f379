//! One file per table: the row as it is stored, its conversion to and from the planner's type, and what must be unique. The
//! conversions take values apart field by field, so a field that is added on one side does not compile until it is stored.

mod failed_sign_ins;
mod idempotency;
mod instance;
mod invite;
mod node;
mod person;
mod publication;
#[cfg(test)]
mod samples;
mod session;
mod ssh_key;
mod token;
