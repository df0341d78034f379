//! Instances: what this product is for.

use model::event::InstanceEvent;
use model::explain::Explanation;
use model::may::Action;
use model::reach::Reach;
use model::refusal::RefusalCode;
use model::request::{CreateInstance, LetIn, StartOnConnect};
use model::view::{ImageView, InstanceView};

use super::super::endpoint::{Endpoint, row};
use super::super::function::function;

pub(super) const ROWS: &[Endpoint] = &[
    row(
        "GET /api/v1/images",
        function!(images::list() -> [ImageView]),
        "Lists the images of which instances are made.",
    )
    .asks(Action::UseAccount),
    row(
        "GET /api/v1/instances",
        function!(instances::list() -> [InstanceView]),
        "Lists the instances that you may see.",
    )
    .asks(Action::UseAccount),
    row("POST /api/v1/instances", function!(instances::create(CreateInstance) -> InstanceView), "Creates an instance.")
        .more(
            "It answers once the wish is stored: ask for the instance until its `phase` is `running`. Without \
             `ssh_keys`, it lets in those of your keys that may manage; an empty list makes an instance that has the \
             terminal alone.",
        )
        .asks(Action::CreateInstance)
        .refuses(&[RefusalCode::QuotaExceeded, RefusalCode::NoCapacity])
        .answers(202)
        .example(r#"{"name": "web-1", "image": "debian-12", "ssh_keys": [], "limits": {"memory": "256m", "cpus": 1}}"#),
    row("GET /api/v1/instances/{id}", function!(instances::get() -> InstanceView), "Shows an instance.")
        .asks(Action::SeeInstance),
    row("POST /api/v1/instances/{id}/start", function!(instances::start() -> InstanceView), "Starts an instance.")
        .more("One that ended by itself and waits starts at once. One that runs is not restarted.")
        .asks(Action::ManageInstance),
    row("POST /api/v1/instances/{id}/stop", function!(instances::stop() -> InstanceView), "Stops its programs.")
        .more("Its files and ports stay.")
        .asks(Action::ManageInstance),
    row(
        "POST /api/v1/instances/{id}/restart",
        function!(instances::restart() -> InstanceView),
        "Stops it and starts it again.",
    )
    .asks(Action::ManageInstance),
    row(
        "DELETE /api/v1/instances/{id}",
        function!(instances::remove() -> InstanceView),
        "Deletes it with its files, for good.",
    )
    .more("Name, ports and quota stay held until its node confirms that the container is gone.")
    .asks(Action::ManageInstance),
    row("POST /api/v1/instances/{id}/forget", function!(instances::forget() -> ()), "Takes a deletion as done.")
        .more("Only of a deletion that its node cannot confirm, because it is away.")
        .asks(Action::ManageInstance),
    row(
        "PUT /api/v1/instances/{id}/ssh-keys",
        function!(instances::let_in(LetIn) -> InstanceView),
        "Chooses the SSH keys of its owner that it lets in, running or stopped.",
    )
    .more("Its node writes them down within seconds. With `all_ssh_keys`, those that are added later are let in, too.")
    .asks(Action::ManageInstance)
    .example(r#"{"ssh_keys": [], "all_ssh_keys": true}"#),
    row(
        "PUT /api/v1/instances/{id}/start-on-connect",
        function!(instances::set_start_on_connect(StartOnConnect) -> InstanceView),
        "Says whether a login through the SSH gateway starts it.",
    )
    .asks(Action::ManageInstance)
    .example(r#"{"allowed": true}"#),
    row(
        "GET /api/v1/instances/{id}/explain",
        function!(instances::explain() -> Explanation),
        "Tells why it is as it is, what shows that, and every way out.",
    )
    .asks(Action::SeeInstance),
    row(
        "POST /api/v1/instances/{id}/reach",
        function!(instances::reach() -> Reach),
        "Tries now whether its sshd answers.",
    )
    .asks(Action::SeeInstance),
    row(
        "GET /api/v1/instances/{id}/events",
        function!(instances::events() -> [InstanceEvent]),
        "Tells its last 50 events.",
    )
    .more("The newest comes last. `GET /events?of=ID` tells all of them, with who asked for them and from where.")
    .asks(Action::SeeInstance),
];
