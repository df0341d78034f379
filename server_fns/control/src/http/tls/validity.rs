//! From when until when a certificate is valid, read from the certificate itself (RFC 5280, 4.1).

use chrono::{DateTime, NaiveDateTime};
use model::Timestamp;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// The first moment, and the last. `None` of what is no certificate.
pub(super) fn validity(der: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let (certificate, _) = take(der, SEQUENCE)?;
    let (mut fields, _) = take(certificate, SEQUENCE)?;
    if let Some((_, rest)) = take(fields, VERSION) {
        fields = rest;
    }
    // Serial number, algorithm and issuer.
    for _ in 0..3 {
        fields = any(fields)?.2;
    }
    let (validity, _) = take(fields, SEQUENCE)?;
    let (first, bytes, rest) = any(validity)?;
    let (last, more, _) = any(rest)?;
    Some((moment(first, bytes)?, moment(last, more)?))
}

/// A value of that kind, and what follows it.
fn take(der: &[u8], kind: u8) -> Option<(&[u8], &[u8])> {
    any(der).filter(|(found, ..)| *found == kind).map(|(_, value, rest)| (value, rest))
}

fn any(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&kind, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(first) {
        short @ 0..=0x7f => (short, rest),
        long @ 0x81..=0x84 => {
            let (bytes, rest) = rest.split_at_checked(long - 0x80)?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (value, rest) = rest.split_at_checked(length)?;
    Some((kind, value, rest))
}

fn moment(kind: u8, bytes: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(bytes).ok()?;
    let text = match kind {
        // Two digits of a year, of which the first half is of this century.
        UTC_TIME if text.is_char_boundary(2) && text.get(..2)? < "50" => format!("20{text}"),
        UTC_TIME => format!("19{text}"),
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%SZ")
        .ok()
        .map(|time| DateTime::from_naive_utc_and_offset(time, chrono::Utc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate(from: i32, to: i32) -> Vec<u8> {
        let mut params = rcgen::CertificateParams::new(vec!["a.example".to_owned()]).unwrap();
        params.not_before = rcgen::date_time_ymd(from, 2, 3);
        params.not_after = rcgen::date_time_ymd(to, 4, 5);
        params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_ways_to_write_a_time_are_read() {
        for (from, to) in [(1999, 2049), (2024, 2051), (2050, 2999)] {
            let (first, last) = validity(&certificate(from, to)).unwrap();
            assert_eq!(first.to_rfc3339(), format!("{from}-02-03T00:00:00+00:00"));
            assert_eq!(last.to_rfc3339(), format!("{to}-04-05T00:00:00+00:00"));
        }
    }

    #[test]
    fn nothing_of_a_torn_certificate_is_believed_or_fails() {
        let whole = certificate(2024, 2034);
        for length in 0..whole.len() {
            assert!(validity(&whole[..length]).is_none(), "{length}");
        }
        for (place, byte) in whole.iter().enumerate() {
            let mut bent = whole.clone();
            bent[place] = byte.wrapping_add(0x80);
            // Whatever it says, it is an answer.
            let _ = validity(&bent);
        }
    }
}
