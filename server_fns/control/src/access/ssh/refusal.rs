//! Why a connection is not forwarded, in words that the client shows.

use russh::ChannelOpenFailure;

/// As SSH numbers what may not be and what cannot be.
pub(super) const PROHIBITED: u32 = 1;
pub(super) const FAILED: u32 = 2;

pub(super) fn refused(code: u32, reason: impl Into<String>) -> ChannelOpenFailure {
    ChannelOpenFailure::Other { code, reason: reason.into() }
}
