//! What a cookie lets in: what the app's own page asks for, and what a person navigates to. Apps are neighbours below one
//! domain, so browsers send their cookies along with whatever a neighbour's page asks for, and with whatever a link
//! anywhere leads to.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};

const SITE: &str = "sec-fetch-site";
const MODE: &str = "sec-fetch-mode";
const DEST: &str = "sec-fetch-dest";
const PURPOSE: &str = "sec-purpose";

/// Where a request comes from that must not be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// Another page asked for it.
    Page,
    /// It says nothing of where it comes from, as no browser's would.
    Unsaid,
}

/// Browsers say by `Sec-Fetch-…` who asks for what; over plain `http` they do not, and there `Origin`, `Referer` and
/// `Accept` must do. `own` is the app's origin.
pub(super) fn from_own_page(method: &Method, headers: &HeaderMap, own: &str) -> Result<(), Foreign> {
    let reads = matches!(*method, Method::GET | Method::HEAD);
    let origin = match one(headers, "origin") {
        Some(origin) if origin == Some(own) => true,
        Some(_) => return Err(Foreign::Page),
        None => false,
    };
    let site = one(headers, SITE);
    let is = |name, value| one(headers, name) == Some(Some(value));
    if headers.contains_key(header::UPGRADE) || *method == Method::CONNECT {
        // Each browser names the page that opens a socket.
        return match site {
            None | Some(Some("same-origin")) if origin => Ok(()),
            Some(_) => Err(Foreign::Page),
            None => Err(Foreign::Unsaid),
        };
    }
    // What is fetched before anybody wants it comes from the browser itself, whichever page had it do so.
    if headers.contains_key(PURPOSE) && site != Some(Some("same-origin")) {
        return Err(Foreign::Page);
    }
    match site {
        // A person typed it, or chose it from their own browser.
        Some(Some("same-origin" | "none")) => Ok(()),
        Some(_) => {
            let document = is(MODE, "navigate") && is(DEST, "document");
            if reads && document { Ok(()) } else { Err(Foreign::Page) }
        }
        None if origin => Ok(()),
        None if reads => match one(headers, "referer") {
            Some(Some(page)) if page.strip_prefix(own).is_some_and(|rest| rest.starts_with('/')) => Ok(()),
            Some(_) if !wants_page(headers) => Err(Foreign::Page),
            None if !wants_page(headers) => Err(Foreign::Unsaid),
            Some(_) | None => Ok(()),
        },
        None => Err(Foreign::Unsaid),
    }
}

/// Whether a person goes there with all of the window, as far as the browser says. What gives a cookie asks for this: a
/// picture in a neighbour's page would fetch it unseen.
pub(super) fn navigates(headers: &HeaderMap) -> bool {
    let unless_said = |name, wanted| one(headers, name).is_none_or(|value| value == Some(wanted));
    unless_said(MODE, "navigate") && unless_said(DEST, "document") && !headers.contains_key(PURPOSE)
}

/// The value of a header; `Some(None)` if it is no text, or came twice.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Option<Option<&'h str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next()?;
    Some(first.to_str().ok().filter(|_| values.next().is_none()))
}

impl Foreign {
    pub(super) fn sentence(self, own: &str) -> String {
        match self {
            Self::Page => "Another page asked for this in your name, so the app was not asked.".to_owned(),
            Self::Unsaid => {
                format!(
                    "The request does not name the page that sends it. A program must send `Origin: {own}` with the cookie."
                )
            }
        }
    }
}

/// What browsers are told of an answer that a cookie let in: it is shown in no page but the app's own, and no other page
/// reads it, from their memory either.
pub(super) fn close(headers: &mut HeaderMap) {
    headers.append(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("frame-ancestors 'self'"));
    headers.insert(HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin"));
}

pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "http://web-80--ada.apps.localhost:8080";
    const NEIGHBOUR: &str = "http://evil-80--eve.apps.localhost:8080";
    const HTML: &str = "text/html,application/xhtml+xml,*/*;q=0.8";

    fn asked(method: &str, headers: &[(&str, &str)]) -> Result<(), Foreign> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::try_from(*name).unwrap(), HeaderValue::try_from(*value).unwrap());
        }
        from_own_page(&method.parse().unwrap(), &map, OWN)
    }

    fn fetch<'t>(site: &'t str, mode: &'t str, dest: &'t str) -> Vec<(&'t str, &'t str)> {
        vec![(SITE, site), (MODE, mode), (DEST, dest)]
    }

    /// What Chromium and Firefox send to addresses that they trust.
    #[test]
    fn with_fetch_metadata() {
        for (what, method, headers) in [
            ("typed", "GET", fetch("none", "navigate", "document")),
            ("a link in the own page", "GET", fetch("same-origin", "navigate", "document")),
            ("a link of a neighbour", "GET", fetch("same-site", "navigate", "document")),
            ("a link of somebody's mail", "GET", fetch("cross-site", "navigate", "document")),
            ("its head", "HEAD", fetch("cross-site", "navigate", "document")),
            ("an own form", "POST", [fetch("same-origin", "navigate", "document"), vec![("origin", OWN)]].concat()),
            ("an own call", "DELETE", [fetch("same-origin", "cors", "empty"), vec![("origin", OWN)]].concat()),
            ("an own picture", "GET", fetch("same-origin", "no-cors", "image")),
            ("an own frame", "GET", fetch("same-origin", "navigate", "iframe")),
            ("own events", "GET", fetch("same-origin", "cors", "empty")),
            (
                "an own prefetch",
                "GET",
                [fetch("same-origin", "no-cors", "empty"), vec![(PURPOSE, "prefetch")]].concat(),
            ),
        ] {
            assert_eq!(asked(method, &headers), Ok(()), "{what}");
        }
        for site in ["same-site", "cross-site", "", "SAME-ORIGIN", "same-origin, same-origin", "future"] {
            let elsewhere = if site == "cross-site" { "https://elsewhere.example" } else { NEIGHBOUR };
            for (what, method, mode, dest, more) in [
                ("a form", "POST", "navigate", "document", vec![("origin", elsewhere)]),
                ("a form from a sandbox", "POST", "navigate", "document", vec![("origin", "null")]),
                ("a form without an origin", "POST", "navigate", "document", vec![]),
                ("a picture", "GET", "no-cors", "image", vec![]),
                ("a script", "GET", "no-cors", "script", vec![]),
                ("a style sheet", "GET", "no-cors", "style", vec![]),
                ("a sound", "GET", "no-cors", "audio", vec![]),
                ("a fetch", "GET", "cors", "empty", vec![("origin", elsewhere)]),
                ("a fetch that reads nothing", "POST", "no-cors", "empty", vec![("origin", elsewhere)]),
                ("a fetch that reads nothing and sends nothing", "GET", "no-cors", "empty", vec![]),
                ("a beacon", "POST", "no-cors", "empty", vec![("origin", elsewhere)]),
                ("events", "GET", "cors", "empty", vec![("origin", elsewhere)]),
                ("a frame", "GET", "navigate", "iframe", vec![]),
                ("an old frame", "GET", "navigate", "frame", vec![]),
                ("an object", "GET", "navigate", "object", vec![]),
                ("an embed", "GET", "navigate", "embed", vec![]),
                ("a prefetch", "GET", "no-cors", "empty", vec![(PURPOSE, "prefetch")]),
                (
                    "a page drawn before it is wanted",
                    "GET",
                    "navigate",
                    "document",
                    vec![(PURPOSE, "prefetch;prerender")],
                ),
                ("a preflight", "OPTIONS", "cors", "empty", vec![("origin", elsewhere)]),
                ("a worker", "GET", "same-origin", "worker", vec![]),
                ("a navigation with another verb", "DELETE", "navigate", "document", vec![]),
                ("no mode", "GET", "", "document", vec![]),
                ("a claim in the other header", "POST", "cors", "empty", vec![("origin", OWN)]),
            ] {
                let headers = [fetch(site, mode, dest), more].concat();
                assert_eq!(asked(method, &headers), Err(Foreign::Page), "{site}: {what}");
            }
        }
        // Chromium says `none` of what a neighbour's page has it fetch ahead.
        let ahead = [fetch("none", "navigate", "document"), vec![(PURPOSE, "prefetch;prerender")]].concat();
        assert_eq!(asked("GET", &ahead), Err(Foreign::Page));
        let twice = [fetch("same-origin", "cors", "empty"), fetch("same-site", "cors", "empty")].concat();
        assert_eq!(asked("GET", &twice), Err(Foreign::Page));
    }

    /// What browsers send over plain http, old ones anywhere, and programs.
    #[test]
    fn without_fetch_metadata() {
        let own = format!("{OWN}/page");
        let near = format!("{OWN}.evil.example/");
        for (what, method, headers) in [
            ("a navigation", "GET", vec![("accept", HTML)]),
            ("a navigation from elsewhere", "GET", vec![("accept", HTML), ("referer", "https://elsewhere.example/")]),
            ("an own form", "POST", vec![("origin", OWN), ("accept", HTML)]),
            ("an own call", "PUT", vec![("origin", OWN)]),
            ("an own picture", "GET", vec![("accept", "image/png"), ("referer", own.as_str())]),
            ("a program that says whose app it is", "GET", vec![("accept", "*/*"), ("origin", OWN)]),
        ] {
            assert_eq!(asked(method, &headers), Ok(()), "{what}");
        }
        for (what, method, headers, why) in [
            ("a neighbour's form", "POST", vec![("origin", NEIGHBOUR), ("accept", HTML)], Foreign::Page),
            ("a sandbox's form", "POST", vec![("origin", "null"), ("accept", HTML)], Foreign::Page),
            ("two origins", "POST", vec![("origin", OWN), ("origin", NEIGHBOUR)], Foreign::Page),
            ("nearly our origin", "POST", vec![("origin", near.as_str())], Foreign::Page),
            (
                "our origin without its port",
                "POST",
                vec![("origin", "http://web-80--ada.apps.localhost")],
                Foreign::Page,
            ),
            ("our origin over TLS", "POST", vec![("origin", "https://web-80--ada.apps.localhost:8080")], Foreign::Page),
            ("a neighbour's picture", "GET", vec![("accept", "image/png"), ("referer", NEIGHBOUR)], Foreign::Page),
            ("a page near ours", "GET", vec![("accept", "*/*"), ("referer", near.as_str())], Foreign::Page),
            ("a picture of nobody", "GET", vec![("accept", "image/png")], Foreign::Unsaid),
            ("a form of nobody", "POST", vec![("accept", HTML)], Foreign::Unsaid),
            ("a program", "GET", vec![("accept", "*/*")], Foreign::Unsaid),
        ] {
            assert_eq!(asked(method, &headers), Err(why), "{what}");
        }
    }

    #[test]
    fn sockets_name_the_page_that_opens_them() {
        let socket = |more: &[(&str, &str)]| asked("GET", &[&[("upgrade", "websocket")][..], more].concat());
        assert_eq!(socket(&[("origin", OWN)]), Ok(()));
        assert_eq!(socket(&[("origin", OWN), (SITE, "same-origin"), (MODE, "websocket")]), Ok(()));
        for (headers, why) in [
            (&[][..], Foreign::Unsaid),
            (&[("accept", HTML)], Foreign::Unsaid),
            (&[("origin", NEIGHBOUR)], Foreign::Page),
            (&[("origin", "null")], Foreign::Page),
            (&[("origin", "https://elsewhere.example")], Foreign::Page),
            (&[("origin", OWN), (SITE, "same-site")], Foreign::Page),
            (&[(SITE, "none"), (MODE, "navigate"), (DEST, "document")], Foreign::Page),
        ] {
            assert_eq!(socket(headers), Err(why), "{headers:?}");
        }
    }

    #[test]
    fn cookies_are_given_to_whoever_goes_there() {
        let goes = |headers: &[(&str, &str)]| navigates(&super::super::headers::tests::map(headers));
        for good in [vec![], fetch("cross-site", "navigate", "document"), fetch("none", "navigate", "document")] {
            assert!(goes(&good), "{good:?}");
        }
        for bad in [
            fetch("same-site", "no-cors", "image"),
            fetch("same-origin", "cors", "empty"),
            fetch("cross-site", "navigate", "iframe"),
            vec![(DEST, "image")],
            vec![(MODE, "no-cors")],
            vec![(MODE, "navigate"), (MODE, "navigate")],
            [fetch("none", "navigate", "document"), vec![(PURPOSE, "prefetch;prerender")]].concat(),
        ] {
            assert!(!goes(&bad), "{bad:?}");
        }
    }

    #[test]
    fn what_the_app_says_of_itself_is_only_narrowed() {
        let mut headers = HeaderMap::new();
        headers.insert("content-security-policy", HeaderValue::from_static("default-src 'self'"));
        headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
        close(&mut headers);
        let policies: Vec<_> = headers.get_all("content-security-policy").iter().collect();
        assert_eq!(policies, ["default-src 'self'", "frame-ancestors 'self'"]);
        assert_eq!(headers["cross-origin-resource-policy"], "same-origin");
    }
}
