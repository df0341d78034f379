//! The pipe at which the first process of an instance waits.

use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

const PIPE: &str = "gate";
/// How long the first process may take from its start to the pipe.
pub(super) const LINE_WITHIN: Duration = Duration::from_secs(20);
/// If nobody has come for this long and it is no longer the first process, it went through before.
const WENT_BEFORE: Duration = Duration::from_secs(1);
const ASK_AGAIN: Duration = Duration::from_millis(2);
/// After the first second.
const ASK_SELDOM: Duration = Duration::from_millis(50);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    Now,
    /// By an earlier line: the node was killed before it noted that.
    Before,
    Nobody,
}

/// Makes the pipe, if it is not there. Only root in the instance may open it, and nothing of the instance runs while
/// somebody waits there.
pub(crate) fn make(dir: &Path) -> io::Result<()> {
    let pipe = dir.join(PIPE);
    match std::fs::symlink_metadata(&pipe) {
        Ok(there) if there.file_type().is_fifo() => return Ok(()),
        // A copy of the folder may have made a file of it.
        Ok(_) => std::fs::remove_file(&pipe)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    mkfifo(&pipe, Mode::S_IRUSR | Mode::S_IWUSR).map_err(io::Error::from)
}

/// Writes the line once somebody listens. `passed` says whether what runs is no longer the first process, as far as that
/// can be seen.
pub(super) fn tell(dir: &Path, line: &str, passed: impl Fn() -> Option<bool>) -> io::Result<Heard> {
    let pipe = dir.join(PIPE);
    let begun = Instant::now();
    loop {
        // Without a reader this is refused at once. A line is shorter than what a pipe takes as one.
        match OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(&pipe) {
            Ok(mut open) => return open.write_all(line.as_bytes()).map(|()| Heard::Now),
            Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => {}
            Err(error) => return Err(error),
        }
        let waited = begun.elapsed();
        let early = waited < WENT_BEFORE;
        if !early && passed() == Some(true) {
            return Ok(Heard::Before);
        }
        if waited > LINE_WITHIN {
            // Where nothing is seen, that nobody comes is the only sign.
            return Ok(if passed().is_none() { Heard::Before } else { Heard::Nobody });
        }
        sleep(if early { ASK_AGAIN } else { ASK_SELDOM });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read as _;

    #[test]
    fn who_waits_hears_the_line_and_who_went_through_is_known() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(PIPE), "a copy").unwrap();
        make(dir.path()).unwrap();
        make(dir.path()).unwrap();
        let pipe = dir.path().join(PIPE);
        let waits = std::thread::spawn(move || {
            let mut line = String::new();
            std::fs::File::open(pipe).unwrap().read_to_string(&mut line).unwrap();
            line
        });
        assert_eq!(tell(dir.path(), "systemd 10\n", || Some(false)).unwrap(), Heard::Now);
        assert_eq!(waits.join().unwrap(), "systemd 10\n");
        assert_eq!(tell(dir.path(), "small 10\n", || Some(true)).unwrap(), Heard::Before);
        std::fs::remove_file(dir.path().join(PIPE)).unwrap();
        assert!(tell(dir.path(), "small 10\n", || Some(false)).is_err());
    }
}
