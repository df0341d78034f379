//! What cleans up Docker on this machine by itself. To the engine a stopped instance is a stopped container like any
//! other, and a prune removes it with its files.

use std::path::{Path, PathBuf};

use super::check::{Fault, Outcome};

/// Where Linux looks for what it is to do at certain times.
pub(super) const PLACES: [&str; 8] = [
    "/etc/crontab",
    "/etc/cron.d",
    "/etc/cron.hourly",
    "/etc/cron.daily",
    "/etc/cron.weekly",
    "/etc/cron.monthly",
    "/var/spool/cron/crontabs",
    "/etc/systemd/system",
];

/// What spares instances, in the words of Docker.
const SPARED: &str = "--filter label!=dockhost.cluster";

pub(super) fn judge(files: &[(PathBuf, String)]) -> Outcome {
    let pruning: Vec<&Path> = files.iter().filter(|(_, text)| prunes(text)).map(|(path, _)| path.as_path()).collect();
    let Some(first) = pruning.first() else {
        return Outcome::Ok(format!("no timer that prunes Docker was found; by hand, spare instances with {SPARED}"));
    };
    Outcome::Warned(Fault::new(
        format!("{} prunes Docker, which removes every stopped instance with its files.", first.display()),
        format!("Add {SPARED} to each `docker container prune` and `docker system prune` in it."),
    ))
}

/// Whether a line runs a prune that takes stopped containers and does not spare ours.
fn prunes(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim_start();
        let takes = ["container prune", "system prune"].iter().any(|prune| line.contains(prune));
        takes && line.contains("docker") && !line.starts_with('#') && !line.contains("label!=dockhost.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Outcome {
        judge(&[(PathBuf::from("/etc/crontab"), String::new()), (PathBuf::from("/etc/cron.d/clean"), text.to_owned())])
    }

    #[test]
    fn a_timer_that_would_remove_stopped_instances_is_named() {
        for text in [
            "0 3 * * * root docker system prune -af\n",
            "[Service]\nExecStart=/usr/bin/docker container prune -f\n",
            "#!/bin/sh\n  docker container prune --force --filter until=24h\n",
        ] {
            let Outcome::Warned(fault) = judged(text) else { panic!("{text}") };
            assert!(fault.wrong.contains("/etc/cron.d/clean") && fault.advice.contains(SPARED), "{fault:?}");
        }
    }

    #[test]
    fn what_leaves_containers_alone_is_in_order() {
        for text in [
            "",
            "# docker system prune -af\n",
            "0 3 * * * root docker image prune -af\n",
            "0 3 * * * root docker builder prune -f\n",
            "0 3 * * * root docker system prune -af --filter 'label!=dockhost.cluster'\n",
            "0 3 * * * root podman container prune -f\n",
        ] {
            assert!(matches!(judged(text), Outcome::Ok(_)), "{text}");
        }
    }
}
