//! Requests that wait together.

use model::answer::Answer;
use model::node::{Availability, NodeFacts};
use model::refusal::RefusalCode;
use model::request::{RegisterNode, Settings, SignUp};
use model::version::{Epoch, Era, Generation};
use planner::actor::{Actor, Via};
use planner::channel::{ChannelAnswer, ChannelEvent, Introduction};
use planner::command::people::{Admission, Newcomer};
use planner::command::{Asker, Command};
use tokio::sync::oneshot;

use super::super::request::Reply;
use super::*;
use crate::store::Location;

type Said<T> = oneshot::Receiver<Result<T, model::refusal::Refusal>>;

fn run<F: Future<Output = ()> + Send + 'static>(test: F) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime =
        builder.worker_threads(2).thread_stack_size(crate::limits::WORKER_STACK).enable_all().build().unwrap();
    runtime.block_on(async { tokio::spawn(test).await.unwrap() });
}

async fn task() -> (Loop, Orchestrator) {
    task_at(&Location::Memory).await
}

async fn task_at(location: &Location) -> (Loop, Orchestrator) {
    let store = Store::open(location, Settings::default()).await.unwrap();
    let world = store.load(Instant::default()).await.unwrap();
    let authority = Arc::new(Authority::new(&world.identity.secret).unwrap());
    Loop::new(store, world, Clock::start(), authority)
}

fn command(asker: Asker, command: Command) -> (Request, Said<Answer>) {
    let (to, said) = oneshot::channel();
    (Request::Command { asker, command: Box::new(command), key: None, reply: Reply::new(to) }, said)
}

fn sign_up(name: &str) -> (Request, Said<Answer>) {
    let asked = SignUp { username: name.into(), email: format!("{name}@example.org"), ..SignUp::default() };
    let admission = if name == "ada" { Admission::Setup } else { Admission::None };
    let newcomer = Newcomer::read(&asked).unwrap();
    command(Asker::Stranger, Command::SignUp { newcomer, admission, password_hash: String::new() })
}

fn channel(node: NodeId, event: ChannelEvent) -> (Request, Said<ChannelAnswer>) {
    let (to, said) = oneshot::channel();
    (Request::Channel { node, event: Box::new(event), reply: Reply::new(to) }, said)
}

fn hello(facts: NodeFacts) -> ChannelEvent {
    let hello = Introduction {
        machine: "machine".into(),
        cluster: None,
        era: Era::default(),
        generation: Generation::default(),
        features: Default::default(),
        facts,
        peer_address: String::new(),
    };
    ChannelEvent::Hello { key_hash: "key".into(), hello }
}

/// `ada`'s node, which has not connected.
async fn registered(task: &mut Loop) -> NodeId {
    task.carry_out(vec![sign_up("ada").0]).await;
    let ada = Actor::new(task.world.people.values().next().unwrap(), Via::Console);
    let asked = RegisterNode { name: "lab-1".into(), ..RegisterNode::default() };
    let (key_hash, code_hash) = ("key".into(), "code".into());
    let (asked, mut said) = command(Asker::Person(ada), Command::RegisterNode { asked, key_hash, code_hash });
    task.carry_out(vec![asked]).await;
    let answer = said.try_recv().unwrap().unwrap();
    let Answer::Node(node) = answer else { panic!("a node was answered with {answer:?}") };
    node
}

#[test]
fn requests_that_wait_together_are_one_transaction_and_each_knows_of_those_before() {
    run(async {
        let (mut task, shown) = task().await;
        let (requests, mut said): (Vec<_>, Vec<_>) = ["ada", "bob", "ada", "eve"].map(sign_up).into_iter().unzip();
        let before = task.store.commits();
        task.carry_out(requests).await;
        assert_eq!(task.store.commits(), before + 1);
        let said: Vec<_> = said.iter_mut().map(|said| said.try_recv().unwrap().is_ok()).collect();
        assert_eq!(said, [true, true, false, true], "the second of one name is refused");
        assert_eq!(shown.world().people.len(), 3);
        let stored = task.store.load(Instant::default()).await.unwrap();
        assert_eq!(stored.people, task.world.people);
    });
}

#[test]
fn one_that_cannot_be_written_is_refused_alone() {
    run(async {
        let (mut task, shown) = task().await;
        let node = registered(&mut task).await;
        let (first, mut bob) = sign_up("bob");
        let unfit = NodeFacts { memory_total_bytes: u64::MAX, ..NodeFacts::default() };
        let (second, mut refused) = channel(node, hello(unfit));
        let (third, mut again) = sign_up("bob");
        let (fourth, mut eve) = sign_up("eve");
        task.carry_out(vec![first, second, third, fourth]).await;
        assert!(bob.try_recv().unwrap().is_ok() && eve.try_recv().unwrap().is_ok());
        assert!(refused.try_recv().unwrap().is_err() && again.try_recv().unwrap().is_err());
        let stored = task.store.load(Instant::default()).await.unwrap();
        assert_eq!((stored.people, stored.nodes), (task.world.people.clone(), task.world.nodes.clone()));
        assert_eq!((task.world.people.len(), task.world.links.len()), (3, 0));
        assert_eq!(shown.world().people.len(), 3);
    });
}

#[test]
fn while_the_last_write_is_in_doubt_nobody_is_told_that_a_row_is_so_already() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let (mut task, _shown) = task_at(&Location::Directory(dir.path().join("data"))).await;
        let node = registered(&mut task).await;
        let ada = Asker::Person(Actor::new(task.world.people.values().next().unwrap(), Via::Console));
        let before = task.world.clone();
        let (cordon, _lost) = command(ada.clone(), Command::CordonNode { id: node });
        task.carry_out(vec![cordon]).await;
        // The disk was full for a moment: nobody knows whether it was written, and it was.
        task.world = before;
        task.store.doubt();

        let (uncordon, mut said) = command(ada, Command::UncordonNode { id: node });
        task.carry_out(vec![uncordon]).await;
        assert!(said.try_recv().unwrap().is_ok());
        let stored = task.store.load(Instant::default()).await.unwrap();
        assert_eq!(stored.nodes[&node].availability, Availability::Open, "the acknowledged wish is lost");
        assert_eq!(stored.nodes, task.world.nodes);
    });
}

#[test]
fn what_may_be_on_disk_is_seen_also_where_nobody_asks() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let (mut task, shown) = task_at(&Location::Directory(dir.path().join("data"))).await;
        let node = registered(&mut task).await;
        let ada = Asker::Person(Actor::new(task.world.people.values().next().unwrap(), Via::Console));
        let before = task.world.clone();
        task.carry_out(vec![command(ada, Command::CordonNode { id: node }).0]).await;
        task.world = before;
        task.store.doubt();
        task.look_after().await;
        assert_eq!(shown.world().nodes[&node].availability, Availability::Cordoned);
    });
}

#[test]
fn as_long_as_it_stays_in_doubt_commands_are_refused_and_heartbeats_heard() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let (mut task, _shown) = task_at(&Location::Directory(data.clone())).await;
        let node = registered(&mut task).await;
        task.carry_out(vec![channel(node, hello(NodeFacts::default())).0]).await;
        let ada = Asker::Person(Actor::new(task.world.people.values().next().unwrap(), Via::Console));
        task.store.doubt();
        // It cannot be opened anew.
        std::fs::rename(&data, dir.path().join("away")).unwrap();
        std::fs::write(&data, "").unwrap();

        let (first, mut one) = command(ada.clone(), Command::UncordonNode { id: node });
        let facts = NodeFacts::default();
        let event = ChannelEvent::Heartbeat { epoch: Epoch(1), facts, round_trip: None, here: None, there: None };
        let (second, mut beat) = channel(node, event);
        let (third, mut other) = command(ada, Command::CordonNode { id: node });
        let event = ChannelEvent::Report { epoch: Epoch(1), instances: Vec::new(), strangers: Vec::new() };
        let (fourth, mut report) = channel(node, event);
        task.carry_out(vec![first, second, third, fourth]).await;
        for said in [&mut one, &mut other] {
            assert_eq!(said.try_recv().unwrap().unwrap_err().code, RefusalCode::Unavailable);
        }
        assert_eq!(report.try_recv().unwrap().unwrap_err().code, RefusalCode::Unavailable, "its node tells it again");
        assert!(matches!(beat.try_recv().unwrap(), Ok(ChannelAnswer::Beat(_))));
        // Nobody waits for what was tried a moment ago.
        assert!(matches!(task.store.become_certain().await, Err(StoreError::Resting)));
        assert!(task.ready().await.is_err());

        std::fs::remove_file(&data).unwrap();
        std::fs::rename(dir.path().join("away"), &data).unwrap();
        tokio::time::sleep_until(task.store.certain_from().unwrap()).await;
        assert!(task.store.become_certain().await.unwrap() && task.ready().await.is_ok());
    });
}

#[test]
fn a_heartbeat_wakes_nobody_unless_something_is_decided_by_it() {
    run(async {
        let (mut task, shown) = task().await;
        let node = registered(&mut task).await;
        let (request, mut said) = channel(node, hello(NodeFacts::default()));
        task.carry_out(vec![request]).await;
        assert_eq!(said.try_recv().unwrap(), Ok(ChannelAnswer::Welcome(Epoch(1))));
        task.look_after().await;

        let mut worlds = shown.watch();
        worlds.borrow_and_update();
        let beat = |facts: NodeFacts| {
            let event = ChannelEvent::Heartbeat { epoch: Epoch(1), facts, round_trip: None, here: None, there: None };
            channel(node, event)
        };
        let busy = NodeFacts { cpu_percent: 99.0, ..NodeFacts::default() };
        let (request, mut said) = beat(busy.clone());
        task.carry_out(vec![request]).await;
        assert!(matches!(said.try_recv().unwrap(), Ok(ChannelAnswer::Beat(_))));
        assert!(!task.stirred, "the nodes are looked after for nothing");
        let at_once = std::time::Duration::ZERO;
        assert!(tokio::time::timeout(at_once, worlds.changed()).await.is_err(), "everybody was woken");
        let known = worlds.borrow();
        assert_eq!(known.telemetry.of(node).unwrap().facts.cpu_percent, 99.0, "what is read knows of it");
        assert!(tokio::time::timeout(at_once, worlds.changed_or_heard(tokio::time::Instant::now())).await.is_ok());

        let (request, _said) = beat(NodeFacts { cpus: 8, ..busy });
        task.carry_out(vec![request]).await;
        assert!(task.stirred && tokio::time::timeout(at_once, worlds.changed()).await.is_ok());
    });
}
