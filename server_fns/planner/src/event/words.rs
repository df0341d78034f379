//! The sentences of a timeline.

use ipnet::IpNet;
use model::forward::Place;
use model::name::NodeName;
use model::port::UrlAccess;

use super::{Cause, Event, EventKind, ForwardLine, Movement};
use crate::view::sentence;

/// Who brought it about, as a timeline names them.
pub(super) fn actor(cause: &Cause) -> &str {
    match cause {
        Cause::Person(username) => username.as_str(),
        Cause::Node(name) => name.as_str(),
        Cause::DockHost => "DockHost",
    }
}

pub(super) fn text(event: &Event) -> String {
    let by = actor(&event.cause);
    match &event.kind {
        EventKind::Created { node: Some(node) } => format!("{by} asked to create it; it is placed on {node}."),
        EventKind::Created { node: None } => format!("{by} asked to create it."),
        EventKind::Asked { verb } => format!("{by} asked to {} it.", verb.word()),
        EventKind::Drained { node } => format!("{by} drains {node} and asked to stop it."),
        EventKind::PortDeclared { port, url } => format!("{by} declared port {} {}.", port.0, access(*url)),
        EventKind::PortWithdrawn { port } => format!("{by} withdrew port {}.", port.0),
        EventKind::ForwardOpened(line) => format!("{by} opened {}.", forward(line)),
        EventKind::ForwardClosed(line) => format!("{by} closed {}.", forward(line)),
        EventKind::DoorSet { host, node, port, open } => {
            let (verb, who) = if *open { ("opened", ", for everybody who reaches it") } else { ("closed", "") };
            format!("{by} {verb} host port {} of {}, which leads to port {}{who}.", host.0, place(node), port.0)
        }
        EventKind::StartOnConnect { allowed: true } => format!("{by}: a login may start it."),
        EventKind::StartOnConnect { allowed: false } => format!("{by}: a login may no longer start it."),
        EventKind::Recovered { container, node, lost } => {
            let told = [format!("Recovered from its container {container} on {node}.")];
            told.iter().chain(lost).map(String::as_str).collect::<Vec<_>>().join(" ")
        }
        EventKind::ContainerMade { node } => format!("Its container was created on {node}."),
        EventKind::Moved(movement) => moved(movement),
        EventKind::Troubled(problem) => problem.message.clone(),
        EventKind::Unopened(unopened) => sentence(unopened),
    }
}

const fn access(url: UrlAccess) -> &'static str {
    match url {
        UrlAccess::Off => "without a public URL",
        UrlAccess::Owner => "with a public URL for its owner",
        UrlAccess::SignedIn => "with a public URL for everybody with an account",
        UrlAccess::Public => "with a public URL for everybody",
    }
}

fn place(node: &Option<NodeName>) -> &str {
    node.as_ref().map_or("its node", NodeName::as_str)
}

fn forward(ForwardLine { key, container, allow, node }: &ForwardLine) -> String {
    let place = match key.place {
        Place::Node => place(node),
        Place::Server => "the server",
    };
    let who = match allow.as_slice() {
        [] => "everybody".to_owned(),
        [one] => IpNet::to_string(one),
        several => format!("{} networks", several.len()),
    };
    format!("{} host port {} of {place} to port {} for {who}", key.protocol.title(), key.host.0, container.0)
}

fn moved(movement: &Movement) -> String {
    match movement {
        Movement::Runs => "It is running.".to_owned(),
        Movement::RunsPaused => "It is running, and its container is paused.".to_owned(),
        Movement::Restarted => "It was restarted.".to_owned(),
        Movement::Paused => "Somebody paused its container on its node.".to_owned(),
        Movement::Resumed => "Its container is no longer paused.".to_owned(),
        Movement::Stopped => "It stopped.".to_owned(),
        Movement::Ended(how) => format!("It {how}."),
    }
}
