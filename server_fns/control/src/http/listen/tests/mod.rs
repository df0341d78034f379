//! The listener, by real connections.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::routing::{any, get};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use super::*;

mod tls;

struct Served {
    port: u16,
    stop: CancellationToken,
    ended: tokio::task::JoinHandle<()>,
}

/// Answers who asked, how much was sent, and endlessly.
fn router() -> Router {
    let who = |info: ConnectInfo<Dialled>| async move { info.0.address().to_string() };
    let count = |body: Bytes| async move { body.len().to_string() };
    let endless = async || {
        Response::new(Body::from_stream(futures_util::stream::repeat(Ok::<_, Infallible>(vec![0_u8; 65_536]))))
    };
    let switch = |request: Request| async move {
        tokio::spawn(async move {
            let upgraded = hyper::upgrade::on(request).await.unwrap();
            let parts = upgraded.downcast::<hyper_util::rt::TokioIo<Wire>>().unwrap();
            let mut wire = parts.io.into_inner().of_node(false);
            assert!(wire.tcp().peer_addr().is_ok());
            let (mut read, mut write) = tokio::io::split(&mut wire);
            tokio::io::copy(&mut read, &mut write).await.unwrap();
        });
        let mut answer = Response::new(Body::empty());
        *answer.status_mut() = axum::http::StatusCode::SWITCHING_PROTOCOLS;
        answer.headers_mut().insert("connection", "upgrade".parse().unwrap());
        answer.headers_mut().insert("upgrade", "echo".parse().unwrap());
        answer
    };
    // What a feed does: long pauses, of which no reader is guilty.
    let seldom = async || {
        Response::new(Body::from_stream(futures_util::stream::unfold(0, |said| async move {
            tokio::time::sleep(STANDSTILL * 2).await;
            (said < 2).then_some((Ok::<_, Infallible>("."), said + 1))
        })))
    };
    Router::new()
        .route("/", any(who))
        .route("/seldom", get(seldom))
        .route("/count", any(count))
        .route("/endless", get(endless))
        .route("/switch", get(switch))
}

async fn served(change: impl FnOnce(Door) -> Door) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let stop = CancellationToken::new();
    let door = change(Door::plain(listener));
    let ended = tokio::spawn(door.serve(router(), stop.clone().cancelled_owned()));
    Served { port, stop, ended }
}

impl Served {
    async fn dial(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).await.unwrap()
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), words: &str) {
    stream.write_all(words.as_bytes()).await.unwrap();
}

async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut all = Vec::new();
    drop(stream.read_to_end(&mut all).await);
    String::from_utf8_lossy(&all).into_owned()
}

/// Of [`hasty`].
const HEAD: Duration = Duration::from_millis(200);
const STANDSTILL: Duration = Duration::from_millis(600);

const ONCE: &str = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

/// The usual bounds, each a fiftieth as long, and standing still a five-hundredth.
fn hasty(door: Door) -> Door {
    let Patience { handshake, head, head_of_proxy, idle, standstill, ask, last_requests, plain } = Patience::USUAL;
    let patience = Patience {
        handshake: handshake / 50,
        head: head / 50,
        head_of_proxy: head_of_proxy / 50,
        idle: idle / 50,
        standstill: standstill / 500,
        ask: ask / 50,
        last_requests,
        plain: plain / 50,
    };
    Door { patience, ..door }
}

fn live(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(test);
}

#[test]
fn who_says_nothing_or_says_it_slowly_is_cut_and_the_others_are_served() {
    live(async {
        let served = served(hasty).await;
        let begun = Instant::now();
        let mut idle = served.dial().await;
        let mut slow = served.dial().await;
        say(&mut slow, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ").await;
        let mut kept = served.dial().await;
        say(&mut kept, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        for stream in [&mut idle, &mut slow] {
            assert_eq!(rest(stream).await, "", "nothing was asked whole, so nothing is answered");
        }
        assert!(rest(&mut kept).await.ends_with("127.0.0.1"), "its answer came, and then it was idle for too long");
        let waited = begun.elapsed();
        assert!(waited >= HEAD && waited < HEAD * 20, "{waited:?}");
        let mut other = served.dial().await;
        say(&mut other, ONCE).await;
        assert!(rest(&mut other).await.starts_with("HTTP/1.1 200"));
    });
}

#[test]
fn a_byte_now_and_then_does_not_buy_time() {
    live(async {
        let served = served(hasty).await;
        let begun = Instant::now();
        let mut drip = served.dial().await;
        let mut words = "GET / HTTP/1.1\r\nHost: a\r\n".to_owned() + &"X: y\r\n".repeat(1_000);
        while drip.write_all(words.drain(..1).as_str().as_bytes()).await.is_ok() && begun.elapsed() < HEAD * 40 {
            tokio::time::sleep(HEAD / 10).await;
        }
        assert!(begun.elapsed() < HEAD * 20, "{:?}", begun.elapsed());
    });
}

#[test]
fn bodies_that_stand_still_and_readers_that_do_not_read_are_cut() {
    live(async {
        let served = served(hasty).await;
        let mut body = served.dial().await;
        say(&mut body, "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n12345").await;
        let begun = Instant::now();
        assert!(rest(&mut body).await.starts_with("HTTP/1.1 400"));
        assert!(begun.elapsed() >= STANDSTILL && begun.elapsed() < STANDSTILL * 20, "{:?}", begun.elapsed());
        let mut reader = served.dial().await;
        say(&mut reader, "GET /endless HTTP/1.1\r\nHost: a\r\n\r\n").await;
        reader.readable().await.unwrap();
        tokio::time::sleep(STANDSTILL * 3).await;
        // What was under way is there, and then it ends: an endless answer would not.
        let mut piece = vec![0; 1 << 20];
        let mut read = 0;
        while let Ok(more @ 1..) = reader.read(&mut piece).await {
            read += more;
            assert!(read < 64 << 20);
        }
    });
}

#[test]
fn one_address_cannot_take_every_place() {
    live(async {
        let served = served(|door| Door { most: 40, ..door }).await;
        // More than there are places, from one address; each was let in, and none says anything.
        let mut idle = Vec::new();
        for _ in 0..200 {
            idle.push(served.dial().await);
        }
        let mut other = served.dial().await;
        say(&mut other, ONCE).await;
        let answer = timeout(Patience::USUAL.head / 2, rest(&mut other)).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        // The quietest were cut long before their time was over.
        let first = timeout(Patience::USUAL.head / 2, rest(&mut idle[0])).await.unwrap();
        assert_eq!(first, "");
    });
}

#[test]
fn a_head_that_is_too_long_is_refused() {
    live(async {
        let served = served(|door| door).await;
        let mut long = served.dial().await;
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "y".repeat(limits::HEAD_BYTES * 2));
        drop(long.write_all(head.as_bytes()).await);
        let told = rest(&mut long).await;
        assert!(told.is_empty() || told.starts_with("HTTP/1.1 431"), "{told}");
        let mut many = served.dial().await;
        say(&mut many, &format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: y\r\n".repeat(limits::HEAD_LINES + 1)))
            .await;
        assert!(rest(&mut many).await.starts_with("HTTP/1.1 431"));
    });
}

#[test]
fn a_named_proxy_is_believed_and_keeps_its_connections() {
    live(async {
        let served = served(|door| Door { proxies: Arc::new("127.0.0.1".parse().unwrap()), ..hasty(door) }).await;
        let mut proxy = served.dial().await;
        let ask = "GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1, 192.0.2.7\r\n\r\n";
        for _ in 0..2 {
            say(&mut proxy, ask).await;
            let mut answer = [0; 512];
            let length = proxy.read(&mut answer).await.unwrap();
            assert!(answer[..length].ends_with(b"192.0.2.7"));
            tokio::time::sleep(HEAD * 5).await;
        }
    });
}

#[test]
fn a_request_that_is_under_way_is_answered_before_the_end() {
    live(async {
        let served = served(|door| door).await;
        let mut waiting = served.dial().await;
        say(&mut waiting, "POST /count HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n12").await;
        let mut idle = served.dial().await;
        say(&mut idle, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").await;
        idle.readable().await.unwrap();
        served.stop.cancel();
        say(&mut waiting, "34").await;
        assert!(rest(&mut waiting).await.ends_with("\r\n\r\n4"));
        timeout(Patience::USUAL.last_requests * 2, served.ended).await.unwrap().unwrap();
    });
}

#[test]
fn both_versions_are_understood_without_tls_and_neither_waits_for_ever() {
    live(async {
        let served = served(hasty).await;
        let (mut sender, connection) = hyper::client::conn::http2::handshake(
            hyper_util::rt::TokioExecutor::new(),
            hyper_util::rt::TokioIo::new(served.dial().await),
        )
        .await
        .unwrap();
        let connection = tokio::spawn(connection);
        let request = || hyper::Request::get("http://localhost/").body(Body::empty()).unwrap();
        let answer = sender.send_request(request()).await.unwrap();
        assert_eq!(axum::body::to_bytes(Body::new(answer.into_body()), 1_000).await.unwrap(), "127.0.0.1");
        // It is asked nothing more, and told so.
        drop(timeout(Patience::USUAL.head, connection).await.unwrap());
        for words in ["P", "PR", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "PUT / HTTP/1.1\r\n"] {
            let mut stream = served.dial().await;
            say(&mut stream, words).await;
            timeout(Patience::USUAL.head, rest(&mut stream)).await.unwrap();
        }
    });
}

#[test]
fn an_answer_among_several_that_nobody_takes_is_reset_and_a_slow_one_is_not() {
    live(async {
        let served = served(hasty).await;
        let request = |path: &str| hyper::Request::get(format!("http://localhost{path}")).body(Body::empty()).unwrap();
        // All of it or nothing is taken of each answer. The client still says that it is there whenever it is asked.
        for (window, path) in [(0, "/"), (0, "/endless"), (65_535, "/endless")] {
            let (mut sender, connection) =
                hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
                    .initial_stream_window_size(window)
                    .handshake(hyper_util::rt::TokioIo::new(served.dial().await))
                    .await
                    .unwrap();
            let connection = tokio::spawn(connection);
            let begun = Instant::now();
            let mut held = Vec::new();
            for _ in 0..3 {
                held.push(sender.send_request(request(path)).await.unwrap().into_body());
            }
            tokio::time::sleep(STANDSTILL / 2).await;
            assert!(!connection.is_finished());
            if window == 0 {
                for body in held {
                    let ended = timeout(STANDSTILL * 20, axum::body::to_bytes(Body::new(body), 1 << 20)).await;
                    assert!(ended.unwrap().is_err(), "{path}");
                }
                assert!(begun.elapsed() >= STANDSTILL, "{:?}", begun.elapsed());
            } else {
                // Nothing is being answered any more, so the connection ends as one that is asked nothing.
                drop(timeout(Patience::USUAL.head, connection).await.unwrap());
            }
        }
        let (mut sender, connection) = hyper::client::conn::http2::handshake(
            hyper_util::rt::TokioExecutor::new(),
            hyper_util::rt::TokioIo::new(served.dial().await),
        )
        .await
        .unwrap();
        tokio::spawn(connection);
        let seldom = sender.send_request(request("/seldom")).await.unwrap().into_body();
        assert_eq!(axum::body::to_bytes(Body::new(seldom), 10).await.unwrap(), "..");
    });
}
