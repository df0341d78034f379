//! Every order in which the life of one instance on one node can go, with two operations and a few faults.
//!
//! States are told apart by everything that is in them. From each state in which both operations were asked for, the
//! faults also end, and it must heal.

use std::collections::HashSet;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hasher};

use crate::action::{Action, CrashPoint, Fault, OnEngine, OnLink, OnNode, OnServer, Request, Wish};
use crate::enabled;
use crate::heal::heal;
use crate::history::History;

/// A state, and what may still be done.
#[derive(Clone)]
struct Place {
    history: History,
    /// What the second operation will be; the first is a create.
    second: Wish,
    operations: u8,
    faults: u8,
    path: Option<std::sync::Arc<Past>>,
}

/// How a state was reached.
struct Past {
    action: Action,
    before: Option<std::sync::Arc<Past>>,
}

#[derive(Default)]
struct Found {
    states: usize,
    steps: usize,
    healed: usize,
}

impl Found {
    /// A long search shows that it goes on.
    #[expect(clippy::print_stderr, reason = "this is progress for a terminal")]
    fn tell(&self, second: Wish) {
        if self.states.is_multiple_of(50_000) && self.states > 0 {
            eprintln!("create and {second:?}: {} states, {} steps so far", self.states, self.steps);
        }
    }
}

/// Searches the whole space, and says how large it is or how a rule breaks.
pub fn report(faults: u8) -> Result<String, String> {
    let mut lines = Vec::new();
    for second in [Wish::Stop, Wish::Restart, Wish::Delete] {
        let found = search(second, faults)?;
        lines.push(format!(
            "create and {second:?}, up to {faults} faults: {} states, {} steps, {} healed, 0 violations",
            found.states, found.steps, found.healed
        ));
    }
    Ok(lines.join("\n"))
}

fn search(second: Wish, faults: u8) -> Result<Found, String> {
    let mut history = History::new(1, 1);
    history.play(Action::Node(0, OnNode::Start))?;
    heal(&mut history)?;
    let mut open = vec![Place { history, second, operations: 2, faults, path: None }];
    let mut known = HashSet::new();
    let mut found = Found::default();
    while let Some(place) = open.pop() {
        found.tell(second);
        for (action, fault) in place.choices() {
            let mut next = place.clone();
            next.path = Some(std::sync::Arc::new(Past { action, before: place.path.clone() }));
            next.faults -= u8::from(fault);
            next.operations -=
                u8::from(matches!(action, Action::People(Request::Create { .. } | Request::Wish { .. })));
            next.history.play(action).map_err(|why| next.tell(&why))?;
            found.steps += 1;
            if known.insert(next.digest()) {
                found.states += 1;
                if next.operations == 0 {
                    heal(&mut next.history.clone()).map_err(|why| next.tell(&why))?;
                    found.healed += 1;
                }
                open.push(next);
            }
        }
    }
    Ok(found)
}

impl Place {
    /// What can happen here, and whether it is a fault.
    fn choices(&self) -> Vec<(Action, bool)> {
        let (history, node) = (&self.history, &self.history.nodes[0]);
        let runs = history.server.running.is_some();
        let link = node.links.last();
        let mut plain: Vec<(Action, bool)> = enabled::work(history).into_iter().map(|action| (action, false)).collect();
        let wish = Action::People(Request::Wish { which: 0, wish: self.second });
        match self.operations {
            2 if runs => plain.push((Action::People(Request::Create { person: 0, name: 0 }), false)),
            1 if runs && !history.people.promised.is_empty() => plain.push((wish, false)),
            _ => {}
        }
        let worker = node.process.as_ref().and_then(|process| process.workers.keys().next().copied());
        let due = worker.is_some_and(|id| node.is_due(id, history.now));
        let mut faults = vec![
            (Action::Node(0, OnNode::Kill), node.process.is_some()),
            (Action::Link(0, OnLink::Cut), link.is_some_and(|link| link.node.is_some() && !link.cut)),
            (Action::Node(0, OnNode::Work(0, Fault::AnswerLost)), due),
            (Action::Node(0, OnNode::Work(0, Fault::CallLost)), due),
            (Action::Engine(0, OnEngine::Remove(0)), !node.engine.containers.is_empty()),
            (Action::Engine(0, OnEngine::Dies), node.engine.containers.values().any(|view| view.state.is_running())),
        ];
        for point in [CrashPoint::BeforeCommit, CrashPoint::Committed, CrashPoint::Answered, CrashPoint::Planned] {
            faults.push((Action::Server(OnServer::CrashAt(point)), runs && history.server.crash_at.is_none()));
        }
        let faults = faults.into_iter().filter(|(_, can)| *can && self.faults > 0).map(|(action, _)| (action, true));
        plain.into_iter().chain(faults).collect()
    }

    fn digest(&self) -> u64 {
        let mut digest = Digest(DefaultHasher::new());
        self.write(&mut digest).expect("a hasher takes everything");
        digest.0.finish()
    }

    /// All that what follows depends on. Timelines and rows that never change here are left out.
    fn write(&self, to: &mut Digest) -> fmt::Result {
        let History { server, nodes, people, memory, forged: _, now } = &self.history;
        write!(to, "{}{}{now:?}{people:?}{memory:?}", self.operations, self.faults)?;
        write!(to, "{:?}{:?}", server.stored.instances, server.stored.nodes)?;
        write!(to, "{:?}{:?}", server.crash_at, server.running.as_ref().map(|world| (&world.links, &world.published)))?;
        for node in nodes {
            write!(to, "{:?}{:?}{:?}", node.ledger, node.engine, node.process)?;
            node.links.iter().try_for_each(|link| link.write(to))?;
        }
        Ok(())
    }

    fn tell(&self, why: &str) -> String {
        let mut path = Vec::new();
        let mut at = self.path.as_ref();
        while let Some(past) = at {
            path.push(format!("  {:?}", past.action));
            at = past.before.as_ref();
        }
        path.reverse();
        format!("{}\nthen: {why}", path.join("\n"))
    }
}

struct Digest(DefaultHasher);

impl Write for Digest {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
