//! Measuring links to nodes that do not do as they should.

use std::future::Future;
use std::time::Duration;

use model::link::Measurement;
use model::refusal::{Refusal, RefusalCode};
use protocol::limits::MEASURE_BYTES;
use protocol::measure::{BLOCK, MORE};
use protocol::stream::{Ask, EPOCH_HEADER, Measured, Measuring, NotOpened, Opened, PATH, UPGRADE, Way};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use wire::{head, measure};

use crate::fake_node::FakeNode;
use crate::harness::{DEADLINE, Server, in_memory, run};

/// A data socket that stands ready, as the node with that key dials it.
async fn ready(server: &Server, key: &str, node: &FakeNode) -> TcpStream {
    let mut socket = TcpStream::connect(server.address).await.unwrap();
    let request = format!(
        "GET {PATH} HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: {UPGRADE}\r\nAuthorization: Bearer {key}\r\n\
         {EPOCH_HEADER}: {}\r\n\r\n",
        node.epoch.0
    );
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(socket.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
    socket
}

/// A measurement asked for by the owner, while `behave` is each data socket of the node.
async fn measured<B: Future<Output = ()>>(behave: impl Fn(TcpStream, Measuring) -> B) -> Result<Measurement, Refusal> {
    let server = Server::start(in_memory()).await;
    let ada = server.sign_up("ada").await;
    let key = server.node(&ada, "lab-1").await;
    let id = server.api.nodes.list(&ada).unwrap()[0].id;
    let node = FakeNode::connect(server.address, &key, "m1").await.unwrap();
    let sockets = async {
        loop {
            let mut socket = ready(&server, &key, &node).await;
            let Ok(Ask::Measure(asked)) = head::read(&mut socket).await else { panic!("no measurement is asked for") };
            assert_eq!(asked.epoch, node.epoch);
            behave(socket, asked).await;
        }
    };
    let result = tokio::select! {
        () = sockets => panic!("the sockets end"),
        result = timeout(DEADLINE, server.api.tunnels.measure_link(&ada, id)) => result.expect("it is bounded"),
    };
    assert_eq!(server.api.nodes.get(&ada, id).unwrap().measurement, result.as_ref().ok().copied());
    server.stop().await;
    result
}

async fn opened(socket: &mut TcpStream) {
    head::write(socket, &Opened::Yes).await.unwrap();
}

#[test]
fn figures_that_cannot_be_are_bounded_and_an_endless_sender_is_cut_off() {
    run(async {
        let begun = Instant::now();
        let lies = async |mut socket: TcpStream, asked: Measuring| {
            opened(&mut socket).await;
            match asked.measure {
                Way::ToNode => {
                    head::write(&mut socket, &Measured { bytes: u64::MAX, micros: u64::MAX }).await.unwrap();
                    // Closing is the server's: it may still be reading.
                    measure::drain(&mut socket, Duration::from_secs(5)).await;
                }
                // Without a last block, until the server has enough.
                Way::FromNode => while socket.write_all(&[MORE; BLOCK]).await.is_ok() {},
            }
        };
        let measurement = measured(lies).await.unwrap();
        assert!(measurement.to_node.bytes <= MEASURE_BYTES);
        assert!(u128::from(measurement.to_node.milliseconds) <= begun.elapsed().as_millis() + 1);
        assert!(measurement.from_node.bytes < MEASURE_BYTES + (1 << 20));
        assert!(measurement.from_node.milliseconds <= 3_500);
    });
}

#[test]
fn a_node_that_refuses_or_cannot_is_told_of() {
    run(async {
        let busy = async |mut socket: TcpStream, _: Measuring| {
            let message = "the link is being measured already".to_owned();
            head::write(&mut socket, &Opened::No { why: NotOpened::Busy, message }).await.unwrap();
        };
        let refusal = measured(busy).await.unwrap_err();
        assert_eq!(refusal.code, RefusalCode::Unavailable);
        assert!(refusal.message.contains("lab-1") && refusal.message.contains("measured already"), "{refusal}");

        let refusal = measured(async |socket: TcpStream, _: Measuring| drop(socket)).await.unwrap_err();
        assert!(refusal.message.contains("older node program"), "{refusal}");

        let breaks_off = async |mut socket: TcpStream, _: Measuring| opened(&mut socket).await;
        let refusal = measured(breaks_off).await.unwrap_err();
        assert!(refusal.message.contains("broke off"), "{refusal}");
    });
}

#[test]
fn only_who_manages_the_node_may_measure_its_link_and_only_while_it_is_there() {
    run(async {
        let server = Server::start(in_memory()).await;
        let (ada, bob) = (server.sign_up("ada").await, server.sign_up("bob").await);
        server.node(&ada, "lab-1").await;
        let id = server.api.nodes.list(&ada).unwrap()[0].id;
        let asked = async |who| server.api.tunnels.measure_link(who, id).await.unwrap_err();
        assert_eq!(asked(&bob).await.code, RefusalCode::Forbidden);
        let refusal = asked(&ada).await;
        assert_eq!(refusal.code, RefusalCode::Unavailable);
        assert!(refusal.message.contains("not connected"), "{refusal}");
        server.stop().await;
    });
}
