//! Random bits from the operating system.

/// For ids: an error if the system has none.
pub(crate) fn bits64() -> Result<u64, getrandom::Error> {
    getrandom::u64()
}

/// For pauses, where a bad draw only costs time.
pub(crate) fn bits32() -> u32 {
    getrandom::u32().unwrap_or(u32::MAX)
}
