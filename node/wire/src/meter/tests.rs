//! With real connections on this machine.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

async fn pair(address: &str) -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind(address).await.unwrap();
    let to = listener.local_addr().unwrap();
    let (ours, theirs) = tokio::join!(TcpStream::connect(to), listener.accept());
    (ours.unwrap(), theirs.unwrap().0)
}

/// What was written is acknowledged a moment after it was read.
async fn until(meter: &Meter, is_so: impl Fn(Counted) -> bool) -> Counted {
    for _ in 0..1_000 {
        if let Some(counted) = meter.read().filter(|counted| is_so(*counted)) {
            return counted;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("waited in vain: {:?}", meter.read());
}

#[tokio::test]
async fn what_a_connection_carried_is_counted_also_after_its_end() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let meter = Meter::default();
        assert_eq!(meter.read(), None, "nothing was asked yet");
        let (ours, mut theirs) = pair(address).await;
        let ends = Ends::of(&ours);
        let mut ours = meter.metered(ours, ends);
        ours.write_all(&[7; 100_000]).await.unwrap();
        theirs.read_exact(&mut [0; 100_000]).await.unwrap();
        theirs.write_all(b"thanks").await.unwrap();
        ours.read_exact(&mut [0; 6]).await.unwrap();
        let counted = until(&meter, |counted| counted.delivered_bytes >= 100_000).await;
        assert!(counted.segments >= 2 && counted.received_bytes == 6, "{counted:?}");
        ours.write_all(b"and more").await.unwrap();
        theirs.read_exact(&mut [0; 8]).await.unwrap();
        until(&meter, |now| now.delivered_bytes == counted.delivered_bytes + 8).await;
        drop(ours);
        assert!(meter.is_idle());
        assert_eq!(meter.read().unwrap().delivered_bytes, counted.delivered_bytes + 8, "it has ended");

        let (second, _other) = pair(address).await;
        let ends = Ends::of(&second);
        let _second = meter.metered(second, ends);
        assert!(meter.read().unwrap().delivered_bytes >= counted.delivered_bytes + 8, "counts only grow");
    }
}

#[tokio::test]
async fn a_short_one_is_counted_although_nobody_asked_while_it_was_there() {
    let meter = Meter::default();
    let (ours, mut theirs) = pair("127.0.0.1:0").await;
    let ends = Ends::of(&ours);
    let mut ours = meter.metered(ours, ends);
    theirs.write_all(&[1; 5_000]).await.unwrap();
    ours.read_exact(&mut [0; 5_000]).await.unwrap();
    drop(ours);
    assert_eq!(meter.read().map(|counted| counted.received_bytes), Some(5_000));
}

#[tokio::test]
async fn a_connection_that_is_gone_tells_nothing_even_where_somebody_listens() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let meter = Meter::default();
    let ends = Ends { local: listener.local_addr().unwrap(), peer: "127.0.0.1:9".parse().unwrap() };
    let _entry = meter.watch(ends);
    assert_eq!(meter.read(), None);
}

#[tokio::test]
async fn what_moves_is_asked_of_each_second_so_that_little_is_lost_when_the_other_end_breaks_off() {
    let meter = Meter::default();
    let (ours, mut theirs) = pair("127.0.0.1:0").await;
    let ends = Ends::of(&ours);
    let mut ours = meter.metered(ours, ends);
    ours.write_all(&[7; 50_000]).await.unwrap();
    theirs.read_exact(&mut [0; 50_000]).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(2)).await;
    tokio::time::resume();
    ours.write_all(b"more").await.unwrap();
    socket2::SockRef::from(&theirs).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    drop(theirs);
    while ours.write_all(b"into the void").await.is_ok() {
        tokio::task::yield_now().await;
    }
    drop(ours);
    assert!(meter.read().is_some_and(|counted| counted.delivered_bytes >= 50_000), "{:?}", meter.read());
}

#[tokio::test]
async fn what_was_counted_before_this_end_closed_is_kept() {
    let meter = Meter::default();
    let (ours, mut theirs) = pair("127.0.0.1:0").await;
    let ends = Ends::of(&ours);
    let mut ours = meter.metered(ours, ends);
    ours.write_all(&[7; 50_000]).await.unwrap();
    theirs.read_exact(&mut [0; 50_000]).await.unwrap();
    ours.shutdown().await.unwrap();
    assert_eq!(theirs.read(&mut [0; 1]).await.unwrap(), 0);
    drop(theirs);
    assert_eq!(ours.read(&mut [0; 1]).await.unwrap(), 0);
    drop(ours);
    assert!(meter.read().is_some_and(|counted| counted.delivered_bytes >= 50_000), "{:?}", meter.read());
}
