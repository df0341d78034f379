//! How long nothing has happened, where nobody says that it is over.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// The moment of the last datagram in either direction.
pub struct Quiet(Mutex<Instant>);

impl Quiet {
    pub fn since_now() -> Self {
        Self(Mutex::new(Instant::now()))
    }

    /// Something happened.
    pub fn broken(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Waits until nothing has happened for that long.
    pub async fn lasts(&self, idle: Duration) {
        loop {
            let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() >= idle {
                return;
            }
            sleep_until(last + idle).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn it_begins_anew_with_whatever_happens() {
        let quiet = Quiet::since_now();
        let begun = Instant::now();
        let noise = async {
            tokio::time::sleep(Duration::from_secs(7)).await;
            quiet.broken();
        };
        tokio::join!(noise, quiet.lasts(Duration::from_secs(10)));
        assert_eq!(begun.elapsed().as_secs(), 17);
    }
}
