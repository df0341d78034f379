//! What a call to the engine can end in.

/// Why a call to the engine did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The engine was asked for this very thing and said that there is none.
    #[error("the container engine has no such thing")]
    NotFound,
    /// Something is in the way: the name is in use, or a removal is going on.
    #[error("the container engine reports a conflict: {0}")]
    Conflict(String),
    /// Timed out, was cut off, or the engine failed inside: nobody knows what was done. Look before acting.
    #[error("it is not known whether the container engine did it: {0}")]
    Unknown(String),
    /// The engine understood and will not do it.
    #[error("the container engine refused: {0}")]
    Refused(String),
    /// The engine cannot be reached. The sentence says what to do.
    #[error("{0}")]
    Away(String),
    /// The engine takes connections and does not answer. The sentence says what to do.
    #[error("{0}")]
    Hung(String),
}

/// An error and what led to it, because the outermost one often says only that a request failed.
pub(super) fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
