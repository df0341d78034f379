//! Noticing that the other end of a socket is gone without a word: a router that was switched off, a cable that was
//! pulled.

use std::io;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;

/// How long nothing may have been heard before the other end is asked, how often it is asked, and how many times.
const QUIET: Duration = Duration::from_secs(15);
const AGAIN: Duration = Duration::from_secs(5);
const TIMES: u32 = 4;
/// How long what was sent may stay without an acknowledgement.
const UNHEARD: Duration = Duration::from_secs(30);

pub fn watch(socket: &TcpStream) -> io::Result<()> {
    let socket = SockRef::from(socket);
    let ask = TcpKeepalive::new().with_time(QUIET).with_interval(AGAIN).with_retries(TIMES);
    socket.set_tcp_keepalive(&ask)?;
    socket.set_tcp_user_timeout(Some(UNHEARD))
}
