//! What the person who starts the server settles.

use std::net::SocketAddr;
use std::path::PathBuf;

use model::request::{Settings, SignUpMode};
use planner::hosts::ConsoleHosts;

use crate::access::apps::AppsDomain;
use crate::host_ports::ForwardConfig;
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
    /// The certificate itself, in PEM form.
    pub server_certificate: Option<String>,
    /// The folder with the programs that other machines are given.
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
    fn where_others_reach_it_only_who_was_invited_has_an_account() {
        let first = |exposure, sign_up| Config { exposure, sign_up, ..Config::default() }.first_settings().sign_up;
        assert_eq!(first(Exposure::Loopback, None), SignUpMode::Open);
        for beyond in [Exposure::Proxied, Exposure::Tls(Certificate::Given), Exposure::Insecure] {
            assert_eq!(first(beyond, None), SignUpMode::Invite);
            assert_eq!(first(beyond, Some(SignUpMode::Open)), SignUpMode::Open, "the operator's word counts");
        }
    }
}
