//! The command line. Every option has an environment variable of the same meaning.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use control::ForwardConfig;
use model::id::ClusterId;
use model::port::PortRange;
use model::request::{Handover, SignUpMode};

/// Linux instances that people reach over SSH, on Docker.
#[derive(Parser)]
#[command(name = "dockhost", version, after_help = people())]
pub(super) struct Arguments {
    /// Where the database and the administrator's socket are.
    #[arg(long, global = true, env = "DOCKHOST_DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// A remote SurrealDB, such as wss://db.internal:8000; without it the database is embedded.
    #[arg(long, global = true, env = "DOCKHOST_DATABASE")]
    pub database: Option<String>,
    /// Allows ws:// to a SurrealDB on another machine: anybody on the network path can read everything.
    #[arg(long, global = true, env = "DOCKHOST_INSECURE_DATABASE", value_parser = FalseyValueParser::new())]
    pub insecure_database: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Runs the main server.
    Serve(Box<Serve>),
    /// Writes a copy of the database to a new file, whether or not the server runs. Files in instances are not in it.
    Backup {
        file: PathBuf,
        /// Also what happened: the activity log.
        #[arg(long)]
        activity: bool,
    },
    /// Fills an empty data directory from a backup. The server must not be running on it.
    Restore { file: PathBuf },
    /// Proposes to take back the containers on connected nodes that belong to no instance, one after the other.
    Recover(Recover),
    /// Commands for the operator, on the server's own host. They work whether or not the server runs.
    #[command(subcommand)]
    Admin(Admin),
}

#[derive(Args)]
pub(super) struct Recover {
    /// Takes back every container that it can without asking, but none whose owner only another person's node names.
    #[arg(long)]
    pub yes: bool,
    /// The new owner, by username or email address, of a container whose former owner is not known. With --yes, one of
    /// which nothing tells its name and image either is left.
    #[arg(long)]
    pub owner: Option<String>,
    /// Before the first start, in an empty data directory: takes over the nodes of an installation whose data are
    /// lost. The log of a node that is refused names the id, such as c-0123456789abcdef.
    #[arg(long, conflicts_with_all = ["yes", "owner"])]
    pub installation: Option<ClusterId>,
}

#[derive(Args)]
pub(super) struct Serve {
    /// The address and port to listen on.
    #[arg(long, env = "DOCKHOST_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// An address under which browsers open this server, such as https://dockhost.example.org. May be repeated;
    /// localhost and the address to listen on are always among them.
    #[arg(long = "public-url", env = "DOCKHOST_PUBLIC_URL", value_delimiter = ',')]
    pub public_urls: Vec<String>,
    /// A certificate chain in PEM form, for TLS without a reverse proxy. It is read again when the file changes. Without
    /// one, a server that other machines reach makes its own at its first start.
    #[arg(long, env = "DOCKHOST_TLS_CERTIFICATE")]
    pub tls_certificate: Option<PathBuf>,
    /// The private key of that certificate, in PEM form.
    #[arg(long, env = "DOCKHOST_TLS_KEY")]
    pub tls_key: Option<PathBuf>,
    /// Serves plain HTTP to other machines: anybody on the network path can read passwords.
    #[arg(long, env = "DOCKHOST_INSECURE_HTTP", value_parser = FalseyValueParser::new())]
    pub insecure_http: bool,
    /// The addresses or networks of the reverse proxies in front, such as 127.0.0.1 or 10.0.0.0/8, separated by commas.
    /// The server believes their headers about a client's address and scheme, and nobody else's.
    #[arg(long, env = "DOCKHOST_TRUSTED_PROXIES")]
    pub trusted_proxies: Option<String>,
    /// The address and port of the SSH gateway, or `off`.
    #[arg(long, env = "DOCKHOST_SSH_LISTEN", default_value = "127.0.0.1:2222")]
    pub ssh_listen: SshListen,
    /// The host at which people reach the SSH gateway, and its port if that is another one, such as dockhost.example.org
    /// or dockhost.example.org:22. Without it, the host of the first public URL.
    #[arg(long, env = "DOCKHOST_SSH_ADDRESS")]
    pub ssh_address: Option<String>,
    /// The host ports of this server that instances may open, as ADDRESS:FIRST-LAST, or `off`. People reach them at the
    /// host of the SSH gateway, or at ADDRESS if that is loopback. Choose an address at which the console does not
    /// answer: browsers would send the console's cookie to these ports too.
    #[arg(long, env = "DOCKHOST_FORWARD_LISTEN", default_value = "127.0.0.2:20000-20999")]
    pub forward_listen: ForwardListen,
    /// A domain of its own for the apps on instances, such as dockhost-apps.example: every name below it must lead
    /// here. Without it, only a server that this machine alone reaches has one, apps.localhost.
    #[arg(long, env = "DOCKHOST_APPS_DOMAIN")]
    pub apps_domain: Option<String>,
    /// The people who may sign up, besides the holder of the set-up link. Without it, the settings page decides.
    #[arg(long, env = "DOCKHOST_SIGN_UP")]
    pub sign_up: Option<WhoMaySignUp>,
}

/// Where the gateway listens, if anywhere.
#[derive(Clone, Copy)]
pub(super) struct SshListen(pub Option<SocketAddr>);

impl std::str::FromStr for SshListen {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self(None)),
            _ => text
                .parse()
                .map(|address| Self(Some(address)))
                .map_err(|_| "write an address and port such as 0.0.0.0:2222, or `off`".to_owned()),
        }
    }
}

/// Which host ports instances may open, if any.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ForwardListen(pub Option<ForwardConfig>);

impl std::str::FromStr for ForwardListen {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        if text == "off" {
            return Ok(Self(None));
        }
        let parse = || {
            let (address, last) = text.rsplit_once('-')?;
            let address: SocketAddr = address.parse().ok()?;
            let (first, last) = (address.port(), last.parse().ok()?);
            let range = PortRange { first, last };
            (first >= 1 && first <= last).then_some(ForwardConfig { bind: address.ip(), range })
        };
        parse().map(|config| Self(Some(config))).ok_or_else(|| {
            "write an address and its first and last port such as 0.0.0.0:20000-20999, or `off`".to_owned()
        })
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum WhoMaySignUp {
    Open,
    Invite,
    Closed,
}

impl From<WhoMaySignUp> for SignUpMode {
    fn from(who: WhoMaySignUp) -> Self {
        match who {
            WhoMaySignUp::Open => Self::Open,
            WhoMaySignUp::Invite => Self::Invite,
            WhoMaySignUp::Closed => Self::Closed,
        }
    }
}

#[derive(Subcommand)]
pub(super) enum Admin {
    /// Creates an administrator. The password is read from standard input.
    CreateAdministrator { username: String, email: String },
    /// Gives a person a new password, read from standard input, and ends their sessions.
    ResetPassword { username: String },
    /// Prints a link by which somebody sets another password themselves: once, within an hour.
    ResetLink {
        username: String,
        /// The address under which browsers open the server.
        #[arg(long, env = "DOCKHOST_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
        url: String,
    },
    /// Makes an API token for a person and prints it.
    CreateToken { username: String, name: String },
    /// Prints the fingerprint of the certificate that the server made itself, for --server-fingerprint of a node.
    /// Prints nothing if the server has made none.
    ServerFingerprint,
    /// Lists the people.
    People,
    /// Makes a person an administrator.
    MakeAdministrator { username: String },
    /// Makes an administrator a person like all others.
    NoLongerAdministrator { username: String },
    /// Signs a person out everywhere. Their tokens, SSH keys and nodes open nothing until `resume`; what runs goes on.
    Suspend {
        username: String,
        /// Stops their instances, too.
        #[arg(long)]
        stop: bool,
    },
    /// Ends a suspension: what the person had opens again.
    Resume { username: String },
    /// Removes a person's account. Whoever has instances or nodes is removed only with a word on what becomes of them.
    Remove {
        username: String,
        /// What becomes of the person's instances: `delete`, or `give:USERNAME`.
        #[arg(long)]
        instances: Option<Handover>,
        /// What becomes of the person's nodes: `delete`, or `give:USERNAME`.
        #[arg(long)]
        nodes: Option<Handover>,
    },
    /// Lists the nodes and whether they are online.
    Nodes,
    /// Prints the link that makes the first administrator, or nothing if there is one already.
    SetupLink {
        /// The address under which browsers open the server.
        #[arg(long, env = "DOCKHOST_PUBLIC_URL", default_value = "http://127.0.0.1:8080")]
        url: String,
    },
    /// Registers a node that belongs to the installation, or gives it a new key, and prints its API key. Where the server
    /// made its own certificate, the node wants its fingerprint, too: see `server-fingerprint`.
    EnrolNode {
        name: String,
        /// The host name or IP address that people use to reach its instances.
        #[arg(long)]
        address: Option<String>,
    },
}

/// What people do from their own computers, where the program has nothing else.
fn people() -> String {
    format!("What people do with their instances, here and on their own computers:\n\n{}", cli::help())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_host_ports_is_read_whole_or_refused() {
        let read = |text: &str| text.parse::<ForwardListen>().ok();
        let config = |bind: &str, first, last| {
            Some(ForwardListen(Some(ForwardConfig { bind: bind.parse().unwrap(), range: PortRange { first, last } })))
        };
        assert_eq!(read("off"), Some(ForwardListen(None)));
        assert_eq!(read("0.0.0.0:20000-20999"), config("0.0.0.0", 20_000, 20_999));
        assert_eq!(read("[::]:25-25"), config("::", 25, 25));
        for text in ["", "0.0.0.0", "0.0.0.0:20000", "0.0.0.0:0-9", "0.0.0.0:30-20", "host:1-2", "0.0.0.0:1-65536"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
