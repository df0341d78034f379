//! The data directory is for its owner alone: whoever reads it can sign in as anybody, and is root on every instance.

use std::ffi::OsStr;
use std::fs::{DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use super::error::OpenError;
use super::place::{place, unusable};

/// What group and others may.
const OTHERS: u32 = 0o077;
/// What may lie in a folder that has no database yet: what a start that broke off left, and what every disk of its own has.
const OWN: [&str; 3] = ["lock", "admin.sock", "lost+found"];

/// Makes the folder if it is not there, and closes it to everybody else if it is ours.
///
/// # Errors
/// When that cannot be done, or would close a folder to those who have other things in it.
pub fn keep_private(dir: &Path) -> Result<(), OpenError> {
    let failed = unusable(dir);
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(&failed)?;
    let mode = std::fs::metadata(dir).map_err(&failed)?.mode();
    if mode & OTHERS == 0 {
        return Ok(());
    }
    let open = |why: &'static str| OpenError::Readable { dir: dir.display().to_string(), mode: mode & 0o7777, why };
    let own = |name: &OsStr| OWN.iter().any(|own| name == *own);
    let nothing_else = || {
        let content = std::fs::read_dir(dir).map_err(&failed)?;
        content.map(|entry| Ok(own(&entry.map_err(&failed)?.file_name()))).collect::<Result<Vec<_>, OpenError>>()
    };
    if !place(dir).exists() && nothing_else()?.contains(&false) {
        return Err(open("holds other things than DockHost's"));
    }
    close(dir, mode).map_err(|_| open("belongs to another user"))?;
    tracing::warn!(
        dir = %dir.display(),
        was = format!("{:o}", mode & 0o777),
        "other users of this machine could read the data directory, and with it every secret; now only its owner can. If there \
         are others here, give everybody new passwords, tokens and keys"
    );
    // What lies beside the database belongs to others of our programs, which know what is in their folders.
    close_content(dir, false).map_err(failed)
}

/// Closes what the engine has made, which sets rights of its own choice.
pub(super) fn close_store(dir: &Path) -> Result<(), OpenError> {
    close_content(&place(dir), true).map_err(unusable(dir))
}

fn close(path: &Path, mode: u32) -> io::Result<()> {
    std::fs::set_permissions(path, Permissions::from_mode(mode & 0o7700))
}

fn close_content(dir: &Path, deep: bool) -> io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        let found = std::fs::symlink_metadata(&path)?;
        if found.is_symlink() {
            continue;
        }
        if found.mode() & OTHERS != 0 {
            close(&path, found.mode())?;
        }
        if deep && found.is_dir() {
            close_content(&path, deep)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn a_new_folder_is_closed_whatever_the_umask() {
        let dir = tempfile::tempdir().unwrap();
        let new = dir.path().join("a/b");
        keep_private(&new).unwrap();
        assert_eq!(mode(&new), 0o700);
        keep_private(&new).unwrap();
    }

    #[test]
    fn an_earlier_versions_folder_is_closed_with_all_that_is_in_it() {
        let dir = tempfile::tempdir().unwrap();
        let wal = dir.path().join("store/wal");
        std::fs::create_dir_all(&wal).unwrap();
        for (path, bits) in [("lock", 0o644), ("store/wal/0.wal", 0o644), ("store/LOCK", 0o660)] {
            std::fs::write(dir.path().join(path), "x").unwrap();
            std::fs::set_permissions(dir.path().join(path), Permissions::from_mode(bits)).unwrap();
        }
        for path in [dir.path(), &dir.path().join("store"), &wal] {
            std::fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
        }
        keep_private(dir.path()).unwrap();
        close_store(dir.path()).unwrap();
        assert_eq!((mode(dir.path()), mode(&wal), mode(&wal.join("0.wal"))), (0o700, 0o700, 0o600));
        assert_eq!((mode(&dir.path().join("store/LOCK")), mode(&dir.path().join("lock"))), (0o600, 0o600));
    }

    #[test]
    fn a_disk_of_its_own_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("lost+found")).unwrap();
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
        keep_private(dir.path()).unwrap();
        assert_eq!(mode(dir.path()), 0o700);
    }

    #[test]
    fn a_folder_of_others_is_not_closed_to_them() {
        let dir = tempfile::tempdir().unwrap();
        // A folder that has one is not ours by that alone: `/var` does.
        std::fs::create_dir(dir.path().join("lock")).unwrap();
        std::fs::write(dir.path().join("theirs"), "x").unwrap();
        std::fs::set_permissions(dir.path(), Permissions::from_mode(0o1777)).unwrap();
        let refused = keep_private(dir.path()).unwrap_err().to_string();
        assert!(refused.contains("1777") && refused.contains("holds other things"), "{refused}");
        assert_eq!(mode(dir.path()), 0o777);
    }
}
