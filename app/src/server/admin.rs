//! Commands for the operator: one request to the running server, or the same work on its database.
