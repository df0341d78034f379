//! Passwords: hashed with argon2id away from the async threads, and never more at once than there are
//! processors, because each computation takes 19 MiB and one of them whole.

mod common;
mod rule;

use std::sync::Arc;

use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use model::refusal::{Refusal, RefusalCode};
use tokio::sync::Semaphore;

pub use rule::check;

/// OWASP Password Storage Cheat Sheet, argon2id: 19 MiB of memory (in KiB), two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Computations that may wait for a processor; at some 50 ms each a person still gets an answer.
const MAX_WAITING: usize = 64;
/// Any salt costs the same time; nothing hashed with this one is kept.
const SALT_OF_NOBODY: [u8; 16] = [0; 16];

/// Hashes and verifies. Cheap to clone; the clones share one bound.
#[derive(Debug, Clone)]
pub struct Passwords {
    /// One for each computation that runs.
    processors: Arc<Semaphore>,
    /// One for each computation that runs or waits.
    places: Arc<Semaphore>,
}

impl Passwords {
    pub fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::bounded(processors, MAX_WAITING)
    }

    fn bounded(processors: usize, waiting: usize) -> Self {
        Self {
            processors: Arc::new(Semaphore::new(processors)),
            places: Arc::new(Semaphore::new(processors + waiting)),
        }
    }

    /// The PHC string to store.
    ///
    /// # Errors
    /// `RateLimited` when too many computations wait already.
    pub async fn hash(&self, password: String) -> Result<String, Refusal> {
        self.compute(move |argon2| Ok(argon2.hash_password(password.as_bytes())?.to_string())).await
    }

    /// Whether this is the password that `phc` was made from.
    ///
    /// # Errors
    /// `RateLimited` when too many computations wait already, `Internal` when `phc` is not a PHC string.
    pub async fn verify(&self, password: String, phc: String) -> Result<bool, Refusal> {
        self.compute(move |argon2| match argon2.verify_password(password.as_bytes(), phc.as_str()) {
            Ok(()) => Ok(true),
            Err(Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(error),
        })
        .await
    }

    /// Says no after the time that a real verification takes, so that the time of the answer does not tell
    /// whether there is such an account.
    ///
    /// # Errors
    /// As those of [`Passwords::verify`].
    pub async fn verify_nobody(&self, password: String) -> Result<bool, Refusal> {
        self.compute(move |argon2| {
            argon2.hash_password_with_salt(password.as_bytes(), &SALT_OF_NOBODY)?;
            Ok(false)
        })
        .await
    }

    async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce(Argon2<'static>) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Refusal> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| busy())?;
        let processor = Arc::clone(&self.processors).acquire_owned().await.map_err(|_| busy())?;
        let done = tokio::task::spawn_blocking(move || {
            // Both are held until the computation ends, even when nobody waits for it any more.
            let _held = (place, processor);
            work(argon2id()?)
        });
        match done.await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => Err(failed(&error)),
            Err(error) => Err(failed(&error)),
        }
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

/// The one answer for an unknown name and for a wrong password.
pub fn wrong_name_or_password() -> Refusal {
    Refusal::new(RefusalCode::Unauthenticated, "There is no such account with this password. Check both and try again.")
}

fn argon2id() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|_| Error::ParamsInvalid)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn busy() -> Refusal {
    Refusal::new(RefusalCode::RateLimited, "Too many people are signing in at this moment. Try again in a few seconds.")
}

fn failed(error: &dyn std::fmt::Display) -> Refusal {
    tracing::error!(%error, "a password could not be hashed or verified");
    Refusal::new(
        RefusalCode::Internal,
        "The server could not check the password. Nothing was changed; the server's log says why.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_verifies_its_own_password_only() {
        let passwords = Passwords::new();
        let phc = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(phc, passwords.hash("correct horse".to_owned()).await.unwrap(), "salts repeat");
        assert!(passwords.verify("correct horse".to_owned(), phc.clone()).await.unwrap());
        assert!(!passwords.verify("correct hors".to_owned(), phc).await.unwrap());
        assert!(!passwords.verify_nobody("correct horse".to_owned()).await.unwrap());
    }

    #[tokio::test]
    async fn a_broken_hash_is_our_fault_and_not_a_wrong_password() {
        let refusal = Passwords::new().verify("x".to_owned(), "not a hash".to_owned()).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Internal);
        assert!(!refusal.message.contains("not a hash"));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once_and_takes_again_afterwards() {
        let passwords = Passwords::bounded(1, 1);
        let running = Arc::clone(&passwords.processors).acquire_owned().await.unwrap();
        let place = Arc::clone(&passwords.places).acquire_owned().await.unwrap();
        let waiting = tokio::spawn({
            let passwords = passwords.clone();
            async move { passwords.hash("waits for the processor".to_owned()).await }
        });
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refusal = passwords.hash("one too many".to_owned()).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::RateLimited);
        drop((running, place));
        assert!(waiting.await.unwrap().is_ok());
        assert!(passwords.hash("there is room again".to_owned()).await.is_ok());
    }
}
