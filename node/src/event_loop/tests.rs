//! The loop with an engine that is away: what does not need one is done, and nothing is claimed.

use std::path::Path;

use agent::local::Memory;
use model::assignment::AssignedInstance;
use model::id::NodeId;
use model::observed::{InstanceReport, Observed, ProblemCode};
use model::port::PortBlock;
use model::version::{Era, Generation};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;
use crate::docker::Engine;
use crate::files::Files;
use crate::forward::Forwards;

const DEADLINE: Duration = Duration::from_secs(20);

async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    timeout(DEADLINE, work).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

struct Bench {
    events: mpsc::Sender<Event>,
    sent: mpsc::Receiver<Outgoing>,
    stands: watch::Receiver<Introduction>,
    task: JoinHandle<()>,
}

fn begin(dir: &Path) -> Bench {
    let tools = Tools {
        engine: Engine::connect(&dir.join("no-engine.sock")),
        builds: Arc::default(),
        forwards: Forwards::new("127.0.0.1".parse().unwrap()),
        files: Files::new(dir),
        stop_grace: Duration::ZERO,
        started: Instant::now(),
    };
    let (events, happened) = mpsc::channel(EVENTS);
    let (outbox, sent) = mpsc::channel(8);
    let (standing, stands) = watch::channel(Introduction::default());
    let (assigned, _) = watch::channel(None);
    let ends = Ends { events: events.clone(), outbox, standing, assigned };
    let ledger = Ledger::open(dir).unwrap();
    let (page, machine) = (ledger.page(), ledger.machine().to_owned());
    let node = EventLoop::new(tools, ledger, ends, None);
    // Whoever dials from now on says what the ledger holds, whether or not the loop runs yet.
    let told = stands.borrow().clone();
    let held = page.assignment.map(|held| (held.cluster, held.era, held.generation));
    assert_eq!(told.machine, machine);
    assert_eq!(told.cluster.map(|cluster| (cluster, told.era, told.generation)), held);
    Bench { events, sent, stands, task: tokio::spawn(node.run(happened)) }
}

impl Bench {
    async fn say(&self, said: FromChannel) {
        self.events.send(Event::Channel(said)).await.unwrap();
    }

    async fn welcome(&self, assignment: Assignment) {
        let (cluster, node) = (assignment.cluster, assignment.node);
        self.say(FromChannel::Welcomed { cluster, node, name: "lab-1".to_owned(), assignment }).await;
    }

    /// The first report about this instance that is as wanted.
    async fn report(&mut self, wanted: impl Fn(&InstanceReport) -> bool) -> (Generation, InstanceReport) {
        let found = async {
            loop {
                let outgoing = self.sent.recv().await.unwrap();
                if let Some(report) = outgoing.instances.into_iter().find(|report| wanted(report)) {
                    return (outgoing.assignment, report);
                }
            }
        };
        within("a report", found).await
    }

    async fn end(self) {
        self.events.send(Event::Shutdown).await.unwrap();
        within("the end of the loop", self.task).await.unwrap();
    }
}

fn assignment(generation: u64, instances: Vec<AssignedInstance>) -> Assignment {
    let (cluster, node) = (ClusterId::from_bits(1), NodeId::from_bits(2));
    Assignment { cluster, node, era: Era::default(), generation: Generation(generation), instances, kept: Vec::new() }
}

/// With three host ports that are free now.
async fn instance(bits: u64) -> AssignedInstance {
    AssignedInstance { host_ports: free_block().await, ..crate::sample::assigned(bits) }
}

async fn free_block() -> PortBlock {
    loop {
        let one = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let block = PortBlock::starting_at(one.local_addr().unwrap().port().min(65_000));
        drop(one);
        let mut free = true;
        for port in block.host_ports() {
            free &= TcpListener::bind(("127.0.0.1", port.0)).await.is_ok();
        }
        if free {
            return block;
        }
    }
}

fn is_away(report: &InstanceReport) -> bool {
    report.problem.as_ref().is_some_and(|problem| problem.code == ProblemCode::EngineAway)
}

#[tokio::test]
async fn an_engine_that_is_away_makes_unknown_and_never_absent() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = begin(dir.path());
    let assigned = instance(1).await;
    bench.welcome(assignment(3, vec![assigned.clone()])).await;
    let (generation, report) = bench.report(is_away).await;
    assert_eq!(generation, Generation(3), "the report tells which assignment stands in the ledger");
    assert!(matches!(report.observed, Observed::Unknown { .. }), "{report:?}");
    assert!(Files::new(dir.path()).dir(assigned.id).join("authorized_keys").exists());
    for port in assigned.host_ports.host_ports() {
        TcpStream::connect(("127.0.0.1", port.0)).await.expect("the host ports are held");
    }
    bench.end().await;
    assert_eq!(Ledger::open(dir.path()).unwrap().page().assignment, Some(assignment(3, vec![assigned])));
}

#[tokio::test]
async fn without_a_server_the_ledger_is_gone_on_with() {
    let dir = tempfile::tempdir().unwrap();
    let assigned = instance(1).await;
    let mut ledger = Ledger::open(dir.path()).unwrap();
    let memory = Memory { restarts_done: assigned.restarts, ..Memory::default() };
    let memories = [(assigned.id, memory)].into();
    ledger.write(Page { assignment: Some(assignment(5, vec![assigned.clone()])), memories }).await.unwrap();
    drop(ledger);
    let mut bench = begin(dir.path());
    within("the ledger", bench.stands.wait_for(|standing| standing.generation == Generation(5))).await.unwrap();
    let first = assigned.host_ports.first.0;
    let held = async {
        while TcpStream::connect(("127.0.0.1", first)).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    within("the host ports, without a server", held).await;
    bench.welcome(assignment(5, vec![assigned])).await;
    bench.report(is_away).await;
    bench.end().await;
}

#[tokio::test]
async fn a_lower_generation_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = begin(dir.path());
    let (old, new) = (instance(1).await, instance(2).await);
    bench.welcome(assignment(5, vec![new.clone()])).await;
    bench.say(FromChannel::Assigned(assignment(4, vec![old]))).await;
    let (generation, report) = bench.report(is_away).await;
    assert_eq!((generation, report.instance), (Generation(5), new.id));
    bench.end().await;
    assert_eq!(Ledger::open(dir.path()).unwrap().page().assignment, Some(assignment(5, vec![new])));
}

#[tokio::test]
async fn an_instance_that_leaves_gives_its_host_ports_to_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = begin(dir.path());
    let one = instance(1).await;
    bench.welcome(assignment(1, vec![one.clone()])).await;
    bench.report(is_away).await;
    let mut two = instance(2).await;
    two.host_ports = one.host_ports;
    bench.say(FromChannel::Assigned(assignment(2, vec![two.clone()]))).await;
    // With the ports taken it would say that instead.
    let (_, report) = bench.report(|report| report.instance == two.id && report.problem.is_some()).await;
    assert!(is_away(&report), "{report:?}");
    bench.end().await;
}

#[tokio::test]
async fn everything_is_told_anew_after_each_welcome() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = begin(dir.path());
    let wish = assignment(1, vec![instance(1).await]);
    for _ in 0..3 {
        bench.welcome(wish.clone()).await;
        bench.report(is_away).await;
        bench.say(FromChannel::Down).await;
    }
    bench.end().await;
}
