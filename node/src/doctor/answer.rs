//! What came back on a connection, as the deciding functions see it.

use hyper::HeaderMap;

/// The most characters of a foreign text that are shown.
const SHOWN: usize = 100;

/// An answer in HTTP. Of its body only the beginning is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| clean(&String::from_utf8_lossy(value.as_bytes())))
    }

    /// The sentence of a refusal that DockHost itself made.
    pub(super) fn refusal(&self) -> Option<String> {
        let refusal: serde_json::Value = serde_json::from_str(&self.body).ok()?;
        refusal.get("code")?.as_str()?;
        Some(clean(refusal.get("message")?.as_str()?))
    }

    /// Whether it asks for a name and a password, which no DockHost does with this header.
    pub(super) fn wants_password(&self) -> bool {
        self.status == 407 || (self.status == 401 && self.headers.contains_key("www-authenticate"))
    }
}

/// No answer in HTTP came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Broken {
    Late,
    Closed,
    NotHttp,
    Failed(String),
}

/// A foreign text, fit for a line on a terminal.
pub(super) fn clean(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let joined = words.join(" ");
    match joined.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &joined[..end]),
        None => joined,
    }
}

#[cfg(test)]
pub(super) fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
    let headers = headers.iter().map(|(name, value)| {
        (hyper::header::HeaderName::from_static(name), hyper::header::HeaderValue::from_str(value).unwrap())
    });
    Answer { status, headers: headers.collect(), body: body.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_text_cannot_steer_the_terminal() {
        assert_eq!(clean("a\x1b[2J\n  b\tc"), "a [2J b c");
        assert_eq!(clean(&"ä".repeat(200)).chars().count(), SHOWN + 3);
    }

    #[test]
    fn a_refusal_of_dockhost_is_known_by_its_form() {
        let ours = answer(409, &[], r#"{"code": "conflict", "message": "Another one."}"#);
        assert_eq!(ours.refusal().as_deref(), Some("Another one."));
        for other in ["", "conflict", "{}", r#"{"message": "x"}"#] {
            assert_eq!(answer(409, &[], other).refusal(), None, "{other}");
        }
    }

    #[test]
    fn a_password_is_wanted_only_by_others() {
        assert!(!answer(401, &[], "").wants_password());
        assert!(answer(401, &[("www-authenticate", "Basic")], "").wants_password());
        assert!(answer(407, &[], "").wants_password());
    }
}
