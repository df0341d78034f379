//! Versions as projects and distributions write them, and which is the older one.

use std::cmp::Ordering;

/// The part that the project gave, and what a distribution made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    numbers: [u32; 3],
    /// Of a release candidate or a beta, which is older than the release.
    candidate: Option<u32>,
    /// The whole text where it is that of a package, such as `1.1.5+ds1-1+deb12u1`.
    package: Option<String>,
}

impl Version {
    /// `None` where the text names no version, such as a commit or `library-import`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches('v');
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let (numbers, rest) = text.split_at(end);
        let mut parts = numbers.trim_end_matches('.').split('.');
        let mut next = |needed: bool| match parts.next() {
            Some(part) => part.parse().ok(),
            None => (!needed).then_some(0),
        };
        let numbers = [next(true)?, next(true)?, next(false)?];
        let lower = rest.to_ascii_lowercase();
        let is_package = ["+ds", "~ds", "+dfsg", "ubuntu", "+deb", "~deb"].iter().any(|mark| lower.contains(mark));
        Some(Self { numbers, candidate: candidate(&lower), package: is_package.then(|| text.to_owned()) })
    }

    /// Without what a distribution added.
    pub(super) fn upstream(&self, other: &Self) -> Ordering {
        let rank = |version: &Self| (version.numbers, version.candidate.unwrap_or(u32::MAX));
        rank(self).cmp(&rank(other))
    }

    /// Of the same line of releases, such as 1.2 of 1.2.7.
    pub(super) fn is_of_line(&self, other: &Self) -> bool {
        self.numbers[..2] == other.numbers[..2]
    }

    /// Whether the text is a distribution's.
    pub(super) const fn is_package(&self) -> bool {
        self.package.is_some()
    }

    /// Whether it also says which package of that version it is.
    pub(super) fn has_revision(&self) -> bool {
        self.package.as_deref().is_some_and(|text| text.contains('-'))
    }

    /// The release of a distribution that this package is of, such as `deb12` or `22.04`, if the text tells.
    pub(super) fn release(&self) -> Option<String> {
        let text = self.package.as_deref()?;
        if let Some(at) = text.rfind("deb") {
            let digits: String = text[at + 3..].chars().take_while(char::is_ascii_digit).collect();
            return (!digits.is_empty()).then(|| format!("deb{digits}"));
        }
        let (_, after) = text.rsplit_once('~')?;
        let release: String = after.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let release = release.split('.').take(2).collect::<Vec<_>>().join(".");
        (text.contains("ubuntu") && release.len() == 5).then_some(release)
    }

    /// How this package's version stands to another's; `None` where one of them is of no package.
    pub(super) fn packaged(&self, other: &Self) -> Option<Ordering> {
        Some(in_debian_order(self.package.as_deref()?, other.package.as_deref()?))
    }
}

/// `-rc.1`, `-rc93`, `~rc93`, `-beta.2`: its number.
fn candidate(rest: &str) -> Option<u32> {
    let after = ["rc", "beta", "alpha"].iter().find_map(|word| {
        let tail = rest.trim_start_matches(['-', '~']);
        tail.strip_prefix(word)
    })?;
    let digits: String = after.trim_start_matches('.').chars().take_while(char::is_ascii_digit).collect();
    Some(digits.parse().unwrap_or(0))
}

/// As `dpkg --compare-versions` has it: texts and numbers in turns, `~` before everything, letters before signs.
fn in_debian_order(one: &str, other: &str) -> Ordering {
    let revised = |text: &str| match text.rsplit_once('-') {
        Some((upstream, revision)) => (upstream.to_owned(), revision.to_owned()),
        None => (text.to_owned(), String::new()),
    };
    let ((upstream, revision), (other_upstream, other_revision)) = (revised(one), revised(other));
    in_turns(&upstream, &other_upstream).then_with(|| in_turns(&revision, &other_revision))
}

fn in_turns(mut one: &str, mut other: &str) -> Ordering {
    while !one.is_empty() || !other.is_empty() {
        let (text, rest) = one.split_at(one.find(|c: char| c.is_ascii_digit()).unwrap_or(one.len()));
        let (other_text, other_rest) = other.split_at(other.find(|c: char| c.is_ascii_digit()).unwrap_or(other.len()));
        let (number, rest) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let (other_number, other_rest) =
            other_rest.split_at(other_rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(other_rest.len()));
        let value = |digits: &str| digits.trim_start_matches('0').to_owned();
        let (number, other_number) = (value(number), value(other_number));
        let step = weights(text)
            .cmp(weights(other_text))
            .then_with(|| number.len().cmp(&other_number.len()))
            .then_with(|| number.cmp(&other_number));
        if step != Ordering::Equal {
            return step;
        }
        (one, other) = (rest, other_rest);
    }
    Ordering::Equal
}

/// The end of a text weighs more than `~` and less than anything else.
fn weights(text: &str) -> impl Iterator<Item = u32> {
    let weight = |c: char| match c {
        '~' => 0,
        _ if c.is_ascii_alphabetic() => 2 + u32::from(c),
        _ => 1_000 + u32::from(c),
    };
    text.chars().map(weight).chain(std::iter::once(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    #[test]
    fn versions_of_projects_and_distributions_read() {
        for (text, numbers, candidate, release) in [
            ("1.1.5+ds1-1+deb12u1", [1, 1, 5], None, Some("deb12")),
            ("1.0.0~rc93+ds1-5+deb11u3", [1, 0, 0], Some(93), Some("deb11")),
            ("1.3.3-0ubuntu1~24.04.2", [1, 3, 3], None, Some("24.04")),
            ("20.10.24+dfsg1", [20, 10, 24], None, None),
            ("v1.7.13", [1, 7, 13], None, None),
            ("1.4.0-rc.1", [1, 4, 0], Some(1), None),
            ("27.0", [27, 0, 0], None, None),
            ("28.1.1-ce", [28, 1, 1], None, None),
        ] {
            let read = version(text);
            assert_eq!((read.numbers, read.candidate), (numbers, candidate), "{text}");
            assert_eq!(read.release().as_deref(), release, "{text}");
        }
        for none in ["", "v", "library-import", "de40ad0", "1", "\u{1b}[31m1.2.3", "1.2.99999999999"] {
            assert_eq!(Version::parse(none), None, "{none:?}");
        }
    }

    #[test]
    fn the_older_one_is_known() {
        for (older, newer) in
            [("1.1.11", "1.1.12"), ("1.0.0-rc93", "1.0.0"), ("1.4.0-rc.2", "1.4.0-rc.3"), ("1.9.9", "1.10.0")]
        {
            assert_eq!(version(older).upstream(&version(newer)), Ordering::Less, "{older} {newer}");
        }
        assert_eq!(version("1.1.5+ds1-1").upstream(&version("1.1.5")), Ordering::Equal);
        assert!(version("1.2.7").is_of_line(&version("1.2.8")) && !version("1.2.7").is_of_line(&version("1.3.0")));
    }

    #[test]
    fn packages_stand_as_dpkg_has_them() {
        for (older, newer) in [
            ("1.1.5+ds1-1", "1.1.5+ds1-1+deb12u1"),
            ("1.1.5+ds1-1+deb12u1", "1.1.5+ds1-1+deb12u2"),
            ("1.1.5+ds1-1+deb12u9", "1.1.5+ds1-1+deb12u10"),
            ("1.0.0~rc93+ds1-5", "1.0.0+ds1-1"),
            ("1.1.5+ds1-1~deb12u1", "1.1.5+ds1-1"),
        ] {
            assert_eq!(version(older).packaged(&version(newer)), Some(Ordering::Less), "{older} {newer}");
            assert_eq!(version(newer).packaged(&version(older)), Some(Ordering::Greater), "{newer} {older}");
        }
        assert_eq!(version("1.1.5").packaged(&version("1.1.5+ds1-1")), None);
    }
}
