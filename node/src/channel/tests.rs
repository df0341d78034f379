//! Against a small server in the test.

use futures_util::{SinkExt as _, StreamExt as _};
use model::assignment::Assignment;
use model::feature::Features;
use model::id::NodeId;
use model::node::EngineState;
use model::stranger::Stranger;
use model::version::{Epoch, Era};
use protocol::codec::{decode, encode};
use protocol::limits::HEARTBEAT;
use protocol::{RefusedReason, ToNode, ToServer, VERSIONS};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_tungstenite::{WebSocketStream, accept_async, accept_hdr_async};

use super::*;

const DEADLINE: Duration = Duration::from_secs(20);
const EPOCH: Epoch = Epoch(4);

const QUICK: Timing = Timing {
    heartbeat: Duration::from_millis(20),
    lease: Duration::from_millis(400),
    greeting: Duration::from_secs(5),
    reconnect_first: Duration::from_millis(5),
    reconnect_most: Duration::from_millis(20),
    refused: Duration::from_millis(300),
};

struct Bench {
    listener: TcpListener,
    events: mpsc::Receiver<Event>,
    outbox: mpsc::Sender<Outgoing>,
    standing: watch::Sender<Introduction>,
    shutdown: CancellationToken,
    epochs: watch::Receiver<Option<Epoch>>,
    wishes: mpsc::Receiver<u16>,
    task: JoinHandle<()>,
}

async fn within<T>(what: &str, work: impl Future<Output = T>) -> T {
    timeout(DEADLINE, work).await.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

async fn bench() -> Bench {
    bench_with(QUICK).await
}

async fn bench_with(timing: Timing) -> Bench {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Address::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let (sender, events) = mpsc::channel(64);
    let (outbox, sent) = mpsc::channel(OUTBOX);
    let standing =
        Introduction { machine: "machine-1".to_owned(), generation: Generation(6), ..Introduction::default() };
    let (standing, stands) = watch::channel(standing);
    let shutdown = CancellationToken::new();
    let ((epoch, epochs), (wanted, wishes)) = (watch::channel(None), mpsc::channel(4));
    let channel = Channel {
        server,
        api_key: ApiKey::parse("dhn_key").unwrap(),
        timing,
        standing: stands,
        outbox: sent,
        events: sender,
        dials: Dials { epoch, wanted },
        meter: Meter::default(),
        shutdown: shutdown.clone(),
    };
    Bench { listener, events, outbox, standing, shutdown, epochs, wishes, task: tokio::spawn(channel.run()) }
}

type Peer = WebSocketStream<TcpStream>;

impl Bench {
    async fn accept(&self) -> Peer {
        let (stream, _) = within("a connection", self.listener.accept()).await.unwrap();
        within("a handshake", accept_async(stream)).await.unwrap()
    }

    /// Accepts and welcomes the node; gives what it said in its greeting.
    async fn welcome(&mut self) -> (Peer, protocol::Hello) {
        let mut peer = self.accept().await;
        let ToServer::Hello(hello) = receive(&mut peer).await else { panic!("the first frame is a hello") };
        let (cluster, node) = (ClusterId::from_bits(1), NodeId::from_bits(2));
        let assignment = Assignment {
            cluster,
            node,
            era: Era::default(),
            generation: Generation(7),
            instances: Vec::new(),
            kept: Vec::new(),
        };
        let name = "lab-1".to_owned();
        send(
            &mut peer,
            &ToNode::Welcome {
                epoch: EPOCH,
                cluster,
                node,
                name,
                assignment,
                version: VERSIONS.most,
                versions: Some(VERSIONS),
                features: Features::all(),
            },
        )
        .await;
        assert!(matches!(self.event().await, FromChannel::Welcomed { .. }));
        (peer, hello)
    }

    async fn event(&mut self) -> FromChannel {
        match within("an event", self.events.recv()).await {
            Some(Event::Channel(said)) => said,
            other => panic!("not from the channel: {other:?}"),
        }
    }
}

async fn receive(peer: &mut Peer) -> ToServer {
    let frame = within("a frame", peer.next()).await.unwrap().unwrap();
    decode(frame.to_text().unwrap()).unwrap()
}

async fn send(peer: &mut Peer, message: &ToNode) {
    peer.send(Message::text(encode(message).unwrap())).await.unwrap();
}

fn nothing_new() -> Outgoing {
    Outgoing {
        assignment: Generation(7),
        instances: Vec::new(),
        strangers: vec![Stranger { container: "dockhost-x".to_owned(), running: true, ..Stranger::default() }],
    }
}

#[tokio::test]
#[expect(clippy::result_large_err, reason = "the library gives the callback this type")]
async fn greets_with_its_key_and_what_it_knows() {
    let bench = bench().await;
    let (stream, _) = bench.listener.accept().await.unwrap();
    let mut heard = None;
    let mut peer = accept_hdr_async(stream, |request: &Request, response: Response| {
        heard = Some((request.uri().path().to_owned(), request.headers()["authorization"].clone()));
        Ok(response)
    })
    .await
    .unwrap();
    assert_eq!(heard.unwrap(), (protocol::PATH.to_owned(), "Bearer dhn_key".parse().unwrap()));
    let ToServer::Hello(hello) = receive(&mut peer).await else { panic!("the first frame is a hello") };
    assert_eq!((hello.machine.as_str(), hello.generation), ("machine-1", Generation(6)));
    assert_eq!((hello.version, hello.versions, hello.features), (1, Some(VERSIONS), Features::all()));
}

#[tokio::test]
async fn heartbeats_and_reports_carry_the_epoch() {
    let mut bench = bench().await;
    let (mut peer, _) = bench.welcome().await;
    let mut sequences = Vec::new();
    let mut heartbeats = 0;
    bench.outbox.send(nothing_new()).await.unwrap();
    bench.outbox.send(nothing_new()).await.unwrap();
    while heartbeats < 3 || sequences.len() < 2 {
        match receive(&mut peer).await {
            ToServer::Heartbeat { epoch, .. } => {
                assert_eq!(epoch, EPOCH);
                heartbeats += 1;
                send(&mut peer, &ToNode::Heard { epoch, heartbeat_ms: 0 }).await;
            }
            ToServer::Report(report) => {
                assert_eq!((report.epoch, report.strangers.len()), (EPOCH, 1));
                sequences.push(report.sequence);
            }
            ToServer::Hello(_) => panic!("a second hello"),
        }
    }
    assert!(sequences.is_sorted_by(|one, next| one < next), "{sequences:?}");
}

#[tokio::test]
async fn the_tunnel_is_told_the_epoch_and_how_many_sockets_are_wanted() {
    let mut bench = bench().await;
    let (mut peer, _) = bench.welcome().await;
    assert_eq!(*within("the epoch", bench.epochs.wait_for(Option::is_some)).await.unwrap(), Some(EPOCH));
    send(&mut peer, &ToNode::Dial { epoch: Epoch(EPOCH.0 + 1), sockets: 9 }).await;
    send(&mut peer, &ToNode::Dial { epoch: EPOCH, sockets: 3 }).await;
    assert_eq!(within("a wish", bench.wishes.recv()).await, Some(3));
    drop(peer);
    assert_eq!(*within("the end of the epoch", bench.epochs.wait_for(Option::is_none)).await.unwrap(), None);
}

#[tokio::test]
async fn an_engine_that_is_found_is_told_of_before_the_next_heartbeat() {
    let mut bench = bench_with(Timing { heartbeat: 10 * DEADLINE, lease: 20 * DEADLINE, ..QUICK }).await;
    let (mut peer, hello) = bench.welcome().await;
    assert_eq!(hello.facts.engine, EngineState::Unknown);
    let engine = EngineState::Up { version: "28.0".to_owned(), api: "1.48".to_owned() };
    bench.standing.send_modify(|standing| standing.facts.engine = engine.clone());
    let ToServer::Heartbeat { facts, .. } = receive(&mut peer).await else { panic!("the next frame is a heartbeat") };
    assert_eq!(facts.engine, engine);
}

#[tokio::test]
async fn dials_again_when_the_connection_is_cut() {
    let mut bench = bench().await;
    for _ in 0..3 {
        let (peer, _) = bench.welcome().await;
        drop(peer);
        assert_eq!(bench.event().await, FromChannel::Down);
    }
}

#[tokio::test]
async fn what_waited_for_another_connection_is_not_sent() {
    let mut bench = bench().await;
    let (peer, _) = bench.welcome().await;
    drop(peer);
    assert_eq!(bench.event().await, FromChannel::Down);
    bench.outbox.send(nothing_new()).await.unwrap();
    let (mut peer, _) = bench.welcome().await;
    for _ in 0..3 {
        assert!(matches!(receive(&mut peer).await, ToServer::Heartbeat { .. }));
        send(&mut peer, &ToNode::Heard { epoch: EPOCH, heartbeat_ms: 0 }).await;
    }
}

#[tokio::test]
async fn a_link_that_is_open_on_one_end_only_is_noticed() {
    let mut bench = bench().await;
    let begun = Instant::now();
    // The peer is kept: its end stays open and never says anything again.
    let (_silent, _) = bench.welcome().await;
    assert_eq!(bench.event().await, FromChannel::Down);
    assert!(begun.elapsed() >= QUICK.lease, "given up before the lease was over");
    bench.welcome().await;
}

#[tokio::test]
async fn an_answered_link_outlives_its_lease() {
    let mut bench = bench().await;
    let (mut peer, _) = bench.welcome().await;
    let begun = Instant::now();
    while begun.elapsed() < 2 * QUICK.lease {
        let heard = receive(&mut peer).await;
        assert!(matches!(heard, ToServer::Heartbeat { .. }), "{heard:?}");
        send(&mut peer, &ToNode::Heard { epoch: EPOCH, heartbeat_ms: 0 }).await;
    }
    assert!(bench.events.try_recv().is_err(), "the link was not lost");
}

#[tokio::test]
async fn a_server_with_many_nodes_is_heard_from_less_often() {
    let mut bench = bench().await;
    let (mut peer, _) = bench.welcome().await;
    receive(&mut peer).await;
    let heartbeat_ms = 6 * HEARTBEAT.as_millis() as u64;
    send(&mut peer, &ToNode::Heard { epoch: EPOCH, heartbeat_ms }).await;
    let mut pauses = Vec::new();
    // One may have been on its way.
    for _ in 0..3 {
        let begun = Instant::now();
        receive(&mut peer).await;
        pauses.push(begun.elapsed());
        send(&mut peer, &ToNode::Heard { epoch: EPOCH, heartbeat_ms }).await;
    }
    assert!(pauses.iter().skip(1).all(|pause| *pause > 3 * QUICK.heartbeat), "{pauses:?}");
    assert!(bench.events.try_recv().is_err(), "the link was not lost");
}

#[tokio::test]
async fn frames_of_another_epoch_are_dropped() {
    let mut bench = bench().await;
    let (mut peer, _) = bench.welcome().await;
    let (cluster, node) = (ClusterId::from_bits(1), NodeId::from_bits(2));
    let assignment = |generation| Assignment {
        cluster,
        node,
        era: Era::default(),
        generation: Generation(generation),
        instances: Vec::new(),
        kept: Vec::new(),
    };
    send(&mut peer, &ToNode::Assign { epoch: Epoch(3), assignment: assignment(8) }).await;
    send(&mut peer, &ToNode::Assign { epoch: EPOCH, assignment: assignment(9) }).await;
    assert_eq!(bench.event().await, FromChannel::Assigned(assignment(9)));
}

#[tokio::test]
#[expect(clippy::result_large_err, reason = "the library gives the callback this type")]
async fn a_wrong_key_is_tried_again_slowly() {
    let bench = bench().await;
    let refuse = |_: &Request, _: Response| {
        let mut response = ErrorResponse::new(None);
        *response.status_mut() = StatusCode::UNAUTHORIZED;
        Err(response)
    };
    let mut before = None;
    for _ in 0..2 {
        let (stream, _) = within("an attempt", bench.listener.accept()).await.unwrap();
        if let Some(before) = before.replace(Instant::now()) {
            assert!(before.elapsed() >= QUICK.refused, "tried again after {:?}", before.elapsed());
        }
        assert!(accept_hdr_async(stream, refuse).await.is_err());
    }
}

#[tokio::test]
async fn a_refusal_that_may_pass_is_tried_again_soon() {
    let mut bench = bench().await;
    let mut peer = bench.accept().await;
    assert!(matches!(receive(&mut peer).await, ToServer::Hello(_)));
    let message = "another machine uses this key".to_owned();
    send(&mut peer, &ToNode::Refused { reason: RefusedReason::SecondMachine, message }).await;
    bench.welcome().await;
}

#[tokio::test]
async fn a_frame_that_breaks_the_contract_ends_the_connection() {
    let mut bench = bench().await;
    for frame in ["{", "{\"type\":\"heard\",\"epoch\":1}"] {
        let mut peer = bench.accept().await;
        assert!(matches!(receive(&mut peer).await, ToServer::Hello(_)));
        peer.send(Message::text(frame)).await.unwrap();
        let closed = within("the end", peer.next()).await;
        assert!(matches!(closed, None | Some(Err(_) | Ok(Message::Close(_)))), "{closed:?}");
    }
    bench.welcome().await;
}

#[tokio::test]
async fn a_frame_that_a_later_server_sends_is_ignored() {
    let mut bench = bench().await;
    let mut peer = bench.accept().await;
    assert!(matches!(receive(&mut peer).await, ToServer::Hello(_)));
    let snapshot = || Message::text("{\"type\":\"snapshot\",\"epoch\":4}");
    peer.send(snapshot()).await.unwrap();
    let welcome = include_str!("../../protocol/tests/samples/later/to_node/welcome.json");
    peer.send(Message::text(welcome)).await.unwrap();
    assert!(matches!(bench.event().await, FromChannel::Welcomed { .. }));
    peer.send(snapshot()).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(receive(&mut peer).await, ToServer::Heartbeat { .. }), "the connection goes on");
        send(&mut peer, &ToNode::Heard { epoch: EPOCH, heartbeat_ms: 0 }).await;
    }
}

#[tokio::test]
async fn a_server_of_before_ranges_and_features_is_served() {
    let mut bench = bench().await;
    let mut peer = bench.accept().await;
    assert!(matches!(receive(&mut peer).await, ToServer::Hello(_)));
    let welcome = include_str!("../../protocol/tests/samples/c7ae5ab/to_node/welcome.json");
    peer.send(Message::text(welcome)).await.unwrap();
    assert!(matches!(bench.event().await, FromChannel::Welcomed { .. }));
    assert!(matches!(receive(&mut peer).await, ToServer::Heartbeat { .. }));
}

#[tokio::test]
async fn shutdown_ends_it_in_every_state() {
    for connected in [true, false] {
        let mut bench = bench().await;
        let peer = if connected { Some(bench.welcome().await) } else { None };
        bench.shutdown.cancel();
        within("the end of the channel", bench.task).await.unwrap();
        drop(peer);
    }
}
