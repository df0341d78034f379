//! Where the ports of an instance are reached.

use model::port::{ContainerPort, UrlAccess};
use model::view::InstanceView;
use serde::Serialize;
use serde_json::Value;

use super::fields;
use super::table::table;

/// The fields of an instance that are about it.
const FIELDS: [&str; 4] = ["ports", "doors", "forwards", "urls"];

/// Every way to its ports, for programs. The instance is a view, or the JSON of one.
pub fn reached(instance: &impl Serialize) -> Value {
    fields(instance, &FIELDS)
}

/// The same for people.
pub fn ports(view: &InstanceView) -> String {
    let heading = ["PORT", "REACHED AT", "BY"].map(str::to_owned).to_vec();
    let everybody = || "everybody".to_owned();
    let block = view.doors.iter().map(|door| {
        let who = match (door.port, door.open) {
            (ContainerPort::SSH, _) => "holders of its keys".to_owned(),
            (_, true) => everybody(),
            (_, false) => "nobody".to_owned(),
        };
        let who = if door.problem.is_empty() { who } else { door.problem.clone() };
        vec![door.port.0.to_string(), door.address.clone(), who]
    });
    let forwards = view.forwards.iter().map(|forward| {
        let who = if forward.allow.is_empty() { everybody() } else { forward.allow.join(" ") };
        let who = if forward.problem.is_empty() { who } else { format!("nobody: {}", forward.problem) };
        vec![format!("{}/{}", forward.container.0, forward.protocol), forward.address.clone(), who]
    });
    let urls = view.urls.iter().filter(|url| !url.url.is_empty()).map(|url| {
        let who = match url.access {
            UrlAccess::Off => "nobody",
            UrlAccess::Owner => "you",
            UrlAccess::SignedIn => "everybody signed in",
            UrlAccess::Public => "everybody",
        };
        vec![url.port.0.to_string(), url.url.clone(), who.to_owned()]
    });
    table(&std::iter::once(heading).chain(block).chain(forwards).chain(urls).collect::<Vec<_>>())
}
