//! Somebody who speaks plain HTTP where TLS is spoken, such as a browser that was given the address without `https://`.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::limits::PLAIN_HEAD;

/// Sends them to the same address with `https`, or says so to whoever would have to say something again that was not for
/// everybody's eyes.
pub(super) async fn tell(mut socket: TcpStream, patience: Duration) {
    let told = async {
        let head = read(&mut socket).await?;
        socket.write_all(answer(&head).as_bytes()).await?;
        socket.shutdown().await?;
        // What is unread when a connection is closed resets it, and the answer is lost.
        let mut rest = [0; 1_024];
        while socket.read(&mut rest).await? > 0 {}
        Ok::<(), std::io::Error>(())
    };
    // Whoever is slow at this learns nothing.
    drop(timeout(patience, told).await);
}

async fn read(socket: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut piece = [0; 1_024];
    while head.len() < PLAIN_HEAD && !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match socket.read(&mut piece).await? {
            0 => break,
            length => head.extend_from_slice(&piece[..length]),
        }
    }
    Ok(head)
}

fn answer(head: &[u8]) -> String {
    let sentence = "This server speaks TLS here: write https:// before the address.\n";
    let length = sentence.len();
    let rest = format!(
        "Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{sentence}"
    );
    match place(head) {
        Some(place) => format!("HTTP/1.1 308 Permanent Redirect\r\nLocation: {place}\r\n{rest}"),
        None => format!("HTTP/1.1 400 Bad Request\r\n{rest}"),
    }
}

fn place(head: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(head).ok()?;
    let mut lines = text.split("\r\n");
    let (method, rest) = lines.next()?.split_once(' ')?;
    let path = rest.strip_suffix(" HTTP/1.1").or_else(|| rest.strip_suffix(" HTTP/1.0"))?;
    let host = lines.find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then(|| value.trim())
    })?;
    let good_host = (1..=255).contains(&host.len())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'[' | b']'));
    let good_path = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    (matches!(method, "GET" | "HEAD") && good_host && good_path).then(|| format!("https://{host}{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_found_again_under_https() {
        let told = answer(b"GET /set-up?token=x HTTP/1.1\r\nAccept: */*\r\nhost: 192.0.2.7:8080\r\n\r\n");
        assert!(
            told.starts_with("HTTP/1.1 308 Permanent Redirect\r\nLocation: https://192.0.2.7:8080/set-up?token=x\r\n")
        );
        assert!(told.ends_with("\r\n\r\nThis server speaks TLS here: write https:// before the address.\n"));
    }

    #[test]
    fn nothing_else_is_sent_anywhere() {
        for head in [
            &b"POST /api/v1/sign-in HTTP/1.1\r\nHost: a\r\n\r\n"[..],
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET // HTTP/1.1\r\nHost: a b\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: a/@evil\r\n\r\n",
            b"GET http://evil/ HTTP/1.1\r\nHost: a\r\n\r\n",
            b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
            b"SSH-2.0-OpenSSH\r\n",
            b"\xff\xfe",
            b"",
        ] {
            assert!(answer(head).starts_with("HTTP/1.1 400 "), "{}", String::from_utf8_lossy(head));
        }
    }
}
