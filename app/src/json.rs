//! Everything that a page reads is read from bytes, as the framework reads answers: reading from a text is other code for
//! each type, and in everybody's download.

use serde::de::DeserializeOwned;

/// `None` of what cannot be read.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(text.as_bytes()).ok()
}
