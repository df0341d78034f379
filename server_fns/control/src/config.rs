//! What the person who starts the server settles.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use model::listening::first_kept;
use model::port::PortRange;
use model::request::{Settings, SignUpMode};
use planner::hosts::ConsoleHosts;

use crate::access::apps::AppsDomain;
use crate::http::Exposure;
use crate::store::Location;

/// Plain values; the command line and the environment are read by the program that starts the server.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Where everything is kept that must outlive the process.
    pub data_dir: PathBuf,
    /// A SurrealDB server as `ws://user:password@host:8000`, or `mem://` to forget everything at the end; without one, a database of our own in `data_dir`.
    pub database: Option<String>,
    /// For an installation that has no settings yet; later they are changed in the web interface.
    pub sign_up: Option<SignUpMode>,
    /// As `sign_up`: instances that one person may have.
    pub quota: Option<u32>,
    pub ssh: SshConfig,
    pub forwards: Option<ForwardConfig>,
    /// Where the server listens for browsers and nodes, so that no instance of this machine is given that number.
    pub listens: Vec<SocketAddr>,
    /// Without one, no port has a public URL.
    pub apps: Option<AppsDomain>,
    /// How browsers come to the console,
    pub exposure: Exposure,
    /// and under which host names.
    pub hosts: ConsoleHosts,
    /// A reverse proxy on this machine is in front that nobody named: what comes from an address of this machine may come
    /// from anywhere.
    pub unnamed_proxy: bool,
    /// By which nodes know the server, where it made its own certificate.
    pub server_fingerprint: Option<String>,
    /// The same for `curl`: of the public key in that certificate.
    pub server_key_pin: Option<String>,
    /// The folder with the node programs that other machines are given.
    pub programs: Option<PathBuf>,
}

/// Where the SSH gateway listens and is found.
#[derive(Debug, Clone, Default)]
pub struct SshConfig {
    /// None: there is no gateway.
    pub listen: Option<SocketAddr>,
    /// The host under which people reach it, and the port if that is another than it listens on.
    pub host: String,
    pub port: Option<u16>,
}

/// The server's own host ports for instances. People find them under the host of the SSH gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForwardConfig {
    /// Where instances may listen; `0.0.0.0` is every IPv4 address.
    pub bind: IpAddr,
    pub range: PortRange,
}

impl ForwardConfig {
    /// The first of the server's own addresses that an instance could take.
    pub fn contains_own(&self, listens: &[SocketAddr]) -> Option<SocketAddr> {
        first_kept(listens, self.bind, self.range)
    }
}

impl Config {
    /// Where the rows are kept.
    pub fn location(&self) -> Location {
        match &self.database {
            Some(address) if address == "mem://" => Location::Memory,
            Some(address) => Location::Server(address.clone()),
            None => Location::Directory(self.data_dir.clone()),
        }
    }

    /// The settings of an installation that has none. Where others reach it, only who was invited has an account.
    pub fn first_settings(&self) -> Settings {
        let usual = Settings::default();
        let sign_up = if self.exposure.is_beyond_loopback() { SignUpMode::Invite } else { usual.sign_up };
        Settings { sign_up: self.sign_up.unwrap_or(sign_up), quota: self.quota.unwrap_or(usual.quota), ..usual }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::exposure::Certificate;

    #[test]
    fn a_range_with_the_servers_own_port_in_it_is_found() {
        let listens = ["127.0.0.1:8080", "10.0.0.7:2222"].map(|text| text.parse().unwrap());
        let own = |bind: &str, first, last| {
            ForwardConfig { bind: bind.parse().unwrap(), range: PortRange { first, last } }.contains_own(&listens)
        };
        assert_eq!(own("127.0.0.1", 8000, 8999), Some(listens[0]));
        assert_eq!(own("0.0.0.0", 2222, 2222), Some(listens[1]));
        assert_eq!(own("127.0.0.2", 8000, 8999), None, "another address has ports of its own");
        assert_eq!(own("0.0.0.0", 20_000, 20_999), None);
    }

    #[test]
    fn where_others_reach_it_only_who_was_invited_has_an_account() {
        let first = |exposure, sign_up| Config { exposure, sign_up, ..Config::default() }.first_settings().sign_up;
        assert_eq!(first(Exposure::Loopback, None), SignUpMode::Open);
        for beyond in [Exposure::Proxied, Exposure::Tls(Certificate::Given), Exposure::Insecure] {
            assert_eq!(first(beyond, None), SignUpMode::Invite);
            assert_eq!(first(beyond, Some(SignUpMode::Open)), SignUpMode::Open, "the operator's word counts");
        }
    }
}
