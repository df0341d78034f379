//! What somebody is told who comes to a host port of an instance that does not run. Nothing starts it here: whoever reaches
//! a port has not said who they are.

use std::time::Duration;

use model::port::ContainerPort;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::timeout;

/// How long a caller has to take the words and leave.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// Bytes of a caller's own that are read meanwhile: closed with some unread, a connection loses what was sent on it.
const READ: u64 = 64 << 10;
const SENTENCE: &str = "This instance does not run. Its owner can start it: in the DockHost console, or in the lobby of its \
                        SSH gateway with `start`.";
/// As SSH numbers that a program ends the connection.
const BY_APPLICATION: u32 = 11;
const DISCONNECT: u8 = 1;

/// Tells it in the protocol that is usual on that port of the instance, where there is one that has words.
pub(super) async fn tell(mut client: impl AsyncRead + AsyncWrite + Unpin, port: ContainerPort) {
    let words = match port {
        ContainerPort::SSH => ssh(SENTENCE),
        ContainerPort::HTTP => http(SENTENCE),
        ContainerPort(_) => return,
    };
    let told = async {
        client.write_all(&words).await?;
        client.shutdown().await?;
        tokio::io::copy(&mut client.take(READ), &mut tokio::io::sink()).await
    };
    // Whoever does not listen is told nothing.
    let _ = timeout(LAST_WORDS, told).await;
}

/// The greeting of a server, and the message with which it ends a connection: ssh shows its text.
fn ssh(sentence: &str) -> Vec<u8> {
    let mut payload = vec![DISCONNECT];
    payload.extend(BY_APPLICATION.to_be_bytes());
    for text in [sentence, "en"] {
        payload.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
        payload.extend(text.as_bytes());
    }
    // The length, its own byte and the payload are padded to eights, by at least four.
    let padding = 4 + (8 - (4 + 1 + payload.len() + 4) % 8) % 8;
    let mut words = b"SSH-2.0-DockHost\r\n".to_vec();
    words.extend(u32::try_from(1 + payload.len() + padding).unwrap_or_default().to_be_bytes());
    words.push(u8::try_from(padding).unwrap_or_default());
    words.extend(payload);
    words.extend(vec![0; padding]);
    words
}

fn http(sentence: &str) -> Vec<u8> {
    let length = sentence.len() + 1;
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nCache-Control: no-store\r\n\
         Connection: close\r\nContent-Length: {length}\r\n\r\n{sentence}\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_a_whole_packet_of_ssh() {
        for sentence in ["", "a", "abcdefg", SENTENCE] {
            let words = ssh(sentence);
            let packet = words.strip_prefix(b"SSH-2.0-DockHost\r\n").unwrap();
            let length = u32::from_be_bytes(packet[..4].try_into().unwrap()) as usize;
            assert_eq!((packet.len(), packet.len() % 8), (4 + length, 0), "{sentence}");
            let padding = usize::from(packet[4]);
            assert!((4..12).contains(&padding), "{padding}");
            let payload = &packet[5..packet.len() - padding];
            assert_eq!(payload[..5], [1, 0, 0, 0, 11]);
            assert_eq!(payload.len(), 5 + 4 + sentence.len() + 4 + 2);
        }
    }

    #[tokio::test]
    async fn whoever_says_something_first_is_told_all_the_same() {
        for (port, begins) in [(ContainerPort::SSH, "SSH-2.0-"), (ContainerPort::HTTP, "HTTP/1.1 503 ")] {
            let (near, mut far) = tokio::io::duplex(4_096);
            let telling = tokio::spawn(tell(near, port));
            far.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
            let mut heard = Vec::new();
            far.read_to_end(&mut heard).await.unwrap();
            drop(far);
            telling.await.unwrap();
            let heard = String::from_utf8_lossy(&heard);
            assert!(heard.starts_with(begins) && heard.contains("does not run"), "{heard}");
        }
        let (near, mut far) = tokio::io::duplex(64);
        tell(near, ContainerPort::HTTPS).await;
        assert_eq!(far.read(&mut [0]).await.unwrap(), 0, "TLS has no words before a certificate");
    }
}
