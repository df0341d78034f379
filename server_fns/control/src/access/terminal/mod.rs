//! A terminal in a browser: a ticket, then one socket whose frames are passed on to the node and back.

mod name;
mod relay;

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use model::id::InstanceId;
use model::refusal::Refusal;
use model::terminal::AskTicket;
use model::ticket::Ticket;
use planner::actor::Actor;
use planner::permission::Action;
use protocol::terminal::{HEAD, MOST};
use serde::Deserialize;
use tokio::time::Instant;

use crate::access::permit::Permit;
use crate::handle::Handle;
use crate::router::refuse;

/// Where the socket of a terminal is opened.
pub(crate) const PATH: &str = "/api/v1/terminal";

/// Who may open what.
pub(crate) struct Admission {
    actor: Actor,
    instance: InstanceId,
    terminal: String,
    columns: u16,
    rows: u16,
}

impl Handle {
    /// What opens one terminal of the instance, once and soon.
    pub fn terminal_ticket(&self, actor: &Actor, id: InstanceId, asked: AskTicket) -> Result<Ticket, Refusal> {
        let world = self.world();
        actor.instance(&world, Action::EnterInstance, id)?;
        let terminal = match asked.terminal {
            Some(name) if name::is_name(&name) => name,
            Some(_) => return Err(Refusal::field("terminal", "A terminal is named by 16 digits and letters a to f.")),
            None => name::fresh(),
        };
        let admission =
            Admission { actor: actor.clone(), instance: id, terminal, columns: asked.columns, rows: asked.rows };
        self.terminal_tickets.give(actor.person, admission, Instant::now())
    }
}

#[derive(Deserialize)]
pub(crate) struct Shown {
    ticket: String,
}

/// The ticket is used up whether or not the rest succeeds.
pub(crate) async fn open(
    State(handle): State<Handle>,
    Query(Shown { ticket }): Query<Shown>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let admission = match handle.terminal_tickets.redeem(&ticket, Instant::now()) {
        Ok(admission) => admission,
        Err(refusal) => return refuse(&refusal),
    };
    // Whoever signed out since then has no ticket either.
    let Admission { actor, instance, .. } = &admission;
    if !(Permit::Sight { actor: actor.clone(), instance: *instance }).holds(&handle.world(), handle.now()) {
        return refuse(&Refusal::unauthenticated());
    }
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MOST + HEAD)
            .max_frame_size(MOST + HEAD)
            .max_write_buffer_size(4 * MOST)
            .on_upgrade(move |socket| relay::serve(handle, admission, socket)),
        Err(rejection) => rejection.into_response(),
    }
}
