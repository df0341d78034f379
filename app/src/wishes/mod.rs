//! What a person asked of instances in this tab, until it is so. It belongs to the tab and not to a page: whoever looks at
//! another page meanwhile is told all the same what became of it.

mod outcome;
mod words;

use std::collections::BTreeMap;

use dioxus::prelude::*;
use model::id::InstanceId;
use model::refusal::{Refusal, RefusalCode};
use model::verb::Verb;
use model::version::Generation;
use model::view::InstanceView;
use server_fns::{ApiError, instances};

use crate::parts::{Again, NoticeKind, Toasts, use_toasts};
use crate::route::Route;
use crate::state::{Live, use_live};

use outcome::{Outcome, Seen, outcome};

/// What is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Aim {
    Create,
    Verb(Verb),
}

/// How far a wish has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// The server is still to be asked.
    New,
    Asked,
    /// The server took it as this wish of the instance's.
    Granted(Generation),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish {
    aim: Aim,
    standing: Stage,
    /// As it is called, and the host ports that it has: what is gone cannot be looked up any more.
    name: String,
    ports: Vec<u16>,
    /// Its own page is to be left, because its end was taken just now.
    leave: bool,
}

impl Wish {
    const fn ends_it(&self) -> bool {
        matches!(self.aim, Aim::Verb(verb) if verb.loses())
    }
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Wishes {
    live: Live,
    toasts: Toasts,
    open: Signal<BTreeMap<InstanceId, Wish>>,
}

pub(crate) fn use_wishes() -> Wishes {
    use_context::<Wishes>()
}

impl Wishes {
    /// For the root alone, below [`Live`] and [`Toasts`]; everything under it uses [`use_wishes`].
    pub(crate) fn provide() -> Self {
        let (live, toasts) = (use_live(), use_toasts());
        use_context_provider(move || Self { live, toasts, open: Signal::new(BTreeMap::new()) })
    }

    /// Asks the server, unless it is still to answer to an earlier wish for this instance. The last wish counts.
    pub(crate) fn ask(mut self, id: InstanceId, verb: Verb) {
        let waits = self.open.peek().get(&id).is_some_and(|wish| !matches!(wish.standing, Stage::Granted(_)));
        let world = self.live.world.peek();
        let Some(view) = world.as_ref().and_then(|world| world.instances.get(&id)).filter(|_| !waits) else { return };
        let wish = self.of(Aim::Verb(verb), Stage::New, view);
        drop(world);
        self.toasts.forget(&id.to_string());
        self.open.write().insert(id, wish);
    }

    /// The server has just taken an instance that is to be made.
    pub(crate) fn made(mut self, view: &InstanceView) {
        let wish = self.of(Aim::Create, Stage::Granted(view.generation), view);
        self.open.write().insert(view.id, wish);
    }

    /// The verb that was pressed and that the live world does not show yet.
    pub(crate) fn unseen(self, view: &InstanceView) -> Option<Verb> {
        let open = self.open.read();
        let wish = open.get(&view.id)?;
        let Aim::Verb(verb) = wish.aim else { return None };
        let seen = matches!(wish.standing, Stage::Granted(generation) if view.generation >= generation);
        (!seen).then_some(verb)
    }

    /// The server's answer to a wish that it was asked.
    fn answered(mut self, id: InstanceId, answer: Result<Option<Generation>, Refusal>) {
        // A deletion may be done, and said, before its answer is here.
        let Some(mut wish) = self.open.peek().get(&id).cloned() else { return };
        match answer {
            Ok(generation) => {
                wish.standing = Stage::Granted(generation.unwrap_or_default());
                wish.leave = wish.ends_it();
                self.open.write().insert(id, wish);
            }
            Err(refusal) => {
                self.open.write().remove(&id);
                if refusal.code == RefusalCode::Unauthenticated {
                    return self.live.leave();
                }
                let passing = [RefusalCode::Unavailable, RefusalCode::Internal, RefusalCode::RateLimited];
                let verb = if let Aim::Verb(verb) = wish.aim { Some(verb) } else { None };
                let again = verb.filter(|_| passing.contains(&refusal.code));
                self.failed(id, &wish, &refusal.message, again);
            }
        }
    }

    fn failed(self, id: InstanceId, wish: &Wish, why: &str, again: Option<Verb>) {
        let again = again.map(|verb| Again::new(move || self.ask(id, verb)));
        self.toasts.say_of(id.to_string(), NoticeKind::Bad, words::failed(wish, why), again);
    }

    /// What is still to be asked, which from now on is asked.
    fn take_new(mut self) -> Vec<(InstanceId, Verb)> {
        let fresh = |(id, wish): (&InstanceId, &Wish)| match (wish.standing, wish.aim) {
            (Stage::New, Aim::Verb(verb)) => Some((*id, verb)),
            (Stage::New | Stage::Asked | Stage::Granted(_), _) => None,
        };
        let new: Vec<_> = self.open.read().iter().filter_map(fresh).collect();
        if !new.is_empty() {
            let mut open = self.open.write();
            for (id, _) in &new {
                if let Some(wish) = open.get_mut(id) {
                    wish.standing = Stage::Asked;
                }
            }
        }
        new
    }

    /// Says what has become so, and answers whether the page at that address is the page of something that is no more.
    fn settle(mut self, route: &Route) -> bool {
        let here = if let Route::Instance { id } | Route::Terminal { id } = route { Some(*id) } else { None };
        let mut gone = false;
        let world = self.live.world.read();
        let Some(world) = world.as_ref() else {
            // Whoever signs in next has asked for nothing.
            if !self.open.peek().is_empty() {
                self.open.write().clear();
            }
            self.toasts.forget_all();
            return false;
        };
        let told: Vec<_> = self
            .open
            .read()
            .iter()
            .filter_map(|(id, wish)| Some((*id, outcome(wish, world.instances.get(id).map(Seen::of).as_ref())?)))
            .collect();
        for (id, outcome) in told {
            let Some(wish) = self.open.write().remove(&id) else { continue };
            match outcome {
                Outcome::Done => {
                    gone |= wish.ends_it() && here == Some(id);
                    self.toasts.say_of(id.to_string(), NoticeKind::Good, words::done(&wish), None);
                }
                Outcome::Failed { why, again } => self.failed(id, &wish, &why, again),
                Outcome::Overtaken => {}
            }
        }
        let leaving: Vec<_> = self.open.read().iter().filter(|(_, wish)| wish.leave).map(|(id, _)| *id).collect();
        for id in leaving {
            let mut open = self.open.write();
            let Some(wish) = open.get_mut(&id) else { continue };
            wish.leave = false;
            if here == Some(id) {
                gone = true;
                self.toasts.say_of(id.to_string(), NoticeKind::Info, words::accepted(wish), None);
            }
        }
        gone
    }

    fn of(self, aim: Aim, standing: Stage, view: &InstanceView) -> Wish {
        let me = self.live.world.peek().as_ref().map(|world| world.me.username.clone());
        let name = me.map_or_else(|| view.name.to_string(), |me| view.called(&me));
        let ports = view.host_ports().into_iter().map(|port| port.0).collect();
        Wish { aim, standing, name, ports, leave: false }
    }
}

/// Asks what is to be asked and says what has become so. It is there as long as the tab is, so that neither ends with a page.
#[component]
pub(crate) fn Herald() -> Element {
    let wishes = use_wishes();
    let route = use_route::<Route>();
    // Effects run in a browser or a window only, never while the server draws.
    use_effect(move || {
        for (id, verb) in wishes.take_new() {
            spawn(async move {
                let answer = ask(id, verb).await;
                wishes.answered(id, answer.map_err(|error| error.refusal));
            });
        }
    });
    use_effect(use_reactive!(|route| {
        if wishes.settle(&route) {
            navigator().replace(Route::Instances {});
        }
    }));
    rsx! {}
}

/// Which wish of the instance's it became; `None` where the instance is gone with it.
async fn ask(id: InstanceId, verb: Verb) -> Result<Option<Generation>, ApiError> {
    let view = match verb {
        Verb::Start => instances::start(id).await?,
        Verb::Stop => instances::stop(id).await?,
        Verb::Restart => instances::restart(id).await?,
        Verb::Delete => instances::remove(id).await?,
        Verb::Forget => return instances::forget(id).await.map(|()| None),
    };
    Ok(Some(view.generation))
}
