//! What a check is, and what it can come to.

use std::fmt;
use std::time::{Duration, Instant};

/// One station of the way, in the order in which they depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hop {
    Address,
    ApiKey,
    Name,
    Tcp,
    Tls,
    Http,
    Channel,
    DataSockets,
    ProxyInFront,
    ProxySettings,
    RoundTrip,
    Clock,
    DockerSocket,
    Docker,
    KnownFaults,
    DockerNetwork,
    Systemd,
    Prunes,
    Disk,
    Rights,
}

impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Address => "address",
            Self::ApiKey => "API key",
            Self::Name => "name",
            Self::Tcp => "TCP",
            Self::Tls => "TLS",
            Self::Http => "HTTP",
            Self::Channel => "channel",
            Self::DataSockets => "data sockets",
            Self::ProxyInFront => "proxy in front",
            Self::ProxySettings => "proxy settings",
            Self::RoundTrip => "round trip",
            Self::Clock => "clock",
            Self::DockerSocket => "Docker socket",
            Self::Docker => "Docker",
            Self::KnownFaults => "known faults",
            Self::DockerNetwork => "Docker network",
            Self::Systemd => "systemd",
            Self::Prunes => "prunes",
            Self::Disk => "disk",
            Self::Rights => "rights",
        })
    }
}

/// What is wrong, and what to do: one sentence each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) wrong: String,
    pub(super) advice: String,
}

impl Fault {
    pub(super) fn new(wrong: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { wrong: wrong.into(), advice: advice.into() }
    }
}

/// What is in order, or what is not.
pub(super) type Verdict = Result<String, Fault>;

/// What a later hop works with, or the hop because of which it is not there.
pub(super) type Reached<T> = Result<T, Hop>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Ok(String),
    Failed(Fault),
    /// It works, and somebody should look after it.
    Warned(Fault),
    /// Not looked at, or of no consequence, and why.
    Skipped(String),
}

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Ok(says) => Self::Ok(says),
            Err(fault) => Self::Failed(fault),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Check {
    pub(super) hop: Hop,
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
}

/// The checks so far. Whoever waits for a slow one sees those before it.
pub(super) struct Log<'a> {
    pub(super) checks: Vec<Check>,
    pub(super) tell: &'a mut dyn FnMut(&Check),
}

impl Log<'_> {
    pub(super) fn add(&mut self, hop: Hop, took: Duration, outcome: Outcome) {
        let check = Check { hop, outcome, took };
        (self.tell)(&check);
        self.checks.push(check);
    }

    pub(super) fn skip(&mut self, hop: Hop, before: Hop) {
        self.add(hop, Duration::ZERO, Outcome::Skipped(format!("cannot be tried before this is in order: {before}")));
    }

    /// Tries one hop, if what it needs was reached.
    pub(super) async fn step<N, T>(
        &mut self,
        hop: Hop,
        needed: Reached<N>,
        work: impl AsyncFnOnce(N) -> Result<(String, T), Fault>,
    ) -> Reached<T> {
        let needed = needed.inspect_err(|before| self.skip(hop, *before))?;
        let begun = Instant::now();
        let (outcome, reached) = match work(needed).await {
            Ok((says, reached)) => (Outcome::Ok(says), Ok(reached)),
            Err(fault) => (Outcome::Failed(fault), Err(hop)),
        };
        self.add(hop, begun.elapsed(), outcome);
        reached
    }
}
