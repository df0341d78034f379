//! Ends a program in a container, whatever it is: nothing inside is asked to do it, because everything inside is the
//! instance's own.

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Engine, EngineError, limits};

/// Whether a program was ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    Ended,
    /// This node may not end processes of the engine's, or does not see them: it runs as another user, or elsewhere.
    NotOurs,
}

impl Engine {
    /// The engine ends whole containers only. Where this node may, it ends the process itself.
    pub async fn end(&self, exec: &str) -> Result<Ending, EngineError> {
        let docker = self.link().await?.docker;
        let found = self.within(limits::ASK, docker.inspect_exec(exec)).await?;
        if !found.running.unwrap_or_default() {
            return Ok(Ending::Ended);
        }
        let pid = found.pid.and_then(|pid| i32::try_from(pid).ok()).filter(|pid| *pid > 1);
        let (Some(pid), Some(container)) = (pid, found.container_id) else { return Ok(Ending::NotOurs) };
        let ended = tokio::task::spawn_blocking(move || end(pid, &container)).await;
        Ok(ended.unwrap_or(Ending::NotOurs))
    }
}

/// A number is given again once its process has ended, so it must be one of that very container now.
fn end(pid: i32, container: &str) -> Ending {
    let of = std::fs::read_to_string(format!("/proc/{pid}/cgroup"));
    if container.len() < 12 || !of.is_ok_and(|groups| groups.contains(container)) {
        return Ending::NotOurs;
    }
    match kill(Pid::from_raw(pid), Signal::SIGKILL) {
        Ok(()) | Err(Errno::ESRCH) => Ending::Ended,
        Err(_) => Ending::NotOurs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_process_of_that_container_is_ended() {
        let own = i32::try_from(std::process::id()).unwrap();
        for container in ["", "a", &"f".repeat(64)] {
            assert_eq!(end(own, container), Ending::NotOurs);
        }
    }
}
