//! Nodes: the machines that run instances.

use model::enrolment::{Enrol, Enrolled, EnrolmentCode};
use model::link::Measurement;
use model::may::Action;
use model::refusal::RefusalCode;
use model::request::{DrainNode, RegisterNode};
use model::view::{NodeKey, NodeView};

use super::super::endpoint::{Endpoint, Gives, Shape, Takes, row};
use super::super::function::function;

pub(super) const ROWS: &[Endpoint] = &[
    row("GET /api/v1/nodes", function!(nodes::list() -> [NodeView]), "Lists the nodes that you may see.")
        .asks(Action::UseAccount),
    row("POST /api/v1/nodes", function!(nodes::register(RegisterNode) -> NodeKey), "Registers a node.")
        .more("`secret` is its API key, and `code` is for a machine that fetches one itself; neither is shown again.")
        .asks(Action::RegisterNode)
        .example(
            r#"{"name": "lab-3", "lab": "Room 12", "max_instances": 20, "host_ports": {"first": 1024, "last": 2047}}"#,
        ),
    row("GET /api/v1/nodes/{id}", function!(nodes::get() -> NodeView), "Shows a node.").asks(Action::SeeNode),
    row(
        "PUT /api/v1/nodes/{id}",
        function!(nodes::update(RegisterNode) -> NodeView),
        "Replaces every setting of a node.",
    )
    .asks(Action::ManageNode)
    .example(r#"{"name": "lab-4", "max_instances": 10}"#),
    row("DELETE /api/v1/nodes/{id}", function!(nodes::remove() -> ()), "Removes a node without instances.")
        .asks(Action::ManageNode),
    row(
        "POST /api/v1/nodes/{id}/rotate-key",
        function!(nodes::rotate_key() -> NodeKey),
        "Gives the node another API key.",
    )
    .more("The old key ends at once, and with it a connection that used it.")
    .asks(Action::GiveNodeKey),
    row(
        "POST /api/v1/nodes/{id}/enrolment-code",
        function!(nodes::enrolment_code() -> EnrolmentCode),
        "Makes a code that one machine changes for the node's key.",
    )
    .more("It takes the place of the code before. It is refused while the node is connected.")
    .asks(Action::GiveNodeKey),
    row(
        "POST /api/v1/nodes/{id}/cordon",
        function!(nodes::cordon() -> NodeView),
        "Lets no new instance come to the node.",
    )
    .asks(Action::ManageNode),
    row("POST /api/v1/nodes/{id}/uncordon", function!(nodes::uncordon() -> NodeView), "Lets instances come again.")
        .asks(Action::ManageNode),
    row(
        "POST /api/v1/nodes/{id}/drain",
        function!(nodes::drain(DrainNode) -> NodeView),
        "Starts nothing there any more.",
    )
    .more("With `stop`, what runs is stopped.")
    .asks(Action::ManageNode)
    .example(r#"{"stop": true}"#),
    row("POST /api/v1/nodes/{id}/unfreeze", function!(nodes::unfreeze() -> NodeView), "Lets a machine in again.")
        .more("After several machines took turns with its key; the first one that comes is let in.")
        .asks(Action::ManageNode),
    row(
        "POST /api/v1/nodes/{id}/forget",
        function!(nodes::forget() -> ()),
        "Gives up a node that is away, with its instances.",
    )
    .asks(Action::ManageNode),
    row(
        "POST /api/v1/nodes/{id}/measure",
        function!(nodes::measure() -> Measurement),
        "Measures what the node's link carries.",
    )
    .more("It sends for up to three seconds in each direction.")
    .asks(Action::ManageNode),
    row("POST /api/v1/enrolment", function!(nodes::enrol(Enrol) -> Enrolled), "Changes a code for a node's key, once.")
        .more("For the computer that becomes a node.")
        .refuses(&[RefusalCode::Unauthenticated, RefusalCode::Conflict])
        .example(r#"{"code": "dhe_0000000000000000000000000000000000000000000"}"#),
    row(
        "GET /install-node",
        Shape { takes: Takes::Nothing, gives: Gives::Text },
        "Gives the script that makes a computer a node.",
    ),
    row(
        "GET /install-node/{architecture}",
        Shape { takes: Takes::Nothing, gives: Gives::Bytes },
        "Gives the node's program.",
    )
    .refuses(&[RefusalCode::NotFound]),
];
