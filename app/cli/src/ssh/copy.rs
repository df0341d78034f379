//! `cp`: OpenSSH's `scp`, with `NAME:PATH` for a file in an instance.

use std::process::{Command, ExitCode};

use super::{Way, instead};
use crate::exit::Failure;

pub(crate) fn copy(wanted: Option<&str>, options: &[String], from: &[String], to: &str) -> Result<ExitCode, Failure> {
    let way = Way::find(wanted)?;
    let mut scp = Command::new("scp");
    scp.args(options).args(way.gateway.options()).args(["-P", &way.gateway.port.to_string()]).arg("--");
    let places: Vec<&str> = from.iter().map(String::as_str).chain([to]).collect();
    if places.iter().all(|place| remote(place).is_none()) {
        return Err(Failure::usage(
            "None of these is in an instance. NAME:PATH is a file in the instance NAME, as in: dockhost cp a web-1:/root/",
        ));
    }
    for place in places {
        match remote(place) {
            Some((name, path)) => {
                let (user, host) = (way.user(name)?, &way.gateway.host);
                // An address of IPv6 has colons of its own.
                let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
                scp.arg(format!("{user}@{host}:{path}"));
            }
            // With a `/` in front of any colon, `scp` takes it for a file of this computer.
            None if place.contains(':') && !place.starts_with(['/', '.']) => {
                scp.arg(format!("./{place}"));
            }
            None => {
                scp.arg(place);
            }
        }
    }
    Err(instead(scp))
}

/// The instance and the path there. A `/` in front of the colon makes it a file of this computer, as with `scp`.
fn remote(place: &str) -> Option<(&str, &str)> {
    let (name, path) = place.split_once(':')?;
    (!name.is_empty() && !name.contains('/')).then_some((name, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_an_instance_is_told_from_what_is_here() {
        assert_eq!(remote("web-1:/root/a:b"), Some(("web-1", "/root/a:b")));
        assert_eq!(remote("web-1:"), Some(("web-1", "")));
        for here in ["notes.txt", "./a:b", "/tmp/a:b", ":a"] {
            assert_eq!(remote(here), None, "{here}");
        }
    }
}
