//! Carrying a measurement: either end sends or counts as [`protocol::measure`] says, in bounded time.

use std::io;
use std::time::Duration;

use protocol::measure::{BLOCK, Receiving, Sending};
use protocol::stream::Measured;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, timeout};

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;

/// Sends until the bytes or the time are used up; a link that takes nothing may hold it for longer, so the caller bounds it.
/// `filler` should be random: a link that compresses would shine with anything else. `sent` is told how many bytes went.
///
/// # Errors
/// When the stream takes nothing more.
pub async fn send(
    stream: &mut (impl AsyncWrite + Unpin),
    filler: &mut [u8; BLOCK],
    mut sent: impl FnMut(u64),
) -> io::Result<()> {
    let (begun, mut sending) = (Instant::now(), Sending::default());
    while let Some(mark) = sending.next(begun.elapsed()) {
        sent(sending.sent());
        filler[0] = mark;
        stream.write_all(filler).await?;
    }
    stream.flush().await
}

/// Counts what arrives. For its first byte it waits as long as the caller does.
///
/// # Errors
/// When the stream breaks off before the measurement is over.
pub async fn receive(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Measured> {
    let (begun, mut receiving) = (Instant::now(), Receiving::default());
    let mut buffer = vec![0; BUFFER];
    loop {
        let read = stream.read(&mut buffer);
        let read = match receiving.deadline() {
            None => Some(read.await?),
            Some(deadline) => timeout(deadline.saturating_sub(begun.elapsed()), read).await.ok().transpose()?,
        };
        match read {
            Some(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(length) => receiving.heard(buffer.get(..length).unwrap_or_default(), begun.elapsed()),
            None => {}
        }
        if let Some(measured) = receiving.measured(begun.elapsed()) {
            return Ok(measured);
        }
    }
}

/// Takes what still comes, so that what was said before the end is not lost with it.
pub async fn drain(stream: &mut (impl AsyncRead + Unpin), patience: Duration) {
    let mut buffer = vec![0; BUFFER];
    let all = async { while stream.read(&mut buffer).await.is_ok_and(|length| length > 0) {} };
    // A peer that goes on is cut off.
    let _ = timeout(patience, all).await;
}

#[cfg(test)]
mod tests {
    use super::*;
    use protocol::limits::{MEASURE_BYTES, MEASURE_TIME};

    #[tokio::test]
    async fn a_fast_stream_carries_all_bytes_and_says_where_it_ends() {
        let (mut near, mut far) = tokio::io::duplex(1 << 20);
        let mut sent = 0;
        let mut filler = [7; BLOCK];
        let (went, measured) = tokio::join!(send(&mut near, &mut filler, |bytes| sent = bytes), receive(&mut far));
        went.unwrap();
        assert_eq!(sent, MEASURE_BYTES);
        let bytes = measured.unwrap().bytes;
        assert!((MEASURE_BYTES - BUFFER as u64..MEASURE_BYTES).contains(&bytes), "{bytes} of all but the first");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_falls_silent_is_measured_to_the_end_of_the_time() {
        let (mut near, mut far) = tokio::io::duplex(1 << 20);
        let silent = async {
            for _ in 0..2 {
                near.write_all(&[1; BLOCK]).await.unwrap();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            std::future::pending::<()>().await;
        };
        let measured = tokio::select! {
            () = silent => panic!("it goes on"),
            measured = receive(&mut far) => measured.unwrap(),
        };
        assert_eq!((measured.bytes, measured.micros / 1_000), (BLOCK as u64, MEASURE_TIME.as_millis() as u64));
    }

    #[tokio::test]
    async fn one_that_breaks_off_is_no_measurement() {
        let (mut near, mut far) = tokio::io::duplex(1 << 20);
        near.write_all(&[1; 100]).await.unwrap();
        drop(near);
        assert!(receive(&mut far).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_still_comes_is_taken_for_a_while_only() {
        let (mut near, mut far) = tokio::io::duplex(1 << 10);
        let endless = async {
            while near.write_all(&[1; 100]).await.is_ok() {
                tokio::task::yield_now().await
            }
        };
        tokio::select! {
            () = endless => panic!("it goes on"),
            () = async {
                tokio::time::advance(Duration::from_millis(1)).await;
                drain(&mut far, Duration::ZERO).await;
            } => {}
        }
    }
}
