//! Datagrams on a host port, told apart by who sent them.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::UdpSocket;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::frame::MAX_FRAME;
use crate::listen::Stop;

/// Nobody says when an exchange of datagrams is over. Linux forgets one after as long
/// (`nf_conntrack_udp_timeout_stream`).
pub const IDLE: Duration = Duration::from_secs(120);
/// Datagrams of one sender that wait; more are lost, as on any network.
const WAITING: usize = 128;

/// What one sender says, and the way back.
pub struct Flow {
    pub said: mpsc::Receiver<Bytes>,
    pub back: Back,
}

pub struct Back {
    socket: Arc<UdpSocket>,
    sender: SocketAddr,
}

impl Back {
    /// # Errors
    /// As the system refuses.
    pub async fn send(&self, datagram: &[u8]) -> io::Result<()> {
        self.socket.send_to(datagram, self.sender).await.map(drop)
    }
}

/// Takes datagrams until it is to stop, and then ends every flow. Without a place, those of a new sender are lost.
pub async fn accept<Carried>(
    socket: UdpSocket,
    places: Arc<Semaphore>,
    lets_in: impl Fn(IpAddr) -> bool,
    carry: impl Fn(Flow) -> Carried,
    mut stop: Stop,
) where
    Carried: Future<Output = ()> + Send + 'static,
{
    let socket = Arc::new(socket);
    let mut flows: HashMap<SocketAddr, mpsc::Sender<Bytes>> = HashMap::new();
    let mut tasks = JoinSet::new();
    let mut buffer = vec![0; MAX_FRAME];
    loop {
        let (length, sender) = tokio::select! {
            biased;
            _ = &mut stop => break,
            Some(ended) = tasks.join_next() => {
                if let Ok(sender) = ended && flows.get(&sender).is_some_and(mpsc::Sender::is_closed) {
                    flows.remove(&sender);
                }
                continue;
            }
            received = socket.recv_from(&mut buffer) => match received {
                Ok(received) => received,
                Err(error) => {
                    tracing::debug!(%error, "a datagram could not be taken");
                    continue;
                }
            },
        };
        if !lets_in(sender.ip()) {
            continue;
        }
        let datagram = Bytes::copy_from_slice(buffer.get(..length).unwrap_or_default());
        if let Some(flow) = flows.get(&sender).filter(|flow| !flow.is_closed()) {
            // A flow that does not keep up loses it.
            let _ = flow.try_send(datagram);
            continue;
        }
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let (to, said) = mpsc::channel(WAITING);
        let _ = to.try_send(datagram);
        flows.insert(sender, to);
        let carried = carry(Flow { said, back: Back { socket: Arc::clone(&socket), sender } });
        tasks.spawn(async move {
            carried.await;
            drop(place);
            sender
        });
    }
    // Each of them holds the socket, for the way back.
    tasks.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen::Listening;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Answers each datagram with the number of its flow before it, and ends with the word `end`.
    async fn numbering(port: UdpSocket, places: usize, allowed: bool, stop: Stop) {
        let count = AtomicUsize::new(0);
        let carry = |mut flow: Flow| {
            let number = count.fetch_add(1, Ordering::Relaxed);
            async move {
                while let Some(datagram) = flow.said.recv().await {
                    if &datagram[..] == b"end" {
                        return;
                    }
                    flow.back.send(&[number.to_string().as_bytes(), &datagram].concat()).await.unwrap();
                }
            }
        };
        accept(port, Arc::new(Semaphore::new(places)), move |_| allowed, carry, stop).await;
    }

    fn port() -> (UdpSocket, SocketAddr) {
        let socket = crate::listen::udp("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = socket.local_addr().unwrap();
        (socket, address)
    }

    async fn ask(client: &UdpSocket, text: &str) -> String {
        client.send(text.as_bytes()).await.unwrap();
        let mut buffer = [0; 64];
        let length = client.recv(&mut buffer).await.unwrap();
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }

    async fn client(address: SocketAddr) -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        socket.connect(address).await.unwrap();
        socket
    }

    #[tokio::test]
    async fn each_sender_has_a_flow_of_its_own_and_a_new_one_after_its_end() {
        let (socket, address) = port();
        let serving = Listening::spawn(|stop| numbering(socket, 8, true, stop));
        let (one, other) = (client(address).await, client(address).await);
        assert_eq!(ask(&one, "a").await, "0a");
        assert_eq!(ask(&other, "a").await, "1a");
        assert_eq!(ask(&one, "b").await, "0b");
        one.send(b"end").await.unwrap();
        let mut again = ask(&other, "c").await;
        assert_eq!(again, "1c");
        // What comes in the same moment may still be the old flow's, and is lost with it.
        while !again.starts_with('2') {
            one.send(b"d").await.unwrap();
            let mut buffer = [0; 64];
            let answer = tokio::time::timeout(Duration::from_millis(200), one.recv(&mut buffer)).await;
            if let Ok(Ok(length)) = answer {
                again = String::from_utf8(buffer[..length].to_vec()).unwrap();
            }
        }
        assert_eq!(again, "2d");
        serving.ended().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn its_number_is_free_once_it_has_ended_also_with_many_flows_under_way() {
        let (mut socket, address) = port();
        for _ in 0..20 {
            let serving = Listening::spawn(|stop| numbering(socket, 300, true, stop));
            for _ in 0..100 {
                client(address).await.send(b"a").await.unwrap();
            }
            assert_eq!(ask(&client(address).await, "b").await.chars().last(), Some('b'));
            serving.ended().await;
            socket = crate::listen::udp(address).unwrap();
        }
    }

    #[tokio::test]
    async fn without_a_place_or_a_permission_nothing_is_answered() {
        for (places, allowed) in [(0, true), (8, false)] {
            let (socket, address) = port();
            let serving = Listening::spawn(|stop| numbering(socket, places, allowed, stop));
            let client = client(address).await;
            client.send(b"a").await.unwrap();
            let mut buffer = [0; 8];
            assert!(tokio::time::timeout(Duration::from_millis(100), client.recv(&mut buffer)).await.is_err());
            serving.ended().await;
        }
    }
}
