//! Frames in a stream of bytes, such as datagrams: each behind its length in two bytes, the higher first.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// Bytes of one frame. No datagram has more, as its length stands in as many bytes of an IP header.
pub const MAX_FRAME: usize = u16::MAX as usize;

/// How many bytes came into `buffer`, which holds [`MAX_FRAME`]; `None` at the end of the stream.
///
/// # Errors
/// When the stream breaks off within a frame.
pub async fn read(stream: &mut (impl AsyncRead + Unpin), buffer: &mut [u8]) -> io::Result<Option<usize>> {
    let length = match stream.read_u16().await {
        Ok(length) => usize::from(length),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    };
    let place = buffer.get_mut(..length).ok_or(io::ErrorKind::InvalidInput)?;
    stream.read_exact(place).await?;
    Ok(Some(length))
}

/// # Errors
/// When the stream takes nothing more, or the frame is longer than [`MAX_FRAME`].
pub async fn write(stream: &mut (impl AsyncWrite + Unpin), frame: &[u8]) -> io::Result<()> {
    let length = u16::try_from(frame.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    // In one write, so that a short one goes out as one segment.
    let framed = [&length.to_be_bytes()[..], frame].concat();
    stream.write_all(&framed).await?;
    stream.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_come_out_as_they_went_in() {
        let (mut near, mut far) = tokio::io::duplex(1 << 20);
        let sent = [&b"one"[..], b"", &[7; MAX_FRAME]];
        for frame in sent {
            write(&mut near, frame).await.unwrap();
        }
        assert!(write(&mut near, &[0; MAX_FRAME + 1]).await.is_err());
        drop(near);
        let mut buffer = vec![0; MAX_FRAME];
        for frame in sent {
            let length = read(&mut far, &mut buffer).await.unwrap().unwrap();
            assert_eq!(&buffer[..length], frame);
        }
        assert_eq!(read(&mut far, &mut buffer).await.unwrap(), None);
    }

    #[tokio::test]
    async fn half_of_a_frame_is_an_error() {
        let mut broken = &[0, 9, 1, 2][..];
        assert!(read(&mut broken, &mut [0; 16]).await.is_err());
    }
}
