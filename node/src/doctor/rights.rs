//! Whether this process may do what the node's work needs.

use std::path::Path;

use nix::errno::Errno;

use super::check::{Fault, Outcome};
use crate::rights::{Rights, WITHOUT_KILL};

pub(super) fn judge(rights: Option<Rights>) -> Outcome {
    let [wrong, advice] = WITHOUT_KILL;
    match rights {
        None => Outcome::Skipped("the system does not tell which rights this process has".to_owned()),
        Some(Rights { kill: false, .. }) => Outcome::Warned(Fault::new(wrong, advice)),
        Some(Rights { low_ports: false, .. }) => {
            let says =
                "it may end programs of instances, and listen on no host port below 1024: its page may give it none";
            Outcome::Ok(says.to_owned())
        }
        Some(_) => Outcome::Ok("it may end programs of instances, and listen on any host port".to_owned()),
    }
}

/// The node makes its data directory, so what counts is the nearest one that is there.
pub(super) fn unwritable(dir: &Path, nearest: &Path, why: Errno) -> Fault {
    let at = if dir == nearest { String::new() } else { format!(" ({} exists)", nearest.display()) };
    Fault::new(
        format!("The data directory {}{at} cannot be written: {}.", dir.display(), why.desc()),
        "Run this as the node's user, choose another one with --data-dir, or let the node's unit write there with \
         ReadWritePaths=.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_right_is_named_with_what_it_is_for() {
        let judged = |kill, low_ports| judge(Some(Rights { kill, low_ports, enter: true }));
        let Outcome::Warned(fault) = judged(false, true) else { panic!("it warns") };
        assert!(fault.wrong.contains("CAP_KILL") && fault.advice.contains("systemd-unit"));
        assert!(matches!(judged(true, false), Outcome::Ok(says) if says.contains("below 1024")));
        assert!(matches!(judged(true, true), Outcome::Ok(_)));
        assert!(matches!(judge(None), Outcome::Skipped(_)));
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_named_with_the_one_that_is_there() {
        let [data, lib] = ["/var/lib/dockhost-node", "/var/lib"].map(Path::new);
        assert!(unwritable(data, data, Errno::EROFS).wrong.contains("dockhost-node cannot be written: Read-only"));
        assert!(unwritable(data, lib, Errno::EACCES).wrong.contains("(/var/lib exists) cannot be written"));
    }
}
