//! The words after a verb for administrators and the username.

use model::request::{Handover, RemovePerson};

use crate::words::{once, plain, value};

/// Whether the words after `suspend USERNAME` ask to stop what runs, too. The error is a sentence.
pub(crate) fn suspend(words: &[&str]) -> Result<bool, String> {
    match words {
        [] => Ok(false),
        ["--stop"] => Ok(true),
        ["--stop", other, ..] | [other, ..] => {
            let usage = "`suspend` takes the username of one person, as in: suspend bob --stop";
            Err(format!("`suspend` does not know {}. {usage}", plain(other)))
        }
    }
}

/// What is to become of what the person has, and whether that was meant. The error is a sentence.
pub(crate) fn remove(words: &[&str]) -> Result<(RemovePerson, bool), String> {
    let (mut asked, mut yes, mut words) = (RemovePerson::default(), false, words.iter().copied());
    while let Some(word) = words.next() {
        match word {
            "--instances" => once(&mut asked.instances, word, fate(value(&mut words, word)?, word)?)?,
            "--nodes" => once(&mut asked.nodes, word, fate(value(&mut words, word)?, word)?)?,
            "--yes" | "-y" => yes = true,
            other => {
                let usage = "as in: remove-person bob --instances delete --nodes give:ada --yes";
                return Err(format!("`remove-person` does not know {}. It takes one username, {usage}", plain(other)));
            }
        }
    }
    Ok((asked, yes))
}

fn fate(typed: &str, option: &str) -> Result<Handover, String> {
    typed.parse().map_err(|why| format!("{option}: {why}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_suspend_knows_is_taken() {
        assert_eq!(suspend(&[]), Ok(false));
        assert_eq!(suspend(&["--stop"]), Ok(true));
        for words in [&["--halt"][..], &["--stop", "--stop"], &["carol"]] {
            assert!(suspend(words).is_err(), "{words:?}");
        }
    }

    #[test]
    fn a_removal_says_what_becomes_of_each_kind_once() {
        assert_eq!(remove(&[]), Ok((RemovePerson::default(), false)));
        let given = Some(Handover::Give("ada".parse().unwrap()));
        let asked = RemovePerson { instances: Some(Handover::Delete), nodes: given };
        assert_eq!(remove(&["--instances", "delete", "--yes", "--nodes", "give:ada"]), Ok((asked, true)));
        for words in [
            &["carol"][..],
            &["--instances"],
            &["--instances", "--yes"],
            &["--instances", "keep"],
            &["--instances", "delete", "--instances", "delete"],
            &["--stop"],
        ] {
            assert!(remove(words).is_err(), "{words:?}");
        }
    }
}
