//! What the node says of itself, on standard error.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line, for collectors.
    Json,
}

/// From here on events are written. `RUST_LOG` chooses which; without it, everything from `info` up.
pub fn begin(format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    // Of a line that could not be written it would tell on the same standard error, and panic there.
    let log = tracing_subscriber::fmt().with_env_filter(filter).log_internal_errors(false);
    let writer = log.with_writer(std::io::stderr);
    let begun = match format {
        LogFormat::Text => writer.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => writer.json().try_init(),
    };
    // A second subscriber in one process (a test) leaves the first in place.
    drop(begun);
}
