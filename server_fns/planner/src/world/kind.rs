//! What the rows of every table have in common. [`crate::tables`] lists the tables.

use std::fmt::Debug;
use std::sync::Arc;

use imbl::OrdMap;

use super::{Change, World};

/// The rows of one table by their keys. Every table of a [`World`] has this type.
pub type Table<K, V> = OrdMap<K, Arc<V>>;

/// One kind of row: what one table holds.
pub trait Kind: Clone + Debug + PartialEq + 'static {
    type Key: Clone + Debug + Ord;

    fn key(&self) -> Self::Key;

    /// Where the world has them.
    fn rows(world: &World) -> &impl Rows<Self>;

    /// The change that puts this row in place of the one with its key.
    fn put(self) -> Change;
}

/// A field of a [`World`] with the rows of one kind.
pub trait Rows<R: Kind> {
    fn row(&self, key: &R::Key) -> Option<&R>;

    fn all(&self) -> impl Iterator<Item = &R>;

    /// Puts the row with that key, or takes it away. Answers what was there, as far as anybody follows it.
    fn replace(&mut self, key: &R::Key, new: Option<R>) -> Option<Arc<R>>;
}

impl<R: Kind> Rows<R> for Table<R::Key, R> {
    fn row(&self, key: &R::Key) -> Option<&R> {
        self.get(key).map(|row| &**row)
    }

    fn all(&self) -> impl Iterator<Item = &R> {
        self.values().map(|row| &**row)
    }

    fn replace(&mut self, key: &R::Key, new: Option<R>) -> Option<Arc<R>> {
        match new {
            Some(row) => self.insert(key.clone(), Arc::new(row)),
            None => self.remove(key),
        }
    }
}

/// A row as a change holds it: a large one lies in a box.
pub(super) trait Held<R> {
    fn row(self) -> R;
}

impl<R> Held<R> for R {
    fn row(self) -> R {
        self
    }
}

impl<R> Held<R> for Box<R> {
    fn row(self) -> R {
        *self
    }
}
