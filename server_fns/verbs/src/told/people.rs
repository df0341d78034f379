//! People, as administrators see them.

use model::Timestamp;
use model::view::{Created, PersonRow, ResetLink};

use super::table::table;
use crate::words::plain;

/// One line for each.
pub fn listed(people: &[PersonRow]) -> String {
    let heading = ["USERNAME", "EMAIL", "ROLE", "LAST SEEN", "INSTANCES", "NODES", "STATE"].map(str::to_owned).to_vec();
    let rows = people.iter().map(|person| {
        vec![
            person.username.to_string(),
            person.email.to_string(),
            if person.administrator { "administrator" } else { "person" }.to_owned(),
            person.last_seen_at.map_or_else(|| "never".to_owned(), day),
            person.instances.to_string(),
            person.nodes.to_string(),
            state(person),
        ]
    });
    table(&std::iter::once(heading).chain(rows).collect::<Vec<_>>())
}

/// What became of them.
pub fn standing(PersonRow { username, suspended, .. }: &PersonRow) -> String {
    let word = if suspended.is_some() { "is suspended" } else { "is not suspended" };
    format!("{username} {word}.\n")
}

pub fn role(PersonRow { username, administrator, .. }: &PersonRow) -> String {
    let word = if *administrator { "is an administrator" } else { "is no administrator" };
    format!("{username} {word}.\n")
}

pub fn removed(username: &str) -> String {
    format!("The account {} is removed.\n", plain(username))
}

/// Before somebody has said that they mean it.
pub fn account_would_be_lost(username: &str) -> String {
    let username = plain(username);
    format!(
        "This removes the account {username}, and nobody can bring it back. If you mean it: remove-person {username} --yes, \
         with --instances and --nodes for what they have."
    )
}

/// The link, for whoever asks for it to hand over. `console` is the address of the pages, or empty where nobody named one.
pub fn reset(made: &Created<ResetLink>, console: &str) -> String {
    let ResetLink { username, expires_at } = &made.view;
    let until = expires_at.format("%H:%M UTC");
    let whole = if console.is_empty() { " Put the address of the console before it." } else { "" };
    let link = format!("{console}/reset-password?link={}", made.secret);
    format!("With this link {username} sets another password, once, until {until}.{whole}\n{link}\n")
}

fn state(person: &PersonRow) -> String {
    let suspended = person.suspended.map(|since| format!("suspended since {}", day(since)));
    let asks = person.asks_removal_since.map(|since| format!("asks for removal since {}", day(since)));
    suspended.into_iter().chain(asks).collect::<Vec<_>>().join(", ")
}

fn day(at: Timestamp) -> String {
    at.date_naive().to_string()
}
