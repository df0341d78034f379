use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use model::forward::{Place, Protocol};
use model::port::ContainerPort;
use model::version::Generation;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::*;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const SOON: Duration = Duration::from_secs(5);

fn forward(protocol: Protocol, host: u16, container: u16) -> Forward {
    Forward {
        place: Place::Node,
        protocol,
        host: HostPort(host),
        container: ContainerPort(container),
        bind: None,
        allow: Vec::new(),
        automatic: false,
        given_up: false,
        opened: Generation(1),
    }
}

/// An instance whose container is this machine, so that a program of the test stands for one inside.
async fn held() -> (Forwards, InstanceId) {
    let (forwards, id) = (Forwards::new(LOCAL), InstanceId::from_bits(1));
    for first in (30_000..32_000).step_by(7) {
        if forwards.open(id, PortBlock::starting_at(first), &[]).await.is_ok() {
            forwards.set_target(id, Some(LOCAL));
            return (forwards, id);
        }
    }
    panic!("no free block of host ports");
}

/// One that no other test gets: below those that the system gives away by itself, of which another test's listener might
/// have it as soon as it is closed here.
async fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(21_000);
    loop {
        let port = NEXT.fetch_add(1, Ordering::Relaxed);
        if TcpListener::bind((LOCAL, port)).await.is_ok() {
            return port;
        }
    }
}

/// Answers each connection with one word and closes it.
async fn greeter() -> (u16, JoinSet<()>) {
    let listener = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let _ = client.write_all(b"hello").await;
        }
    });
    (port, tasks)
}

async fn heard(host: u16) -> std::io::Result<String> {
    let mut client = TcpStream::connect(SocketAddr::new(LOCAL, host)).await?;
    let mut text = String::new();
    timeout(SOON, client.read_to_string(&mut text)).await??;
    Ok(text)
}

#[tokio::test]
async fn host_ports_come_and_go_and_leave_the_others_alone() {
    let (forwards, id) = held().await;
    let (inside, _greeter) = greeter().await;
    let first = forward(Protocol::Tcp, free_port().await, inside);
    let second = forward(Protocol::Tcp, free_port().await, inside);
    assert_eq!(forwards.set(id, std::slice::from_ref(&first)).await, []);
    let mut staying = TcpStream::connect(SocketAddr::new(LOCAL, first.host.0)).await.unwrap();
    assert_eq!(forwards.set(id, &[first.clone(), second.clone()]).await, []);
    assert_eq!(heard(second.host.0).await.unwrap(), "hello");
    let mut word = [0; 5];
    timeout(SOON, staying.read_exact(&mut word)).await.unwrap().unwrap();
    assert_eq!(forwards.set(id, std::slice::from_ref(&second)).await, []);
    assert!(heard(first.host.0).await.is_err(), "it is still listened on");
    forwards.close(id);
    forwards.closed().await;
    assert!(heard(second.host.0).await.is_err(), "it outlived its instance");
}

#[tokio::test]
async fn one_that_is_taken_is_told_and_keeps_none_of_the_others() {
    let (forwards, id) = held().await;
    let (inside, _greeter) = greeter().await;
    let foreign = TcpListener::bind((LOCAL, 0)).await.unwrap();
    let taken = forward(Protocol::Tcp, foreign.local_addr().unwrap().port(), inside);
    let elsewhere = Forward { bind: Some([192, 0, 2, 1].into()), ..forward(Protocol::Tcp, free_port().await, inside) };
    let free = forward(Protocol::Tcp, free_port().await, inside);
    let all = [taken.clone(), elsewhere.clone(), free.clone()];
    let unopened = forwards.set(id, &all).await;
    let told: Vec<_> = unopened.iter().map(|unopened| (unopened.key, unopened.taken)).collect();
    assert_eq!(told, [(taken.key(), true), (elsewhere.key(), false)]);
    assert_eq!(heard(free.host.0).await.unwrap(), "hello");
    drop(foreign);
    let unopened = forwards.set(id, &all).await;
    assert_eq!(unopened.len(), 1, "{unopened:?}");
    assert_eq!(heard(taken.host.0).await.unwrap(), "hello");
}

#[tokio::test]
async fn where_the_server_listens_no_forward_is_opened() {
    let (forwards, id) = held().await;
    let (inside, _greeter) = greeter().await;
    let console = free_port().await;
    forwards.keep(&[SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), console)]);
    let both = [Protocol::Tcp, Protocol::Udp].map(|protocol| forward(protocol, console, inside));
    let unopened = forwards.set(id, &both).await;
    let told: Vec<_> = unopened.iter().map(|unopened| (unopened.key, unopened.taken)).collect();
    assert_eq!(told, [(both[0].key(), true), (both[1].key(), true)]);
    TcpListener::bind((LOCAL, console)).await.expect("the server is started anew");
}

#[tokio::test]
async fn a_caller_that_is_not_let_in_reaches_nothing() {
    let (forwards, id) = held().await;
    let (inside, _greeter) = greeter().await;
    let host = free_port().await;
    let only =
        |network: &str| Forward { allow: vec![network.parse().unwrap()], ..forward(Protocol::Tcp, host, inside) };
    assert_eq!(forwards.set(id, &[only("192.0.2.0/24")]).await, []);
    assert_eq!(heard(host).await.unwrap_or_default(), "");
    assert_eq!(forwards.set(id, &[only("127.0.0.0/8")]).await, []);
    assert_eq!(heard(host).await.unwrap(), "hello");
}

#[tokio::test]
async fn datagrams_go_in_and_come_back_to_whoever_sent_them() {
    let (forwards, id) = held().await;
    let inside = UdpSocket::bind((LOCAL, 0)).await.unwrap();
    let udp = forward(Protocol::Udp, free_port().await, inside.local_addr().unwrap().port());
    assert_eq!(forwards.set(id, std::slice::from_ref(&udp)).await, []);
    let mut buffer = [0; 2_000];
    let large = vec![7; 1_400];
    for word in [&b"one"[..], b"two", &large] {
        let client = UdpSocket::bind((LOCAL, 0)).await.unwrap();
        client.connect((LOCAL, udp.host.0)).await.unwrap();
        client.send(word).await.unwrap();
        let (length, from) = timeout(SOON, inside.recv_from(&mut buffer)).await.unwrap().unwrap();
        assert_eq!(&buffer[..length], word);
        inside.send_to(&buffer[..length], from).await.unwrap();
        let length = timeout(SOON, client.recv(&mut buffer)).await.unwrap().unwrap();
        assert_eq!(&buffer[..length], word);
    }
    forwards.close(id);
    forwards.closed().await;
    UdpSocket::bind((LOCAL, udp.host.0)).await.expect("the host port is free again");
}
