//! Who may move files.

use std::net::IpAddr;

use axum::http::HeaderMap;
use model::event::Entrance;
use model::id::InstanceId;
use model::refusal::Refusal;
use model::ticket::Ticket;
use planner::actor::Actor;
use planner::command::Command;
use planner::permission::Action;
use protocol::path::FilePath;
use tokio::time::Instant;

use super::Files;
use super::query::{FileQuery, checked};
use crate::access::permit::Permit;
use crate::core::still_there;

/// Who may move one file, and where.
pub(crate) struct Admission {
    actor: Actor,
    instance: InstanceId,
}

impl Files {
    /// What moves one file into the instance or out of it, once and soon.
    ///
    /// # Errors
    /// When the instance is not the person's, or too many tickets wait to be used.
    pub fn ticket(&self, actor: &Actor, instance: InstanceId) -> Result<Ticket, Refusal> {
        actor.instance(&self.core.world(), Action::EnterInstance, instance)?;
        let admission = Admission { actor: actor.clone(), instance };
        self.tickets.give(actor.person, admission, Instant::now())
    }
}

/// The path, if it is one and whoever asks may use it, and for how long they may. A ticket is used up whether or not the
/// rest succeeds.
pub(super) async fn admit(
    files: &Files,
    id: InstanceId,
    FileQuery { path, ticket }: FileQuery,
    (headers, from): (&HeaderMap, Option<IpAddr>),
    by: Entrance,
) -> Result<(FilePath, Permit), Refusal> {
    let actor = match ticket {
        Some(ticket) => {
            let Admission { actor, instance } = files.tickets.redeem(&ticket, Instant::now())?;
            // Whoever signed out since then has no ticket either.
            if instance != id || !still_there(&files.core.world(), &actor, files.core.now()) {
                return Err(Refusal::unauthenticated());
            }
            actor
        }
        None => {
            let credential = files.credentials.read(headers).ok_or_else(Refusal::unauthenticated)?;
            files.credentials.authenticate(credential, from).await?
        }
    };
    actor.instance(&files.core.world(), Action::EnterInstance, id)?;
    let path = checked(path)?;
    // Each entrance is told, also of two that came by one key of repetition.
    files.core.ask(&Actor { once: None, ..actor.clone() }, Command::NoteEntrance { id, by }).await?;
    Ok((path, Permit::Use { actor, instance: id }))
}
