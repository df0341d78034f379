//! What the person who starts the server settles.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use model::port::PortRange;
use model::request::{Settings, SignUpMode};

use crate::access::apps::AppsDomain;
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
    /// Without one, no port has a public URL.
    pub apps: Option<AppsDomain>,
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

impl Config {
    /// Where the rows are kept.
    pub fn location(&self) -> Location {
        match &self.database {
            Some(address) if address == "mem://" => Location::Memory,
            Some(address) => Location::Server(address.clone()),
            None => Location::Directory(self.data_dir.clone()),
        }
    }

    /// The settings of an installation that has none.
    pub fn first_settings(&self) -> Settings {
        let usual = Settings::default();
        Settings { sign_up: self.sign_up.unwrap_or(usual.sign_up), quota: self.quota.unwrap_or(usual.quota) }
    }
}
