//! Behind a path stands what its route takes, or nothing: whoever writes `?image=debian-12` behind a create would get
//! another image.

use model::refusal::{Refusal, RefusalCode};

use crate::routes::{EVENTS_EXPORT, EVENTS_STREAM, FILES, TERMINAL};

/// Whose lines of the activity log, and which.
const EVENTS: &[&str] = &["of", "topic", "after", "before", "limit"];
/// What goes on after a cursor has no end before one.
const EVENTS_ON: &[&str] = &["of", "topic", "after", "limit"];

/// The routes that take parameters. The feed and the list of events are server functions.
const TAKEN: [(&str, &[&str]); 6] = [
    (FILES, &["path", "ticket"]),
    (TERMINAL, &["ticket"]),
    ("/api/v1/live", &["ticket"]),
    ("/api/v1/events", EVENTS),
    (EVENTS_STREAM, EVENTS_ON),
    (EVENTS_EXPORT, EVENTS_ON),
];

/// The parameters that a route takes.
pub fn taken(route: &str) -> &'static [&'static str] {
    TAKEN.iter().find(|(path, _)| *path == route).map_or(&[], |(_, taken)| *taken)
}

/// The refusal, if there is a parameter that the route does not have.
pub(super) fn stray(route: &str, query: &str) -> Option<Refusal> {
    let taken = taken(route);
    let names = query.split('&').map(|pair| pair.split('=').next().unwrap_or_default());
    let stray = names.filter(|name| !name.is_empty()).find(|name| !taken.contains(name))?;
    let name: String = stray.chars().take(64).collect();
    let takes = if taken.is_empty() { "takes none".to_owned() } else { format!("takes {}", taken.join(" and ")) };
    let message = format!("There is no parameter `{name}` behind this path, which {takes}.");
    Some(Refusal::new(RefusalCode::Invalid, message).at(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_takes_its_own_parameters_and_no_others() {
        let files = FILES;
        for (route, query) in
            [(files, "path=a&ticket=b"), (files, "path=a%26b=c"), ("/api/v1/live", ""), ("/api/v1/live", "&")]
        {
            assert_eq!(stray(route, query), None, "{route}?{query}");
        }
        for (route, query, name) in [
            ("/api/v1/instances", "image=debian-12", "image"),
            ("/api/v1/instances/{id}", "force", "force"),
            (files, "path=a&mode=0600", "mode"),
            (files, "Path=a", "Path"),
            ("/api/v1/live", "since=7", "since"),
        ] {
            assert_eq!(stray(route, query).and_then(|refusal| refusal.field).as_deref(), Some(name), "{route}?{query}");
        }
    }
}
