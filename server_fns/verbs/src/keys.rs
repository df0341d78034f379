//! `keys NAME`: which SSH keys an instance lets in.

use model::request::LetIn;

use crate::words::plain;

/// What the words after `keys NAME` ask for; `None`: to be shown them. The error is a sentence.
pub(crate) fn let_in(words: &[&str]) -> Result<Option<LetIn>, String> {
    const USAGE: &str = "Name SSH keys, or say --all or --none, as in: keys web-1 laptop phone";
    let known = |word: &str| matches!(word, "--all" | "--none");
    let (options, ssh_keys): (Vec<&str>, Vec<&str>) = words.iter().copied().partition(|word| word.starts_with('-'));
    if let Some(option) = options.iter().find(|option| !known(option)) {
        return Err(format!("`keys` has no option {}. {USAGE}", plain(option)));
    }
    let ssh_keys: Vec<String> = ssh_keys.into_iter().map(str::to_owned).collect();
    match (options.as_slice(), ssh_keys.is_empty()) {
        ([], true) => Ok(None),
        ([], false) => Ok(Some(LetIn { ssh_keys: Some(ssh_keys), all_ssh_keys: false })),
        ([one], true) => Ok(Some(LetIn { ssh_keys: Some(ssh_keys), all_ssh_keys: *one == "--all" })),
        _ => Err(format!("`keys` takes one of these: keys by name, --all, or --none. {USAGE}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Option<LetIn>, String> {
        let_in(&words.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn a_list_all_of_them_or_none() {
        let chosen = |names: &[&str], all_ssh_keys| {
            let ssh_keys = Some(names.iter().map(|&name| name.to_owned()).collect());
            Ok(Some(LetIn { ssh_keys, all_ssh_keys }))
        };
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("laptop phone"), chosen(&["laptop", "phone"], false));
        assert_eq!(read("--all"), chosen(&[], true));
        assert_eq!(read("--none"), chosen(&[], false));
    }

    #[test]
    fn what_is_not_meant_is_refused() {
        for words in ["--all --none", "--none --none", "--all laptop", "laptop --none", "--later", "laptop -y"] {
            assert!(read(words).is_err(), "{words}");
        }
    }
}
