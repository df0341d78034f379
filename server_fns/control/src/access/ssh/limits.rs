//! Every bound of the gateway.

use std::time::Duration;

use crate::auth::attempts::Rate;

/// Connections whose client has not logged in yet, from everywhere.
pub(super) const WAITING_TO_LOG_IN: usize = 1_024;
/// Connections of those who have, from everywhere; and both together from one address.
pub(super) const CONNECTIONS: usize = 4_096;
pub(super) const CONNECTIONS_OF_ADDRESS: usize = 256;
/// From the first byte to a proven key.
pub(super) const LOGIN_GRACE: Duration = Duration::from_secs(20);
/// Keys that a client may offer. An agent holds a handful.
pub(super) const KEYS_OFFERED: usize = 20;
/// Key exchanges that lead to no login, of one address. A building may be behind one.
pub(super) const HANDSHAKES: Rate = Rate { burst: 100, every: Duration::from_millis(50) };
/// Connections of one address that offer keys which nobody has, before its answers are slowed.
pub(super) const WRONG_KEYS: Rate = Rate { burst: 10, every: Duration::from_secs(10) };
/// How long the first wrong key of each further one waits for its answer.
pub(super) const WRONG_KEY: Duration = Duration::from_secs(2);
/// How often the log says so of one address.
pub(super) const TOLD: Rate = Rate { burst: 1, every: Duration::from_secs(600) };
/// Addresses that are remembered for each of these.
pub(super) const ADDRESSES: usize = 10_000;
/// After accepting failed, which is for want of file descriptors.
pub(super) const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Channels that one connection may hold.
pub(super) const CHANNELS: usize = 128;
/// Ports and sockets that it may ask its instance to listen on.
pub(super) const FORWARDS: usize = 128;
/// A client that answers none of these is gone.
pub(super) const KEEPALIVE: Duration = Duration::from_secs(15);
pub(super) const KEEPALIVES: usize = 4;
/// Bytes read from a connection at once.
pub(super) const READ_BUFFER: usize = 128 << 10;
/// Bytes that a client may send on a channel before it hears that they were taken.
pub(super) const WINDOW: u32 = 2 << 20;
/// Bytes of one packet: the largest that OpenSSH sends is half of it.
pub(super) const PACKET: u32 = 65_535;
/// Bytes that one connection may leave waiting here before its windows are no longer renewed.
pub(super) const WAITING: usize = 8 << 20;
/// Messages of one channel that may wait. It is above what [`WAITING`] allows of packets of usual size, so that a slow
/// channel never stops the reading of the others.
pub(super) const MESSAGES: usize = 4_096;
/// How long an instance may take to be started for a client.
pub(super) const START: Duration = Duration::from_secs(120);
/// How long the instance's sshd is waited for, once its container runs.
pub(super) const SSHD: Duration = Duration::from_secs(15);
/// How long the login at the instance may take.
pub(super) const LOGIN: Duration = Duration::from_secs(20);
/// How often it is tried again: an sshd closes connections when many come at once.
pub(super) const LOGIN_TRIES: u32 = 6;
/// The pause before the first of these; it doubles with each.
pub(super) const LOGIN_PAUSE: Duration = Duration::from_millis(100);
/// How long the end of a program's output waits to be told together with how it ended.
pub(super) const EXIT_STATUS: Duration = Duration::from_millis(500);
/// How long somebody who is told a sentence and nothing else has to open a session for it.
pub(super) const WORDS: Duration = Duration::from_secs(5);
/// How long the last words of a session have to leave before the connection is cut.
pub(super) const LAST_WORDS: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use std::path::Path;

    use model::image::ImageName;

    use super::*;

    /// What the gateway grants a client, the instance's sshd must grant the gateway, and what is usual is below what it
    /// turns away.
    #[test]
    fn the_sshd_of_an_image_grants_what_the_gateway_grants() {
        for image in ImageName::ALL {
            let images = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../images"));
            let own = images.join(image.as_str()).join("sshd.conf");
            let file = if own.exists() { own } else { images.join("apt/sshd.conf") };
            let conf = std::fs::read_to_string(file).unwrap();
            let set =
                |name: &str| conf.lines().find_map(|line| line.strip_prefix(name)).map(str::trim).unwrap_or_default();
            assert_eq!(set("MaxSessions ").parse(), Ok(CHANNELS), "{image}");
            assert_eq!(set("LoginGraceTime ").parse(), Ok(LOGIN_GRACE.as_secs()), "{image}");
            let begins: usize = set("MaxStartups ").split(':').next().unwrap().parse().unwrap();
            // One count is kept on the node and one on the server, and the gateway's logins come beside them.
            assert!(begins >= 2 * wire::newcomers::MAX + 32, "{image}");
            assert!(!conf.contains("AcceptEnv LANG"), "{image}");
        }
    }
}
