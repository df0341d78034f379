//! Which file a request is about: its query, in which a path is bytes and need not be text.

use axum::http::Uri;
use model::refusal::Refusal;
use protocol::path::{FilePath, LONGEST};

/// Where a path begins that does not begin with `/`.
const HOME: &[u8] = b"/root/";

pub(super) struct FileQuery {
    pub(super) path: Vec<u8>,
    /// In place of a session.
    pub(super) ticket: Option<String>,
}

impl FileQuery {
    /// A field that means nothing is refused, and so is one that is given twice: whoever sends it means something by it.
    pub(super) fn of(uri: &Uri) -> Result<Self, Refusal> {
        let (mut path, mut ticket) = (None, None);
        for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let field = match name {
                "path" => &mut path,
                "ticket" => &mut ticket,
                other => {
                    let other = model::plain::plain(other, 64);
                    let message = format!("There is no field `{other}` here. There are `path` and `ticket`.");
                    return Err(Refusal::field(&other, message));
                }
            };
            let value = decoded(value).ok_or_else(|| {
                Refusal::field(
                    name,
                    format!("The field `{name}` has a % without two hexadecimal digits; a % itself is %25."),
                )
            })?;
            if field.replace(value).is_some() {
                return Err(Refusal::field(name, format!("The field `{name}` is given twice.")));
            }
        }
        let path =
            path.ok_or_else(|| Refusal::field("path", "Say which file is meant: add `?path=…` to the address."))?;
        let ticket = ticket.map(|ticket| String::from_utf8_lossy(&ticket).into_owned());
        Ok(Self { path, ticket })
    }
}

/// As forms and browsers write it: `+` is a space, and any byte may be `%` and two digits.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let (high, low) = (digit(rest.next())?, digit(rest.next())?);
                (high << 4) | low
            }
            other => other,
        });
    }
    Some(bytes)
}

/// A path inside the instance; one that does not begin with `/` is below `/root`. What it means there, links included,
/// is for the instance to decide, and so is which names there may be.
pub(super) fn checked(path: Vec<u8>) -> Result<FilePath, Refusal> {
    let bad = |why: &str| Err(Refusal::field("path", format!("The path {why}.")));
    let mut parts = path.split(|byte| *byte == b'/');
    if parts.clone().all(<[u8]>::is_empty) {
        return bad("names nothing");
    }
    if path.contains(&0) {
        return bad("contains a zero byte, which no name can have");
    }
    if parts.any(|part| part == b"..") {
        return bad("must not contain `..`");
    }
    // A name such as `-rf` stays a name.
    let path = if path.starts_with(b"/") { path } else { [HOME, path.as_slice()].concat() };
    if path.len() > LONGEST {
        return bad("is longer than the 4,095 bytes that a system takes");
    }
    Ok(FilePath::new(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_byte_for_byte() {
        let path = |query: &str| FileQuery::of(&format!("/x?{query}").parse().unwrap()).map(|asked| asked.path);
        assert_eq!(path("path=a").unwrap(), b"a");
        assert_eq!(path("ticket=t&path=a%2fb+c%2B").unwrap(), b"a/b c+");
        assert_eq!(path("path=%FF%0a%e4").unwrap(), b"\xff\n\xe4");
        assert_eq!(path("path=a=b").unwrap(), b"a=b");
        for wrong in ["", "ticket=t", "path=%4", "path=100%", "path=%+1", "path=a&path=b"] {
            assert_eq!(path(wrong).unwrap_err().field.as_deref(), Some("path"), "{wrong}");
        }
        for (wrong, field) in [("path=a&paht=b", "paht"), ("path=a&length=9", "length")] {
            assert_eq!(path(wrong).unwrap_err().field.as_deref(), Some(field), "{wrong}");
        }
    }

    #[test]
    fn paths_stay_paths() {
        let checked = |path: &[u8]| checked(path.to_vec());
        let cases: [(&[u8], &[u8]); 4] = [
            (b"notes.txt", b"/root/notes.txt"),
            (b"-rf", b"/root/-rf"),
            ("/srv/a b/ä".as_bytes(), "/srv/a b/ä".as_bytes()),
            (b"/a\nb\x1b\xff...", b"/a\nb\x1b\xff..."),
        ];
        for (given, meant) in cases {
            assert_eq!(checked(given).unwrap().as_bytes(), meant);
        }
        let longest = [b"/".as_slice(), &[b'a'; LONGEST - 1]].concat();
        assert!(checked(&longest).is_ok());
        let long = [longest.as_slice(), b"a"].concat();
        for bad in [&b""[..], b"/", b"//", b"../x", b"a/../../x", b"a\0b", &long] {
            assert!(checked(bad).is_err(), "{bad:?}");
        }
    }
}
