//! Every endpoint of the server's HTTP API, in groups as people read them. The description, the README's table and the
//! paths in the tests are made of it; a test compares it with the server functions and routes that there are.

mod access;
mod account;
mod instances;
mod keys;
mod nodes;
mod people;
mod programs;
mod server;

use super::endpoint::Endpoint;

pub(super) struct Group {
    /// As in headings.
    pub(super) name: &'static str,
    pub(super) rows: &'static [Endpoint],
}

pub(super) static GROUPS: [Group; 9] = [
    Group { name: "yourself", rows: account::ROWS },
    Group { name: "tokens and SSH keys", rows: keys::ROWS },
    Group { name: "the command line", rows: programs::ROWS },
    Group { name: "instances", rows: instances::ROWS },
    Group { name: "ways into an instance", rows: access::ROWS },
    Group { name: "nodes", rows: nodes::ROWS },
    Group { name: "activity", rows: server::ACTIVITY },
    Group { name: "people and settings", rows: people::ROWS },
    Group { name: "the server", rows: server::ROWS },
];

#[cfg(test)]
pub(super) fn rows() -> impl Iterator<Item = &'static Endpoint> {
    GROUPS.iter().flat_map(|group| group.rows)
}
