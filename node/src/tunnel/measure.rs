//! The node's end of a measurement of its link.

use std::io;
use std::time::Duration;

use protocol::limits::{MEASURE_TIME, OPENING};
use protocol::measure::BLOCK;
use protocol::stream::{Opened, Way};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::SemaphorePermit;
use tokio::time::timeout;
use wire::{head, measure};

use crate::stream::Wire;

/// How long one may wait for the end of another.
pub(super) const TURN: Duration = Duration::from_secs(5);
/// How long a receiver waits for the first byte, beside the time of a measurement.
const MAX: Duration = Duration::from_secs(MEASURE_TIME.as_secs() + OPENING.as_secs());
/// How long a sender goes on: its receiver stops after the time of a measurement, and the word of that may be lost.
const SENDING: Duration = Duration::from_secs(MEASURE_TIME.as_secs() + 1);

/// The turn ends with what is measured; what still comes then measures nothing.
pub(super) async fn carry(mut wire: Wire, way: Way, turn: SemaphorePermit<'_>) -> io::Result<()> {
    match way {
        Way::ToNode => {
            head::write(&mut wire, &Opened::Yes).await?;
            let measured = timeout(MAX, measure::receive(&mut wire)).await??;
            timeout(OPENING, head::write(&mut wire, &measured)).await??;
        }
        Way::FromNode => {
            let mut filler = [0; BLOCK];
            getrandom::fill(&mut filler).map_err(io::Error::other)?;
            head::write(&mut wire, &Opened::Yes).await?;
            timeout(SENDING, measure::send(&mut wire, &mut filler, |_| {})).await??;
            // A connection that ends in order is counted to its end.
            wire.shutdown().await?;
        }
    }
    drop(turn);
    // Closing is the server's: it may still be reading.
    measure::drain(&mut wire, OPENING).await;
    Ok(())
}
