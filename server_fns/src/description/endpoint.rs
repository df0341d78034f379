//! One row of the table: a request, what it takes and gives, and who may ask.

use model::may::Action;
use model::refusal::RefusalCode;

pub(super) struct Endpoint {
    /// Such as `POST /api/v1/instances`.
    pub(super) request: &'static str,
    pub(super) takes: Takes,
    pub(super) gives: Gives,
    pub(super) asks: Asks,
    /// What it does: one sentence.
    pub(super) says: &'static str,
    /// What else one has to know.
    pub(super) more: &'static str,
    /// Beside those that every request of its kind may get.
    pub(super) refuses: &'static [RefusalCode],
    pub(super) query: &'static [Parameter],
    /// Of an answer that is no refusal.
    pub(super) status: u16,
    /// A body that can be sent as it is.
    pub(super) example: Option<&'static str>,
    /// Whoever has it already may ask whether it is another one by now.
    pub(super) tagged: bool,
}

/// What a function takes and gives, as its own signature says.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) takes: Takes,
    pub(super) gives: Gives,
}

/// Types by their names in `schemas.json`.
#[derive(Clone, Copy)]
pub(super) enum Takes {
    Nothing,
    Json(&'static str),
    Bytes,
}

#[derive(Clone, Copy)]
pub(super) enum Gives {
    Nothing,
    One(&'static str),
    Many(&'static str),
    /// JSON of which others have the description.
    Foreign(&'static str),
    Text,
    Bytes,
    /// A JSON object a line.
    Lines(&'static str),
    /// Server-sent events, without an end.
    Events(&'static str),
    /// An HTTP upgrade to a WebSocket, and what its messages are.
    Socket(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Anybody,
    Action(Action),
    /// A ticket in the address in place of a credential,
    Ticket,
    /// or either.
    ActionOrTicket(Action),
}

/// Behind the path.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) says: &'static str,
    pub(super) required: bool,
    /// Of one that is required.
    pub(super) example: Option<&'static str>,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy)]
pub(super) enum Kind {
    Text,
    Number,
    Topic,
}

pub(super) const fn row(request: &'static str, Shape { takes, gives }: Shape, says: &'static str) -> Endpoint {
    Endpoint {
        request,
        takes,
        gives,
        asks: Asks::Anybody,
        says,
        more: "",
        refuses: &[],
        query: &[],
        status: if matches!(gives, Gives::Socket(_)) { 101 } else { 200 },
        example: None,
        tagged: false,
    }
}

impl Endpoint {
    pub(super) const fn asks(self, action: Action) -> Self {
        Self { asks: Asks::Action(action), ..self }
    }

    pub(super) const fn ticket(self) -> Self {
        Self { asks: Asks::Ticket, ..self }
    }

    pub(super) const fn asks_or_ticket(self, action: Action) -> Self {
        Self { asks: Asks::ActionOrTicket(action), ..self }
    }

    pub(super) const fn more(self, more: &'static str) -> Self {
        Self { more, ..self }
    }

    pub(super) const fn refuses(self, refuses: &'static [RefusalCode]) -> Self {
        Self { refuses, ..self }
    }

    pub(super) const fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    pub(super) const fn answers(self, status: u16) -> Self {
        Self { status, ..self }
    }

    pub(super) const fn socket(self, messages: &'static str) -> Self {
        Self { gives: Gives::Socket(messages), status: 101, ..self }
    }

    pub(super) const fn tagged(self) -> Self {
        Self { tagged: true, ..self }
    }

    pub(super) const fn example(self, example: &'static str) -> Self {
        Self { example: Some(example), ..self }
    }

    pub(super) fn method(&self) -> &'static str {
        self.split().0
    }

    pub(super) fn path(&self) -> &'static str {
        self.split().1
    }

    fn split(&self) -> (&'static str, &'static str) {
        self.request.split_once(' ').unwrap_or((self.request, ""))
    }

    /// What stands in braces in the path, in its order.
    pub(super) fn in_path(&self) -> impl Iterator<Item = &'static str> {
        self.path().split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }

    pub(super) fn changes(&self) -> bool {
        self.method() != "GET"
    }

    /// What the table of permissions calls it; `None` where nobody has to have signed in.
    pub(super) const fn action(&self) -> Option<Action> {
        match self.asks {
            Asks::Action(action) | Asks::ActionOrTicket(action) => Some(action),
            Asks::Anybody | Asks::Ticket => None,
        }
    }
}
