//! Environment variables that other programs take a proxy from, and this one does not.

use super::check::{Fault, Hop, Reached, Verdict};

const NAMES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

/// The names that are set. Their values may hold a password, and are not shown.
pub(super) fn set(value: impl Fn(&str) -> bool) -> Vec<&'static str> {
    NAMES.into_iter().filter(|name| value(name)).collect()
}

/// Where the way is open without them, they are no fault; where it is not, they may be the reason.
pub(super) fn judge<T>(set: &[&str], way: &Reached<T>) -> Verdict {
    let names = set.join(", ");
    match way {
        _ if set.is_empty() => Ok("none is set in the environment".to_owned()),
        Err(Hop::Name | Hop::Tcp | Hop::Tls) => Err(Fault::new(
            format!(
                "The environment names a proxy ({names}), and the node does not use it: it dials the server itself."
            ),
            "Let this machine out to the server directly, past the proxy.",
        )),
        Ok(_)
        | Err(
            Hop::Address
            | Hop::ApiKey
            | Hop::Http
            | Hop::Channel
            | Hop::DataSockets
            | Hop::ProxyInFront
            | Hop::ProxySettings
            | Hop::RoundTrip
            | Hop::Clock
            | Hop::DockerSocket
            | Hop::Docker
            | Hop::KnownFaults
            | Hop::DockerNetwork
            | Hop::Systemd
            | Hop::Prunes
            | Hop::Disk
            | Hop::Rights,
        ) => Ok(format!("{names} set and not used: the node dials the server itself")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_that_is_set_is_a_fault_only_where_the_way_is_closed() {
        let some = set(|name| name == "https_proxy");
        assert_eq!(some, ["https_proxy"]);
        assert!(judge(&some, &Ok(())).unwrap().contains("https_proxy set and not used"));
        assert!(judge(&some, &Err::<(), _>(Hop::Tcp)).unwrap_err().wrong.contains("https_proxy"));
        assert!(judge(&some, &Err::<(), _>(Hop::Http)).is_ok());
        assert!(judge(&[], &Err::<(), _>(Hop::Tcp)).is_ok());
    }
}
