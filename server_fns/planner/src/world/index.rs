//! Rows found by a text that they have, such as the hash of a secret. Whoever shows a secret asks for it with every
//! request, true or not, so nothing is searched.

use std::hash::{DefaultHasher, Hash, Hasher};

use imbl::{OrdMap, OrdSet};

/// The ids of one kind of row, in the order of what a text comes to. It is small: two texts may come to the same, and
/// whoever asks compares.
#[derive(Debug, Clone)]
pub(super) struct Index<I: Ord>(OrdSet<(u64, I)>);

impl<I: Ord> Default for Index<I> {
    fn default() -> Self {
        Self(OrdSet::default())
    }
}

/// The ids of one kind of row by another row to which each belongs, and how many those are.
#[derive(Debug, Clone)]
pub(super) struct Grouped<G: Ord, I: Ord> {
    all: OrdSet<(G, I)>,
    counts: OrdMap<G, u32>,
}

impl<G: Ord, I: Ord> Default for Grouped<G, I> {
    fn default() -> Self {
        Self { all: OrdSet::default(), counts: OrdMap::default() }
    }
}

impl<G: Copy + Ord, I: Copy + Ord> Grouped<G, I> {
    /// The row belongs to `new` instead of `old` from now on.
    pub(super) fn moved(&mut self, id: I, old: Option<G>, new: Option<G>) {
        if old == new {
            return;
        }
        if let Some(old) = old
            && self.all.remove(&(old, id)).is_some()
        {
            match self.count(old) {
                0 | 1 => drop(self.counts.remove(&old)),
                count => drop(self.counts.insert(old, count - 1)),
            }
        }
        if let Some(new) = new
            && self.all.insert((new, id)).is_none()
        {
            let count = self.count(new);
            self.counts.insert(new, count + 1);
        }
    }

    pub(super) fn count(&self, group: G) -> u32 {
        self.counts.get(&group).copied().unwrap_or(0)
    }

    /// In the order of ids. `least` is the least id that there can be.
    pub(super) fn of(&self, group: G, least: I) -> impl Iterator<Item = I> + '_ {
        self.all.range((group, least)..).take_while(move |(found, _)| *found == group).map(|(_, id)| *id)
    }
}

fn short(text: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl<I: Copy + Ord> Index<I> {
    /// The row has `new` instead of `old` from now on. What has not changed costs nothing.
    pub(super) fn moved(&mut self, id: I, old: Option<&str>, new: Option<&str>) {
        // A row without one is found by none.
        let known = |text: &&str| !text.is_empty();
        self.renamed(id, old.filter(known), new.filter(known));
    }

    /// The same for rows that are found by more than a text, such as by owner and name.
    pub(super) fn renamed<T: Hash + PartialEq>(&mut self, id: I, old: Option<T>, new: Option<T>) {
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.0.remove(&(short(old), id));
        }
        if let Some(new) = new {
            self.0.insert((short(new), id));
        }
    }

    /// Every row that may have it. `least` is the least id that there can be.
    pub(super) fn candidates(&self, text: impl Hash, least: I) -> impl Iterator<Item = I> {
        let wanted = short(text);
        self.0.range((wanted, least)..).take_while(move |(found, _)| *found == wanted).map(|(_, id)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_in_the_group_to_which_it_belongs_now() {
        let mut grouped = Grouped::default();
        grouped.moved(2, None, Some('a'));
        grouped.moved(1, None, Some('a'));
        grouped.moved(3, None, Some('b'));
        let of = |grouped: &Grouped<char, u8>, group| grouped.of(group, 0).collect::<Vec<_>>();
        assert_eq!((of(&grouped, 'a'), of(&grouped, 'b'), of(&grouped, 'c')), (vec![1, 2], vec![3], vec![]));
        grouped.moved(1, Some('a'), Some('b'));
        grouped.moved(3, Some('b'), None);
        assert_eq!((of(&grouped, 'a'), of(&grouped, 'b')), (vec![2], vec![1]));
        grouped.moved(1, None, Some('b'));
        grouped.moved(7, Some('a'), None);
        assert_eq!(['a', 'b', 'c'].map(|group| grouped.count(group)), [1, 1, 0], "each is counted once");
    }

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
        assert!(index.0.ptr_eq(&before.0), "what has not changed is shared on");
        index.moved(1, Some("a"), Some("b"));
        index.moved(2, Some("a"), None);
        assert_eq!((found(&index, "a"), found(&index, "b")), (vec![], vec![1]));
        assert_eq!(found(&before, "a"), [1, 2]);
    }
}
