//! What every page reads: one copy of the world, filled by the first paint and kept by [`crate::live`].

use dioxus::prelude::*;
use model::Timestamp;
use model::live::{LiveChange, LiveEvent, LiveWorld};
use model::name::Username;
use model::refusal::{Refusal, RefusalCode};
use model::version::Revision;
use model::view::{InstanceView, SignedIn, Welcome};
use server_fns::{ApiError, account, live};

use crate::live::pause;
use crate::script::chance;
use crate::session;
use crate::sleep::sleep;

/// How the page is joined to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Link {
    /// The first connection is on its way; the first paint is fresh.
    Opening,
    Up,
    Down,
}

/// What stands in the place of the world for a visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Nobody is signed in, or somebody signs out.
    Closed,
    /// The browser showed a cookie; whether the page has its key is still to be found out.
    Opening,
    /// There was a session, and it is over.
    Ended,
}

/// What the first paint is drawn from. Both sides draw it from the same value, so they draw the same.
pub(crate) type Bootstrap = Result<(Welcome, Option<LiveEvent>), Refusal>;

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Live {
    /// `None` for a visitor who has not signed in.
    pub(crate) world: Signal<Option<LiveWorld>>,
    pub(crate) welcome: Signal<Welcome>,
    /// The server's time, a few seconds old at most.
    pub(crate) now: Signal<Timestamp>,
    /// Seconds since it was told, counted here.
    pub(crate) passed: Signal<i64>,
    pub(crate) link: Signal<Link>,
    /// What is shown while there is no world.
    pub(crate) door: Signal<Door>,
    revision: Signal<Revision>,
}

/// Whether a live event fitted what the page knew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Applied,
    /// Something was missed: only a new snapshot helps.
    Gap,
    SignedOut,
}

/// Everything that the first paint needs, in one go.
pub(crate) async fn bootstrap() -> Bootstrap {
    let welcome = account::welcome().await.map_err(|error| error.refusal)?;
    if welcome.me.is_none() {
        return Ok((welcome, None));
    }
    match live::snapshot().await {
        Ok(snapshot) => Ok((welcome, Some(snapshot))),
        // The session ended between the two questions.
        Err(error) if error.refusal.code == RefusalCode::Unauthenticated => Ok((Welcome { me: None, ..welcome }, None)),
        Err(error) => Err(error.refusal),
    }
}

impl Live {
    /// For the root alone; everything under it uses [`use_live`].
    pub(crate) fn provide(welcome: Welcome, first: Option<LiveEvent>) -> Self {
        let door = match first {
            Some(_) => Door::Ended,
            None if welcome.key_wanted => Door::Opening,
            None => Door::Closed,
        };
        use_context_provider(move || {
            let live = Self {
                world: Signal::new(None),
                now: Signal::new(welcome.now),
                passed: Signal::new(0),
                welcome: Signal::new(welcome),
                link: Signal::new(Link::Opening),
                door: Signal::new(door),
                revision: Signal::new(Revision::default()),
            };
            if let Some(first) = first {
                live.apply(first);
            }
            live
        })
    }

    /// Takes in what time it is.
    pub(crate) fn told(mut self, now: Timestamp) {
        self.now.set(now);
        self.passed.set(0);
    }

    pub(crate) fn apply(mut self, event: LiveEvent) -> Fit {
        match event {
            LiveEvent::Snapshot { revision, now, world } => {
                self.told(now);
                self.revision.set(revision);
                if self.world.peek().as_ref() != Some(&*world) {
                    self.world.set(Some(*world));
                }
                Fit::Applied
            }
            LiveEvent::Changed { from, .. } if from != *self.revision.peek() => Fit::Gap,
            LiveEvent::Changed { to, now, changes, .. } => {
                self.told(now);
                self.revision.set(to);
                // Writing wakes every reader, so a mere sign of life does not write.
                if !changes.is_empty()
                    && let Some(world) = self.world.write().as_mut()
                {
                    changes.into_iter().for_each(|change| world.apply(change));
                }
                Fit::Applied
            }
            LiveEvent::SignedOut => Fit::SignedOut,
        }
    }

    /// Takes up the session that begins with this answer.
    pub(crate) async fn begin(self, signed_in: SignedIn) -> Result<(), ApiError> {
        session::keep(&signed_in.session_key);
        self.enter().await
    }

    /// Fills the world with what the session's key opens.
    async fn enter(mut self) -> Result<(), ApiError> {
        let welcome = account::welcome().await?;
        let snapshot = live::snapshot().await?;
        self.welcome.set(welcome);
        self.link.set(Link::Opening);
        self.door.set(Door::Ended);
        self.apply(snapshot);
        Ok(())
    }

    /// Once the page is awake: the server drew it by the cookie at most, and the rest is opened by the key.
    pub(crate) async fn arrive(self) {
        let drawn = self.world.peek().is_some();
        let door = *self.door.peek();
        match (drawn, session::is_kept()) {
            // A browser without the key has a cookie that another page set, or one from before there were keys.
            (true, false) => self.leave(),
            (true, true) => {}
            (false, true) if door == Door::Opening => {
                let mut tries = 0;
                while let Err(error) = self.enter().await {
                    if error.refusal.code == RefusalCode::Unauthenticated {
                        return self.leave();
                    }
                    sleep(pause(tries, chance())).await;
                    tries += 1;
                }
            }
            (false, true) => self.leave(),
            (false, false) if door == Door::Opening => self.leave(),
            (false, false) => {}
        }
    }

    /// Forgets everything: the session is over.
    pub(crate) fn leave(mut self) {
        session::forget();
        if *self.door.peek() != Door::Closed || self.world.peek().is_none() {
            self.door.set(Door::Ended);
        }
        self.world.set(None);
        let mut welcome = self.welcome.write();
        welcome.me = None;
        welcome.sharing_host.clear();
    }

    /// That the session ends is what the person wants, so nothing needs to be said of it; `false` if it came to nothing.
    pub(crate) fn expects_to_leave(mut self, expects: bool) {
        self.door.set(if expects { Door::Closed } else { Door::Ended });
    }

    /// Takes in an instance that the server has just answered with, so that its page can be opened before
    /// the feed brings it. What the feed brought already is newer and stays.
    pub(crate) fn learn(mut self, view: InstanceView) {
        if let Some(world) = self.world.write().as_mut()
            && !world.instances.contains_key(&view.id)
        {
            world.apply(LiveChange::Instance(Box::new(view)));
        }
    }
}

pub(crate) fn use_live() -> Live {
    use_context::<Live>()
}

pub(crate) fn use_now() -> Signal<Timestamp> {
    use_live().now
}

/// The username of whoever looks.
pub(crate) fn use_me() -> Memo<Option<Username>> {
    use_world(|world: &LiveWorld| world.me.username.clone())
}

/// Whose the instance is, if it is not the viewer's own.
pub(crate) fn use_other_owner(view: &InstanceView) -> Option<Username> {
    let me = use_me();
    me().filter(|me| !view.is_of(me)).map(|_| view.owner.clone())
}

/// How the viewer is told the instance from another of its name.
pub(crate) fn use_called(view: &InstanceView) -> String {
    let me = use_me();
    me().map_or_else(|| view.name.to_string(), |me| view.called(&me))
}

/// A part of the world; the caller renders again only when that part changes. `None` once signed out.
/// What `pick` captures is fixed at the first render: give the component a key where that may change.
pub(crate) fn use_world<T: PartialEq + 'static>(pick: impl Fn(&LiveWorld) -> T + 'static) -> Memo<Option<T>> {
    let live = use_live();
    use_memo(move || live.world.read().as_ref().map(&pick))
}
