//! Files that are either the old or the new one, whatever is cut off.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use crash::crash_at;

/// Others may pass through, as an engine of another user's must to reach what containers are given, and look at nothing.
const MODE: u32 = 0o711;

pub(crate) fn make_dir(dir: &Path) -> io::Result<()> {
    let is_new = !dir.try_exists()?;
    DirBuilder::new().recursive(true).create(dir)?;
    let mode = std::fs::metadata(dir)?.permissions().mode() & 0o777;
    let wanted = if is_new { MODE } else { mode & MODE };
    // It may be another user's, who lets this one write.
    if mode != wanted
        && let Err(error) = std::fs::set_permissions(dir, Permissions::from_mode(wanted))
    {
        tracing::warn!(dir = %dir.display(), %error, "others can look into the data directory: chmod go-rw it");
    }
    Ok(())
}

/// `None` if another process holds it. The lock ends with the process, however that ends.
pub(crate) fn lock(dir: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Replaces the file in one step, and returns when content and name are on the disk. The new one is made beside it, because
/// its folder may be mounted.
pub(crate) fn replace(file: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let dir = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let new = new(file)?;
    let mut written = OpenOptions::new().create(true).truncate(true).write(true).mode(mode).open(&new)?;
    // The process may run with a tighter umask than sshd in a container can read through.
    written.set_permissions(Permissions::from_mode(mode))?;
    written.write_all(bytes)?;
    written.sync_all()?;
    crash_at!("replacing");
    std::fs::rename(&new, file)?;
    crash_at!("replaced");
    File::open(dir)?.sync_all()
}

/// What is left of a write that was cut off. The next one writes over it.
fn new(file: &Path) -> io::Result<PathBuf> {
    let mut name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".new");
    Ok(file.with_file_name(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_old_or_the_new_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("key.pub");
        replace(&file, b"old", 0o644).unwrap();
        // As a power cut leaves it in the middle of a write.
        std::fs::write(new(&file).unwrap(), "ne").unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"old");
        replace(&file, b"new", 0o600).unwrap();
        assert_eq!(std::fs::read(&file).unwrap(), b"new");
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
