//! How commands answer people. What they answer programs is the JSON of the API, by [`as_json`].

mod access;
mod events;
mod instances;
mod people;
mod ports;
mod table;

use model::phase::Phase;
use serde::Serialize;
use serde_json::{Map, Value};

pub use access::{keys, keys_of, let_in, nodes};
pub use events::happened;
pub use instances::{explained, line, list, starts_in};
pub use people::{account_would_be_lost, listed, removed, reset, role, standing};
pub use ports::{ports, reached};

use crate::words::plain;

/// What [`crate::Command::Remove`] is refused with unless it says so twice.
pub fn would_be_lost(name: &str) -> String {
    let name = plain(name);
    format!("Its data would be lost. To delete {name}: rm {name} --yes")
}

/// Somebody else's and none at all are the same.
pub fn no_instance(name: &str) -> String {
    format!("You have no instance called {}.", plain(name))
}

/// Whether whoever waits for a start, a stop or a restart has an answer.
pub fn is_settled(phase: Phase) -> bool {
    !phase.is_busy() || phase == Phase::Deleting
}

pub fn as_json(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).map_or_else(|error| error.to_string(), |text| text + "\n")
}

/// Some of the fields of a view, or of the JSON of one.
fn fields(view: &impl Serialize, names: &[&str]) -> Value {
    let whole = serde_json::to_value(view).unwrap_or_default();
    let field = |name: &&str| Some(((*name).to_owned(), whole.get(*name)?.clone()));
    Value::Object(names.iter().filter_map(field).collect::<Map<_, _>>())
}

/// Who somebody is.
pub fn who(username: &str, email: &str) -> String {
    format!("{username} ({email})\n")
}
