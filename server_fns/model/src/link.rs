//! A node's link: how often it is used, what either end counts on it, and what a measurement found.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// How often a node sends a heartbeat, unless the server asks for a slower beat,
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// which is never slower than this.
pub const HEARTBEAT_MAX: Duration = Duration::from_secs(30);
/// How long either end may be silent before the connection counts as lost: three heartbeats, however slow they are.
pub const LEASE: Duration = Duration::from_secs(15);

/// What the system of one end has counted on the link's connections, those of the channel and of the streams, since its
/// program started. Connections that ended are in it with what they had counted by then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counted {
    /// Segments with bytes of ours in them that were sent, each as often as it was.
    pub segments: u64,
    /// Of those, how many had been sent before.
    pub again: u64,
    /// Bytes that the other end acknowledged.
    pub delivered_bytes: u64,
    /// Bytes that came from the other end.
    pub received_bytes: u64,
}

impl std::ops::AddAssign for Counted {
    fn add_assign(&mut self, more: Self) {
        let Self { segments, again, delivered_bytes, received_bytes } = more;
        self.segments = self.segments.saturating_add(segments);
        self.again = self.again.saturating_add(again);
        self.delivered_bytes = self.delivered_bytes.saturating_add(delivered_bytes);
        self.received_bytes = self.received_bytes.saturating_add(received_bytes);
    }
}

/// A node's link in both directions, as it is now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flows {
    pub to_node: Flow,
    pub from_node: Flow,
}

/// One direction of a link.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flow {
    /// Bytes that arrived in each second since the heartbeat before; `None` where neither system tells.
    pub bytes_per_second: Option<u64>,
    /// 0 to 100: of the segments that were sent lately, the share that had to be sent again; `None` where too few were sent
    /// to tell, or where the sender's system does not.
    pub loss_percent: Option<f32>,
}

/// In bytes a second: heartbeats and little else. A rate below it says nothing of what the link can carry.
const IDLE: u64 = 1_250;

impl Flows {
    /// Nobody uses it.
    pub fn is_idle(&self) -> bool {
        [self.to_node, self.from_node].iter().all(Flow::is_idle)
    }

    /// Whether nothing is known to have been lost.
    pub fn is_whole(&self) -> bool {
        [self.to_node, self.from_node].iter().all(|flow| flow.loss_percent.is_none_or(|percent| percent == 0.0))
    }
}

impl Flow {
    pub fn is_idle(&self) -> bool {
        self.bytes_per_second.is_some_and(|rate| rate < IDLE)
    }
}

/// What the link carried when a person had it measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Measurement {
    pub at: Timestamp,
    pub to_node: Throughput,
    pub from_node: Throughput,
}

/// One direction of a measurement, as its receiver saw it. The start of the connection, when it is still slow, is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Throughput {
    pub bytes: u64,
    pub milliseconds: u64,
    pub bytes_per_second: u64,
}

impl Throughput {
    /// `micros` from the first byte to the last.
    pub fn new(bytes: u64, micros: u64) -> Self {
        let micros = micros.max(1);
        let rate = u128::from(bytes) * 1_000_000 / u128::from(micros);
        let bytes_per_second = u64::try_from(rate).unwrap_or(u64::MAX);
        Self { bytes, milliseconds: micros.div_ceil(1_000), bytes_per_second }
    }
}

/// Bytes in each second, as people compare links: in bits, with two or three digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BitRate(pub u64);

impl fmt::Display for BitRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from(self.0) * 8;
        let (unit, word) = match bits {
            0..1_000 => return write!(f, "{bits} bit/s"),
            1_000..1_000_000 => (1_000, "kbit/s"),
            1_000_000..1_000_000_000 => (1_000_000, "Mbit/s"),
            1_000_000_000.. => (1_000_000_000, "Gbit/s"),
        };
        match (bits / unit, bits % unit * 10 / unit) {
            (whole @ 0..10, tenths) => write!(f, "{whole}.{tenths} {word}"),
            (whole, _) => write!(f, "{whole} {word}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_told_in_bits() {
        let told = |bytes| BitRate(bytes).to_string();
        assert_eq!([told(0), told(100), told(150)], ["0 bit/s", "800 bit/s", "1.2 kbit/s"]);
        assert_eq!([told(124_999), told(125_000), told(6_172_839)], ["999 kbit/s", "1.0 Mbit/s", "49 Mbit/s"]);
        assert_eq!([told(125_000_000), told(u64::MAX)], ["1.0 Gbit/s", "147573952589 Gbit/s"]);
    }

    #[test]
    fn a_heartbeat_is_no_traffic() {
        let flow = |rate, loss_percent| Flow { bytes_per_second: rate, loss_percent };
        let flows = |to_node, from_node| Flows { to_node, from_node };
        assert!(flows(flow(Some(10), None), flow(Some(900), Some(0.0))).is_idle());
        assert!(!flows(flow(Some(10), None), flow(Some(1_250), None)).is_idle());
        assert!(!flows(flow(None, None), flow(Some(10), None)).is_idle(), "what is not known is not idle");
        assert!(flows(flow(None, None), flow(None, Some(0.0))).is_whole());
        assert!(!flows(flow(None, Some(0.1)), flow(None, None)).is_whole());
    }

    #[test]
    fn a_throughput_is_bytes_over_time_whatever_a_peer_says() {
        let measured = Throughput::new(12_500_000, 2_000_000);
        assert_eq!((measured.milliseconds, measured.bytes_per_second), (2_000, 6_250_000));
        assert_eq!(Throughput::new(u64::MAX, 0).bytes_per_second, u64::MAX);
        assert_eq!(Throughput::new(0, 0), Throughput { bytes: 0, milliseconds: 1, bytes_per_second: 0 });
    }

    #[test]
    fn counts_add_up_and_never_wrap() {
        let mut all = Counted { segments: u64::MAX, again: 1, delivered_bytes: 2, received_bytes: 3 };
        all += Counted { segments: 1, again: 1, delivered_bytes: 1, received_bytes: 1 };
        assert_eq!(all, Counted { segments: u64::MAX, again: 2, delivered_bytes: 3, received_bytes: 4 });
    }
}
