//! Signals for a program in a container, whatever it is: nothing inside is asked to send them, because everything inside is
//! the instance's own.

use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::{Engine, EngineError, limits};
use crate::handshake::is_of;

/// As the kernel does to the first process of a session when its terminal is gone: one that is stopped hears of it, too.
const HANG_UP: &[Signal] = &[Signal::SIGHUP, Signal::SIGCONT];
const END: &[Signal] = &[Signal::SIGKILL];

/// Whether a program got its signals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It got them, or it had ended before.
    Sent,
    /// This node may not end processes of the engine's, or does not see them: it runs as another user, or elsewhere.
    NotOurs,
}

/// How long a program may take to be where it is ended: the engine says that it runs before it does.
const BEGINS: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(200);

impl Engine {
    /// The engine ends whole containers only. Where this node may, it ends the process itself.
    pub async fn end(&self, exec: &str) -> Result<Ending, EngineError> {
        self.signal(exec, END).await
    }

    /// Tells a program that its terminal is gone: that one process and no other. What it began is its own to tell, and when
    /// it ends, the kernel tells whatever was in the foreground.
    pub async fn hang_up(&self, exec: &str) -> Result<Ending, EngineError> {
        self.signal(exec, HANG_UP).await
    }

    async fn signal(&self, exec: &str, signals: &'static [Signal]) -> Result<Ending, EngineError> {
        let docker = self.link().await?.docker;
        let until = Instant::now() + BEGINS;
        loop {
            let found = self.within(limits::ASK, docker.inspect_exec(exec)).await?;
            if !found.running.unwrap_or_default() {
                return Ok(Ending::Sent);
            }
            let pid = found.pid.and_then(|pid| i32::try_from(pid).ok()).filter(|pid| *pid > 1);
            if let Some((pid, container)) = pid.zip(found.container_id) {
                let sent = tokio::task::spawn_blocking(move || send(pid, &container, signals)).await;
                if let Ok(Some(ending)) = sent {
                    return Ok(ending);
                }
            }
            if Instant::now() > until {
                return Ok(Ending::NotOurs);
            }
            sleep(LOOK).await;
        }
    }
}

/// A number is given again once its process has ended, so it must be one of that very container now; `None` if it is not.
fn send(pid: i32, container: &str, signals: &[Signal]) -> Option<Ending> {
    if !is_of(&std::fs::read(format!("/proc/{pid}/cgroup")).ok()?, container) {
        return None;
    }
    for signal in signals {
        match kill(Pid::from_raw(pid), *signal) {
            Ok(()) => {}
            Err(Errno::ESRCH) => return Some(Ending::Sent),
            Err(_) => return Some(Ending::NotOurs),
        }
    }
    Some(Ending::Sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_process_of_that_container_gets_a_signal() {
        let own = i32::try_from(std::process::id()).unwrap();
        for container in ["", "a", &"f".repeat(64)] {
            for signals in [HANG_UP, END] {
                assert_eq!(send(own, container, signals), None);
            }
        }
    }
}
