//! A key that was pasted is found again when its holder logs in: the line and the bytes of a login lead to one
//! fingerprint, which is OpenSSH's, the hash of these very bytes.

use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, Engine as _};
use model::Timestamp;
use model::id::{ClusterId, PersonId, SshKeyId};
use model::request::Settings;
use model::version::Era;
use planner::clock::Instant;
use planner::world::{KeyProof, Kind as _, SshKey, World};
use sha2::{Digest as _, Sha256};
use ssh_key::PublicKey;

use super::samples::{ED25519, P256, P521, RSA_3072};
use super::{fingerprint, parse, reread};

/// As SSH writes a key: each part behind its length.
fn bytes(parts: &[&[u8]]) -> Vec<u8> {
    parts.iter().flat_map(|part| (part.len() as u32).to_be_bytes().into_iter().chain(part.iter().copied())).collect()
}

fn line(kind: &str, bytes: &[u8]) -> String {
    format!("{kind} {}", BASE64_STANDARD.encode(bytes))
}

fn bytes_of(line: &str) -> Vec<u8> {
    BASE64_STANDARD.decode(line.split(' ').nth(1).unwrap()).unwrap()
}

/// Keys of hardware tokens, which no sample has.
fn tokens() -> [String; 2] {
    let (ed, ec) = ("sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com");
    let point = &bytes_of(P256)[bytes_of(P256).len() - 65..];
    [
        line(ed, &bytes(&[ed.as_bytes(), &[7; 32], b"ssh:"])),
        line(ec, &bytes(&[ec.as_bytes(), b"nistp256", point, b"ssh:work"])),
    ]
}

fn rsa(e: &[u8], n: &[u8]) -> String {
    line("ssh-rsa", &bytes(&[b"ssh-rsa", e, n]))
}

#[test]
fn what_was_pasted_and_what_logs_in_have_one_fingerprint() {
    let modulus = [&[0, 0xc1][..], &[5; 383]].concat();
    // Exponents of one byte and of three; a modulus that begins with a zero byte, as its first bit demands, and one that
    // does not.
    let odd = [rsa(&[3], &modulus), rsa(&[0, 0x81], &modulus), rsa(&[1, 0, 1], &[&[0x7f][..], &[5; 384]].concat())];
    let usual = [ED25519, P256, P521, RSA_3072].map(str::to_owned);
    for key in usual.into_iter().chain(tokens()).chain(odd) {
        let blob = bytes_of(&key);
        let shown = format!("SHA256:{}", BASE64_STANDARD_NO_PAD.encode(Sha256::digest(&blob)));
        let login = PublicKey::from_bytes(&blob).unwrap();
        assert_eq!(fingerprint(&login), shown, "{key}");
        for comment in ["", " ada@laptop", " ada  two spaces", " büro \"7\"", " a=b,c", " ssh-ed25519 AAAA"] {
            let pasted = parse(&format!("{key}{comment}")).unwrap_or_else(|why| panic!("{key}{comment}: {why}"));
            assert_eq!((pasted.fingerprint, pasted.public_key), (shown.clone(), key.clone()), "{comment:?}");
        }
    }
}

/// Another writing of a number would be another fingerprint of one key.
#[test]
fn a_number_that_is_written_otherwise_than_ssh_writes_it_is_no_key_for_either() {
    let modulus = [&[0, 0xc1][..], &[5; 383]].concat();
    let needless_zero = [&[0][..], &modulus].concat();
    let negative = &modulus[1..];
    for key in [
        rsa(&[1, 0, 1], &needless_zero),
        rsa(&[1, 0, 1], negative),
        rsa(&[0, 1, 0, 1], &modulus),
        rsa(&[0x81], &modulus),
        rsa(&[], &modulus),
    ] {
        assert!(parse(&key).is_err(), "{key}");
        assert!(PublicKey::from_bytes(&bytes_of(&key)).is_err(), "{key}");
    }
}

fn row(id: u64, person: u64, proof: KeyProof, fingerprint: &str, public_key: &str) -> SshKey {
    SshKey {
        id: SshKeyId::from_bits(id),
        person: PersonId::from_bits(person),
        name: "laptop".parse().unwrap(),
        algorithm: "ssh-ed25519".to_owned(),
        fingerprint: fingerprint.to_owned(),
        public_key: public_key.to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        proof,
        may_manage: true,
        by_token: false,
    }
}

fn world(rows: &[SshKey]) -> World {
    let mut world = World::new(ClusterId::from_bits(1), Era::default(), Settings::default(), Instant::default());
    world.apply_all(rows.iter().map(|row| row.clone().put()));
    world
}

#[test]
fn a_stored_line_is_read_by_the_parser_of_today() {
    let parsed = parse(ED25519).unwrap();
    let kept = row(1, 1, KeyProof::Missing, &parsed.fingerprint, ED25519);
    assert_eq!(reread(&world(&[]), &kept), None, "as it is written now");
    let other = row(1, 1, KeyProof::Missing, "SHA256:x", &format!("{ED25519} ada@laptop"));
    assert_eq!(reread(&world(std::slice::from_ref(&other)), &other), Some(kept.clone()));
    let unreadable = row(1, 1, KeyProof::Missing, "SHA256:x", "ssh-ed25519 AAAA");
    assert_eq!(reread(&world(&[]), &unreadable), None);
    // What may be there once stays there once.
    let (own, foreign) = (
        SshKey { id: SshKeyId::from_bits(2), ..kept.clone() },
        row(3, 2, KeyProof::Missing, &parsed.fingerprint, ED25519),
    );
    assert_eq!(reread(&world(&[own]), &other), None);
    assert_eq!(reread(&world(std::slice::from_ref(&foreign)), &other), Some(kept));
    let at = KeyProof::At(Timestamp::UNIX_EPOCH);
    let [other, foreign] = [other, foreign].map(|row| SshKey { proof: at, ..row });
    assert_eq!(reread(&world(&[foreign]), &other), None);
}
