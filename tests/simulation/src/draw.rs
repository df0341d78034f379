//! Actions at random: mostly work, sometimes a fault.

use fastrand::Rng;
use model::verb::Verb;

use crate::action::{Action, CrashPoint, Fault, OnEngine, OnLink, OnNode, OnServer, Question, Request};
use crate::enabled;
use crate::history::History;

/// The next action: work that waits, a request, the passing of time, or one of `faults` in a hundred that goes wrong.
pub fn action(rng: &mut Rng, history: &History, faults: u8) -> Action {
    let nodes = u8::try_from(history.nodes.len()).unwrap_or(u8::MAX);
    let node = rng.u8(0..nodes.max(1));
    if rng.u8(0..100) < faults {
        return fault(rng, node);
    }
    let work = enabled::work(history);
    match rng.u8(0..100) {
        0..10 => Action::People(request(rng)),
        10..14 => Action::Pass(pick(rng, &[0, 1, 1, 2, 5, 9])),
        14..16 => Action::Node(node, OnNode::List),
        16..20 => Action::Node(node, OnNode::Heartbeat),
        _ if work.is_empty() => Action::Pass(1),
        _ => pick(rng, &work),
    }
}

fn fault(rng: &mut Rng, node: u8) -> Action {
    match rng.u8(0..100) {
        0..25 => Action::Link(node, on_link(rng)),
        25..50 => Action::Node(node, OnNode::Work(rng.u8(..), on_call(rng))),
        50..62 => Action::Node(node, on_node(rng)),
        62..80 => Action::Engine(node, on_engine(rng)),
        80..92 => Action::Server(on_server(rng)),
        92..98 => Action::Pass(pick(rng, &[16, 31, 61])),
        _ => Action::Jump(pick(rng, &[-24, -1, 1, 24])),
    }
}

fn request(rng: &mut Rng) -> Request {
    match rng.u8(0..10) {
        0..3 => Request::Create { person: rng.u8(..), name: rng.u8(0..3) },
        3..5 => Request::Repeat(rng.u8(..)),
        _ => {
            let wish = pick(rng, &[Verb::Start, Verb::Start, Verb::Stop, Verb::Restart, Verb::Delete, Verb::Forget]);
            Request::Wish { which: rng.u8(..), wish }
        }
    }
}

fn on_link(rng: &mut Rng) -> OnLink {
    pick(rng, &[OnLink::Cut, OnLink::Cut, OnLink::HalfOpen, OnLink::Replay, OnLink::Replay, OnLink::SecondMachine])
}

fn on_call(rng: &mut Rng) -> Fault {
    // Within the time for which a create without an answer stays in doubt.
    let late = Fault::Late(rng.u8(0..60));
    pick(rng, &[Fault::Refuses, Fault::AnswerLost, Fault::CallLost, late])
}

fn on_node(rng: &mut Rng) -> OnNode {
    match rng.u8(0..8) {
        0..2 => OnNode::Kill,
        2..4 => OnNode::LoseLedger,
        4..6 => OnNode::DiskRefuses,
        _ => OnNode::DiskRecovers,
    }
}

fn on_engine(rng: &mut Rng) -> OnEngine {
    match rng.u8(0..16) {
        0 => OnEngine::Hangs,
        1..5 => OnEngine::Recovers,
        5 => OnEngine::Dies,
        6..8 => OnEngine::Exit(rng.u8(..)),
        8 => OnEngine::Remove(rng.u8(..)),
        9 => OnEngine::TakePorts(rng.u8(..)),
        10 => OnEngine::FreePorts,
        11..13 => OnEngine::Deny(rng.u8(..), pick(rng, &[Question::Look, Question::List])),
        13 => OnEngine::Forge,
        14 => OnEngine::PowerOff(rng.u8(..)),
        _ => OnEngine::Reboot(rng.u8(..)),
    }
}

fn on_server(rng: &mut Rng) -> OnServer {
    let points = [CrashPoint::BeforeCommit, CrashPoint::Committed, CrashPoint::Answered, CrashPoint::Planned];
    match rng.u8(0..6) {
        0 => OnServer::Kill,
        1 => OnServer::RefuseCommit,
        _ => OnServer::CrashAt(pick(rng, &points)),
    }
}

fn pick<T: Copy>(rng: &mut Rng, all: &[T]) -> T {
    all[rng.usize(0..all.len())]
}
