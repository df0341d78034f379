//! Which passwords are accepted. What counts is what is left of one when everything that guessers try first
//! is taken out of it: well-known words, runs on the keyboard, repetitions, years, the person's own name.

use model::refusal::Refusal;
use model::typed;

use super::common::{RUNS, WORDS};

/// Characters of its own that a password needs beside the guessable pieces.
const OWN_CHARS: usize = 5;
/// Shorter runs and names turn up in good passwords by chance.
const MIN_RUN: usize = 3;
const MIN_NAME: usize = 4;

/// Accepts a new password, or says what is wrong with it. `names` are the person's username and email address.
///
/// # Errors
/// `Invalid` at the field `password`.
pub fn check(password: &str, names: &[&str]) -> Result<(), Refusal> {
    let chars: Vec<char> = password.chars().flat_map(char::to_lowercase).collect();
    let no = |why: &str| Err(Refusal::field("password", why));
    typed::password_length(password)?;
    let mut known = vec![false; chars.len()];
    cover_common(&chars, &mut known);
    if own(&known) < OWN_CHARS {
        return no(
            "The password is one of those that are guessed first: it is made of well-known words, rows of keys \
                   or repetitions. Take several words that do not belong together.",
        );
    }
    for name in names {
        let name: Vec<char> = name.split('@').next().unwrap_or_default().chars().flat_map(char::to_lowercase).collect();
        if name.len() >= MIN_NAME {
            cover(&chars, &name, &mut known);
        }
    }
    if own(&known) < OWN_CHARS {
        return no("The password is made of your username or email address and little else. Choose another one.");
    }
    Ok(())
}

fn own(known: &[bool]) -> usize {
    known.iter().filter(|known| !**known).count()
}

fn cover_common(chars: &[char], known: &mut [bool]) {
    let plain: Vec<char> = chars.iter().copied().map(unleet).collect();
    for word in WORDS {
        let word: Vec<char> = word.chars().collect();
        cover(&plain, &word, known);
    }
    cover_years(chars, known);
    cover_runs(chars, known);
    cover_repetitions(chars, known);
}

/// Marks every place where `piece` stands.
fn cover(text: &[char], piece: &[char], known: &mut [bool]) {
    for start in 0..(text.len() + 1).saturating_sub(piece.len()) {
        if text[start..].starts_with(piece) {
            known[start..start + piece.len()].fill(true);
        }
    }
}

/// Digits and signs that people write for letters.
fn unleet(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

fn cover_years(chars: &[char], known: &mut [bool]) {
    for (start, year) in chars.windows(4).enumerate() {
        let century = matches!(year, ['1', '9', ..] | ['2', '0', ..]);
        if century && year.iter().all(char::is_ascii_digit) {
            known[start..start + 4].fill(true);
        }
    }
}

fn cover_runs(chars: &[char], known: &mut [bool]) {
    for run in RUNS {
        let forward: Vec<char> = run.chars().collect();
        let backward: Vec<char> = run.chars().rev().collect();
        for piece in forward.windows(MIN_RUN).chain(backward.windows(MIN_RUN)) {
            cover(chars, piece, known);
        }
    }
}

/// Marks what only says again what stands right before it, as the second `abc` of `abcabc`.
fn cover_repetitions(chars: &[char], known: &mut [bool]) {
    for length in 1..=chars.len() / 2 {
        for start in length..=chars.len() - length {
            let again = chars[start - length..start] == chars[start..start + length];
            if again && (length >= MIN_RUN || chars.get(start + length) == Some(&chars[start])) {
                known[start..start + length].fill(true);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused() {
        for bad in [
            "password123",
            "Password!2024",
            "p@ssw0rd99",
            "qwertyuiop",
            "1234567890",
            "0987654321",
            "asdfghjkl1",
            "1qaz2wsx3edc",
            "aaaaaaaaaaaa",
            "121212121212",
            "abcabcabcabc",
            "letmein2023",
            "iloveyou!!",
            "Sommer2024!",
            "administrator",
            "welcome12345",
            "dockhost2026",
            "passwordpassword",
            "zyxwvutsrq",
            "dragonmonkey1",
        ] {
            let refusal = check(bad, &[]).expect_err(bad);
            assert_eq!(refusal.field.as_deref(), Some("password"));
            assert!(refusal.message.contains("guessed first"), "{bad}: {}", refusal.message);
        }
    }

    #[test]
    fn ordinary_good_ones_are_accepted() {
        for good in [
            "correct horse battery staple",
            "Tr0ub4dor&3x",
            "vK8#qLm2!xZp",
            "grüne Wiese am Bach",
            "seven-otters-hum",
            "my cat sat on 3 mats",
            "密码不是密码而是一句话吗",
            "ttyS0 loves getty",
        ] {
            assert_eq!(check(good, &["ada", "ada@example.org"]), Ok(()), "{good}");
        }
    }

    #[test]
    fn length_counts_characters_and_not_bytes() {
        assert!(check("äöüßéèêëñ", &[]).unwrap_err().message.contains("too short"));
        assert!(check(&"xk7 ".repeat(33), &[]).unwrap_err().message.contains("too long"));
        assert_eq!(check("äöüßéèêëñç", &[]), Ok(()));
    }

    #[test]
    fn the_persons_own_name_is_not_a_secret() {
        let names = ["grace-hopper", "rear.admiral@navy.example"];
        assert!(check("Grace-Hopper9x", &names).unwrap_err().message.contains("username"));
        assert!(check("rear.admiral!7", &names).unwrap_err().message.contains("email"));
        assert_eq!(check("grace-hopper found a moth", &names), Ok(()));
    }
}
