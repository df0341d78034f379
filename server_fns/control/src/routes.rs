//! The addresses of streams, for those who serve them and for the layers that treat them apart.

/// The files of an instance.
pub(crate) const FILES: &str = "/api/v1/instances/{id}/files";
/// Where the socket of a terminal is opened.
pub(crate) const TERMINAL: &str = "/api/v1/terminal";
/// The activity log as it grows,
pub(crate) const EVENTS_STREAM: &str = "/api/v1/events/stream";
/// and all of it as a file.
pub(crate) const EVENTS_EXPORT: &str = "/api/v1/events/export";
