//! What the operator settles: arguments, environment, and what they mean together.

use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::builder::FalseyValueParser;
use model::image::ImageName;
use model::name::NodeName;
use model::reserved::Reserved;

use crate::logs::LogFormat;
use crate::server::{Address, ApiKey, Pins};

/// Runs the instances that a DockHost server assigns to this machine.
///
/// The API key of the node is shown once when it is registered in the console. It is read from the
/// environment variable DOCKHOST_API_KEY or from a file, never from an argument, which every user of this
/// machine could read.
#[derive(Debug, Clone, clap::Parser)]
#[command(name = "dockhost-node", version)]
pub struct Arguments {
    /// Address of the main server, such as https://dockhost.example.org
    #[arg(long, global = true, env = "DOCKHOST_SERVER", value_name = "URL")]
    pub server: Option<String>,

    /// SHA-256 of the server's own certificate, as `sha256:` and 64 hex digits; several, for a change, separated by commas
    ///
    /// The node then accepts this certificate only, and asks no public authority.
    #[arg(long, global = true, env = "DOCKHOST_SERVER_FINGERPRINT", value_name = "sha256:HEX")]
    pub server_fingerprint: Option<String>,

    /// Sends the API key unencrypted to a server beyond this machine, whose address is http://
    ///
    /// Anybody who reads the key on the network path can pose as this node.
    #[arg(long, global = true, env = "DOCKHOST_INSECURE_SERVER", value_parser = FalseyValueParser::new())]
    pub insecure_server: bool,

    /// File with the node's API key; without it, DOCKHOST_API_KEY is read
    #[arg(long, global = true, env = "DOCKHOST_API_KEY_FILE", value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,

    /// Where the node keeps its ledger and the instances' keys
    #[arg(
        long,
        global = true,
        env = "DOCKHOST_NODE_DATA_DIR",
        value_name = "DIR",
        default_value = "/var/lib/dockhost-node"
    )]
    pub data_dir: PathBuf,

    /// The name under which this node is registered; the node logs a warning if the server knows another one
    #[arg(long, global = true, env = "DOCKHOST_NODE_NAME", value_name = "NAME")]
    pub name: Option<NodeName>,

    /// The socket of the container engine
    #[arg(
        long,
        global = true,
        env = "DOCKHOST_DOCKER_SOCKET",
        value_name = "FILE",
        default_value = "/var/run/docker.sock"
    )]
    pub docker_socket: PathBuf,

    /// Images that this node offers, separated by commas; without it, all
    #[arg(long, global = true, env = "DOCKHOST_IMAGES", value_name = "NAMES", value_delimiter = ',')]
    pub images: Vec<ImageName>,

    /// The address on which the instances' host ports listen
    #[arg(long, global = true, env = "DOCKHOST_BIND", value_name = "ADDRESS", default_value = "0.0.0.0")]
    pub bind: IpAddr,

    /// Host ports of this machine that no instance is given, such as 2375-2377,5432, or `none`
    ///
    /// Without it, the ports of common services that take passwords or control the machine. Instances keep their ports.
    #[arg(long, global = true, env = "DOCKHOST_RESERVED_PORTS", value_name = "PORTS", default_value_t = Reserved::default())]
    pub reserved_ports: Reserved,

    /// Seconds that an instance has to end by itself before it is killed
    #[arg(long, global = true, env = "DOCKHOST_STOP_GRACE", value_name = "SECONDS", default_value_t = 10,
          value_parser = clap::value_parser!(u64).range(0..=600))]
    pub stop_grace: u64,

    /// Seconds that a web terminal is kept while nobody looks at it, before it is hung up
    #[arg(long, global = true, env = "DOCKHOST_TERMINAL_KEPT", value_name = "SECONDS", default_value_t = 3_600,
          value_parser = clap::value_parser!(u64).range(1..=604_800))]
    pub terminal_kept: u64,

    /// How the log is written
    #[arg(long, global = true, env = "DOCKHOST_LOG_FORMAT", value_name = "FORMAT", default_value = "text")]
    pub log: LogFormat,

    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What to do instead of running the node.
#[derive(Debug, Clone, PartialEq, Eq, clap::Subcommand)]
pub enum Command {
    /// Checks every hop on the way to the server and to Docker; for a hop that fails, prints the reason and the remedy
    ///
    /// It takes the same options as the node and may run beside it. Its status is 0 if everything is in order.
    Doctor {
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
    /// Changes the code of the line on the page Nodes, read from standard input, for the node's API key
    ///
    /// The key goes into the file that --api-key-file names, for this user alone.
    Enrol,
    /// Prints a unit for systemd, with the reason of each right that it gives
    SystemdUnit,
    /// Makes the cgroups of one container writable for it; the node runs this by itself
    #[command(hide = true)]
    Enter {
        /// The first process of the container, and the container's id
        pid: i32,
        container: String,
    },
}

impl Arguments {
    /// Where the server is.
    pub fn address(&self) -> Result<Address, BadConfig> {
        let url = self.server.as_deref().map(str::trim).filter(|url| !url.is_empty()).ok_or(BadConfig::NoServer)?;
        let address = Address::parse(url).map_err(BadConfig::Server)?;
        if address.is_exposed() && !self.insecure_server {
            return Err(BadConfig::Exposed(url.to_owned()));
        }
        let pins = Pins::parse(self.server_fingerprint.as_deref().unwrap_or_default());
        pins.and_then(|pins| address.pinned(pins)).map_err(BadConfig::Fingerprint)
    }

    /// The key from the file or the environment.
    pub fn api_key(&self) -> Result<ApiKey, BadConfig> {
        key(self.api_key_file.as_deref(), std::env::var("DOCKHOST_API_KEY").ok())
    }
}

/// Settings that passed every check that needs no network.
pub struct Config {
    pub server: Address,
    pub api_key: ApiKey,
    pub data_dir: PathBuf,
    pub name: Option<NodeName>,
    pub docker_socket: PathBuf,
    pub images: Vec<ImageName>,
    pub bind: IpAddr,
    pub reserved: Reserved,
    pub stop_grace: Duration,
    pub terminal_kept: Duration,
}

/// What is missing or wrong, in one line with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadConfig {
    #[error("no server is named: pass --server URL or set DOCKHOST_SERVER, such as https://dockhost.example.org")]
    NoServer,
    #[error("--server: {0}")]
    Server(String),
    #[error(
        "--server: `{0}` would send this node's API key unencrypted over the network, and whoever reads it there can be \
         this node: write https://, with --server-fingerprint sha256:... if the server made its certificate itself; or, \
         in a network that you trust, ask for it with --insecure-server (DOCKHOST_INSECURE_SERVER=true)"
    )]
    Exposed(String),
    #[error("--server-fingerprint: {0}")]
    Fingerprint(String),
    #[error(
        "no API key is given: set DOCKHOST_API_KEY or pass --api-key-file FILE with the key that the console showed \
         when the node was registered"
    )]
    NoKey,
    #[error("the API key file {file} cannot be read: {why}")]
    KeyFile { file: String, why: String },
    #[error("the API key from {from} {why}: copy it once more, or rotate it in the console")]
    Key { from: String, why: &'static str },
}

impl Config {
    pub fn check(arguments: Arguments) -> Result<Self, BadConfig> {
        Self::with_key(arguments, std::env::var("DOCKHOST_API_KEY").ok())
    }

    fn with_key(arguments: Arguments, from_environment: Option<String>) -> Result<Self, BadConfig> {
        let server = arguments.address()?;
        let api_key = key(arguments.api_key_file.as_deref(), from_environment)?;
        let images = if arguments.images.is_empty() { ImageName::ALL.to_vec() } else { arguments.images };
        Ok(Self {
            server,
            api_key,
            data_dir: arguments.data_dir,
            name: arguments.name,
            docker_socket: arguments.docker_socket,
            images,
            bind: arguments.bind,
            reserved: arguments.reserved_ports,
            stop_grace: Duration::from_secs(arguments.stop_grace),
            terminal_kept: Duration::from_secs(arguments.terminal_kept),
        })
    }
}

fn key(file: Option<&Path>, from_environment: Option<String>) -> Result<ApiKey, BadConfig> {
    let (from, text) = match (file, from_environment) {
        (Some(file), _) => (file.display().to_string(), read_key(file)?),
        (None, Some(text)) => ("DOCKHOST_API_KEY".to_owned(), text),
        (None, None) => return Err(BadConfig::NoKey),
    };
    ApiKey::parse(text.trim()).map_err(|why| BadConfig::Key { from, why })
}

fn read_key(file: &Path) -> Result<String, BadConfig> {
    let failed =
        |error: std::io::Error| BadConfig::KeyFile { file: file.display().to_string(), why: error.to_string() };
    let mode = std::fs::metadata(file).map_err(failed)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!("other users can read the API key in {0}: chmod 600 {0}", file.display());
    }
    std::fs::read_to_string(file).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn check(arguments: &[&str], key: Option<&str>) -> Result<Config, BadConfig> {
        let arguments = Arguments::try_parse_from([&["dockhost-node"], arguments].concat()).unwrap();
        Config::with_key(arguments, key.map(str::to_owned))
    }

    #[test]
    fn what_is_missing_is_named() {
        assert_eq!(check(&["--server", ""], Some("k")).err(), Some(BadConfig::NoServer));
        assert_eq!(check(&["--server", "https://a"], None).err(), Some(BadConfig::NoKey));
        let file = check(&["--server", "https://a", "--api-key-file", "/nonexistent/key"], None).err().unwrap();
        assert!(file.to_string().contains("/nonexistent/key"), "{file}");
        let empty = check(&["--server", "https://a"], Some("  \n")).err().unwrap();
        assert!(empty.to_string().contains("DOCKHOST_API_KEY is empty"), "{empty}");
    }

    #[test]
    fn a_key_file_wins_over_the_environment() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "from-file\n").unwrap();
        let path = file.path().to_str().unwrap();
        let config = check(&["--server", "https://a", "--api-key-file", path], Some("from-environment")).unwrap();
        assert_eq!(config.api_key.bearer(), "Bearer from-file");
    }

    #[test]
    fn the_doctor_takes_the_options_of_the_node_on_either_side() {
        for words in [["--server", "https://a", "doctor", "--json"], ["doctor", "--json", "--server", "https://a"]] {
            let arguments = Arguments::try_parse_from([&["dockhost-node"], &words[..]].concat()).unwrap();
            assert_eq!(arguments.command, Some(Command::Doctor { json: true }));
            assert_eq!(arguments.address().unwrap().to_string(), "wss://a/api/v1/channel");
        }
        let alone = Arguments::try_parse_from(["dockhost-node", "--server", "https://a"]).unwrap();
        assert_eq!(alone.command, None);
    }

    #[test]
    fn the_key_goes_unencrypted_only_where_that_was_asked_for() {
        let refused = check(&["--server", "http://a.example"], Some("k")).err().unwrap().to_string();
        assert!(refused.contains("--insecure-server") && refused.contains("https://"), "{refused}");
        let near = ["http://127.0.0.1:8080", "http://localhost", "ws://[::1]:1"];
        assert!(near.iter().all(|url| check(&["--server", url], Some("k")).is_ok()));
        for tricky in
            ["http://127.evil.example", "ws://127.0.0.1.nip.io", "http://localhost.evil.example", "http://0.0.0.0"]
        {
            assert!(matches!(check(&["--server", tricky], Some("k")), Err(BadConfig::Exposed(_))), "{tricky}");
        }
        assert!(check(&["--server", "http://a.example", "--insecure-server"], Some("k")).is_ok());
    }

    #[test]
    fn a_fingerprint_is_whole_and_of_a_certificate() {
        let with = |print: &str, url: &str| check(&["--server", url, "--server-fingerprint", print], Some("k"));
        let print = format!("sha256:{}", "ab".repeat(32));
        for good in [print.clone(), print.to_uppercase(), format!("{print}, {print}"), String::new()] {
            assert!(with(&good, "https://a").is_ok(), "{good}");
        }
        for bad in ["ab", "sha256:", "sha1:abcd", &print[..70], &format!("{print}0"), &format!("{print},")] {
            let refused = with(bad, "https://a").err().unwrap().to_string();
            assert!(refused.contains("64 hex digits"), "{refused}");
        }
        assert!(with(&print, "http://127.0.0.1").err().unwrap().to_string().contains("https://"));
    }

    #[test]
    fn what_is_reserved_is_read_whole_or_refused() {
        let usual = check(&["--server", "https://a"], Some("k")).unwrap().reserved;
        assert_eq!(usual, Reserved::default());
        let read = |list: &str| Arguments::try_parse_from(["dockhost-node", "--reserved-ports", list]);
        assert_eq!(read("2375-2377,9000").unwrap().reserved_ports.to_string(), "2375-2377,9000");
        assert_eq!(read("none").unwrap().reserved_ports, Reserved::none());
        for bad in ["9000-80", "0", "70000", "http", ""] {
            assert!(read(bad).unwrap_err().to_string().contains("write 2375-2377,5432 or none"), "{bad}");
        }
    }

    #[test]
    fn images_are_checked_and_all_without_the_option() {
        assert_eq!(check(&["--server", "https://a"], Some("k")).unwrap().images, ImageName::ALL);
        let one = check(&["--server", "https://a", "--images", "debian-12"], Some("k")).unwrap();
        assert_eq!(one.images, [ImageName::Debian12]);
        let unknown = Arguments::try_parse_from(["dockhost-node", "--images", "windows"]);
        assert!(unknown.unwrap_err().to_string().contains("ubuntu-24.04"));
    }
}
