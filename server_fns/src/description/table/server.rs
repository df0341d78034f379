//! What happened, what changes, and what the server says of itself.

use model::event::EventPage;
use model::live::LiveEvent;
use model::may::Action;
use model::refusal::RefusalCode;
use model::ticket::Ticket;

use super::super::endpoint::{Endpoint, Gives, Kind, Parameter, Shape, Takes, row};
use super::super::function::function;
use super::super::{LLMS, OPENAPI};
use crate::live::Feed;

const fn optional(name: &'static str, says: &'static str, kind: Kind) -> Parameter {
    Parameter { name, says, required: false, example: None, kind }
}

const OF: Parameter = optional(
    "of",
    "The id of an instance, the id of a node for its lines and those of what is on it, or `everybody`, for \
     administrators. Without it, the lines are your own.",
    Kind::Text,
);
const TOPIC: Parameter = optional("topic", "Only lines of this topic.", Kind::Topic);
const AFTER: Parameter =
    optional("after", "The cursor after which the lines are wanted, the oldest first.", Kind::Text);
const BEFORE: Parameter = optional("before", "The cursor before which they are wanted, the newest first.", Kind::Text);
const LIMIT: Parameter = optional("limit", "At most so many; 50 without it.", Kind::Number);

/// For an instance or node that is not there, and for a cursor of before a restore.
const OF_CURSORS: &[RefusalCode] = &[RefusalCode::NotFound, RefusalCode::Conflict];

pub(super) const ACTIVITY: &[Endpoint] = &[
    row("GET /api/v1/events", function!(events::list() -> EventPage), "Tells what happened, the newest first.")
        .more("With `after`, the oldest comes first: ask again with the `cursor` of the answer for what came next.")
        .asks(Action::UseAccount)
        .query(&[OF, TOPIC, AFTER, BEFORE, LIMIT])
        .refuses(OF_CURSORS),
    row(
        "GET /api/v1/events/stream",
        Shape { takes: Takes::Nothing, gives: Gives::Events("EventView") },
        "Tells what happens as it happens, as server-sent events.",
    )
    .more("The id of each is its cursor, which a client that comes again sends as `Last-Event-ID`.")
    .asks(Action::UseAccount)
    .query(&[OF, TOPIC, AFTER, LIMIT])
    .refuses(OF_CURSORS),
    row(
        "GET /api/v1/events/export",
        Shape { takes: Takes::Nothing, gives: Gives::Lines("EventView") },
        "Gives all lines as a file, a JSON object a line, the oldest first.",
    )
    .asks(Action::UseAccount)
    .query(&[OF, TOPIC, AFTER, LIMIT])
    .refuses(OF_CURSORS),
];

pub(super) const ROWS: &[Endpoint] = &[
    row(
        "GET /api/v1/live/snapshot",
        function!(live::snapshot() -> LiveEvent),
        "Shows everything that you may see at once.",
    )
    .asks(Action::UseAccount),
    row("POST /api/v1/live/ticket", function!(live::ticket() -> Ticket), "Gives a ticket that opens one live socket.")
        .more("It is for browsers, which give a socket no key of a session: once and within half a minute.")
        .asks(Action::UseAccount),
    row("GET /api/v1/live", function!(live::feed() -> Feed), "Opens the socket with the same and then each change.")
        .socket("A `LiveEvent` as JSON in each message.")
        .asks_or_ticket(Action::UseAccount),
    row(
        OPENAPI,
        Shape { takes: Takes::Nothing, gives: Gives::Foreign("An OpenAPI 3.1 document.") },
        "Gives this description.",
    )
    .tagged(),
    row(
        LLMS,
        Shape { takes: Takes::Nothing, gives: Gives::Text },
        "Gives this description in short, as text for language models.",
    )
    .tagged(),
    row("GET /healthz", Shape { takes: Takes::Nothing, gives: Gives::Text }, "Says that the process runs."),
    row("GET /readyz", Shape { takes: Takes::Nothing, gives: Gives::Text }, "Says whether requests can be served.")
        .refuses(&[RefusalCode::Unavailable]),
    row(
        "GET /.dockhost/jwks.json",
        Shape { takes: Takes::Nothing, gives: Gives::Foreign("A JSON Web Key Set (RFC 7517).") },
        "Gives the key by which apps check who visits them.",
    ),
];
