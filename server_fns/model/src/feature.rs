//! What a node's program can do beyond what every one can. A node announces it when it connects, and the server gives it
//! nothing that needs more: a program ignores a field that it does not know, and with the field what it restricts.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// Names that are kept of one announcement, and the most characters of each.
const MAX: usize = 64;
const LENGTH: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// It closes host ports of the block; see [`AssignedInstance::closed`](crate::assignment::AssignedInstance::closed).
    Doors,
}

impl Feature {
    pub const ALL: [Self; 1] = [Self::Doors];

    /// On the channel. It never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Doors => "doors",
        }
    }

    /// What a program without it cannot do: a clause that follows "cannot".
    pub const fn ability(self) -> &'static str {
        match self {
            Self::Doors => "close host ports",
        }
    }
}

/// What one end announced. Names that this program does not know stay apart: they mean nothing here, and a later program
/// reads them from the same row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Features {
    known: BTreeSet<Feature>,
    unknown: BTreeSet<String>,
}

impl Features {
    /// All that this program knows.
    pub fn all() -> Self {
        Self { known: Feature::ALL.into(), unknown: BTreeSet::new() }
    }

    pub fn has(&self, feature: Feature) -> bool {
        self.known.contains(&feature)
    }

    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unknown.is_empty()
    }

    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(String::as_str)
    }
}

/// What is no name is left out: whoever runs a node can announce anything.
impl From<Vec<String>> for Features {
    fn from(names: Vec<String>) -> Self {
        let mut features = Self::default();
        for name in names.into_iter().take(MAX).filter(|name| is_name(name)) {
            match Feature::ALL.into_iter().find(|feature| feature.name() == name) {
                Some(feature) => drop(features.known.insert(feature)),
                None => drop(features.unknown.insert(name)),
            }
        }
        features
    }
}

impl From<Features> for Vec<String> {
    fn from(features: Features) -> Self {
        features.known.into_iter().map(|feature| feature.name().to_owned()).chain(features.unknown).collect()
    }
}

fn is_name(text: &str) -> bool {
    let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_';
    !text.is_empty() && text.len() <= LENGTH && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Features {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn names_of_a_later_program_are_kept_apart_and_written_again() {
        let features = read(r#"["doors", "volumes"]"#);
        assert!(features.has(Feature::Doors));
        assert_eq!(features.unknown().collect::<Vec<_>>(), ["volumes"]);
        assert_eq!(serde_json::to_string(&features).unwrap(), r#"["doors","volumes"]"#);
        assert!(!read("[]").has(Feature::Doors) && read("[]").is_empty());
    }

    #[test]
    fn each_feature_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = Feature::ALL.into_iter().map(Feature::name).collect();
        assert_eq!(names.len(), Feature::ALL.len());
        assert!(names.into_iter().all(is_name));
        assert_eq!(read(&serde_json::to_string(&Features::all()).unwrap()), Features::all());
    }

    #[test]
    fn what_is_no_name_is_not_kept_and_nobody_announces_without_end() {
        let long = "x".repeat(LENGTH + 1);
        let evil = serde_json::to_string(&["\u{1b}[31mdoors", "", "Doors", "a b", &long]).unwrap();
        assert!(read(&evil).is_empty());
        let many: Vec<String> = (0..10_000).map(|number| format!("f{number}")).collect();
        assert_eq!(Features::from(many).unknown().count(), MAX);
    }
}
