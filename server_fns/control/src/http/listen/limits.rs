//! Every bound of the listener.

use std::time::Duration;

/// How long each end may take for what it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// From the first byte to the end of a TLS handshake.
    pub(super) handshake: Duration,
    /// From the moment at which a head may come to its last byte. It bounds also how long a connection stays open between
    /// two requests.
    pub(super) head: Duration,
    /// The same for a proxy that the operator named: it keeps connections for the next visitor.
    pub(super) head_of_proxy: Duration,
    /// How long a connection that can carry several requests at once may carry none.
    pub(super) idle: Duration,
    /// How long a sender may send nothing of a body, and a reader take nothing of an answer.
    pub(super) standstill: Duration,
    /// How often a quiet connection with several streams is asked whether it is still there, and how long it may think.
    pub(super) ask: Duration,
    /// How long open requests may take to end once the server was told to stop.
    pub(super) last_requests: Duration,
    /// How long somebody who speaks plain HTTP where TLS is spoken may take to be told so.
    pub(super) plain: Duration,
}

impl Patience {
    pub(super) const USUAL: Self = Self {
        handshake: Duration::from_secs(10),
        head: Duration::from_secs(10),
        head_of_proxy: Duration::from_secs(180),
        idle: Duration::from_secs(60),
        standstill: Duration::from_secs(300),
        ask: Duration::from_secs(20),
        last_requests: Duration::from_secs(3),
        plain: Duration::from_secs(5),
    };
}

/// Bytes of a head. What is in front of apps refuses more than 64 KiB in words.
pub(super) const HEAD_BYTES: usize = 128 << 10;
/// Header lines of a head.
pub(super) const HEAD_LINES: usize = 128;
/// Requests at once on one connection, and what may wait to be sent for each.
pub(super) const STREAMS: u32 = 64;
pub(super) const SEND_BUFFER: usize = 64 << 10;
/// Connections of one address, or of one /64 of IPv6. A class behind one router has two dozen people with two tabs.
pub(super) const OF_ADDRESS: usize = 512;
/// After accepting failed, which is for want of file descriptors.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Bytes that somebody may say in plain HTTP where TLS is spoken before they are told.
pub(super) const PLAIN_HEAD: usize = 8 << 10;
