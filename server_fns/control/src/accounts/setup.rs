//! The link with which the first person becomes the administrator.

use std::sync::{Mutex, PoisonError};

use crate::auth::secret::{self, Secret, SecretKind};

/// Kept in memory only: a restart makes another one, and what an old log shows opens nothing.
pub(crate) struct SetupLink {
    secret: Mutex<Option<Secret>>,
}

impl SetupLink {
    pub(crate) fn new(has_administrator: bool) -> Self {
        Self { secret: Mutex::new((!has_administrator).then(|| Secret::generate(SecretKind::SetUp))) }
    }

    pub(crate) fn token(&self) -> Option<String> {
        self.lock().as_ref().map(|secret| secret.expose().to_owned())
    }

    /// Compared as hashes, in a time that tells nothing about where they differ.
    pub(crate) fn opens(&self, text: &str) -> bool {
        self.lock().as_ref().is_some_and(|ours| secret::same_hash(&secret::hash(ours.expose()), &secret::hash(text)))
    }

    /// There is an administrator now.
    pub(crate) fn forget(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<Secret>> {
        self.secret.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
