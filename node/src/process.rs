//! What the process settles with the system before it begins.

use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::stat::{Mode, umask};
use protocol::limits::STREAMS;

use crate::rights::{Rights, WITHOUT_KILL};

/// Two for each stream, one for each listener and exchange of datagrams, and what the rest needs.
const FILES: u64 = 2 * STREAMS as u64 + 4_096;

/// Nobody else reads what is made from here on, unless it is meant for containers; and as many connections may be open
/// at once as the system allows.
pub fn settle() {
    umask(Mode::from_bits_truncate(0o077));
    match files() {
        Ok((files, most)) if most < FILES => tracing::warn!(
            files,
            "this process may open fewer files at once than a busy node needs ({FILES}): raise its limit (LimitNOFILE= in \
             its systemd unit, or ulimit -Hn)"
        ),
        Ok((files, _)) => tracing::info!(files, "so many files may be open at once"),
        Err(error) => tracing::warn!(%error, "the limit of open files cannot be raised"),
    }
    if Rights::of_this().is_some_and(|rights| !rights.kill) {
        let [wrong, advice] = WITHOUT_KILL;
        tracing::warn!("{wrong} {advice}");
    }
}

/// How many it may open now, and how many it ever may.
fn files() -> nix::Result<(u64, u64)> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE)?;
    if soft < hard {
        setrlimit(Resource::RLIMIT_NOFILE, hard, hard)?;
    }
    Ok((soft.max(hard), hard))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_raised_as_far_as_it_goes() {
        let (files, hard) = files().unwrap();
        assert_eq!(getrlimit(Resource::RLIMIT_NOFILE).unwrap(), (files, hard));
        assert_eq!(files, hard);
    }
}
