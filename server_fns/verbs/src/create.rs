//! `new`: what an instance is made from, and how much of a node it may take.

use model::amount;
use model::instance::Limits;

use crate::words::{once, plain, value};

/// What the words after `new NAME` ask for. The error is a sentence.
pub(crate) fn new(words: &[&str]) -> Result<(Option<String>, Limits), String> {
    const USAGE: &str = "`new` takes a name and an image, as in: new web-1 debian-12 --memory 256m --cpus 0.5";
    let (mut image, mut limits) = (None, Limits::default());
    let mut words = words.iter().copied();
    while let Some(word) = words.next() {
        match word {
            "--memory" => {
                let text = value(&mut words, word)?;
                let bytes = amount::memory_bytes(text)
                    .ok_or_else(|| format!("{} is no amount of memory; write 256m or 1GiB.", plain(text)))?;
                once(&mut limits.memory_bytes, word, bytes)?;
            }
            "--cpus" => {
                let text = value(&mut words, word)?;
                let millis = amount::cpu_millis(text)
                    .ok_or_else(|| format!("{} is no number of processors; write 0.5 or 2.", plain(text)))?;
                once(&mut limits.cpu_millis, word, millis)?;
            }
            option if option.starts_with('-') => {
                return Err(format!("`new` has no option {}. {USAGE}", plain(option)));
            }
            name => once(&mut image, "The image", name.to_owned())?,
        }
    }
    Ok((image, limits))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<(Option<String>, Limits), String> {
        new(&words.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn image_and_limits_are_read_in_any_order() {
        let limits = Limits { cpu_millis: Some(500), memory_bytes: Some(256 << 20) };
        assert_eq!(read("debian-12 --memory 256m --cpus 0.5"), Ok((Some("debian-12".into()), limits)));
        assert_eq!(read("--cpus 0.5 --memory 256MiB"), Ok((None, limits)));
        assert_eq!(read(""), Ok((None, Limits::default())));
    }

    #[test]
    fn what_is_mistyped_makes_nothing() {
        for words in [
            "--mem 256m",
            "--memory",
            "--memory 256",
            "--memory --cpus 1",
            "--memory 256m --memory 512m",
            "--cpus many",
            "debian-12 ubuntu-24.04",
            "--yes",
        ] {
            assert!(read(words).is_err(), "{words}");
        }
    }
}
