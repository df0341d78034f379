//! Where in the data directory the database is.

use std::io;
use std::path::{Path, PathBuf};

use super::error::OpenError;

pub(super) fn place(dir: &Path) -> PathBuf {
    dir.join("store")
}

pub(super) fn unusable(dir: &Path) -> impl Fn(io::Error) -> OpenError {
    let dir = dir.display().to_string();
    move |source| OpenError::Directory { dir: dir.clone(), source }
}
