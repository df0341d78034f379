//! Who may move files.

use axum::http::{HeaderMap, Uri};
use model::id::InstanceId;
use model::refusal::Refusal;
use model::ticket::Ticket;
use planner::actor::Actor;
use planner::permission::Action;
use protocol::path::FilePath;
use tokio::time::Instant;

use super::asked::{Asked, checked};
use crate::access::permit::Permit;
use crate::handle::{Handle, still_there};

/// Who may move one file, and where.
pub(crate) struct Admission {
    actor: Actor,
    instance: InstanceId,
}

impl Handle {
    /// What moves one file into the instance or out of it, once and soon.
    ///
    /// # Errors
    /// When the instance is not the person's, or too many tickets wait to be used.
    pub fn file_ticket(&self, actor: &Actor, instance: InstanceId) -> Result<Ticket, Refusal> {
        actor.instance(&self.world(), Action::EnterInstance, instance)?;
        let admission = Admission { actor: actor.clone(), instance };
        self.file_tickets.give(actor.person, admission, Instant::now())
    }
}

/// Whether a request for a file shows a ticket and needs no session.
pub(crate) fn is_ticketed(uri: &Uri) -> bool {
    let below = uri.path().strip_prefix("/api/v1/instances/");
    let file = below.and_then(|rest| rest.split_once('/')).is_some_and(|(_, rest)| rest == "files");
    file && uri.query().is_some_and(|query| query.split('&').any(|part| part.starts_with("ticket=")))
}

/// The path, if it is one and whoever asks may use it, and for how long they may. A ticket is used up whether or not the
/// rest succeeds.
pub(super) async fn admit(
    handle: &Handle,
    id: InstanceId,
    Asked { path, ticket }: Asked,
    headers: &HeaderMap,
) -> Result<(FilePath, Permit), Refusal> {
    let actor = match ticket {
        Some(ticket) => {
            let Admission { actor, instance } = handle.file_tickets.redeem(&ticket, Instant::now())?;
            // Whoever signed out since then has no ticket either.
            if instance != id || !still_there(&handle.world(), &actor, handle.now()) {
                return Err(Refusal::unauthenticated());
            }
            actor
        }
        None => {
            let credential = handle.credential(headers).ok_or_else(Refusal::unauthenticated)?;
            handle.authenticate(credential).await?
        }
    };
    actor.instance(&handle.world(), Action::EnterInstance, id)?;
    Ok((checked(path)?, Permit::Use { actor, instance: id }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_shown_for_a_file_alone() {
        let ticketed = |uri: &str| is_ticketed(&uri.parse().unwrap());
        assert!(ticketed("/api/v1/instances/i-1/files?path=a&ticket=x"));
        for other in [
            "/api/v1/instances/i-1/files?path=ticket=x",
            "/api/v1/instances/i-1/files",
            "/api/v1/instances/i-1?ticket=x",
            "/api/v1/instances/i-1/files/ticket?ticket=x",
            "/api/v1/me?ticket=x",
        ] {
            assert!(!ticketed(other), "{other}");
        }
    }
}
