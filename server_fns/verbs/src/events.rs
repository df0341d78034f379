//! `events`: which lines of the activity log are wanted.

use crate::words::{once, plain, value};

/// Which lines, and how many.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// Those of that instance alone.
    pub name: Option<String>,
    /// Everybody's.
    pub all: bool,
    pub limit: Option<u32>,
}

/// What the words after `events` ask for. The error is a sentence.
pub(crate) fn events(words: &[&str]) -> Result<Shown, String> {
    const USAGE: &str = "`events` takes the name of one instance at most, as in: events web-1 --limit 20";
    let mut shown = Shown::default();
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "--all" => shown.all = true,
            "--limit" => once(&mut shown.limit, word, number(value(&mut words, word)?)?)?,
            option if option.starts_with('-') => {
                return Err(format!("`events` has no option {}. {USAGE}", plain(option)));
            }
            name => once(&mut shown.name, "The instance", name.to_owned())?,
        }
    }
    if shown.all && shown.name.is_some() {
        return Err("Either --all or the name of an instance can be meant, and not both.".to_owned());
    }
    Ok(shown)
}

fn number(word: &str) -> Result<u32, String> {
    let number = word.parse().ok().filter(|_| !word.starts_with('+'));
    number.ok_or_else(|| format!("{} is no number of lines.", plain(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_asked_for_by_instance_or_for_everybody() {
        let named = Shown { name: Some("web-1".to_owned()), limit: Some(20), ..Shown::default() };
        assert_eq!(events(&["web-1", "--limit", "20"]), Ok(named));
        assert_eq!(events(&["--all"]), Ok(Shown { all: true, ..Shown::default() }));
        assert_eq!(events(&[]), Ok(Shown::default()));
        for words in ["web-1 web-2", "--all web-1", "--limit", "--limit ten", "--limit +1", "--follow"] {
            assert!(events(&words.split(' ').collect::<Vec<_>>()).is_err(), "{words}");
        }
    }
}
