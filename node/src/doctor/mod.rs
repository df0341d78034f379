//! `dockhost-node doctor`: names the first hop that fails on the way to the server and to Docker.
//!
//! What a status or an error means is decided by functions that touch nothing (`name`, `tcp`, `certificate`,
//! `health`, `upgrade`, `front`, `engine` …); `way`, `wire` and `machine` carry out and decide nothing. It may run beside a
//! node with the same key: it never says hello on a channel, so it takes no epoch, and it changes nothing on this machine.

mod answer;
mod certificate;
mod check;
mod disk;
mod engine;
mod faults;
mod front;
mod health;
mod machine;
mod name;
mod pace;
mod proxies;
mod prunes;
mod report;
mod rights;
mod settings;
mod stranger;
mod target;
mod tcp;
mod upgrade;
mod way;
mod wire;

use std::io::Write as _;
use std::path::PathBuf;

use crate::config::{Arguments, BadConfig};
use crate::server::{Address, ApiKey};
use check::{Check, Log};

/// What is looked at. Settings that do not read are findings, too.
pub struct Subject {
    server: Result<Address, BadConfig>,
    api_key: Result<ApiKey, BadConfig>,
    docker_socket: PathBuf,
    data_dir: PathBuf,
}

impl Subject {
    pub fn of(arguments: Arguments) -> Self {
        Self {
            server: arguments.address(),
            api_key: arguments.api_key(),
            docker_socket: arguments.docker_socket,
            data_dir: arguments.data_dir,
        }
    }
}

/// Tries every hop and prints what it finds; whether all is in order.
pub async fn examine(subject: Subject, json: bool) -> bool {
    // Two providers are compiled in, so one has to be named. A second call in one process changes nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut tell = |check: &Check| {
        if !json {
            print(&report::line(check));
        }
    };
    let mut log = Log { checks: Vec::new(), tell: &mut tell };
    way::walk(&subject, &mut log).await;
    machine::look(&subject, &mut log).await;
    let checks = log.checks;
    print(&if json { report::json(&checks) } else { report::summary(&checks) });
    report::first_failed(&checks).is_none()
}

/// Where nobody reads, the exit status still tells.
fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}
