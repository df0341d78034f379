//! A socket to the server that carries one stream's bytes, and why there is no stream.

use futures_util::FutureExt as _;
use protocol::stream::NotOpened;
use tokio::io::Interest;
use wire::meter::Metered;

use crate::server::{Socket, tcp};

pub(crate) type Wire = Metered<Socket>;

/// Why there is no stream, and the sentence for whoever asked.
pub(crate) struct Refused(pub(crate) NotOpened, pub(crate) String);

/// Whether the other end is gone, also where it left bytes behind that nobody has read.
pub(crate) fn is_left(wire: &Wire) -> bool {
    let ready = tcp(wire.get_ref()).and_then(|tcp| tcp.ready(Interest::READABLE).now_or_never());
    ready.is_some_and(|ready| ready.is_ok_and(|ready| ready.is_read_closed()))
}
