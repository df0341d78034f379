//! Who may open a public URL, in the words of the page.

use model::port::UrlAccess;

/// From nobody to everybody.
const LEVELS: [UrlAccess; 4] = [UrlAccess::Off, UrlAccess::Owner, UrlAccess::SignedIn, UrlAccess::Public];
/// What each of them is called, in the same order.
const WORDS: [&str; 4] = ["No URL", "Only me", "Everybody signed in", "Everybody"];
/// The same to an administrator, where the instance is somebody else's.
const WORDS_TO_OTHERS: [&str; 4] = ["No URL", "Only its owner", "Everybody signed in", "Everybody"];

pub(super) const fn words(own: bool) -> &'static [&'static str] {
    if own { &WORDS } else { &WORDS_TO_OTHERS }
}

pub(super) const fn index(access: UrlAccess) -> usize {
    match access {
        UrlAccess::Off => 0,
        UrlAccess::Owner => 1,
        UrlAccess::SignedIn => 2,
        UrlAccess::Public => 3,
    }
}

pub(super) fn at(index: usize) -> Option<UrlAccess> {
    LEVELS.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_is_found_where_its_words_are() {
        for (place, level) in LEVELS.into_iter().enumerate() {
            assert_eq!(index(level), place);
            assert_eq!(at(place), Some(level));
        }
        assert_eq!(at(LEVELS.len()), None);
        assert_eq!([true, false].map(|own| words(own)[index(UrlAccess::Owner)]), ["Only me", "Only its owner"]);
        assert_eq!([true, false].map(|own| words(own).len()), [LEVELS.len(); 2]);
    }
}
