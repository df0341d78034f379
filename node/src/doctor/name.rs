//! What the look-up of the host's name means.

use std::net::IpAddr;

use super::check::{Fault, Verdict};

/// How a look-up ended without addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unnamed {
    Late,
    Error(String),
}

pub(super) fn judge(host: &str, found: &Result<Vec<IpAddr>, Unnamed>) -> Verdict {
    match found {
        Ok(_) if host.parse::<IpAddr>().is_ok() => Ok(format!("{host} is an address, nothing to look up")),
        Ok(addresses) if addresses.is_empty() => Err(unknown(host, "it has no address")),
        Ok(addresses) => {
            let listed: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
            Ok(format!("{host} is {}", listed.join(", ")))
        }
        Err(Unnamed::Late) => Err(resolver(host, "no answer came in time")),
        Err(Unnamed::Error(error)) if error.contains("Temporary failure") => Err(resolver(host, error)),
        Err(Unnamed::Error(error)) => Err(unknown(host, error)),
    }
}

fn resolver(host: &str, why: &str) -> Fault {
    Fault::new(
        format!("The name server of this machine does not answer for {host}: {why}."),
        "Check that this machine is on the network, and the name servers in /etc/resolv.conf (resolvectl status).",
    )
}

fn unknown(host: &str, why: &str) -> Fault {
    Fault::new(
        format!("The name {host} leads nowhere: {why}."),
        format!("Check the spelling of --server, and that the name has an A or AAAA record (getent ahosts {host})."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_listed() {
        let found = Ok(vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()]);
        assert_eq!(judge("a.example", &found).unwrap(), "a.example is 192.0.2.1, 2001:db8::1");
        let literal = Ok(vec!["::1".parse().unwrap()]);
        assert!(judge("::1", &literal).unwrap().contains("nothing to look up"));
    }

    #[test]
    fn a_wrong_name_and_a_silent_name_server_are_told_apart() {
        let wrong = Unnamed::Error("failed to lookup address information: Name or service not known".to_owned());
        assert!(judge("a.exampel", &Err(wrong)).unwrap_err().advice.contains("spelling"));
        assert!(judge("a.example", &Ok(Vec::new())).unwrap_err().wrong.contains("no address"));
        let mute = Unnamed::Error("failed: Temporary failure in name resolution".to_owned());
        for silent in [Unnamed::Late, mute] {
            assert!(judge("a.example", &Err(silent)).unwrap_err().advice.contains("resolv.conf"));
        }
    }
}
