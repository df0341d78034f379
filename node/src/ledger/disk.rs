//! Files that are either the old or the new one, whatever is cut off.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

/// Others may pass through, as an engine of another user's must to reach what containers are given, and look at nothing.
const MODE: u32 = 0o711;

pub(super) fn make_dir(dir: &Path) -> io::Result<()> {
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
pub(super) fn lock(dir: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Replaces the file in one step, and returns when content and name are on the disk.
pub(super) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let dir = file.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let new = file.with_extension("new");
    let mut written = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&new)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    std::fs::rename(&new, file)?;
    File::open(dir)?.sync_all()
}
