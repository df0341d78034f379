//! How a container was ended by its own programs: the image leaves a word for that (`images/*/end`).

use std::io::Read as _;

use bollard::query_parameters::DownloadFromContainerOptionsBuilder;
use futures_util::StreamExt as _;
use model::observed::OwnEnd;

use super::{Engine, EngineError, limits};

const FILE: &str = "/var/lib/dockhost/end";
/// Of an archive with one small file; whatever the instance made of it, no more is read.
const MAX_BYTES: usize = 16 << 10;

impl Engine {
    /// What a container that ended was asked for from inside; `None` if nothing says so.
    pub async fn own_end(&self, name: &str) -> Result<Option<OwnEnd>, EngineError> {
        let docker = self.link().await?.docker;
        let options = DownloadFromContainerOptionsBuilder::new().path(FILE).build();
        let mut archive = docker.download_from_container(name, Some(options));
        let mut bytes = Vec::new();
        let read = async {
            while bytes.len() < MAX_BYTES
                && let Some(more) = archive.next().await
            {
                bytes.extend_from_slice(&more?);
            }
            Ok(())
        };
        match self.within(limits::ASK, read).await {
            Ok(()) => Ok(word(&bytes)),
            Err(error @ (EngineError::Away(_) | EngineError::Hung(_))) => Err(error),
            // Without such a file, or with something in its place that the engine does not give: whatever an instance makes
            // of its files, it can be started.
            Err(_) => Ok(None),
        }
    }
}

/// Anything else than a small file with one of two words says nothing.
fn word(archive: &[u8]) -> Option<OwnEnd> {
    let mut archive = tar::Archive::new(archive);
    let mut entry = archive.entries().ok()?.next()?.ok()?;
    if !entry.header().entry_type().is_file() || entry.size() > 64 {
        return None;
    }
    let mut text = String::new();
    entry.read_to_string(&mut text).ok()?;
    match text.trim() {
        "poweroff" => Some(OwnEnd::PowerOff),
        "reboot" => Some(OwnEnd::Reboot),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(kind: tar::EntryType, text: &str) -> Vec<u8> {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_entry_type(kind);
        header.set_mode(0o644);
        let mut archive = tar::Builder::new(Vec::new());
        archive.append_data(&mut header, "end", text.as_bytes()).unwrap();
        archive.into_inner().unwrap()
    }

    #[test]
    fn two_words_count_and_nothing_else() {
        let file = |text: &str| word(&archive(tar::EntryType::Regular, text));
        assert_eq!((file("poweroff\n"), file("reboot")), (Some(OwnEnd::PowerOff), Some(OwnEnd::Reboot)));
        for other in ["", "halt", "reboot now", &"reboot\n".repeat(20)] {
            assert_eq!(file(other), None, "{other}");
        }
        assert_eq!(word(&archive(tar::EntryType::Symlink, "")), None);
        assert_eq!((word(b""), word(&[0x41; 700])), (None, None));
    }
}
