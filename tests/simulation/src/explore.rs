//! Every order in which the life of one instance on one node can go, with two operations and a few faults.
//!
//! States are told apart by everything in them that can matter later. From each state in which both operations were
//! asked for and no work waits, the faults also end, and it must heal.

use model::verb::Verb;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::action::{Action, CrashPoint, Fault, OnEngine, OnLink, OnNode, OnServer, Question, Request};
use crate::enabled;
use crate::heal::heal;
use crate::history::History;

/// A state, and what may still be done.
#[derive(Clone)]
struct Place {
    history: History,
    /// What the second operation will be; the first is a create.
    second: Verb,
    operations: u8,
    path: Option<Arc<Past>>,
}

/// How a state was reached.
struct Past {
    action: Action,
    before: Option<Arc<Past>>,
}

#[derive(Default)]
struct Found {
    states: usize,
    steps: usize,
    healed: usize,
}

/// Frames from the node that are under way at once. A report holds the newest of everything, so more of them under way
/// are older ones, which is what a single one can be too.
const UNDER_WAY: usize = 1;

/// Seconds after which a create without an answer takes effect. Time passes when the faults have ended.
const LATE: u8 = 20;

const CRASHES: [CrashPoint; 4] =
    [CrashPoint::BeforeCommit, CrashPoint::Committed, CrashPoint::Answered, CrashPoint::Planned];

impl Found {
    /// A state that was not seen before. Where no work waits any more, it must heal; every other state has a way to
    /// such a one, and each of its ways is gone.
    fn enter(&mut self, place: &Place) -> Result<(), String> {
        self.states += 1;
        self.tell(place.second);
        if place.operations == 0 && enabled::work(&place.history).is_empty() {
            heal(&mut place.history.clone()).map_err(|why| place.tell(&why))?;
            self.healed += 1;
        }
        Ok(())
    }

    /// A long search shows that it goes on.
    #[expect(clippy::print_stderr, reason = "this is progress for a terminal")]
    fn tell(&self, second: Verb) {
        if self.states.is_multiple_of(50_000) {
            eprintln!("create and {second:?}: {} states, {} steps so far", self.states, self.steps);
        }
    }
}

/// Searches the whole space, and says how large it is or how a rule breaks.
pub fn report(faults: u8) -> Result<String, String> {
    let mut lines = Vec::new();
    for second in [Verb::Stop, Verb::Restart, Verb::Delete] {
        let found = search(second, faults)?;
        lines.push(format!(
            "create and {second:?}, up to {faults} faults: {} states, {} steps, {} healed, 0 violations",
            found.states, found.steps, found.healed
        ));
    }
    Ok(lines.join("\n"))
}

/// First without faults, then with at most one, and so on: each state is left with as few faults behind it as there can
/// be, so that nothing is cut off by the number of faults, and none is left twice in one pass.
fn search(second: Verb, faults: u8) -> Result<Found, String> {
    let mut history = History::new(1, 1);
    history.play(Action::Node(0, OnNode::Start))?;
    heal(&mut history)?;
    let root = Place { history, second, operations: 2, path: None };
    let mut known: HashMap<u64, Known> = HashMap::new();
    let mut found = Found::default();
    for pass in 0..=faults {
        let mut open = vec![(root.clone(), 0)];
        while let Some((place, behind)) = open.pop() {
            for (next, fault) in place.nexts(behind < pass)? {
                let behind = behind + u8::from(fault);
                found.steps += 1;
                match known.entry(next.digest()) {
                    Entry::Vacant(new) => {
                        new.insert(Known { behind, pass });
                        found.enter(&next)?;
                    }
                    Entry::Occupied(mut old) if old.get().behind == behind && old.get().pass < pass => {
                        old.get_mut().pass = pass;
                    }
                    Entry::Occupied(_) => continue,
                }
                open.push((next, behind));
            }
        }
    }
    Ok(found)
}

/// A state that was reached.
struct Known {
    /// The fewest faults that lead to it.
    behind: u8,
    /// When it was left last.
    pass: u8,
}

impl Place {
    /// What can be next, and whether it takes a fault.
    fn nexts(&self, faulty: bool) -> Result<Vec<(Self, bool)>, String> {
        let mut all = Vec::new();
        for action in self.plain() {
            all.push((self.after(&[action])?, false));
            if faulty && self.history.server.running.is_some() {
                for point in CRASHES {
                    let next = self.after(&[Action::Server(OnServer::CrashAt(point)), action])?;
                    // What did not come to that point is no crash.
                    if next.history.server.running.is_none() {
                        all.push((next, true));
                    }
                }
            }
        }
        if faulty {
            for fault in self.faults() {
                all.push((self.after(&[fault])?, true));
            }
        }
        Ok(all)
    }

    fn after(&self, actions: &[Action]) -> Result<Self, String> {
        let mut next = self.clone();
        for action in actions {
            next.path = Some(Arc::new(Past { action: *action, before: next.path.take() }));
            next.operations -=
                u8::from(matches!(action, Action::People(Request::Create { .. } | Request::Wish { .. })));
            next.history.play(*action).map_err(|why| next.tell(&why))?;
        }
        Ok(next)
    }

    /// The work that waits, and the operations that nobody has asked for yet.
    fn plain(&self) -> Vec<Action> {
        let history = &self.history;
        let runs = history.server.running.is_some();
        let full = history.nodes[0].links.iter().any(|link| link.up.len() >= UNDER_WAY);
        let mut all = enabled::work(history);
        all.retain(|action| !(full && matches!(action, Action::Node(_, OnNode::Report))));
        if history.nodes[0].engine.denied.is_some() {
            all.push(Action::Engine(0, OnEngine::Recovers));
        }
        match self.operations {
            2 if runs => all.push(Action::People(Request::Create { person: 0, name: 0 })),
            1 if runs && !history.people.promised.is_empty() => {
                all.push(Action::People(Request::Wish { which: 0, wish: self.second }));
            }
            _ => {}
        }
        all
    }

    fn faults(&self) -> Vec<Action> {
        let (history, node) = (&self.history, &self.history.nodes[0]);
        let link = node.links.last();
        let worker = node.process.as_ref().and_then(|process| process.workers.keys().next().copied());
        let there = !node.engine.containers.is_empty();
        let due = worker.is_some_and(|id| node.is_due(id, history.now));
        [
            (Action::Server(OnServer::Kill), history.server.running.is_some()),
            (Action::Node(0, OnNode::Kill), node.process.is_some()),
            (Action::Link(0, OnLink::Cut), link.is_some_and(|link| link.node.is_some() && !link.cut)),
            (Action::Node(0, OnNode::Work(0, Fault::AnswerLost)), due),
            (Action::Node(0, OnNode::Work(0, Fault::CallLost)), due),
            (Action::Node(0, OnNode::Work(0, Fault::Late(LATE))), due),
            (Action::Node(0, OnNode::LoseLedger), node.process.is_some()),
            (Action::Engine(0, OnEngine::Remove(0)), there),
            (Action::Engine(0, OnEngine::Deny(0, Question::Look)), there && node.engine.denied.is_none()),
            (Action::Engine(0, OnEngine::Deny(0, Question::List)), there && node.engine.denied.is_none()),
            (Action::Engine(0, OnEngine::Dies), node.engine.containers.values().any(|view| view.state.is_running())),
        ]
        .into_iter()
        .filter_map(|(action, can)| can.then_some(action))
        .collect()
    }

    fn digest(&self) -> u64 {
        let mut text = String::new();
        self.write(&mut text).expect("a text takes everything");
        let mut digest = DefaultHasher::new();
        ["Epoch(", "Generation(", "1970-01-01T00:"]
            .into_iter()
            .fold(text, |text, kind| ranked(&text, kind))
            .hash(&mut digest);
        digest.finish()
    }

    /// All that what follows depends on. Timelines and rows that never change here are left out.
    fn write(&self, to: &mut String) -> fmt::Result {
        let History { server, nodes, people, memory, forged: _, now, played: _ } = &self.history;
        write!(to, "{}{now:?}{people:?}", self.operations)?;
        memory.write(people, to)?;
        write!(to, "{:?}{:?}", server.stored.instances, server.stored.nodes)?;
        write!(to, "{:?}", server.running.as_ref().map(|world| (&world.links, &world.telemetry, &world.published)))?;
        for node in nodes {
            write!(to, "{}{:?}{:?}{:?}{:?}", node.machine, node.ledger, node.disk.rows, node.engine, node.process)?;
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

/// The numbers behind that word by their rank alone: connections, wishes and starts are only ever compared, and the
/// next one is always above all that there are.
fn ranked(text: &str, kind: &str) -> String {
    let number = |part: &str| part.chars().take_while(|one| one.is_ascii_digit() || *one == ':').collect::<String>();
    let parts: Vec<&str> = text.split(kind).collect();
    let mut numbers: Vec<(usize, String)> =
        parts.iter().skip(1).map(|part| number(part)).map(|n| (n.len(), n)).collect();
    numbers.sort();
    numbers.dedup();
    let mut out = parts.first().copied().unwrap_or_default().to_owned();
    for part in parts.iter().skip(1) {
        let number = number(part);
        let rank = numbers.binary_search(&(number.len(), number.clone())).unwrap_or_default();
        out.push_str(kind);
        out.push_str(&rank.to_string());
        out.push_str(&part[number.len()..]);
    }
    out
}
