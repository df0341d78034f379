//! The first process of a container, seen from the host. A number is given again once its process has ended, so everything is
//! read through one folder of `/proc`, which stays that process's.

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;

use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;

use super::mounts::{self, Hierarchy};

/// A process of that very container.
pub(super) struct Process {
    folder: OwnedFd,
    container: String,
}

/// Of the first process of an image, as its command line has it.
const FIRST: &[u8] = b"/usr/lib/dockhost/first";
/// The runtimes' own, before they make place for it.
const RUNTIMES: [&[u8]; 2] = [b"runc", b"crun"];

impl Process {
    /// `None` if there is none of that number, or if it is not that container's.
    pub(super) fn of(pid: i32, container: &str) -> Option<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let folder = open(format!("/proc/{pid}").as_str(), flags, Mode::empty()).ok()?;
        let process = Self { folder, container: container.to_owned() };
        is_of(&process.read("cgroup")?, container).then_some(process)
    }

    /// The hierarchy that systemd needs, as this process has it.
    pub(super) fn cgroups(&self) -> Option<Hierarchy> {
        mounts::of(&String::from_utf8_lossy(&self.read("mountinfo")?), &self.container)
    }

    /// Whether it is no longer the engine's or the image's own, but the init that it gave way to.
    pub(super) fn gave_way(&self) -> bool {
        let Some(line) = self.read("cmdline") else { return true };
        let program = line.split(|byte| *byte == 0).next().unwrap_or_default();
        // In the middle of an exec it is empty.
        !line.is_empty() && !contains(&line, FIRST) && !RUNTIMES.iter().any(|name| contains(program, name))
    }

    /// One of its namespaces, to be entered.
    pub(super) fn namespace(&self, which: &str) -> nix::Result<OwnedFd> {
        openat(&self.folder, format!("ns/{which}").as_str(), OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty())
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = openat(&self.folder, name, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty()).ok()?;
        let mut bytes = Vec::new();
        File::from(file).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

/// Whether the groups of a process, as `/proc/PID/cgroup` has them, are that very container's.
pub(crate) fn is_of(groups: &[u8], container: &str) -> bool {
    container.len() >= 12 && contains(groups, container.as_bytes())
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_something_else_is_not_the_containers() {
        let own = i32::try_from(std::process::id()).unwrap();
        for container in ["", "a", &"f".repeat(64)] {
            assert!(Process::of(own, container).is_none(), "{container}");
        }
        assert!(Process::of(i32::MAX, &"f".repeat(64)).is_none());
    }
}
