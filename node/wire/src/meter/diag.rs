//! Asking Linux about one TCP connection, by its addresses, over `sock_diag`: what `getsockopt(TCP_INFO)` tells of a
//! socket in hand, of those too that a library holds, and without `unsafe`. No privilege is needed. The formats are part of
//! the kernel's interface (`linux/netlink.h`, `inet_diag.h`, `tcp.h`), whose structures only grow at their ends.

use std::io::{self, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use model::link::Counted;
use socket2::{Domain, Protocol, Socket, Type};

use super::Ends;

const AF_NETLINK: i32 = 16;
const SOCK_RAW: i32 = 3;
const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const IPPROTO_TCP: u8 = 6;
/// The extension that is asked for, by its bit, and the attribute that answers.
const WITH_INFO: u8 = 1 << 1;
const INET_DIAG_INFO: u16 = 2;

const REQUEST: usize = 72;
/// Before the attributes of an answer: the head, then what is told of every socket.
const HEAD: usize = 16;
const TOLD: usize = 72;
/// Bytes of one answer, with room to grow.
const ANSWER: usize = 4 << 10;
/// The kernel answers while it is asked; this is for a system that behaves otherwise.
const PATIENCE: Duration = Duration::from_millis(200);

pub(super) struct Diag(Socket);

impl Diag {
    /// # Errors
    /// Where there is no such thing.
    pub(super) fn open() -> io::Result<Self> {
        let socket =
            Socket::new(Domain::from(AF_NETLINK), Type::from(SOCK_RAW), Some(Protocol::from(NETLINK_SOCK_DIAG)))?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(socket))
    }

    /// `None` of a connection that is gone.
    ///
    /// # Errors
    /// When the system does not answer.
    pub(super) fn ask(&self, ends: Ends) -> io::Result<Option<Counted>> {
        (&self.0).write_all(&request(ends))?;
        let mut answer = [0; ANSWER];
        let length = (&self.0).read(&mut answer)?;
        Ok(read(answer.get(..length).unwrap_or_default(), ends))
    }
}

/// The head of the message, the kind of socket, and its two ends.
fn request(Ends { local, peer }: Ends) -> [u8; REQUEST] {
    let (family, scope) = match local {
        SocketAddr::V4(_) => (AF_INET, 0),
        SocketAddr::V6(address) => (AF_INET6, address.scope_id()),
    };
    let mut bytes = Vec::with_capacity(REQUEST);
    bytes.extend_from_slice(&(REQUEST as u32).to_ne_bytes());
    bytes.extend_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend_from_slice(&NLM_F_REQUEST.to_ne_bytes());
    bytes.extend_from_slice(&[0; 8]);
    bytes.extend_from_slice(&[family, IPPROTO_TCP, WITH_INFO, 0]);
    // In whatever state, and whatever its cookie.
    bytes.extend_from_slice(&u32::MAX.to_ne_bytes());
    bytes.extend_from_slice(&local.port().to_be_bytes());
    bytes.extend_from_slice(&peer.port().to_be_bytes());
    bytes.extend_from_slice(&octets(local.ip()));
    bytes.extend_from_slice(&octets(peer.ip()));
    bytes.extend_from_slice(&scope.to_ne_bytes());
    bytes.extend_from_slice(&[u8::MAX; 8]);
    let mut request = [0; REQUEST];
    request.copy_from_slice(&bytes);
    request
}

fn octets(address: IpAddr) -> [u8; 16] {
    match address {
        IpAddr::V6(address) => address.octets(),
        IpAddr::V4(address) => {
            let [a, b, c, d] = address.octets();
            [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        }
    }
}

/// What an answer tells of that very connection. Where it is gone, the kernel answers with an error, or with whoever
/// listens there.
fn read(answer: &[u8], Ends { local, peer }: Ends) -> Option<Counted> {
    let kind = u16::from_ne_bytes(part(answer, 4)?);
    let ports = (u16::from_be_bytes(part(answer, HEAD + 4)?), u16::from_be_bytes(part(answer, HEAD + 6)?));
    if kind != SOCK_DIAG_BY_FAMILY || ports != (local.port(), peer.port()) {
        return None;
    }
    let mut at = HEAD + TOLD;
    loop {
        let length = usize::from(u16::from_ne_bytes(part(answer, at)?));
        if u16::from_ne_bytes(part(answer, at + 2)?) == INET_DIAG_INFO {
            return info(answer.get(at + 4..at + length)?);
        }
        // Attributes begin at multiples of four; one without a length would never end.
        at += length.max(4).next_multiple_of(4);
    }
}

/// Where the fields stand in a `struct tcp_info` (`linux/tcp.h`, there with `tcpi_` before each name). It only ever grows at
/// its end, and an older kernel's is shorter.
mod offset {
    pub(super) const TOTAL_RETRANS: usize = 100;
    pub(super) const BYTES_ACKED: usize = 120;
    pub(super) const BYTES_RECEIVED: usize = 128;
    pub(super) const DATA_SEGS_OUT: usize = 156;
}

fn info(bytes: &[u8]) -> Option<Counted> {
    Some(Counted {
        again: u32::from_ne_bytes(part(bytes, offset::TOTAL_RETRANS)?).into(),
        delivered_bytes: u64::from_ne_bytes(part(bytes, offset::BYTES_ACKED)?),
        received_bytes: u64::from_ne_bytes(part(bytes, offset::BYTES_RECEIVED)?),
        segments: u32::from_ne_bytes(part(bytes, offset::DATA_SEGS_OUT)?).into(),
    })
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENDS: (&str, &str) = ("192.0.2.1:8080", "192.0.2.2:40000");

    fn ends() -> Ends {
        Ends { local: ENDS.0.parse().unwrap(), peer: ENDS.1.parse().unwrap() }
    }

    fn answer(ports: (u16, u16), attributes: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut answer = vec![0; HEAD + TOLD];
        answer[4..6].copy_from_slice(&SOCK_DIAG_BY_FAMILY.to_ne_bytes());
        answer[HEAD + 4..HEAD + 6].copy_from_slice(&ports.0.to_be_bytes());
        answer[HEAD + 6..HEAD + 8].copy_from_slice(&ports.1.to_be_bytes());
        for (kind, value) in attributes {
            answer.extend_from_slice(&(value.len() as u16 + 4).to_ne_bytes());
            answer.extend_from_slice(&kind.to_ne_bytes());
            answer.extend_from_slice(value);
            answer.resize(answer.len().next_multiple_of(4), 0);
        }
        answer
    }

    fn tcp_info() -> Vec<u8> {
        let mut info = vec![0; 280];
        info[100..104].copy_from_slice(&5_u32.to_ne_bytes());
        info[120..128].copy_from_slice(&140_000_u64.to_ne_bytes());
        info[128..136].copy_from_slice(&900_u64.to_ne_bytes());
        info[156..160].copy_from_slice(&100_u32.to_ne_bytes());
        info
    }

    #[test]
    fn an_answer_is_read_to_the_attribute_that_was_asked_for() {
        let told = answer((8080, 40_000), &[(8, vec![0]), (5, vec![1; 11]), (INET_DIAG_INFO, tcp_info())]);
        let counted = Counted { segments: 100, again: 5, delivered_bytes: 140_000, received_bytes: 900 };
        assert_eq!(read(&told, ends()), Some(counted));
    }

    #[test]
    fn whatever_else_comes_tells_nothing() {
        let whole = answer((8080, 40_000), &[(INET_DIAG_INFO, tcp_info())]);
        for length in 0..HEAD + TOLD + 4 + 160 {
            assert_eq!(read(&whole[..length], ends()), None, "cut off after {length} bytes");
        }
        assert_eq!(read(&answer((8080, 0), &[(INET_DIAG_INFO, tcp_info())]), ends()), None, "whoever listens there");
        assert_eq!(read(&answer((8080, 40_000), &[(INET_DIAG_INFO, vec![0; 104])]), ends()), None, "an old kernel");
        let mut endless = answer((8080, 40_000), &[(7, Vec::new())]);
        endless[HEAD + TOLD..HEAD + TOLD + 2].copy_from_slice(&0_u16.to_ne_bytes());
        assert_eq!(read(&endless, ends()), None);
        let mut error = whole;
        error[4..6].copy_from_slice(&2_u16.to_ne_bytes());
        assert_eq!(read(&error, ends()), None);
    }

    #[test]
    fn addresses_of_both_kinds_fill_their_places() {
        let v4 = request(ends());
        assert_eq!(
            (v4[16], &v4[24..32], &v4[32..36]),
            (AF_INET, &[0x1f, 0x90, 0x9c, 0x40, 192, 0, 2, 1][..], &[0; 4][..])
        );
        let scoped = std::net::SocketAddrV6::new("fe80::1".parse().unwrap(), 1, 0, 7);
        let v6 = request(Ends { local: scoped.into(), peer: scoped.into() });
        assert_eq!((v6[16], &v6[28..30], &v6[60..64]), (AF_INET6, &[0xfe, 0x80][..], &7_u32.to_ne_bytes()[..]));
    }
}
