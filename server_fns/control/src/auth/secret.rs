//! Secrets that programs show instead of a password: a prefix that says what it opens, 256 random bits, and
//! a checksum, so that a mistyped or cut-off one is told from a wrong one without asking the store, and a
//! scanner finds one that somebody published. Only the SHA-256 is stored: with 256 random bits in it there
//! is nothing to guess, so a slow hash would only be slow.

use std::fmt;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Smallest number of base62 digits that holds 256 bits.
const RANDOM_DIGITS: usize = 43;
/// Smallest number of base62 digits that holds a CRC32.
const CHECKSUM_DIGITS: usize = 6;
const HINT_CHARS: usize = 8;

/// What a secret opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// A person's programs: `Authorization: Bearer dhp_…`.
    ApiToken,
    /// A node's channel.
    NodeKey,
    /// What a machine changes once for a node's key.
    Enrolment,
    /// The value of the browser's cookie.
    Session,
    /// What the page keeps beside the cookie.
    SessionKey,
    /// The link that makes the first person the administrator.
    SetUp,
    /// A link with which somebody may sign up.
    Invite,
    /// A link with which somebody sets another password.
    Reset,
    /// In the address of one socket.
    Ticket,
    /// What a program fetches its token with, once a person gave it one.
    SignIn,
}

impl SecretKind {
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::ApiToken => "dhp_",
            Self::NodeKey => "dhn_",
            Self::Enrolment => "dhe_",
            Self::Session => "dhs_",
            Self::SessionKey => "dhk_",
            Self::SetUp => "dhu_",
            Self::Invite => "dhi_",
            Self::Reset => "dhr_",
            Self::Ticket => "dht_",
            Self::SignIn => "dhq_",
        }
    }
}

/// A secret that was just made. Its text is shown once and then only known to its holder.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A new one from the operating system's random numbers.
    pub fn generate(kind: SecretKind) -> Self {
        let mut text = String::with_capacity(kind.prefix().len() + RANDOM_DIGITS + CHECKSUM_DIGITS);
        text.push_str(kind.prefix());
        text.extend((0..RANDOM_DIGITS).map(|_| random_digit()));
        let sum = checksum(&text);
        text.push_str(&sum);
        Self(text)
    }

    /// The text itself, for the one answer that shows it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", hint(&self.0))
    }
}

/// What is stored: the SHA-256 of the whole text, in hex.
pub fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Whether two stored hashes are equal, in a time that does not tell where they differ.
pub fn same_hash(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// Whether the text can be a secret of that kind at all; says nothing about whether it was ever given out.
pub fn is_well_formed(kind: SecretKind, text: &str) -> bool {
    let Some(digits) = text.strip_prefix(kind.prefix()) else { return false };
    if digits.len() != RANDOM_DIGITS + CHECKSUM_DIGITS || !digits.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return false;
    }
    let (body, sum) = text.split_at(text.len() - CHECKSUM_DIGITS);
    checksum(body) == sum
}

/// What a list shows, so that its owner knows which one it is: the first characters.
pub fn hint(secret: &str) -> String {
    secret.chars().take(HINT_CHARS).chain(['…']).collect()
}

fn random_digit() -> char {
    // Bytes of 248 and more would make the first eight digits likelier than the others.
    let fair = u8::MAX - u8::MAX % 62;
    loop {
        let mut byte = [0];
        getrandom::fill(&mut byte).expect("the operating system gives random bytes");
        if byte[0] < fair {
            return char::from(ALPHABET[usize::from(byte[0] % 62)]);
        }
    }
}

fn checksum(text: &str) -> String {
    let mut rest = crc32(text.as_bytes());
    let mut digits = [b'0'; CHECKSUM_DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.into_iter().map(char::from).collect()
}

/// CRC-32 of IEEE 802.3.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [SecretKind; 10] = [
        SecretKind::ApiToken,
        SecretKind::NodeKey,
        SecretKind::Enrolment,
        SecretKind::Session,
        SecretKind::SessionKey,
        SecretKind::SetUp,
        SecretKind::Invite,
        SecretKind::Reset,
        SecretKind::Ticket,
        SecretKind::SignIn,
    ];

    #[test]
    fn the_checksum_is_the_crc_that_everybody_means() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn a_secret_is_of_its_kind_only() {
        for kind in KINDS {
            let secret = Secret::generate(kind);
            for other in KINDS {
                assert_eq!(is_well_formed(other, secret.expose()), kind == other, "{secret:?} as {other:?}");
            }
            assert_ne!(secret, Secret::generate(kind));
        }
    }

    #[test]
    fn debug_shows_no_more_than_the_hint() {
        let secret = Secret::generate(SecretKind::ApiToken);
        let shown = format!("{secret:?}");
        assert!(shown.starts_with("Secret(dhp_") && shown.ends_with("…)"), "{shown}");
        assert!(!shown.contains(&secret.expose()[..9]), "{shown}");
        assert_eq!(hint("äöü"), "äöü…");
    }

    #[test]
    fn hashes_are_sha_256_and_compared_whole() {
        let abc = hash("abc");
        assert_eq!(abc, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(same_hash(&abc, &hash("abc")));
        assert!(!same_hash(&abc, &hash("abd")) && !same_hash(&abc, &abc[..63]) && !same_hash(&abc, ""));
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_noticed(at in 4..53_usize, digit in "[0-9A-Za-z]") {
            let secret = Secret::generate(SecretKind::NodeKey);
            let mut typed = secret.expose().to_owned();
            typed.replace_range(at..=at, &digit);
            prop_assert_eq!(is_well_formed(SecretKind::NodeKey, &typed), typed == secret.expose());
        }

        #[test]
        fn no_text_makes_the_check_panic(text in "(dhp_)?\\PC{0,60}") {
            prop_assert!(!is_well_formed(SecretKind::ApiToken, &text));
        }
    }
}
