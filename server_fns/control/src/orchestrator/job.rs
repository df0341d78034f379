//! A request on its way to the orchestrator and back.

use model::refusal::Refusal;
use planner::clock::Now;
use planner::command::Decision;
use planner::world::{Change, World};
use tokio::sync::oneshot;

/// The source of random bits that a decision may draw from.
pub(crate) type Draw<'a> = &'a mut dyn FnMut() -> u64;

pub(super) type Job = Box<dyn FnOnce(&World, Draw<'_>, Now) -> Option<Verdict> + Send>;

/// What a decision led to.
pub(super) struct Verdict {
    pub(super) changes: Vec<Change>,
    pub(super) asker: Box<dyn Asker + Send>,
}

/// Who waits for a decision.
pub(super) trait Asker {
    /// The changes are on disk: what is not stored is noted in the world.
    fn note(&mut self, world: &mut World, now: Now);
    /// Every reader can see the changes, or none of them was made.
    fn answer(self: Box<Self>, committed: Result<(), Refusal>);
}

struct Waiting<T, E, N> {
    answer: T,
    note: Option<N>,
    to: oneshot::Sender<Result<T, E>>,
}

impl<T, E: From<Refusal>, N: FnOnce(&mut World, &T, Now)> Asker for Waiting<T, E, N> {
    fn note(&mut self, world: &mut World, now: Now) {
        if let Some(note) = self.note.take() {
            note(world, &self.answer, now);
        }
    }

    fn answer(self: Box<Self>, committed: Result<(), Refusal>) {
        let Self { answer, note: _, to } = *self;
        // Nobody may be waiting any more; what was done stays done.
        let _ = to.send(committed.map(|()| answer).map_err(E::from));
    }
}

/// `decide` runs in the orchestrator; `note` after its changes were committed. A request whose asker has gone away
/// before its turn is not decided at all.
pub(super) fn job<T, E, D, N>(decide: D, note: N) -> (Job, oneshot::Receiver<Result<T, E>>)
where
    T: Send + 'static,
    E: From<Refusal> + Send + 'static,
    D: FnOnce(&World, Draw<'_>, Now) -> Result<Decision<T>, E> + Send + 'static,
    N: FnOnce(&mut World, &T, Now) + Send + 'static,
{
    let (to, receiver) = oneshot::channel();
    let job = move |world: &World, draw: Draw<'_>, now: Now| {
        if to.is_closed() {
            return None;
        }
        match decide(world, draw, now) {
            Ok(Decision { changes, answer }) => {
                Some(Verdict { changes, asker: Box::new(Waiting { answer, note: Some(note), to }) })
            }
            Err(refusal) => {
                let _ = to.send(Err(refusal));
                None
            }
        }
    };
    (Box::new(job), receiver)
}
