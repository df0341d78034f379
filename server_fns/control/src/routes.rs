//! The addresses of streams, for those who serve them and for the layers that treat them apart.

/// The files of an instance.
pub(crate) const FILES: &str = "/api/v1/instances/{id}/files";
/// Where the socket of a terminal is opened.
pub(crate) const TERMINAL: &str = "/api/v1/terminal";
