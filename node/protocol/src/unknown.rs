//! What the other end says and this one does not know: it is ignored, counted, and told of now and then.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use model::plain::plain;
use serde_json::Value;

use crate::codec::Message;
use crate::limits::{UNKNOWN_FIELDS, text};

/// Of one connection. It tells of the first, the second, the fourth … frame of an unknown type, and looks for unknown
/// fields in the first, the second, the fourth … frame of each type: to look costs more than to read the frame.
#[derive(Debug, Clone, Default)]
pub struct Unknown {
    frames: u64,
    seen: BTreeMap<&'static str, u64>,
    fields: BTreeSet<String>,
    news: Vec<Ignored>,
}

/// For the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ignored {
    /// The last of so many frames of types that are not known here.
    Frame { kind: String, count: u64 },
    /// The last of so many fields that are not known here.
    Field { path: String, count: usize },
}

impl fmt::Display for Ignored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame { kind, count } => write!(f, "a frame of the type {kind} (frames so far: {count})"),
            Self::Field { path, count } => write!(f, "the field {path} (fields so far: {count})"),
        }
    }
}

impl Unknown {
    pub(crate) fn frame(&mut self, kind: String) {
        self.frames = self.frames.saturating_add(1);
        if self.frames.is_power_of_two() {
            self.news.push(Ignored::Frame { kind, count: self.frames });
        }
    }

    /// The frame was read as that message.
    pub(crate) fn look<M: Message>(&mut self, frame: &str, message: &M) {
        let seen = self.seen.entry(message.kind()).or_default();
        *seen = seen.saturating_add(1);
        if !seen.is_power_of_two() || self.fields.len() >= UNKNOWN_FIELDS {
            return;
        }
        let (Ok(said), Ok(kept)) = (serde_json::from_str(frame), serde_json::to_value(message)) else { return };
        self.compare(&said, &kept, message.kind());
    }

    fn compare(&mut self, said: &Value, kept: &Value, path: &str) {
        match (said, kept) {
            (Value::Object(said), Value::Object(kept)) => {
                for (name, value) in said {
                    let path = format!("{path}.{}", plain(name, text::WORD));
                    match kept.get(name) {
                        Some(kept) => self.compare(value, kept, &path),
                        // What is known and empty is not always written.
                        None if is_empty(value) => {}
                        None => self.field(path),
                    }
                }
            }
            (Value::Array(said), Value::Array(kept)) => {
                said.iter().zip(kept).for_each(|(said, kept)| self.compare(said, kept, path));
            }
            _ => {}
        }
    }

    fn field(&mut self, path: String) {
        if self.fields.len() < UNKNOWN_FIELDS && self.fields.insert(path.clone()) {
            self.news.push(Ignored::Field { path, count: self.fields.len() });
        }
    }

    /// What is to be told since the last time.
    pub fn take(&mut self) -> Vec<Ignored> {
        std::mem::take(&mut self.news)
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Bool(true) | Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(all) => all.is_empty(),
        Value::Object(all) => all.is_empty(),
    }
}
