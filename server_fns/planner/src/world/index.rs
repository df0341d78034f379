//! Rows found by a text that they have, such as the hash of a secret. Whoever shows a secret asks for it with every
//! request, true or not, so nothing is searched.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The ids of one kind of row, in the order of what a text comes to. It is small, because a world is copied with every
/// decision; so two texts may come to the same, and whoever asks compares.
#[derive(Debug, Clone)]
pub(super) struct Index<I>(Arc<BTreeSet<(u64, I)>>);

impl<I> Default for Index<I> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

fn short(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl<I: Copy + Ord> Index<I> {
    /// The row has `new` instead of `old` from now on. What has not changed costs nothing.
    pub(super) fn moved(&mut self, id: I, old: Option<&str>, new: Option<&str>) {
        if old == new {
            return;
        }
        let entries = Arc::make_mut(&mut self.0);
        if let Some(old) = old {
            entries.remove(&(short(old), id));
        }
        // A row without one is found by none.
        if let Some(new) = new.filter(|new| !new.is_empty()) {
            entries.insert((short(new), id));
        }
    }

    /// Every row that may have it. `least` is the least id that there can be.
    pub(super) fn candidates(&self, text: &str, least: I) -> impl Iterator<Item = I> {
        let wanted = short(text);
        self.0.range((wanted, least)..).take_while(move |(found, _)| *found == wanted).map(|(_, id)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_found_by_what_it_has_now() {
        let mut index = Index::default();
        let found = |index: &Index<u8>, text: &str| index.candidates(text, 0).collect::<Vec<_>>();
        index.moved(1, None, Some("a"));
        index.moved(2, None, Some("a"));
        index.moved(3, None, Some(""));
        assert_eq!((found(&index, "a"), found(&index, "")), (vec![1, 2], vec![]));
        let before = index.clone();
        index.moved(1, Some("a"), Some("a"));
        assert!(Arc::ptr_eq(&index.0, &before.0), "what has not changed is shared on");
        index.moved(1, Some("a"), Some("b"));
        index.moved(2, Some("a"), None);
        assert_eq!((found(&index, "a"), found(&index, "b")), (vec![], vec![1]));
        assert_eq!(found(&before, "a"), [1, 2]);
    }
}
