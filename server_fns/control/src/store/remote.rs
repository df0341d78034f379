//! A database on another machine: everything goes over the wire, its password first.

use std::net::IpAddr;

/// # Errors
/// In words for the operator, without what the address says of a user: when the database is dialled without TLS beyond this
/// machine, and nobody asked for that.
pub fn may_dial(address: &str, insecure: bool) -> Result<(), String> {
    let Some((scheme, rest)) = address.split_once("://") else { return Ok(()) };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    if insecure || !matches!(scheme, "ws" | "http") || is_near(place) {
        return Ok(());
    }
    Err(format!(
        "the database at {place} would be dialled without TLS: whoever is on the way reads its password and everything that \
         is stored. Write wss://; or, if nobody can listen there, ask for it with --insecure-database \
         (DOCKHOST_INSECURE_DATABASE=true)"
    ))
}

fn is_near(place: &str) -> bool {
    let host = match place.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(rest),
        None => place.split(':').next().unwrap_or(place),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stays_on_this_machine_unless_it_is_asked_for() {
        for near in
            ["mem://", "ws://127.0.0.1:8000", "ws://root:x@localhost:8000", "ws://[::1]:8000", "wss://db.internal"]
        {
            assert_eq!(may_dial(near, false), Ok(()), "{near}");
        }
        for far in [
            "ws://root:secret@db.internal:8000",
            "ws://root:secret@localhost.evil.example:8000",
            "ws://127.0.0.1:secret@db.internal:8000",
            "ws://root:sec@ret@192.0.2.7:8000",
            "ws://root:secret@[2001:db8::1]:8000",
        ] {
            let refused = may_dial(far, false).unwrap_err();
            assert!(!refused.contains("secret") && !refused.contains("root"), "{refused}");
            assert!(refused.contains("wss://") && refused.contains("--insecure-database"));
            assert_eq!(may_dial(far, true), Ok(()));
        }
    }
}
