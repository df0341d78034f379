//! What a container of an instance sees in `/run/dockhost`: its host key and who may log in.
//!
//! They live on the node, outside every root filesystem, so the host key survives a rebuild and a change of keys
//! reaches a running instance without a command being run in it. Names are made of the typed id alone.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use model::id::InstanceId;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{HashAlg, LineEnding, PrivateKey, PublicKey};

const AUTHORIZED_KEYS: &str = "authorized_keys";
const HOST_KEY: &str = "ssh_host_ed25519_key";
const HOST_KEY_PUBLIC: &str = "ssh_host_ed25519_key.pub";

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

    /// Brings the folder up to date and returns it. The host key is made on the first call and never again.
    /// A line that is no plain public key is left out: options such as `command=` are the server's to refuse,
    /// and are refused here too.
    pub fn write(&self, instance: InstanceId, authorized_keys: &[String]) -> io::Result<PathBuf> {
        make_dir(&self.root, 0o711)?;
        let dir = self.dir(instance);
        make_dir(&dir, 0o755)?;
        if !dir.join(HOST_KEY).try_exists()? {
            make_host_key(instance, &dir)?;
        }
        let lines = plain_keys(instance, authorized_keys);
        let unchanged = std::fs::read_to_string(dir.join(AUTHORIZED_KEYS)).is_ok_and(|old| old == lines);
        if !unchanged {
            replace(&dir, AUTHORIZED_KEYS, lines.as_bytes(), 0o644)?;
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

/// The private half is written last: while it is missing the pair is made anew.
fn make_host_key(instance: InstanceId, dir: &Path) -> io::Result<()> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
    let pair = KeypairData::Ed25519(Ed25519Keypair::from_seed(&seed));
    let key = PrivateKey::new(pair, instance.to_string()).map_err(invalid)?;
    let public = key.public_key().to_openssh().map_err(invalid)? + "\n";
    let private = key.to_openssh(LineEnding::LF).map_err(invalid)?;
    replace(dir, HOST_KEY_PUBLIC, public.as_bytes(), 0o644)?;
    replace(dir, HOST_KEY, private.as_bytes(), 0o600)
}

fn invalid(error: ssh_key::Error) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, error)
}

fn make_dir(dir: &Path, mode: u32) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(mode).create(dir)?;
    // The process may run with a tighter umask than sshd in the container can read through.
    std::fs::set_permissions(dir, Permissions::from_mode(mode))
}

/// A reader sees the old content or the new one, also after a power cut. The new file is made in the same
/// directory, because that is what is mounted.
fn replace(dir: &Path, name: &str, content: &[u8], mode: u32) -> io::Result<()> {
    let part = dir.join(format!(".{name}.part"));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&part)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&part, dir.join(name))?;
    File::open(dir)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILM+rvN+ot98qgEN796jTiQfZfG1KaT0PtFDJ/XFSqti ada";

    fn files() -> (tempfile::TempDir, Files, InstanceId) {
        let data = tempfile::tempdir().unwrap();
        let files = Files::new(data.path());
        (data, files, InstanceId::from_bits(7))
    }

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_host_key_stays_and_the_keys_change() {
        let (_data, files, instance) = files();
        let dir = files.write(instance, &[]).unwrap();
        let (first, directory) = (files.fingerprint(instance).unwrap(), std::fs::metadata(&dir).unwrap());
        files.write(instance, &[KEY.to_owned()]).unwrap();
        assert_eq!(files.fingerprint(instance).unwrap(), first);
        assert_eq!(std::fs::read_to_string(dir.join(AUTHORIZED_KEYS)).unwrap(), format!("{KEY}\n"));
        use std::os::unix::fs::MetadataExt as _;
        assert_eq!(std::fs::metadata(&dir).unwrap().ino(), directory.ino(), "the mounted directory was replaced");
        assert_eq!((mode(&dir), mode(&dir.join(AUTHORIZED_KEYS)), mode(&dir.join(HOST_KEY))), (0o755, 0o644, 0o600));
    }

    #[test]
    fn the_host_key_is_the_one_that_is_announced() {
        let (_data, files, instance) = files();
        let dir = files.write(instance, &[]).unwrap();
        let key = PrivateKey::read_openssh_file(&dir.join(HOST_KEY)).unwrap();
        assert_eq!(key.fingerprint(HashAlg::Sha256).to_string(), files.fingerprint(instance).unwrap());
    }

    #[test]
    fn lines_with_options_or_garbage_are_left_out() {
        let (_data, files, instance) = files();
        let lines =
            [format!("command=\"/bin/sh\" {KEY}"), "ssh-ed25519 AAAA".to_owned(), String::new(), KEY.to_owned()];
        let dir = files.write(instance, &lines).unwrap();
        assert_eq!(std::fs::read_to_string(dir.join(AUTHORIZED_KEYS)).unwrap(), format!("{KEY}\n"));
    }

    #[test]
    fn dropping_is_repeatable_and_spares_others() {
        let (_data, files, instance) = files();
        let other = InstanceId::from_bits(8);
        files.write(instance, &[]).unwrap();
        files.write(other, &[]).unwrap();
        files.drop(instance).unwrap();
        files.drop(instance).unwrap();
        assert!(!files.dir(instance).exists() && files.dir(other).exists());
    }
}
