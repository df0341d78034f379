//! TLS, with both versions of HTTP and without HTTP.

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;

use super::*;
use crate::http::tls::{Keeper, made};

fn trusting(keeper: &Keeper, protocols: &[&[u8]]) -> TlsConnector {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(keeper.shown().cert[0].clone()).unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    TlsConnector::from(Arc::new(config))
}

#[test]
fn tls_carries_requests_and_streams_and_tells_whoever_speaks_without() {
    live(async {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Arc::new(Keeper::open(made(dir.path(), &["localhost".to_owned()]).unwrap()).unwrap());
        let served = served(|door| Door { tls: Some(Arc::clone(&keeper)), ..door }).await;
        let name = || "localhost".try_into().unwrap();
        let mut stream = trusting(&keeper, &[b"http/1.1"]).connect(name(), served.dial().await).await.unwrap();
        say(&mut stream, ONCE).await;
        assert!(rest(&mut stream).await.ends_with("127.0.0.1"));

        let mut switched = trusting(&keeper, &[]).connect(name(), served.dial().await).await.unwrap();
        say(&mut switched, "GET /switch HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n").await;
        let mut heard = Vec::new();
        while !heard.ends_with(b"\r\n\r\n") {
            heard.push(switched.read_u8().await.unwrap());
        }
        assert!(heard.starts_with(b"HTTP/1.1 101"));
        say(&mut switched, "hello").await;
        let mut echoed = [0; 5];
        switched.read_exact(&mut echoed).await.unwrap();
        assert_eq!(&echoed, b"hello");

        let two = trusting(&keeper, &[b"h2", b"http/1.1"]).connect(name(), served.dial().await).await.unwrap();
        assert_eq!(two.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
        let (mut sender, connection) = hyper::client::conn::http2::handshake(
            hyper_util::rt::TokioExecutor::new(),
            hyper_util::rt::TokioIo::new(two),
        )
        .await
        .unwrap();
        tokio::spawn(connection);
        let request = hyper::Request::get("https://localhost/").body(Body::empty()).unwrap();
        let answer = sender.send_request(request).await.unwrap();
        let body = axum::body::to_bytes(Body::new(answer.into_body()), 1_000).await.unwrap();
        assert_eq!(body, "127.0.0.1");

        let mut plain = served.dial().await;
        say(&mut plain, "GET /x HTTP/1.1\r\nHost: localhost:1\r\n\r\n").await;
        plain.shutdown().await.unwrap();
        assert!(rest(&mut plain).await.contains("308 Permanent Redirect\r\nLocation: https://localhost:1/x\r\n"));
    });
}

#[test]
fn a_handshake_that_never_ends_is_given_up() {
    live(async {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Arc::new(Keeper::open(made(dir.path(), &["localhost".to_owned()]).unwrap()).unwrap());
        let served = served(|door| Door { tls: Some(keeper), ..hasty(door) }).await;
        let begun = Instant::now();
        for words in [&b""[..], b"\x16", b"\x16\x03\x01\x02\x00\x01"] {
            let mut stream = served.dial().await;
            stream.write_all(words).await.unwrap();
            assert_eq!(rest(&mut stream).await, "");
        }
        assert!(begun.elapsed() < HEAD * 30, "{:?}", begun.elapsed());
    });
}
