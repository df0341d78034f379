//! `dockhost-node enter`: a process of its own, which steps into the mount namespace of one instance, does one thing there
//! and ends. A thread of the node could not: its root directory is every thread's.

use std::io;
use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::time::Duration;

use nix::fcntl::{OFlag, open, openat};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns};
use nix::sys::stat::{Mode, fstat};
use nix::sys::statfs::{CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, fstatfs};
use nix::sys::statvfs::{FsFlags, fstatvfs};
use nix::unistd::fchdir;
use tokio::process::Command;
use tokio::time::timeout;

use super::process::Process;

const WITHIN: Duration = Duration::from_secs(10);
/// The container ended before it was entered.
pub const GONE: u8 = 3;

/// Each costs the machine memory that no limit of the instance counts, and their number is bounded for all of it together.
/// An instance cannot change this one; version 1 has no such bound.
const DESCENDANTS: &str = "cgroup.max.descendants";
const MOST_DESCENDANTS: &str = "1000";

/// How a visit ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Visit {
    Done,
    /// Another look tells more.
    Gone,
    /// It will not be otherwise the next time.
    Refused(String),
}

/// Has the cgroups of that container made writable for it.
pub(crate) async fn open_cgroups(pid: i32, container: &str) -> Visit {
    // Also where the program was replaced by a newer one since this process began.
    let mut command = Command::new("/proc/self/exe");
    command.args(["enter", &pid.to_string(), container]).stdin(Stdio::null()).kill_on_drop(true).env_clear();
    match timeout(WITHIN, command.output()).await {
        Ok(Ok(output)) if output.status.success() => Visit::Done,
        Ok(Ok(output)) if output.status.code() == Some(i32::from(GONE)) => Visit::Gone,
        Ok(Ok(output)) => Visit::Refused(String::from_utf8_lossy(&output.stderr).trim().chars().take(500).collect()),
        Ok(Err(error)) => Visit::Refused(format!("the node's program cannot be run again: {error}")),
        Err(_) => Visit::Refused(format!("the helper did not end in {} s", WITHIN.as_secs())),
    }
}

/// Why the helper did nothing.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("the container has ended")]
    Gone,
    #[error("{0}")]
    Unfit(&'static str),
    #[error("{doing}: {why}")]
    System { doing: &'static str, why: io::Error },
}

fn doing(doing: &'static str) -> impl FnOnce(nix::Error) -> Refused {
    move |why| Refused::System { doing, why: why.into() }
}

/// What the helper does. One thread may run in this process.
pub fn enter(pid: i32, container: &str) -> Result<(), Refused> {
    let process = Process::of(pid, container).ok_or(Refused::Gone)?;
    let cgroups = process.cgroups().ok_or(Refused::Unfit(
        "the container shows none of the two cgroup hierarchies that systemd can use, or more of it than its own part",
    ))?;
    let theirs = process.namespace("cgroup").map_err(doing("open the container's cgroup namespace"))?;
    let same = |a: nix::sys::stat::FileStat, b: nix::sys::stat::FileStat| (a.st_dev, a.st_ino) == (b.st_dev, b.st_ino);
    let ours =
        std::fs::File::open("/proc/self/ns/cgroup").map_err(|why| Refused::System { doing: "open the node's", why })?;
    if same(fstat(&theirs).map_err(doing("look"))?, fstat(&ours).map_err(doing("look"))?) {
        return Err(Refused::Unfit("the engine gave the container no cgroup namespace of its own"));
    }
    let mounts = process.namespace("mnt").map_err(doing("open the container's mount namespace"))?;
    setns(mounts, CloneFlags::CLONE_NEWNS).map_err(doing("step into the container's mount namespace"))?;
    // From here on every path is the instance's: what is on the way may be anything, so no link is followed and the
    // filesystem is asked which one it is.
    let place = step_by_step(cgroups.path).map_err(doing("open its cgroups"))?;
    let kind = fstatfs(&place).map_err(doing("ask which filesystem its cgroups are"))?.filesystem_type();
    if kind != CGROUP2_SUPER_MAGIC && kind != CGROUP_SUPER_MAGIC {
        return Err(Refused::Unfit("what stands where its cgroups should be is another filesystem"));
    }
    let flags = fstatvfs(&place).map_err(doing("ask how its cgroups are mounted"))?.flags();
    fchdir(&place).map_err(doing("go to its cgroups"))?;
    // With MS_BIND this is about the one mount. Without it, it would be about the hierarchy of the whole machine.
    let kept = [
        (FsFlags::ST_NOSUID, MsFlags::MS_NOSUID),
        (FsFlags::ST_NODEV, MsFlags::MS_NODEV),
        (FsFlags::ST_NOEXEC, MsFlags::MS_NOEXEC),
        (FsFlags::ST_RELATIME, MsFlags::MS_RELATIME),
    ];
    let kept = kept.into_iter().filter(|(is, _)| flags.contains(*is)).map(|(_, flag)| flag);
    let flags = kept.fold(MsFlags::MS_REMOUNT | MsFlags::MS_BIND, |all, flag| all | flag);
    let remount = |flags| mount(None::<&str>, ".", None::<&str>, flags, None::<&str>);
    remount(flags).map_err(doing("make its cgroups writable"))?;
    if kind == CGROUP2_SUPER_MAGIC
        && let Err(why) = std::fs::write(DESCENDANTS, MOST_DESCENDANTS)
    {
        remount(flags | MsFlags::MS_RDONLY).map_err(doing("put its cgroups back"))?;
        return Err(Refused::System { doing: "bound its cgroups", why });
    }
    Ok(())
}

/// Opens a folder and follows no link on the way. Not `openat2`: a service with `RestrictSUIDSGID=` does not have it.
fn step_by_step(path: &str) -> nix::Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let root = open("/", flags, Mode::empty())?;
    path.split('/').filter(|name| !name.is_empty()).try_fold(root, |at, name| openat(&at, name, flags, Mode::empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_link_is_followed_on_the_way() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap();
        std::fs::create_dir_all(real.join("a/b")).unwrap();
        std::os::unix::fs::symlink(real.join("a"), real.join("link")).unwrap();
        let text = |below: &str| real.join(below).to_string_lossy().into_owned();
        assert!(step_by_step(&text("a/b")).is_ok());
        for refused in ["link/b", "link", "a/c"] {
            assert!(step_by_step(&text(refused)).is_err(), "{refused}");
        }
    }
}
