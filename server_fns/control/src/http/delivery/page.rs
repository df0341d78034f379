//! The page around what is drawn for a visitor: the web client's `index.html`, the scripts that run before its program is there,
//! and no other script in it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::Policy;

/// How the framework hands over what its program starts with, and how it prepares for parts that come later, which it is told
/// not to send.
const DATA: (&str, &str) = ("<script>window.initial_dioxus_hydration_data=\"", "\"");
const QUEUE: &str = "<script>window.hydrate_queue=";
const END: &str = "</script>";
/// Our scripts come before the first style, so that they do not wait for it.
const HERE: &str = "<link";
/// The same as a block of data, which no browser runs. The scripts of the page find it by its id.
const BLOCK: &str = "<script type=\"text/plain\" id=\"hydration\">";

/// The web client was not made for this server.
#[derive(Debug, thiserror::Error)]
#[error("the web client's index.html has no `{0}`: it is of another version; build it anew with `make build`")]
pub struct BadIndex(&'static str);

#[derive(Debug, Clone)]
pub struct Page {
    script: String,
    policy: Policy,
}

impl Page {
    /// `index` is what the framework draws into, and `scripts` become a part of every page.
    pub fn new(index: &str, scripts: &[&str]) -> Result<Self, BadIndex> {
        if !index.contains(HERE) {
            return Err(BadIndex(HERE));
        }
        let lines = scripts.iter().flat_map(|script| script.lines()).map(str::trim);
        let script = lines.filter(|line| says(line)).collect::<Vec<_>>().join("\n");
        Ok(Self { policy: Policy::new([script.as_str()]), script })
    }

    /// Makes what the framework drew a page that needs no other script than ours.
    pub async fn finish(&self, drawn: Response) -> Response {
        let (mut parts, body) = drawn.into_parts();
        if !is_html(&parts.headers) {
            return Response::from_parts(parts, body);
        }
        // It was drawn at one go and is in memory as a whole.
        let html = axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default();
        let html = tidy(&String::from_utf8_lossy(&html));
        let html = html.replacen(HERE, &format!("<script>{}{END}{HERE}", self.script), 1);
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.insert(header::CONTENT_SECURITY_POLICY, self.policy.header());
        // It is one person's, and of this moment.
        parts.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        Response::from_parts(parts, Body::from(html))
    }
}

fn says(line: &str) -> bool {
    !line.is_empty() && !line.starts_with("//")
}

fn is_html(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
}

/// What a person wrote cannot look like this: `<` is never drawn as itself.
fn tidy(html: &str) -> String {
    let html = match cut(html, QUEUE, html.find(QUEUE)) {
        Some((before, _, after)) => format!("{before}{after}"),
        None => html.to_owned(),
    };
    match cut(&html, DATA.0, html.rfind(DATA.0)) {
        Some((before, script, after)) => {
            let data = script.split(DATA.1).next().unwrap_or_default();
            format!("{before}{BLOCK}{data}{END}{after}")
        }
        None => html,
    }
}

/// What stands before a script, the rest of it after its `beginning`, and what stands after it.
fn cut<'a>(html: &'a str, beginning: &str, at: Option<usize>) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, rest) = html.split_at(at?);
    let (script, after) = rest.strip_prefix(beginning)?.split_once(END)?;
    Some((before, script, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::response::IntoResponse as _;

    fn page() -> Page {
        Page::new("<link>", &["// Words.\n  first();\n", "\nsecond();"]).unwrap()
    }

    #[test]
    fn the_policy_fits_the_scripts_as_they_are_sent() {
        assert_eq!(page().policy.header(), Policy::new(["first();\nsecond();"]).header());
        assert!(Page::new("<head></head>", &[]).is_err());
    }

    #[tokio::test]
    async fn what_is_drawn_has_no_script_but_ours() {
        let drawn = "<title>&lt;link</title><link><link><main><script>window.hydrate_queue=[];window.dx=(a)=>{};</script><p>&lt;script>window.hydrate_queue=</p>\
            <script>window.initial_dioxus_hydration_data=\"gYf2\";window.initial_dioxus_hydration_debug_types=[\"A<B>\"];</script></main>";
        let drawn = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], drawn).into_response();
        let page = page();
        let answer = page.finish(drawn).await;
        assert_eq!(answer.headers()["content-security-policy"], page.policy.header());
        assert_eq!(answer.headers()["cache-control"], "private, no-cache");
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
        let expected = "<title>&lt;link</title><script>first();\nsecond();</script><link><link><main><p>&lt;script>window.hydrate_queue=</p><script type=\"text/plain\" id=\"hydration\">gYf2</script></main>";
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn what_is_no_page_passes() {
        let answer = page().finish((axum::http::StatusCode::BAD_GATEWAY, "words").into_response()).await;
        assert_eq!(axum::body::to_bytes(answer.into_body(), 100).await.unwrap(), "words");
    }
}
