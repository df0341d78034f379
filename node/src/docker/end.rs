//! Ends a program in a container, whatever it is: nothing inside is asked to do it, because everything inside is the
//! instance's own.

use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::{Engine, EngineError, limits};

/// Whether a program was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Ended,
    /// This node may not end processes of the engine's, or does not see them: it runs as another user, or elsewhere.
    NotOurs,
}

/// How long a program may take to be where it is ended: the engine says that it runs before it does.
const BEGINS: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(200);

impl Engine {
    /// The engine ends whole containers only. Where this node may, it ends the process itself.
    pub async fn end(&self, exec: &str) -> Result<Ending, EngineError> {
        let docker = self.link().await?.docker;
        let until = Instant::now() + BEGINS;
        loop {
            let found = self.within(limits::ASK, docker.inspect_exec(exec)).await?;
            if !found.running.unwrap_or_default() {
                return Ok(Ending::Ended);
            }
            let pid = found.pid.and_then(|pid| i32::try_from(pid).ok()).filter(|pid| *pid > 1);
            if let Some((pid, container)) = pid.zip(found.container_id) {
                let ended = tokio::task::spawn_blocking(move || end(pid, &container)).await;
                if let Ok(Some(ending)) = ended {
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
fn end(pid: i32, container: &str) -> Option<Ending> {
    let groups = std::fs::read_to_string(format!("/proc/{pid}/cgroup")).ok()?;
    if container.len() < 12 || !groups.contains(container) {
        return None;
    }
    match kill(Pid::from_raw(pid), Signal::SIGKILL) {
        Ok(()) | Err(Errno::ESRCH) => Some(Ending::Ended),
        Err(_) => Some(Ending::NotOurs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_process_of_that_container_is_ended() {
        let own = i32::try_from(std::process::id()).unwrap();
        for container in ["", "a", &"f".repeat(64)] {
            assert_eq!(end(own, container), None);
        }
    }
}
