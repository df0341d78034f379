use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use model::port::ContainerPort;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::*;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SOON: Duration = Duration::from_secs(5);

fn instance(bits: u64) -> InstanceId {
    InstanceId::from_bits(bits)
}

/// A block that no other test asks for: one that closes its own opens it again at once.
async fn opened(forwards: &Forwards, id: InstanceId) -> PortBlock {
    static NEXT: AtomicU16 = AtomicU16::new(20_000);

    while let first @ ..30_000 = NEXT.fetch_add(7, Ordering::Relaxed) {
        let block = PortBlock::starting_at(first);
        if forwards.open(id, block, &[]).await.is_ok() {
            return block;
        }
    }
    panic!("no free block of host ports");
}

async fn connect(block: PortBlock) -> TcpStream {
    TcpStream::connect(SocketAddr::new(LOCAL, block.first.0)).await.unwrap()
}

async fn ends(stream: &mut TcpStream) -> bool {
    let mut byte = [0];
    matches!(timeout(SOON, stream.read(&mut byte)).await, Ok(Ok(0) | Err(_)))
}

/// One host port that leads to a container port of our choosing, without the privileges that port 22 takes.
struct Relayed {
    host: SocketAddr,
    target: watch::Sender<Option<IpAddr>>,
    _listening: Listening,
}

async fn relayed(container: u16, places: usize) -> Relayed {
    let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let host = listener.local_addr().unwrap();
    let (target, watched) = watch::channel(Some(LOCAL));
    let carry = move |client| relay::carry(client, ContainerPort(container), watched.clone(), Newcomers::default());
    let places = Arc::new(Semaphore::new(places));
    let _listening = Listening::spawn(|stop| wire::listen::accept(listener, places, |_| true, carry, stop));
    Relayed { host, target, _listening }
}

async fn program() -> (TcpListener, u16) {
    let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    (listener, port)
}

#[tokio::test]
async fn bytes_and_half_closes_pass() {
    let (ssh, port) = program().await;
    let relayed = relayed(port, 8).await;
    let mut client = TcpStream::connect(relayed.host).await.unwrap();
    let (mut inside, _) = ssh.accept().await.unwrap();
    client.write_all(b"hello").await.unwrap();
    client.shutdown().await.unwrap();
    let mut heard = Vec::new();
    timeout(SOON, inside.read_to_end(&mut heard)).await.unwrap().unwrap();
    inside.write_all(b"still here").await.unwrap();
    drop(inside);
    let mut answer = Vec::new();
    timeout(SOON, client.read_to_end(&mut answer)).await.unwrap().unwrap();
    assert_eq!((&heard[..], &answer[..]), (&b"hello"[..], &b"still here"[..]));
}

#[tokio::test]
async fn a_connection_waits_for_a_program_that_starts() {
    let (starting, port) = program().await;
    drop(starting);
    let relayed = relayed(port, 8).await;
    let mut client = TcpStream::connect(relayed.host).await.unwrap();
    client.write_all(b"x").await.unwrap();
    let started = TcpListener::bind((LOCAL, port)).await.unwrap();
    let (mut inside, _) = timeout(SOON, started.accept()).await.unwrap().unwrap();
    assert_eq!(inside.read_u8().await.unwrap(), b'x');
}

#[tokio::test]
async fn a_stopped_instance_closes_at_once() {
    let (ssh, port) = program().await;
    let relayed = relayed(port, 8).await;
    let mut client = TcpStream::connect(relayed.host).await.unwrap();
    let _inside = timeout(SOON, ssh.accept()).await.unwrap().unwrap();
    relayed.target.send_replace(None);
    assert!(ends(&mut client).await, "an open connection");
    assert!(ends(&mut TcpStream::connect(relayed.host).await.unwrap()).await, "a new connection");
}

#[tokio::test]
async fn connections_above_the_limit_are_closed() {
    let (ssh, port) = program().await;
    let relayed = relayed(port, 1).await;
    let first = TcpStream::connect(relayed.host).await.unwrap();
    let (inside, _) = timeout(SOON, ssh.accept()).await.unwrap().unwrap();
    assert!(ends(&mut TcpStream::connect(relayed.host).await.unwrap()).await, "a second connection");
    drop((first, inside));
    // The place is free again as soon as the first one has ended.
    let carried = async {
        loop {
            let mut next = TcpStream::connect(relayed.host).await.unwrap();
            tokio::select! {
                accepted = ssh.accept() => return accepted.is_ok(),
                true = ends(&mut next) => {}
            }
        }
    };
    assert!(timeout(SOON, carried).await.unwrap());
}

#[tokio::test]
async fn callers_of_an_instance_without_a_target_are_told_so() {
    let forwards = Forwards::new(LOCAL);
    let block = opened(&forwards, instance(1)).await;
    let mut client = connect(block).await;
    client.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await.unwrap();
    let mut heard = Vec::new();
    timeout(SOON, client.read_to_end(&mut heard)).await.unwrap().unwrap();
    let heard = String::from_utf8_lossy(&heard).into_owned();
    assert!(heard.starts_with("SSH-2.0-DockHost\r\n") && heard.contains("does not run"), "{heard:?}");
}

#[tokio::test]
async fn all_three_ports_or_none() {
    let forwards = Forwards::new(LOCAL);
    let block = opened(&forwards, instance(1)).await;
    forwards.close(instance(1));
    let last = HostPort(block.first.0 + 2);
    // The port is given back when the closed loops are gone.
    let foreign = loop {
        if let Ok(foreign) = TcpListener::bind(SocketAddr::new(LOCAL, last.0)).await {
            break foreign;
        }
        tokio::task::yield_now().await;
    };
    let taken = forwards.open(instance(2), block, &[]).await.unwrap_err();
    assert_eq!(taken.port, last);
    assert!(forwards.open_blocks().is_empty());
    drop(foreign);
    forwards.open(instance(2), block, &[]).await.unwrap();
    assert_eq!(forwards.open_blocks(), [(instance(2), block)]);
}

#[tokio::test]
async fn closing_and_opening_again_works_at_once() {
    let forwards = Forwards::new(LOCAL);
    let block = opened(&forwards, instance(1)).await;
    for _ in 0..20 {
        let _client = connect(block).await;
        forwards.close(instance(1));
        forwards.open(instance(1), block, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn a_closed_host_port_lets_nobody_in_and_stays_the_instances() {
    let forwards = Forwards::new(LOCAL);
    let block = opened(&forwards, instance(1)).await;
    let [ssh, http, https] = [0, 1, 2].map(|offset| SocketAddr::new(LOCAL, block.first.0 + offset));
    forwards.set_target(instance(1), Some(LOCAL));
    let refused = |address| async move {
        TcpStream::connect(address).await.is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    };
    // Whatever is inside: a program that does not listen yet is waited for.
    let staying = TcpStream::connect(ssh).await.unwrap();
    let mut ending = TcpStream::connect(http).await.unwrap();
    for closed in [&[ContainerPort::HTTP][..], &ContainerPort::CLOSABLE, &[ContainerPort::HTTPS], &[]] {
        forwards.set_doors(instance(1), closed).await.unwrap();
        assert_eq!(forwards.shut(instance(1)), closed);
        assert_eq!(refused(http).await, closed.contains(&ContainerPort::HTTP), "80 with {closed:?} closed");
        assert_eq!(refused(https).await, closed.contains(&ContainerPort::HTTPS), "443 with {closed:?} closed");
        for port in [http, https] {
            assert!(TcpListener::bind(port).await.is_err(), "a foreign program got {port} with {closed:?} closed");
        }
        assert!(!refused(ssh).await);
    }
    assert!(ends(&mut ending).await, "it outlived its host port");
    let still = staying.try_read(&mut [0]);
    let stays = match still {
        Ok(length) => length > 0,
        Err(error) => error.kind() == std::io::ErrorKind::WouldBlock,
    };
    assert!(stays, "22 was never touched");
    forwards.close(instance(1));
    forwards.closed().await;
    TcpListener::bind(http).await.expect("its number is free again");
}

#[tokio::test]
async fn where_the_server_listens_nobody_else_does_also_while_it_is_away() {
    let forwards = Forwards::new(LOCAL);
    let block = opened(&forwards, instance(1)).await;
    forwards.close(instance(1));
    forwards.closed().await;
    let console = SocketAddr::new(LOCAL, block.first.0 + 1);
    for kept in [console, SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), console.port())] {
        forwards.keep(&[kept]);
        let taken = forwards.open(instance(1), block, &[]).await.unwrap_err();
        assert_eq!(taken.port.0, console.port());
        assert!(TcpListener::bind(console).await.is_ok(), "nothing of it was opened");
    }
    forwards.keep(&[SocketAddr::new([192, 0, 2, 1].into(), console.port())]);
    forwards.open(instance(1), block, &[]).await.expect("that address is another one");
}

#[tokio::test]
async fn a_wildcard_does_not_hide_a_foreign_listener() {
    let foreign = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let first = foreign.local_addr().unwrap().port();
    let everywhere = Forwards::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let taken = everywhere.open(instance(1), PortBlock::starting_at(first), &[]).await.unwrap_err();
    assert_eq!(taken.port, HostPort(first));
}
