//! A node that speaks the real channel and runs nothing.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use model::assignment::Assignment;
use model::feature::Features;
use model::image::ImageName;
use model::node::{EngineState, NodeFacts};
use model::observed::{InstanceReport, Observed};
use model::version::{Epoch, Era, Generation};
use protocol::{Hello, RefusedReason, Report, ToNode, ToServer, VERSIONS, Versions};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::harness::DEADLINE;

pub(crate) struct FakeNode {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) epoch: Epoch,
    pub(crate) assignment: Assignment,
    sequence: u64,
}

pub(crate) async fn dial(server: SocketAddr, key: &str) -> Result<WebSocketStream<MaybeTlsStream<TcpStream>>, Error> {
    let mut request = format!("ws://{server}{}", protocol::PATH).into_client_request().unwrap();
    request.headers_mut().insert("authorization", format!("Bearer {key}").parse().unwrap());
    connect_async(request).await.map(|(socket, _)| socket)
}

pub(crate) fn facts() -> NodeFacts {
    NodeFacts {
        cpus: 4,
        memory_total_bytes: 8 << 30,
        disk_total_bytes: 100 << 30,
        disk_free_bytes: 90 << 30,
        engine: EngineState::Up { version: "29".to_owned(), api: "1.47".to_owned() },
        images: ImageName::ALL.to_vec(),
        ..NodeFacts::default()
    }
}

impl FakeNode {
    pub(crate) async fn connect(server: SocketAddr, key: &str, machine: &str) -> Result<Self, (RefusedReason, String)> {
        Self::connect_as(server, key, machine, Some(VERSIONS), Features::all()).await
    }

    /// A node of another version of the program; without a range it is one of before.
    pub(crate) async fn connect_as(
        server: SocketAddr,
        key: &str,
        machine: &str,
        versions: Option<Versions>,
        features: Features,
    ) -> Result<Self, (RefusedReason, String)> {
        let socket = dial(server, key).await.unwrap();
        let assignment = Assignment {
            cluster: model::id::ClusterId::from_bits(0),
            node: model::id::NodeId::from_bits(0),
            era: Era::default(),
            generation: Generation::default(),
            instances: Vec::new(),
            kept: Vec::new(),
        };
        let mut node = Self { socket, epoch: Epoch::default(), assignment, sequence: 0 };
        let (version, machine) = (versions.map_or(1, |versions| versions.least), machine.to_owned());
        node.send(&ToServer::Hello(Hello {
            version,
            versions,
            features,
            machine,
            cluster: None,
            era: Era::default(),
            generation: Generation::default(),
            facts: facts(),
        }))
        .await;
        match node.next().await {
            Some(ToNode::Welcome { epoch, assignment, .. }) => Ok(Self { epoch, assignment, ..node }),
            Some(ToNode::Refused { reason, message }) => Err((reason, message)),
            other => panic!("neither a welcome nor a refusal: {other:?}"),
        }
    }

    pub(crate) async fn send(&mut self, message: &ToServer) {
        self.send_raw(Message::text(protocol::codec::encode(message).unwrap())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: Message) {
        // The server may have closed already; what it said before is read next.
        let _ = self.socket.send(message).await;
    }

    /// The next message; `None` when the connection has ended.
    pub(crate) async fn next(&mut self) -> Option<ToNode> {
        loop {
            match tokio::time::timeout(DEADLINE, self.socket.next()).await.expect("a frame in time")?.ok()? {
                Message::Text(text) => return Some(protocol::codec::decode(&text).unwrap()),
                Message::Close(_) => return None,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {}
            }
        }
    }

    /// Reads assignments until one fits.
    pub(crate) async fn assigned(&mut self, fits: impl Fn(&Assignment) -> bool) {
        while !fits(&self.assignment) {
            match self.next().await {
                Some(ToNode::Assign { epoch, assignment }) => {
                    assert_eq!(epoch, self.epoch);
                    assert!(assignment.generation > self.assignment.generation);
                    self.assignment = assignment;
                }
                Some(ToNode::Heard { .. }) => {}
                other => panic!("no assignment: {other:?}"),
            }
        }
    }

    /// Says the same of everything that is assigned.
    pub(crate) async fn report(&mut self, epoch: Epoch, observed: Observed) {
        self.sequence += 1;
        let one = |instance: &model::assignment::AssignedInstance| InstanceReport {
            instance: instance.id,
            generation: instance.generation,
            observed: observed.clone(),
            activity: None,
            problem: None,
            unopened: Vec::new(),
            closed: None,
        };
        let instances = self.assignment.instances.iter().map(one).collect();
        let assignment = self.assignment.generation;
        self.send(&ToServer::Report(Report {
            epoch,
            sequence: self.sequence,
            assignment,
            instances,
            strangers: Vec::new(),
        }))
        .await;
    }
}
