//! What a request shows to say who asks: a program's token, or a browser's cookie with the key that its page keeps.
//!
//! Browsers send a cookie to every port of the host, and take one from every port. So whoever has an instance there may
//! know a cookie and may have planted it, and a cookie alone is worth nothing. The key is in the page's own storage, which
//! goes by scheme, host and port.

use std::fmt;

use axum::http::{HeaderMap, HeaderValue, header};
use model::request::SESSION_KEY;
use planner::limits::SESSION_LIFETIME;

use crate::auth::secret::{self, SecretKind};

/// An honest browser has one of our name. It keeps at most about so many for one host, whoever set them.
const MAX_COOKIES: usize = 200;

/// Not checked yet: whoever asks may have written anything.
#[derive(Clone, PartialEq, Eq)]
pub enum Credential {
    Bearer(String),
    /// Everything that came under the cookie's name, and the key that fits one of them.
    Session {
        cookies: Vec<String>,
        key: String,
    },
    /// The same without a key. It may draw a page where nobody else can have it, and opens nothing.
    Cookie(Vec<String>),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hints = |cookies: &[String]| cookies.iter().map(|text| secret::hint(text)).collect::<Vec<_>>().join(", ");
        match self {
            Self::Bearer(text) => write!(f, "Bearer({})", secret::hint(text)),
            Self::Session { cookies, key } => write!(f, "Session({}; {})", hints(cookies), secret::hint(key)),
            Self::Cookie(cookies) => write!(f, "Cookie({})", hints(cookies)),
        }
    }
}

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
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        return Some(Credential::Bearer(bearer(value).unwrap_or_default()));
    }
    let cookies = cookies(headers, secure);
    if cookies.is_empty() {
        return None;
    }
    Some(match key(headers) {
        Some(key) => Credential::Session { cookies, key },
        None => Credential::Cookie(cookies),
    })
}

const fn name(secure: bool) -> &'static str {
    if secure { "__Host-dh_session" } else { "dh_session" }
}

fn write(value: &str, seconds: u64, secure: bool) -> HeaderValue {
    let tail = if secure { "; Secure" } else { "" };
    let text = format!("{}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{tail}", name(secure));
    HeaderValue::try_from(text).expect("names, numbers and base62 are visible ASCII")
}

/// What came under our name and may be one of ours. What another page planted beside it, whatever its bytes, does not
/// stand in the way of the one that the key fits.
fn cookies(headers: &HeaderMap, secure: bool) -> Vec<String> {
    let lines = headers.get_all(header::COOKIE).iter().map(HeaderValue::as_bytes);
    let pairs = lines.flat_map(|line| line.split(|byte| *byte == b';')).map(<[u8]>::trim_ascii);
    let values = pairs.filter_map(|pair| pair.strip_prefix(name(secure).as_bytes())?.strip_prefix(b"="));
    let texts = values.filter_map(|value| std::str::from_utf8(value).ok());
    let ours = texts.filter(|text| secret::is_well_formed(SecretKind::Session, text));
    ours.take(MAX_COOKIES).map(str::to_owned).collect()
}

/// Two keys are none: our page sends one.
fn key(headers: &HeaderMap) -> Option<String> {
    let mut sent = headers.get_all(SESSION_KEY).iter();
    let first = sent.next()?.to_str().ok()?;
    sent.next().is_none().then(|| first.trim().to_owned())
}

/// Whether a program shows a token: one that can be ours, and in no browser's request.
pub(super) fn is_of_program(headers: &HeaderMap) -> bool {
    let mut shown = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (shown.next(), shown.next()) else { return false };
    let ours = |text: String| {
        [SecretKind::ApiToken, SecretKind::NodeKey].into_iter().any(|kind| secret::is_well_formed(kind, &text))
    };
    bearer(value).is_some_and(ours) && !headers.contains_key("sec-fetch-site")
}

fn bearer(value: &HeaderValue) -> Option<String> {
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::probe::request;
    use super::*;
    use crate::auth::secret::Secret;

    const PLAIN: bool = false;
    const SECURE: bool = true;

    fn read(secure: bool, headers: &[(&str, &str)]) -> Option<Credential> {
        credential(request("GET", "/", headers, "").headers(), secure)
    }

    fn token(text: &str) -> Option<Credential> {
        Some(Credential::Bearer(text.to_owned()))
    }

    fn session() -> String {
        Secret::generate(SecretKind::Session).expose().to_owned()
    }

    #[test]
    fn what_is_set_is_read_again() {
        let secret = session();
        for secure in [PLAIN, SECURE] {
            let set = set(&secret, secure);
            let set = set.to_str().unwrap();
            assert!(set.contains("; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax"), "{set}");
            assert_eq!(set.ends_with("; Secure"), secure);
            let sent = set.split(';').next().unwrap();
            let cookie = format!("theme=dark; {sent}; x=y");
            assert_eq!(read(secure, &[("cookie", &cookie)]), Some(Credential::Cookie(vec![secret.clone()])));
            let (cookies, key) = (vec![secret.clone()], "dhk_x".to_owned());
            let with_key = read(secure, &[("cookie", &cookie), ("dockhost-session-key", "dhk_x")]);
            assert_eq!(with_key, Some(Credential::Session { cookies, key }));
            let cleared = clear(secure);
            assert!(cleared.to_str().unwrap().contains("Max-Age=0"));
            assert_eq!(read(secure, &[("cookie", cleared.to_str().unwrap().split(';').next().unwrap())]), None);
        }
        assert!(clear(SECURE).to_str().unwrap().starts_with("__Host-"));
    }

    #[test]
    fn a_planted_cookie_hides_no_other() {
        let (own, planted) = (session(), session());
        let long = "x".repeat(8_192);
        for beside in [planted.as_str(), &long, "\t", "", "\"", "dhs_"] {
            let sent = format!("dh_session={beside}; dh_session={own}; {beside}; =; ;");
            let Some(Credential::Cookie(found)) = read(PLAIN, &[("cookie", &sent)]) else { panic!("{beside:?}") };
            assert!(found.contains(&own) && found.len() <= 2, "{beside:?} {found:?}");
        }
        let mut headers = HeaderMap::new();
        let bytes = [b"dh_session=\xff\xfe; dh_session=\xc3\xa9; dh_session=".as_slice(), own.as_bytes()].concat();
        headers.insert(header::COOKIE, HeaderValue::from_bytes(&bytes).unwrap());
        assert_eq!(credential(&headers, PLAIN), Some(Credential::Cookie(vec![own.clone()])));
        let lines = [("cookie", &*format!("dh_session={planted}")), ("cookie", &*format!("dh_session={own}"))];
        assert_eq!(read(PLAIN, &lines), Some(Credential::Cookie(vec![planted.clone(), own.clone()])));
        assert_eq!(read(SECURE, &[("cookie", &format!("dh_session={planted}"))]), None);
        assert_eq!(
            read(PLAIN, &[("cookie", &format!("xdh_session={own}; DH_SESSION={own}; dh_session2={own}"))]),
            None
        );
        let flood = format!("dh_session={own}; ").repeat(1_000);
        let Some(Credential::Cookie(found)) = read(PLAIN, &[("cookie", &flood)]) else { panic!("a flood hides all") };
        assert_eq!(found.len(), MAX_COOKIES);
    }

    #[test]
    fn two_keys_are_none() {
        let sent = format!("dh_session={}", session());
        let (one, two) = (("dockhost-session-key", "dhk_x"), ("dockhost-session-key", "dhk_y"));
        assert!(matches!(read(PLAIN, &[("cookie", &sent), one]), Some(Credential::Session { .. })));
        assert!(matches!(read(PLAIN, &[("cookie", &sent), one, two]), Some(Credential::Cookie(_))));
        assert_eq!(read(PLAIN, &[one]), None);
    }

    #[test]
    fn a_token_goes_before_a_cookie() {
        let sent = format!("dh_session={}", session());
        let sent = ("cookie", sent.as_str());
        assert_eq!(read(PLAIN, &[sent, ("authorization", "bearer dhp_x")]), token("dhp_x"));
        assert_eq!(read(PLAIN, &[sent, ("authorization", "Basic YTpi")]), token(""));
        assert_eq!(read(PLAIN, &[]), None);
    }

    #[test]
    fn logs_show_the_beginning_only() {
        assert_eq!(format!("{:?}", token("dhp_0123456789").unwrap()), "Bearer(dhp_0123…)");
        let (cookie, key) = (session(), "dhk_0123456789".to_owned());
        let shown = format!("{:?}", Credential::Session { cookies: vec![cookie.clone()], key });
        assert!(shown.len() < 40 && !shown.contains(&cookie[..10]) && !shown.contains("56789"), "{shown}");
    }
}
