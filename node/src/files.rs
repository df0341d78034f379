//! The folder of an instance, which its container sees as `/run/dockhost`: its host key, who may log in, and what its row
//! says.
//!
//! They live on the node, outside every root filesystem, so the host key survives a rebuild and a change of keys
//! reaches a running instance without a command being run in it. Names are made of the typed id alone.

mod row;

use std::fs::{DirBuilder, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use model::assignment::{AssignedInstance, is_of_gateway};
use model::host_key::HostKey;
use model::id::InstanceId;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey};

use crate::disk::replace;
use crate::handshake;

const AUTHORIZED_KEYS: &str = "authorized_keys";
/// Who may be any user of the instance: the gateway, which says as whom somebody comes.
const GATEWAY_KEYS: &str = "gateway_keys";
const HOST_KEY: &str = "ssh_host_ed25519_key";
const HOST_KEY_PUBLIC: &str = "ssh_host_ed25519_key.pub";
const HOST_CERTIFICATE: &str = "ssh_host_ed25519_key-cert.pub";

/// The folder of all instances' files on this node.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
}

impl Files {
    pub fn new(data_dir: &Path) -> Self {
        // The engine takes absolute paths only.
        let data_dir = std::path::absolute(data_dir).unwrap_or_else(|_| data_dir.to_owned());
        Self { root: data_dir.join("instances") }
    }

    /// The folder that is mounted into the instance's container.
    pub fn dir(&self, instance: InstanceId) -> PathBuf {
        self.root.join(instance.to_string())
    }

    /// Brings the folder up to date and returns it. A line that is no plain public key is left out: options such as `command=` are the server's to refuse,
    /// and are refused here too.
    pub fn write(&self, assigned: &AssignedInstance) -> io::Result<PathBuf> {
        let dir = self.make(assigned.id)?;
        // Without a seed, the one that is here stays: the row was made again from the container.
        if !assigned.host_key.seed.is_empty() || !dir.join(HOST_KEY).try_exists()? {
            let key = host_key(assigned.id, &assigned.host_key)?;
            let public = key.public_key().to_openssh().map_err(invalid)? + "\n";
            // The private half is written last: the public one alone does not say that the pair is whole.
            if !holds(&dir, HOST_KEY_PUBLIC, &public) || !dir.join(HOST_KEY).try_exists()? {
                replace(&dir.join(HOST_KEY_PUBLIC), public.as_bytes(), 0o644)?;
                replace(&dir.join(HOST_KEY), key.to_openssh(LineEnding::LF).map_err(invalid)?.as_bytes(), 0o600)?;
            }
        }
        handshake::make(&dir)?;
        update(&dir, HOST_CERTIFICATE, &format!("{}\n", assigned.host_key.certificate))?;
        let keys = plain_keys(assigned.id, &assigned.authorized_keys);
        let of_gateway = keys.lines().filter(|line| is_of_gateway(line));
        update(&dir, GATEWAY_KEYS, &of_gateway.map(|line| format!("{line}\n")).collect::<String>())?;
        update(&dir, AUTHORIZED_KEYS, &keys)?;
        Ok(dir)
    }

    fn make(&self, instance: InstanceId) -> io::Result<PathBuf> {
        make_dir(&self.root, 0o711)?;
        let dir = self.dir(instance);
        let is_new = !dir.try_exists()?;
        make_dir(&dir, 0o755)?;
        if is_new {
            // Else a power cut may leave files in a folder that is not there.
            File::open(&self.root)?.sync_all()?;
        }
        Ok(dir)
    }

    /// Deletes everything kept for the instance. Nothing to delete is a success.
    pub fn drop(&self, instance: InstanceId) -> io::Result<()> {
        match std::fs::remove_dir_all(self.dir(instance)) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    /// `SHA256:…` of the instance's host key, as `ssh-keygen -l` prints it.
    pub fn fingerprint(&self, instance: InstanceId) -> io::Result<String> {
        let text = std::fs::read_to_string(self.dir(instance).join(HOST_KEY_PUBLIC))?;
        Ok(PublicKey::from_openssh(&text).map_err(invalid)?.fingerprint(HashAlg::Sha256).to_string())
    }
}

fn plain_keys(instance: InstanceId, lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        match PublicKey::from_openssh(line).and_then(|key| key.to_openssh()) {
            Ok(line) if !line.contains(['\n', '\r']) => {
                text.push_str(&line);
                text.push('\n');
            }
            Ok(_) => tracing::warn!(%instance, "left out an authorized key whose comment spans lines"),
            Err(error) => tracing::warn!(%instance, %error, "left out an authorized key that cannot be read"),
        }
    }
    text
}

fn host_key(instance: InstanceId, given: &HostKey) -> io::Result<PrivateKey> {
    let seed = hex::decode(&given.seed).ok().and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let no_seed =
        || io::Error::new(ErrorKind::InvalidData, "the host key that the server sent has no seed of 32 bytes");
    let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed.ok_or_else(no_seed)?));
    PrivateKey::new(pair, instance.to_string()).map_err(invalid)
}

fn holds(dir: &Path, name: &str, content: &str) -> bool {
    std::fs::read_to_string(dir.join(name)).is_ok_and(|old| old == content)
}

fn update(dir: &Path, name: &str, content: &str) -> io::Result<()> {
    if holds(dir, name, content) { Ok(()) } else { replace(&dir.join(name), content.as_bytes(), 0o644) }
}

fn invalid(error: ssh_key::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

fn make_dir(dir: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(mode).create(dir)?;
    // The process may run with a tighter umask than sshd in the container can read through.
    std::fs::set_permissions(dir, Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti ada";

    fn files() -> (tempfile::TempDir, Files, AssignedInstance) {
        let data = tempfile::tempdir().unwrap();
        let files = Files::new(data.path());
        (data, files, crate::sample::assigned(7))
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_host_key_stays_and_the_keys_change() {
        let (_data, files, mut assigned) = files();
        let dir = files.write(&assigned).unwrap();
        let (first, directory) = (files.fingerprint(assigned.id).unwrap(), std::fs::metadata(&dir).unwrap());
        assigned.authorized_keys = vec![KEY.to_owned()];
        files.write(&assigned).unwrap();
        assert_eq!(files.fingerprint(assigned.id).unwrap(), first);
        assert_eq!(std::fs::read_to_string(dir.join(AUTHORIZED_KEYS)).unwrap(), format!("{KEY}\n"));
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!(std::fs::metadata(&dir).unwrap().ino(), directory.ino(), "the mounted directory was replaced");
        assert_eq!((mode(&dir), mode(&dir.join(AUTHORIZED_KEYS)), mode(&dir.join(HOST_KEY))), (0o755, 0o644, 0o600));
    }

    #[test]
    fn the_host_key_is_the_one_that_was_given() {
        let (_data, files, mut assigned) = files();
        let dir = files.write(&assigned).unwrap();
        let read = || PrivateKey::read_openssh_file(dir.join(HOST_KEY)).unwrap().fingerprint(HashAlg::Sha256);
        assert_eq!(read().to_string(), files.fingerprint(assigned.id).unwrap());
        let before = read();
        Arc::make_mut(&mut assigned.host_key).seed = "22".repeat(32);
        files.write(&assigned).unwrap();
        assert_ne!(read(), before);
        let given = read();
        Arc::make_mut(&mut assigned.host_key).seed = String::new();
        files.write(&assigned).unwrap();
        assert_eq!(read(), given, "a row that was made again takes the key away");
        Arc::make_mut(&mut assigned.host_key).seed = "short".to_owned();
        assert!(files.write(&assigned).is_err());
    }

    #[test]
    fn lines_with_options_or_garbage_are_left_out() {
        let (_data, files, mut assigned) = files();
        assigned.authorized_keys =
            vec![format!("command=\"/bin/sh\" {KEY}"), "ssh-ed25519 AAAA".to_owned(), String::new(), KEY.to_owned()];
        let dir = files.write(&assigned).unwrap();
        assert_eq!(std::fs::read_to_string(dir.join(AUTHORIZED_KEYS)).unwrap(), format!("{KEY}\n"));
    }

    #[test]
    fn the_gateway_alone_may_be_any_user() {
        let (_data, files, mut assigned) = files();
        let gateway = KEY.replace(" ada", &format!(" {}", model::assignment::GATEWAY));
        assigned.authorized_keys = vec![KEY.to_owned(), gateway.clone()];
        let dir = files.write(&assigned).unwrap();
        let read = |name: &str| std::fs::read_to_string(dir.join(name)).unwrap();
        assert_eq!(read(GATEWAY_KEYS), format!("{gateway}\n"));
        assert_eq!(read(AUTHORIZED_KEYS), format!("{KEY}\n{gateway}\n"));
        assert_eq!(mode(&dir.join(GATEWAY_KEYS)), 0o644);
        assigned.authorized_keys.pop();
        files.write(&assigned).unwrap();
        assert_eq!(read(GATEWAY_KEYS), "", "a server without a gateway");
    }

    #[test]
    fn dropping_is_repeatable_and_spares_others() {
        let (_data, files, assigned) = files();
        let other = AssignedInstance { id: InstanceId::from_bits(8), ..assigned.clone() };
        files.write(&assigned).unwrap();
        files.write(&other).unwrap();
        files.drop(assigned.id).unwrap();
        files.drop(assigned.id).unwrap();
        assert!(!files.dir(assigned.id).exists() && files.dir(other.id).exists());
    }
}
