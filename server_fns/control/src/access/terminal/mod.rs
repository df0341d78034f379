//! A terminal in a browser: a ticket, then one socket whose frames are passed on to the node and back.

mod name;
mod relay;

use std::sync::Arc;

use axum::extract::ws::{WebSocketUpgrade, rejection::WebSocketUpgradeRejection};
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use model::event::Entrance;
use model::id::InstanceId;
use model::refusal::Refusal;
use model::terminal::AskTicket;
use model::ticket::Ticket;
use planner::actor::Actor;
use planner::command::Command;
use planner::permission::Action;
use protocol::terminal::{HEAD, MAX};
use serde::Deserialize;
use tokio::time::Instant;

use crate::access::permit::Permit;
use crate::core::Core;
use crate::http::refuse;
use crate::tickets::Tickets;
use crate::tunnel::Tunnels;

/// Who may open what.
pub(crate) struct Admission {
    actor: Actor,
    instance: InstanceId,
    terminal: String,
    columns: u16,
    rows: u16,
}

pub struct Terminals {
    core: Core,
    tunnels: Arc<Tunnels>,
    tickets: Tickets<Admission>,
}

impl Terminals {
    pub(crate) fn new(core: Core, tunnels: Arc<Tunnels>) -> Self {
        Self { core, tunnels, tickets: Tickets::default() }
    }

    /// What opens one terminal of the instance, once and soon.
    pub fn ticket(&self, actor: &Actor, id: InstanceId, asked: AskTicket) -> Result<Ticket, Refusal> {
        let world = self.core.world();
        actor.instance(&world, Action::EnterInstance, id)?;
        let terminal = match asked.terminal {
            Some(name) if name::is_name(&name) => name,
            Some(_) => return Err(Refusal::field("terminal", "A terminal is named by 16 digits and letters a to f.")),
            None => name::fresh(),
        };
        let admission =
            Admission { actor: actor.clone(), instance: id, terminal, columns: asked.columns, rows: asked.rows };
        self.tickets.give(actor.person, admission, Instant::now())
    }
}

#[derive(Deserialize)]
pub(crate) struct TicketQuery {
    ticket: String,
}

/// The ticket is used up whether or not the rest succeeds.
pub(crate) async fn open(
    State(terminals): State<Arc<Terminals>>,
    Query(TicketQuery { ticket }): Query<TicketQuery>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let admission = match terminals.tickets.redeem(&ticket, Instant::now()) {
        Ok(admission) => admission,
        Err(refusal) => return refuse(&refusal),
    };
    // Whoever signed out since then has no ticket either.
    let Admission { actor, instance, .. } = &admission;
    if !(Permit::Sight { actor: actor.clone(), instance: *instance })
        .holds(&terminals.core.world(), terminals.core.now())
    {
        return refuse(&Refusal::unauthenticated());
    }
    let entrance = Command::NoteEntrance { id: *instance, by: Entrance::Terminal };
    // Each entrance is told, also of two that came by one key of repetition.
    if let Err(refusal) = terminals.core.ask(&Actor { once: None, ..actor.clone() }, entrance).await {
        return refuse(&refusal);
    }
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MAX + HEAD)
            .max_frame_size(MAX + HEAD)
            .max_write_buffer_size(4 * MAX)
            .on_upgrade(move |socket| relay::serve(terminals, admission, socket)),
        Err(rejection) => rejection.into_response(),
    }
}
