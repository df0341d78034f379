//! The hops on this machine: Docker, and the disk of the data directory.

use std::io::{Error, ErrorKind, Read as _};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use model::node::EngineState;
use nix::unistd::{AccessFlags, access};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::check::{Fault, Hop, Log, Outcome};
use super::engine::Door;
use super::{Subject, disk, engine, faults, prunes, rights};
use crate::docker::Engine;
use crate::handshake::able;
use crate::rights::Rights;

const SOCKET: Duration = Duration::from_secs(5);
const DISK: Duration = Duration::from_secs(5);
/// Files of one folder of timers that are looked at, and bytes of each.
const MAX_TIMERS: usize = 200;
const LONGEST_TIMER: u64 = 64 << 10;

pub(super) async fn look(subject: &Subject, log: &mut Log<'_>) {
    let path = subject.docker_socket.as_path();
    let socket =
        log.step(Hop::DockerSocket, Ok(()), async |()| Ok((engine::socket(path, &knock(path).await)?, ()))).await;
    let answers = async |()| {
        let docker = Engine::connect(path);
        let state = docker.check().await;
        let says = engine::engine(path, &state)?;
        Ok((says, (docker, state)))
    };
    let docker = log.step(Hop::Docker, socket, answers).await;
    match &docker {
        Ok((docker, state)) => {
            log.add(Hop::Systemd, Duration::ZERO, systemd(state));
            for outcome in faults::judge(&docker.components()) {
                log.add(Hop::KnownFaults, Duration::ZERO, outcome);
            }
        }
        Err(before) => {
            log.skip(Hop::Systemd, *before);
            log.skip(Hop::KnownFaults, *before);
        }
    }
    let networks = async |(docker, _): (Engine, EngineState)| Ok((engine::network(&docker.networks().await)?, ()));
    let _network = log.step(Hop::DockerNetwork, docker, networks).await;
    let begun = Instant::now();
    // Whoever may not read a place does not hear of it here.
    let timers = tokio::task::spawn_blocking(timers).await.unwrap_or_default();
    log.add(Hop::Prunes, begun.elapsed(), prunes::judge(&timers));
    let dir = subject.data_dir.clone();
    let _room = log.step(Hop::Disk, Ok(()), async |()| Ok((room(dir).await?, ()))).await;
    log.add(Hop::Rights, Duration::ZERO, rights::judge(Rights::of_this()));
}

/// Whether instances can have it as their init.
fn systemd(engine: &EngineState) -> Outcome {
    match able::without_systemd(engine) {
        None => Outcome::Ok("instances can have it as their first process".to_owned()),
        Some([wrong, advice]) => Outcome::Warned(Fault::new(
            format!(
                "Instances get a small init in place of systemd, so few services of a distribution start in them. {wrong}"
            ),
            advice,
        )),
    }
}

/// What stands in the files by which this machine does something at certain times.
fn timers() -> Vec<(PathBuf, String)> {
    let below = |place: &Path| -> Vec<PathBuf> {
        let listed = std::fs::read_dir(place).into_iter().flatten().flatten();
        let within: Vec<PathBuf> = listed.take(MAX_TIMERS).map(|entry| entry.path()).collect();
        if within.is_empty() { vec![place.to_owned()] } else { within }
    };
    let files = prunes::PLACES.iter().flat_map(|place| below(Path::new(place)));
    files.filter_map(|path| start_of(&path).map(|text| (path, text))).collect()
}

/// A pipe would have to be waited for, and nobody writes a long timer.
fn start_of(path: &Path) -> Option<String> {
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(LONGEST_TIMER).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

async fn knock(path: &Path) -> Door {
    match timeout(SOCKET, try_socket(path)).await {
        Ok(Ok(door)) => door,
        Ok(Err(error)) => error.into(),
        Err(_) => Error::from(ErrorKind::TimedOut).into(),
    }
}

async fn try_socket(path: &Path) -> Result<Door, Error> {
    if !tokio::fs::metadata(path).await?.file_type().is_socket() {
        return Ok(Door::NoSocket);
    }
    UnixStream::connect(path).await.map(|_| Door::Open)
}

async fn room(dir: PathBuf) -> super::check::Verdict {
    let of = dir.clone();
    let reading = tokio::task::spawn_blocking(move || {
        let nearest = existing(&of);
        match access(&nearest, AccessFlags::W_OK | AccessFlags::X_OK) {
            Ok(()) => Ok(crate::facts::disk(&nearest)),
            Err(why) => Err(rights::unwritable(&of, &nearest, why)),
        }
    });
    match timeout(DISK, reading).await {
        Ok(Ok(bytes)) => disk::judge(&dir, bytes?),
        Ok(Err(_)) | Err(_) => Err(disk::late(&dir)),
    }
}

/// The directory, or the nearest above it where the node has not made it yet, without symbolic links.
fn existing(dir: &Path) -> PathBuf {
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    absolute.ancestors().find_map(|path| path.canonicalize().ok()).unwrap_or(absolute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_is_not_made_yet_is_on_the_disk_of_the_one_above() {
        let dir = tempfile::tempdir().unwrap();
        let real = dir.path().canonicalize().unwrap();
        assert_eq!(existing(&dir.path().join("a/b")), real);
        assert_eq!(existing(dir.path()), real);
    }
}
