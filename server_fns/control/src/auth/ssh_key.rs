//! SSH public keys as people paste them. What is stored, and later written to an instance, is made from what
//! was parsed and never from the text: a line of `authorized_keys` may begin with options that run commands.

#[cfg(test)]
mod one_parser;
#[cfg(test)]
mod samples;
pub(crate) mod signature;

use model::refusal::Refusal;
use planner::command::ssh_keys::ParsedKey;
use planner::keys::claims;
use planner::world::{KeyProof, SshKey, World};
use ssh_key::public::{KeyData, RsaPublicKey};
use ssh_key::{Algorithm, HashAlg, PublicKey};

/// Twice the longest line that OpenSSH itself reads.
const MAX_BYTES: usize = 16 * 1024;
/// NIST SP 800-57: shorter ones are not good for use beyond 2030.
const MIN_RSA_BITS: usize = 3072;

/// Reads one line as in `id_ed25519.pub`, as people paste it; the comment at its end is dropped.
///
/// # Errors
/// `Invalid` at the field `public_key`, with what to paste or to do instead.
pub fn parse(text: &str) -> Result<ParsedKey, Refusal> {
    let line = one_line(text)?;
    plain(&line)?;
    no_other_kind_of_text(&line)?;
    let mut key = PublicKey::from_openssh(&line).map_err(|_| {
        no("This is not an SSH public key, or a part of it is missing. Paste the whole line of the .pub file.")
    })?;
    key.set_comment("");
    let algorithm = accepted(&key)?;
    let public_key = key.to_openssh().map_err(|_| no("This SSH public key cannot be written again as it was read."))?;
    Ok(ParsedKey { algorithm, fingerprint: fingerprint(&key), public_key })
}

/// `SHA256:…`, by which a key that logs in is found among those that were added.
pub(crate) fn fingerprint(key: &PublicKey) -> String {
    key.fingerprint(HashAlg::Sha256).to_string()
}

/// The row as this parser reads its line, if an earlier version read it otherwise. A row that cannot be read opens nothing,
/// and stays as it is; so does one that would then be the same key twice where there may be one.
pub(crate) fn reread(world: &World, row: &SshKey) -> Option<SshKey> {
    let mut key = PublicKey::from_openssh(&row.public_key).ok()?;
    key.set_comment("");
    let (algorithm, public_key) = (key.algorithm().as_str().to_owned(), key.to_openssh().ok()?);
    let new = SshKey { algorithm, fingerprint: fingerprint(&key), public_key, ..row.clone() };
    let both_proved = |other: &SshKey| [row, other].iter().all(|key| matches!(key.proof, KeyProof::At(_)));
    let clash = |other: &SshKey| other.id != row.id && (other.person == row.person || both_proved(other));
    let taken = claims(world, &new.fingerprint).any(clash);
    (new != *row && !taken).then_some(new)
}

/// The line that was meant. Space around it is no part of it, and a window that broke it put breaks where no key has one.
/// Whatever could as well be two keys is refused.
fn one_line(text: &str) -> Result<String, Refusal> {
    if text.len() > MAX_BYTES {
        return Err(no("The text is longer than 16 KiB; an SSH public key is one line of a few hundred characters."));
    }
    if text.contains("PRIVATE KEY-----") {
        return Err(no(
            "This is a private key. Keep it secret: it must never leave your computer. Paste the .pub file \
                       that lies beside it.",
        ));
    }
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let mut lines = text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty());
    let Some(first) = lines.next() else {
        return Err(no("Paste the one line of your .pub file, for example of ~/.ssh/id_ed25519.pub."));
    };
    let rest: Vec<&str> = lines.collect();
    // What is wrong with that format is said by its first line.
    if rest.is_empty() || first.starts_with("----") { Ok(first.to_owned()) } else { mended(first, &rest) }
}

/// Of a line that was broken. No line may be a key already, or look like the beginning of one.
fn mended(first: &str, rest: &[&str]) -> Result<String, Refusal> {
    let several = || no("The text has several lines that are not one key; a key is one line. Add each key by itself.");
    let is_whole = |line: &str| PublicKey::from_openssh(line).is_ok();
    let is_kind = |word: &str| ["ssh-", "ecdsa-", "sk-"].iter().any(|begin| word.starts_with(begin));
    if is_whole(first) || rest.iter().any(|line| line.split_whitespace().any(is_kind)) {
        return Err(several());
    }
    let mut line = first.to_owned();
    if !line.contains(' ') {
        line.push(' ');
    }
    for part in rest {
        // Behind the second space stands the comment. Only a word of it, or the rest of one, may be on a line of its own.
        let in_comment = line.matches(' ').count() > 1;
        let ended = in_comment || is_whole(&line);
        if ended && (part.contains([' ', '\t', '"', '=']) || part.starts_with("AAAA")) {
            return Err(several());
        }
        if ended && !in_comment {
            line.push(' ');
        }
        line.push_str(part);
    }
    if is_whole(&line) { Ok(line) } else { Err(several()) }
}

fn plain(line: &str) -> Result<(), Refusal> {
    if line.contains(|c: char| c != ' ' && (c.is_control() || c.is_whitespace() || hidden(c))) {
        return Err(no("The line contains a tab or an invisible character. Copy it again from the .pub file."));
    }
    Ok(())
}

fn hidden(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    )
}

/// Says by name what was pasted instead of `type base64`.
fn no_other_kind_of_text(line: &str) -> Result<(), Refusal> {
    let kind = line.split(' ').next().unwrap_or_default();
    if kind.contains("-cert-v0") {
        return Err(no(
            "This is a certificate; only plain keys are taken. Paste the .pub file without `-cert` in its name.",
        ));
    }
    if kind == "ssh-dss" {
        return Err(no("DSA keys are broken and no longer taken. Make a new one with `ssh-keygen -t ed25519`."));
    }
    if line.starts_with("----") {
        return Err(no(
            "This is another file format. Paste the .pub file, or convert this one with `ssh-keygen -i -f FILE`.",
        ));
    }
    if Algorithm::new(kind).is_err() || kind.contains(['=', ',', '"']) {
        return Err(no(
            "The line must begin with the type of the key, such as `ssh-ed25519`; options before it are not taken.",
        ));
    }
    Ok(())
}

fn accepted(key: &PublicKey) -> Result<String, Refusal> {
    match key.key_data() {
        KeyData::Ed25519(_) | KeyData::SkEd25519(_) | KeyData::Ecdsa(_) | KeyData::SkEcdsaSha2NistP256(_) => {}
        KeyData::Rsa(rsa) => long_enough(rsa)?,
        KeyData::Dsa(_) | KeyData::Other(_) | _ => {
            return Err(no("Keys of this type are not taken. Make a new one with `ssh-keygen -t ed25519`."));
        }
    }
    Ok(key.algorithm().as_str().to_owned())
}

fn long_enough(rsa: &RsaPublicKey) -> Result<(), Refusal> {
    let modulus = rsa.n().as_positive_bytes().unwrap_or_default();
    let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
    if bits >= MIN_RSA_BITS {
        return Ok(());
    }
    Err(no(&format!(
        "This RSA key has {bits} bits; at least {MIN_RSA_BITS} are needed. Make a new key with `ssh-keygen -t ed25519`."
    )))
}

fn no(why: &str) -> Refusal {
    Refusal::field("public_key", why)
}

#[cfg(test)]
mod tests {
    use super::samples::{DSA, ED25519, P256, P521, RSA_2048, RSA_3072};
    use super::*;
    use proptest::prelude::*;
    use ssh_key::public::{Ed25519PublicKey, SkEd25519};

    fn why_not(text: &str) -> String {
        let refusal = parse(text).expect_err(text);
        assert_eq!(refusal.field.as_deref(), Some("public_key"));
        refusal.message
    }

    #[test]
    fn keys_of_every_accepted_type_come_out_as_type_and_base64() {
        let token: KeyData = SkEd25519::new(Ed25519PublicKey([7; 32]), "ssh:").into();
        let token = PublicKey::new(token, "").to_openssh().unwrap();
        for plain in [ED25519, P256, P521, RSA_3072, token.as_str()] {
            for text in
                [plain.to_owned(), format!("{plain}\n"), format!("{plain} ada @home\r\n"), format!("{plain} büro")]
            {
                let key = parse(&text).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
                assert_eq!(key.public_key, plain);
                assert_eq!(key.algorithm, plain.split(' ').next().unwrap());
            }
        }
    }

    #[test]
    fn the_fingerprint_is_the_one_that_ssh_keygen_shows() {
        assert_eq!(parse(ED25519).unwrap().fingerprint, "SHA256:7sMxkt0z6aBXVccKVGMYJyOoCvELFugmG5e3Y0SzNiA");
    }

    #[test]
    fn weak_and_foreign_kinds_are_refused_by_name() {
        assert!(why_not(RSA_2048).contains("2048 bits") && why_not(RSA_2048).contains("ssh-keygen -t ed25519"));
        assert!(why_not(DSA).contains("DSA"));
        let private = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ==\n-----END";
        assert!(why_not(private).contains("private key") && why_not(private).contains(".pub"));
        let certificate = ED25519.replacen("ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", 1);
        assert!(why_not(&certificate).contains("certificate"));
        assert!(why_not("---- BEGIN SSH2 PUBLIC KEY ----").contains("another file format"));
        assert!(why_not("ssh-unknown AAAA").contains("type of the key"));
    }

    #[test]
    fn a_key_is_taken_as_people_paste_it() {
        let broken = |key: &str, width: usize, by: &str| {
            key.as_bytes().chunks(width).map(|part| std::str::from_utf8(part).unwrap()).collect::<Vec<_>>().join(by)
        };
        for plain in [ED25519, P256, P521, RSA_3072] {
            let commented = format!("{plain} ada@laptop");
            for text in [
                format!("  {plain}  "),
                format!("\n\n\t{commented}\r\n\r\n"),
                format!("\u{feff}{plain}\n"),
                format!("\u{a0}{plain}"),
                broken(plain, 64, "\n"),
                broken(plain, 40, "\r\n"),
                broken(plain, 76, " \n "),
                broken(&commented, plain.len() / 2 + 4, "\n"),
                format!("{}\nada@laptop", broken(plain, plain.len() / 2 + 1, "\n")),
                plain.replacen(' ', "\n", 1),
            ] {
                let key = parse(&text).unwrap_or_else(|refusal| panic!("{text:?}: {refusal}"));
                assert_eq!(key.public_key, plain, "{text:?}");
            }
        }
    }

    #[test]
    fn two_keys_never_become_one() {
        let (head, tail) = RSA_3072.split_at(100);
        for text in [
            format!("{ED25519}\n{P256}"),
            format!("{ED25519}\n{ED25519}"),
            format!("{head}\n{tail}\n{ED25519}"),
            format!("{head}\n{tail} ada\n{ED25519}"),
            format!("{head}\n{tail} ada\ncommand=\"id\" {ED25519}"),
            format!("{head}\n{tail} ada\n{}", ED25519.split(' ').nth(1).unwrap()),
            format!("{head}\n{ED25519}\n{tail}"),
            format!("{}\n{}", ED25519, P256.split(' ').nth(1).unwrap()),
            format!("{ED25519}\nno-pty"),
        ] {
            assert!(why_not(&text).contains("several lines"), "{text}");
        }
    }

    #[test]
    fn options_and_second_lines_are_refused() {
        for options in ["command=\"id\"", "no-pty,permitopen=\"*:1\"", "cert-authority", "environment=\"A=B\""] {
            assert!(why_not(&format!("{options} {ED25519}")).contains("options"), "{options}");
            assert!(why_not(&format!("\n  {options} {ED25519}\r\n")).contains("options"), "{options}");
        }
        assert!(why_not(&format!("{ED25519}\n{P256}\n")).contains("several lines"));
        assert!(why_not(&format!("{ED25519}\rcommand=\"id\" {P256}")).contains("several lines"));
        for odd in ["\0", "\t", "\u{a0}", "\u{2028}", "\u{200b}", "\u{202e}"] {
            assert!(why_not(&format!("{ED25519} ada{odd}x")).contains("invisible"), "{odd:?}");
        }
        assert!(why_not("").contains("Paste"));
        assert!(why_not(&"a".repeat(MAX_BYTES + 1)).contains("16 KiB"));
        assert!(why_not(&ED25519.replacen("ssh-ed25519", "ssh-rsa", 1)).contains("not an SSH public key"));
        assert!(why_not(&ED25519[..60]).contains("missing"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn whatever_is_accepted_is_exactly_type_and_base64(
            key in prop::sample::select(vec![ED25519, P256, P521, RSA_3072]),
            edits in prop::collection::vec(
                (any::<prop::sample::Index>(), 0..3_u8, "[ -~\n\r\t\0äe\u{a0}\u{2028}]{0,3}"),
                0..3,
            ),
            comment in "( [ -~]{0,12})?\n?",
        ) {
            let mut text: Vec<char> = format!("{key}{comment}").chars().collect();
            for (at, kind, put) in edits {
                let at = at.index(text.len());
                let removed = usize::from(kind > 0);
                text.splice(at..at + removed, put.chars());
            }
            let text: String = text.into_iter().collect();
            if let Ok(parsed) = parse(&text) {
                let (kind, base64) = parsed.public_key.split_once(' ').unwrap();
                prop_assert_eq!(kind, &parsed.algorithm);
                prop_assert!(["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp521", "ssh-rsa"].contains(&kind));
                prop_assert!(base64.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
                prop_assert_eq!(parse(&parsed.public_key), Ok(parsed.clone()));
                prop_assert_eq!(text.split_whitespace().next(), Some(kind));
            }
        }
    }
}
