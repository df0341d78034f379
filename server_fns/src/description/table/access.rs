//! Ports, files, terminals and apps: the ways into an instance.

use model::may::Action;
use model::refusal::RefusalCode;
use model::request::{AskLink, DeclarePort, OpenForward, SetDoor, Visit};
use model::terminal::AskTicket;
use model::ticket::Ticket;
use model::view::{GatewayView, InstanceView, LinkView, VisitView};

use super::super::endpoint::{Endpoint, Gives, Kind, Parameter, Shape, Takes, row};
use super::super::function::function;

const PATH: Parameter = Parameter {
    name: "path",
    says: "The file, below `/root` where it does not begin with `/`. It may have any bytes, as `%` and two digits.",
    required: true,
    example: Some("/etc/hostname"),
    kind: Kind::Text,
};
/// Why a stream into an instance is not opened.
const CLOSED: &[RefusalCode] = &[RefusalCode::Conflict];

pub(super) const ROWS: &[Endpoint] = &[
    row(
        "GET /api/v1/gateway",
        function!(gateway::get() -> GatewayView),
        "Tells where the SSH gateway is and its host keys.",
    )
    .asks(Action::UseAccount),
    row(
        "PUT /api/v1/instances/{id}/ports/{port}",
        function!(instances::declare_port(DeclarePort) -> InstanceView),
        "Gives a port a public URL, or says who may open it.",
    )
    .asks(Action::ManageInstance)
    .example(r#"{"url": "owner"}"#),
    row(
        "DELETE /api/v1/instances/{id}/ports/{port}",
        function!(instances::withdraw_port() -> InstanceView),
        "Takes the public URL of a port away.",
    )
    .asks(Action::ManageInstance),
    row(
        "POST /api/v1/instances/{id}/ports/{port}/link",
        function!(instances::link(AskLink) -> LinkView),
        "Makes a link that opens a public URL for whoever holds it.",
    )
    .more("It opens for 1 to 720 hours.")
    .asks(Action::ShareInstance)
    .example(r#"{"hours": 24}"#),
    row(
        "PUT /api/v1/instances/{id}/doors/{port}",
        function!(instances::set_door(SetDoor) -> InstanceView),
        "Opens or closes the node's host port of 80 or 443.",
    )
    .asks(Action::ManageInstance)
    .example(r#"{"open": false}"#),
    row(
        "POST /api/v1/instances/{id}/forwards",
        function!(instances::open_forward(OpenForward) -> InstanceView),
        "Opens one more host port, or changes who is let in and where it listens.",
    )
    .asks(Action::ManageInstance)
    .example(r#"{"container_port": 5432, "place": "node", "protocol": "tcp", "allow": ["10.0.0.0/8"]}"#),
    row(
        "DELETE /api/v1/instances/{id}/forwards/{place}/{protocol}/{host_port}",
        function!(instances::close_forward() -> InstanceView),
        "Closes a host port and its connections.",
    )
    .asks(Action::ManageInstance),
    row(
        "GET /api/v1/instances/{id}/files",
        Shape { takes: Takes::Nothing, gives: Gives::Bytes },
        "Gives a file, or a folder as a tape archive.",
    )
    .more("If it breaks off, it ends with an error and never looks complete.")
    .asks_or_ticket(Action::EnterInstance)
    .query(&[PATH])
    .refuses(CLOSED),
    row(
        "PUT /api/v1/instances/{id}/files",
        Shape { takes: Takes::Bytes, gives: Gives::Nothing },
        "Writes the body to a file, whole or not at all.",
    )
    .more("It may have up to 64 GiB. The body is the file, whatever its content type says.")
    .asks_or_ticket(Action::EnterInstance)
    .query(&[PATH])
    .refuses(CLOSED)
    .answers(204),
    row(
        "POST /api/v1/instances/{id}/files/ticket",
        function!(files::ticket() -> Ticket),
        "Gives a ticket that moves one file of the instance.",
    )
    .more("It is for whoever adds `&ticket=…` and has no session, once and within half a minute.")
    .asks(Action::EnterInstance),
    row(
        "POST /api/v1/instances/{id}/terminal",
        function!(terminal::ticket(AskTicket) -> Ticket),
        "Gives a ticket that opens one terminal of the instance.",
    )
    .more("It opens `/terminal?ticket=…`, once and within half a minute.")
    .asks(Action::EnterInstance)
    .example(r#"{"columns": 80, "rows": 24}"#),
    row(
        "GET /api/v1/terminal",
        Shape {
            takes: Takes::Nothing,
            gives: Gives::Socket("The bytes of the terminal, behind one byte that says what the message is."),
        },
        "Opens the socket of a terminal.",
    )
    .ticket()
    .refuses(&[RefusalCode::Unauthenticated]),
    row(
        "POST /api/v1/visit",
        function!(apps::visit(Visit) -> VisitView),
        "Gives the address that lets you into an app.",
    )
    .more("It opens once and within half a minute. `app` is what stands before the domain of apps.")
    .asks(Action::UseAccount)
    .refuses(&[RefusalCode::NotFound])
    .example(r#"{"app": "web-1-80--ada", "path": "/"}"#),
];
