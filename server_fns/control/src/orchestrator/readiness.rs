//! Whether the database answers, asked once for everybody who wants to know: strangers may, and each question is one of the
//! writer's.

use std::sync::Arc;

use model::refusal::Refusal;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::slow;
use crate::limits;

type Answer = Result<(), Refusal>;

#[derive(Debug, Clone, Default)]
pub(super) struct Readiness {
    last: Arc<Mutex<Option<(Instant, Answer)>>>,
}

impl Readiness {
    /// The last answer if it is young, or the one that is on its way, or else `ask`.
    pub(super) async fn of(&self, ask: impl Future<Output = Answer>) -> Answer {
        let Ok(mut last) = timeout(limits::ANSWER, self.last.lock()).await else { return Err(slow()) };
        if let Some((_, answer)) = last.as_ref().filter(|(at, _)| at.elapsed() < limits::READY_FOR) {
            return answer.clone();
        }
        let answer = ask.await;
        *last = Some((Instant::now(), answer.clone()));
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn a_thousand_questions_are_one() {
        let (readiness, asked) = (Readiness::default(), Arc::new(AtomicUsize::new(0)));
        let ask = || {
            let asked = Arc::clone(&asked);
            async move {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(limits::READY_FOR / 10).await;
                Err(slow())
            }
        };
        let all: Vec<_> = (0..1_000)
            .map(|_| {
                let (readiness, ask) = (readiness.clone(), ask());
                tokio::spawn(async move { readiness.of(ask).await })
            })
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap(), Err(slow()));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        tokio::time::sleep(limits::READY_FOR).await;
        assert_eq!(readiness.of(async { Ok(()) }).await, Ok(()), "later it is asked again");
    }
}
