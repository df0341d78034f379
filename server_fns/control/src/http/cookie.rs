//! What a request shows to say who asks: a program's token, or a browser's cookie.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue, header};
use planner::limits::SESSION_LIFETIME;

use crate::auth::secret;

/// Not checked yet: whoever asks may have written anything.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    Bearer(String),
    Session(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer(text) => write!(f, "Bearer({})", secret::hint(text)),
            Self::Session(text) => write!(f, "Session({})", secret::hint(text)),
        }
    }
}

/// Whether session cookies travel over TLS alone; the launcher puts it beside the [`crate::Handle`].
#[derive(Debug, Clone, Copy)]
pub struct SecureCookies(pub bool);

/// The value of `Set-Cookie` after somebody signed in. `secret` is one that we made, hence visible ASCII.
/// With `secure`, browsers keep the cookie only when it came through TLS from this very host, so a page on a
/// sibling domain can neither read nor plant one.
pub fn set(secret: &str, secure: bool) -> HeaderValue {
    write(secret, SESSION_LIFETIME.as_secs(), secure)
}

/// The value of `Set-Cookie` after somebody signed out.
pub fn clear(secure: bool) -> HeaderValue {
    write("", 0, secure)
}

/// What the request shows. A token goes before a cookie, because somebody put it there on purpose; a header
/// that is no token is an unusable one and not a reason to fall back to the cookie.
pub fn credential(headers: &HeaderMap, secure: bool) -> Option<Credential> {
    match headers.get(header::AUTHORIZATION) {
        Some(value) => Some(Credential::Bearer(bearer(value).unwrap_or_default())),
        None => session(headers, secure).map(Credential::Session),
    }
}

const fn name(secure: bool) -> &'static str {
    if secure { "__Host-dh_session" } else { "dh_session" }
}

fn write(value: &str, seconds: u64, secure: bool) -> HeaderValue {
    let tail = if secure { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{tail}", name(secure));
    HeaderValue::try_from(text).expect("names, numbers and base62 are visible ASCII")
}

/// Two different cookies of the name mean that another page planted one; then there is none.
fn session(headers: &HeaderMap, secure: bool) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(key, value)| *key == name(secure) && !value.is_empty()).map(|(_, value)| value);
    let first = values.next()?;
    values.all(|value| value == first).then(|| first.to_owned())
}

fn bearer(value: &HeaderValue) -> Option<String> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::probe::request;
    use super::*;
    use crate::auth::secret::{Secret, SecretKind};

    const PLAIN: bool = false;
    const SECURE: bool = true;

    fn read(secure: bool, headers: &[(&str, &str)]) -> Option<Credential> {
        credential(request("GET", "/", headers, "").headers(), secure)
    }

    fn cookie(text: &str) -> Option<Credential> {
        Some(Credential::Session(text.to_owned()))
    }

    fn token(text: &str) -> Option<Credential> {
        Some(Credential::Bearer(text.to_owned()))
    }

    #[test]
    fn what_is_set_is_read_again() {
        let secret = Secret::generate(SecretKind::Session);
        for secure in [PLAIN, SECURE] {
            let set = set(secret.expose(), secure);
            let set = set.to_str().unwrap();
            assert!(set.contains("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"), "{set}");
            assert_eq!(set.ends_with("; Secure"), secure);
            let sent = set.split(';').next().unwrap();
            assert_eq!(read(secure, &[("cookie", &format!("theme=dark; {sent}; x=y"))]), cookie(secret.expose()));
            let cleared = clear(secure);
            assert!(cleared.to_str().unwrap().contains("Max-Age=0"));
            assert_eq!(read(secure, &[("cookie", cleared.to_str().unwrap().split(';').next().unwrap())]), None);
        }
        assert!(clear(SECURE).to_str().unwrap().starts_with("__Host-"));
    }

    #[test]
    fn a_planted_cookie_does_not_count() {
        assert_eq!(read(SECURE, &[("cookie", "dh_session=planted")]), None);
        assert_eq!(read(PLAIN, &[("cookie", "dh_session=planted; dh_session=own")]), None);
        assert_eq!(read(PLAIN, &[("cookie", "dh_session=own"), ("cookie", "dh_session=own")]), cookie("own"));
        assert_eq!(read(PLAIN, &[("cookie", "xdh_session=a; DH_SESSION=b")]), None);
    }

    #[test]
    fn a_token_goes_before_a_cookie() {
        let sent = ("cookie", "dh_session=own");
        assert_eq!(read(PLAIN, &[sent, ("authorization", "bearer dhp_x")]), token("dhp_x"));
        assert_eq!(read(PLAIN, &[sent, ("authorization", "Basic YTpi")]), token(""));
        assert_eq!(read(PLAIN, &[sent]), cookie("own"));
        assert_eq!(read(PLAIN, &[]), None);
    }

    #[test]
    fn logs_show_the_beginning_only() {
        assert_eq!(format!("{:?}", token("dhp_0123456789").unwrap()), "Bearer(dhp_0123…)");
    }
}
