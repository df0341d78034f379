//! Words, one by one.

/// What an option is given. The next option is none of it.
pub(crate) fn value<'w>(words: &mut impl Iterator<Item = &'w str>, option: &str) -> Result<&'w str, String> {
    let given = words.next().filter(|given| !given.starts_with('-'));
    given.ok_or_else(|| format!("{} takes a value.", plain(option)))
}

/// Notes what was given for something that may be given once.
pub(crate) fn once<T>(place: &mut Option<T>, what: &str, given: T) -> Result<(), String> {
    match place.replace(given) {
        None => Ok(()),
        Some(_) => Err(format!("{} is given twice, and only one can be meant.", plain(what))),
    }
}

/// What somebody typed, fit to be shown again: without what a terminal would obey.
pub fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}
