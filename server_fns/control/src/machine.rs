//! What the operating system gives this process: open files, and who may read what it writes.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::stat::{Mode, umask};

/// More than this is of no use to anybody, and a table of descriptors costs memory.
const MAX_FILES: u64 = 1 << 18;
/// Of the database, the logs, libraries and the administrator.
const OWN_FILES: u64 = 256;
/// Below this a busy server is soon at its end.
const FEW_FILES: u64 = 8_192;

/// As the machine calls itself.
pub fn hostname() -> Option<String> {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    Some(name.trim().to_ascii_lowercase()).filter(|name| !name.is_empty())
}

/// From now on, files and folders are made for their owner alone.
pub fn keep_private() {
    umask(Mode::from_bits_truncate(0o077));
}

/// How many connections there is room for, each kind with its share, so that none can take what another needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Open files of this process.
    pub files: u64,
    /// Connections of browsers, programs and nodes.
    pub http: usize,
    /// Connections to the SSH gateway; each has a second end at an instance.
    pub ssh: usize,
}

impl Room {
    pub fn of(files: u64) -> Self {
        let shared = files.saturating_sub(OWN_FILES).max(64);
        let part = |of: u64| usize::try_from(shared / of).unwrap_or(usize::MAX);
        // What is left is for data sockets of nodes, host ports and handed over connections.
        Self { files, http: part(3), ssh: part(8) }
    }

    /// As many open files as the system allows, or as there are.
    pub fn taken() -> Self {
        let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).unwrap_or((1_024, 1_024));
        let wanted = hard.min(MAX_FILES).max(soft);
        let got = match setrlimit(Resource::RLIMIT_NOFILE, wanted, hard) {
            Ok(()) => wanted,
            Err(error) => {
                tracing::warn!(%error, soft, wanted, "the number of open files could not be raised");
                soft
            }
        };
        let room = Self::of(got);
        let Self { files, http, ssh } = room;
        if files < FEW_FILES {
            tracing::warn!(
                files,
                http,
                ssh,
                "few files may be open, so few connections are taken: raise the hard limit (LimitNOFILE, ulimit -Hn)"
            );
        } else {
            tracing::info!(files, http, ssh, "open files, and how many connections of each kind they allow");
        }
        room
    }

    /// What there is now, without changing anything.
    pub fn now() -> Self {
        Self::of(getrlimit(Resource::RLIMIT_NOFILE).map_or(1_024, |(soft, _)| soft))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_together_stay_below_the_limit() {
        for files in [256, 1_024, 20_000, 65_536, MAX_FILES] {
            let Room { http, ssh, .. } = Room::of(files);
            // A connection to the gateway has two ends here.
            let taken = u64::try_from(http + 2 * ssh).unwrap();
            assert!(taken + OWN_FILES <= files.max(OWN_FILES + 64), "{files}: {taken}");
            assert!(http > 0 && ssh > 0);
        }
        assert!(Room::of(1_024).http >= 250);
        assert!(Room::now().files > 0);
    }
}
