//! A terminal in a browser: a ticket, then one socket whose frames are passed on to the node and back.

mod relay;
mod tickets;

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use model::terminal::{AskTicket, Ticket};
use planner::actor::Actor;
use protocol::terminal::{HEAD, MOST};
use serde::Deserialize;
use tokio::time::Instant;

use crate::handle::Handle;
use crate::router::refuse;

use tickets::Admission;
pub(crate) use tickets::Tickets;

/// Where the socket of a terminal is opened.
pub(crate) const PATH: &str = "/api/v1/terminal";

impl Handle {
    /// What opens one terminal of the instance, once and soon.
    pub fn terminal_ticket(&self, actor: &Actor, id: InstanceId, asked: AskTicket) -> Result<Ticket, Refusal> {
        let world = self.world();
        actor.instance(&world, id)?;
        let terminal = match asked.terminal {
            Some(name) if tickets::is_name(&name) => name,
            Some(_) => return Err(Refusal::field("terminal", "A terminal is named by 16 digits and letters a to f.")),
            None => tickets::fresh_name(),
        };
        let admission =
            Admission { actor: actor.clone(), instance: id, terminal, columns: asked.columns, rows: asked.rows };
        let secret = self.tickets.give(admission, Instant::now()).ok_or_else(|| {
            Refusal::new(RefusalCode::RateLimited, "Too many terminals are being opened. Try again in a moment.")
        })?;
        Ok(Ticket { secret })
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
    let Some(admission) = handle.tickets.redeem(&ticket, Instant::now()) else {
        let message = "This ticket was used, has expired, or never was one. Open the terminal again.";
        return refuse(&Refusal::new(RefusalCode::Unauthenticated, message));
    };
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MOST + HEAD)
            .max_frame_size(MOST + HEAD)
            .max_write_buffer_size(4 * MOST)
            .on_upgrade(move |socket| relay::serve(handle, admission, socket)),
        Err(rejection) => rejection.into_response(),
    }
}
