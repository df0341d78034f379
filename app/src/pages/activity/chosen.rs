//! Which lines the page shows, as it stands in the address.

use std::fmt;

use model::event::{Cursor, Topic};
use model::id::{InstanceId, NodeId};

use crate::route::Route;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Of {
    #[default]
    Me,
    /// For administrators.
    Everybody,
    Instance(InstanceId),
    /// And what is on it.
    Node(NodeId),
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) of: Of,
    pub(crate) topic: Option<Topic>,
    /// The line that a link leads to: it is the first that is shown.
    pub(crate) at: Option<Cursor>,
}

impl Of {
    /// As the API asks for it.
    pub(crate) fn asked(self) -> Option<String> {
        match self {
            Self::Me => None,
            Self::Everybody => Some("everybody".to_owned()),
            Self::Instance(id) => Some(id.to_string()),
            Self::Node(id) => Some(id.to_string()),
        }
    }

    fn read(text: &str) -> Self {
        let instance = text.parse().map(Self::Instance).ok();
        let everybody = (text == "everybody").then_some(Self::Everybody);
        everybody.or(instance).or_else(|| text.parse().map(Self::Node).ok()).unwrap_or_default()
    }
}

impl Chosen {
    pub(crate) fn route(self) -> Route {
        if self == Self::default() { Route::Activity {} } else { Route::ActivityOf { chosen: self } }
    }
}

/// Reads the query of an address.
impl From<&str> for Chosen {
    fn from(query: &str) -> Self {
        let part = |name: &str| {
            query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('=')).filter(|text| !text.is_empty())
        };
        Self {
            of: part("of").map(Of::read).unwrap_or_default(),
            topic: part("topic").and_then(Topic::named),
            at: part("at").and_then(|text| text.parse().ok()),
        }
    }
}

/// Writes the query.
impl fmt::Display for Chosen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = self.of.asked().map(|of| format!("of={of}"));
        let topic = self.topic.map(|topic| format!("topic={}", topic.name()));
        let at = self.at.map(|at| format!("at={at}"));
        out.write_str(&[of, topic, at].into_iter().flatten().collect::<Vec<_>>().join("&"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_from_the_address_as_it_was_written() {
        let ofs = [Of::Me, Of::Everybody, Of::Instance(InstanceId::from_bits(1)), Of::Node(NodeId::from_bits(2))];
        let at = "c-0000000000000001.2.3".parse().ok();
        for of in ofs {
            for topic in [None, Some(Topic::Access)] {
                for at in [None, at] {
                    let chosen = Chosen { of, topic, at };
                    let address = Route::ActivityOf { chosen }.to_string();
                    assert_eq!(address.parse::<Route>().ok(), Some(Route::ActivityOf { chosen }), "{address}");
                }
            }
        }
        assert_eq!(Chosen::default().route().to_string(), "/activity");
        assert_eq!(Chosen::from("of=nobody&topic=weather&at=7"), Chosen::default());
    }
}
