//! `open`, `close` and `door`: the commands about ports.

use model::forward::{ForwardKey, Place, Protocol};
use model::port::{ContainerPort, HostPort};
use model::request::OpenForward;

use crate::words::{once, plain, value};

/// What the words after `open NAME` ask for. The error is a sentence.
pub(crate) fn open(words: &[&str]) -> Result<OpenForward, String> {
    const USAGE: &str = "`open` takes an instance and a port, as in: open web-1 5432 --from 10.0.0.0/8";
    let mut asked = OpenForward::default();
    let (mut ports, mut networks) = (Vec::new(), None);
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "--on-server" => asked.place = Place::Server,
            "--host-port" => once(&mut asked.host_port, word, number(value(&mut words, word)?)?)?,
            "--listen" => once(&mut asked.bind, word, value(&mut words, word)?.to_owned())?,
            "--from" => {
                let named: Vec<String> = value(&mut words, word)?.split(',').map(str::to_owned).collect();
                once(&mut networks, word, named)?;
            }
            option if option.starts_with('-') => {
                return Err(format!("`open` has no option {}. {USAGE}", plain(option)));
            }
            port => ports.push(port),
        }
    }
    let [port] = ports[..] else { return Err(USAGE.to_owned()) };
    (asked.container_port, asked.protocol) = numbered(port)?;
    asked.allow = networks.unwrap_or_default();
    Ok(asked)
}

/// Which host port the words after `close NAME` mean. The error is a sentence.
pub(crate) fn close(words: &[&str]) -> Result<ForwardKey, String> {
    let place = if words.contains(&"--on-server") { Place::Server } else { Place::Node };
    let rest: Vec<_> = words.iter().filter(|word| **word != "--on-server").copied().collect();
    match rest[..] {
        [port] if !port.starts_with('-') => {
            let (host, protocol) = numbered(port)?;
            Ok(ForwardKey { place, protocol, host: HostPort(host) })
        }
        _ => Err("`close` takes an instance and its host port, as in: close web-1 32767/udp".to_owned()),
    }
}

/// Which host port of the block the words after `door NAME` mean, and whether it is to be open. The error is a sentence.
pub(crate) fn door(words: &[&str]) -> Result<(ContainerPort, bool), String> {
    match words {
        [port, "open"] => Ok((ContainerPort(number(port)?), true)),
        [port, "close"] => Ok((ContainerPort(number(port)?), false)),
        _ => Err("`door` takes an instance, a port and `open` or `close`, as in: door web-1 80 close".to_owned()),
    }
}

/// `53/udp`, or `53` for TCP.
fn numbered(word: &str) -> Result<(u16, Protocol), String> {
    match word.split_once('/') {
        None | Some((_, "tcp")) => Ok((number(word.trim_end_matches("/tcp"))?, Protocol::Tcp)),
        Some((port, "udp")) => Ok((number(port)?, Protocol::Udp)),
        Some((_, other)) => Err(format!("{} is neither tcp nor udp.", plain(other))),
    }
}

fn number(word: &str) -> Result<u16, String> {
    let plain = word.bytes().all(|b| b.is_ascii_digit());
    word.parse()
        .ok()
        .filter(|number| plain && *number > 0)
        .ok_or_else(|| "A port is a number from 1 to 65535.".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_read() {
        let words = "53/udp --on-server --host-port 20053 --listen 10.0.0.7 --from 10.0.0.0/8,192.0.2.1";
        let asked = open(&words.split(' ').collect::<Vec<_>>()).unwrap();
        let wanted = OpenForward {
            place: Place::Server,
            protocol: Protocol::Udp,
            container_port: 53,
            host_port: Some(20_053),
            bind: Some("10.0.0.7".into()),
            allow: vec!["10.0.0.0/8".into(), "192.0.2.1".into()],
        };
        assert_eq!(asked, wanted);
        assert_eq!(open(&["80"]), Ok(OpenForward { container_port: 80, ..OpenForward::default() }));
        let key = ForwardKey { place: Place::Server, protocol: Protocol::Udp, host: HostPort(20_053) };
        assert_eq!(close(&["20053/udp", "--on-server"]), Ok(key));
    }

    #[test]
    fn what_is_not_meant_is_refused() {
        for words in [
            "",
            "80 81",
            "0",
            "+80",
            "65536",
            "80/sctp",
            "80 --host-port",
            "80 --host-port 1 --host-port 2",
            "80 --listen --from 10.0.0.0/8",
            "80 --from 10.0.0.0/8 --from 192.0.2.1",
            "80 --force",
            "--from 10.0.0.0/8",
        ] {
            assert!(open(&words.split_whitespace().collect::<Vec<_>>()).is_err(), "{words}");
        }
        for words in ["", "80", "80 shut", "80 open now", "http open", "0 close", "70000 close", "close 80"] {
            assert!(door(&words.split_whitespace().collect::<Vec<_>>()).is_err(), "{words}");
        }
        assert_eq!(door(&["443", "close"]), Ok((ContainerPort::HTTPS, false)));
        assert_eq!(door(&["80", "open"]), Ok((ContainerPort::HTTP, true)));
        for words in ["", "80 81", "0", "80 --force", "--on-server"] {
            assert!(close(&words.split_whitespace().collect::<Vec<_>>()).is_err(), "{words}");
        }
    }
}
