//! One file of the web client, in every coding that the build left beside it, or a text that the server makes of itself.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use super::coding::Coding;

/// With a hash of the content in its name: what has this name is this for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// Kept, and asked after at every use.
const ASK: &str = "no-cache";
/// How dx marks a hash in a name, as in `app-dxh1a2b3c4d.js`.
const HASH: &str = "-dxh";

#[derive(Debug)]
pub struct File {
    kind: HeaderValue,
    keep: HeaderValue,
    plain: Variant,
    /// The smallest first.
    packed: Vec<(Coding, Variant)>,
}

#[derive(Debug)]
struct Variant {
    body: Bytes,
    tag: HeaderValue,
}

impl Variant {
    fn new(body: Vec<u8>, plain: &str, coding: Coding) -> Self {
        let tag = match coding {
            Coding::Identity => format!("\"{plain}\""),
            Coding::Brotli | Coding::Gzip => format!("\"{plain}-{}\"", coding.name()),
        };
        Self { body: body.into(), tag: HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\"")) }
    }
}

impl File {
    /// What has no other coding.
    pub fn plain(name: &str, content: Vec<u8>) -> Self {
        Self::new(name, content, None, None)
    }

    /// `brotli` and `gzip` hold the same in their codings.
    pub(super) fn new(name: &str, content: Vec<u8>, brotli: Option<Vec<u8>>, gzip: Option<Vec<u8>>) -> Self {
        let hash = hex::encode(&Sha256::digest(&content)[..12]);
        let packed = [(Coding::Brotli, brotli), (Coding::Gzip, gzip)].into_iter();
        let packed = packed.filter_map(|(coding, body)| Some((coding, Variant::new(body?, &hash, coding)))).collect();
        Self {
            kind: HeaderValue::from_static(kind(name)),
            keep: HeaderValue::from_static(if is_hashed(name) { FOR_EVER } else { ASK }),
            plain: Variant::new(content, &hash, Coding::Identity),
            packed,
        }
    }

    /// In the coding that the request names alone; see [`super::compress::negotiate`]. A part of a file is not given: whoever asks
    /// for one gets the whole, which HTTP allows, and so no part can be put to the wrong rest.
    pub fn answer(&self, method: &Method, headers: &HeaderMap) -> Response {
        let wanted = headers.get(header::ACCEPT_ENCODING).map(HeaderValue::as_bytes);
        let packed = self.packed.iter().find(|(coding, _)| wanted == Some(coding.name().as_bytes()));
        let (coding, variant) = packed.map_or((Coding::Identity, &self.plain), |(coding, variant)| (*coding, variant));
        let mut known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let is_known = known.any(|tags| has(tags, variant.tag.to_str().unwrap_or_default()));

        let mut response = match (is_known, method) {
            (true, _) => StatusCode::NOT_MODIFIED.into_response(),
            (false, &Method::HEAD) => Response::new(Body::empty()),
            (false, _) => Response::new(Body::from(variant.body.clone())),
        };
        let told = response.headers_mut();
        told.insert(header::ETAG, variant.tag.clone());
        told.insert(header::CACHE_CONTROL, self.keep.clone());
        if !self.packed.is_empty() {
            told.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if !is_known {
            told.insert(header::CONTENT_TYPE, self.kind.clone());
            told.insert(header::CONTENT_LENGTH, variant.body.len().into());
            if coding != Coding::Identity {
                told.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
            }
        }
        response
    }
}

/// Whether a list of tags, as `If-None-Match` has them, has that one.
fn has(tags: &str, tag: &str) -> bool {
    tags.split(',').map(str::trim).any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag)
}

fn is_hashed(name: &str) -> bool {
    let hash = name.rsplit_once(HASH).map(|(_, rest)| rest.split('.').next().unwrap_or_default());
    hash.is_some_and(|hash| hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn kind(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, end)| end) {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "txt" | "" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "/assets/app-dxh0123456789abcdef.js";

    fn file(name: &str) -> File {
        File::new(name, b"plain content".to_vec(), Some(b"br".to_vec()), Some(b"gzip".to_vec()))
    }

    async fn ask(file: &File, method: Method, asked: &[(header::HeaderName, &str)]) -> (StatusCode, HeaderMap, Bytes) {
        let asked = asked.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect();
        let (parts, body) = file.answer(&method, &asked).into_parts();
        (parts.status, parts.headers, axum::body::to_bytes(body, 100).await.unwrap())
    }

    #[tokio::test]
    async fn each_coding_is_another_representation() {
        let file = file(NAME);
        let mut tags = Vec::new();
        for (coding, body) in [("br", "br"), ("gzip", "gzip"), ("identity", "plain content")] {
            let (status, headers, got) = ask(&file, Method::GET, &[(header::ACCEPT_ENCODING, coding)]).await;
            assert_eq!((status, got.as_ref()), (StatusCode::OK, body.as_bytes()));
            assert_eq!(headers.get("content-encoding").is_some_and(|value| value == coding), coding != "identity");
            assert_eq!(headers["content-type"], "text/javascript; charset=utf-8");
            assert_eq!(
                (&headers["vary"], &headers["cache-control"]),
                (&"accept-encoding".parse().unwrap(), &FOR_EVER.parse().unwrap())
            );
            let (status, head, none) = ask(&file, Method::HEAD, &[(header::ACCEPT_ENCODING, coding)]).await;
            assert_eq!((status, none.len(), &head), (StatusCode::OK, 0, &headers), "a HEAD has the headers of a GET");
            tags.push(headers["etag"].clone());
        }
        tags.dedup();
        assert_eq!(tags.len(), 3, "{tags:?}");
    }

    #[tokio::test]
    async fn what_is_known_is_not_sent_again_and_what_is_known_in_another_coding_is() {
        let file = file("/dockhost.css");
        let (_, headers, _) = ask(&file, Method::GET, &[(header::ACCEPT_ENCODING, "br")]).await;
        assert_eq!(headers["cache-control"], ASK);
        let tag = headers["etag"].to_str().unwrap().to_owned();
        for known in [tag.clone(), format!("\"old\", W/{tag}"), "*".to_owned()] {
            let asked = [(header::ACCEPT_ENCODING, "br"), (header::IF_NONE_MATCH, known.as_str())];
            let (status, headers, body) = ask(&file, Method::GET, &asked).await;
            assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{known}");
            assert_eq!(
                (headers["etag"].to_str().unwrap(), &headers["vary"]),
                (tag.as_str(), &"accept-encoding".parse().unwrap())
            );
            assert!(!headers.contains_key("content-encoding") && !headers.contains_key("content-length"));
        }
        let asked = [(header::ACCEPT_ENCODING, "gzip"), (header::IF_NONE_MATCH, tag.as_str())];
        assert_eq!(ask(&file, Method::GET, &asked).await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn who_asks_for_a_part_gets_the_whole() {
        let asked = [(header::ACCEPT_ENCODING, "br"), (header::RANGE, "bytes=1-")];
        let (status, headers, body) = ask(&file(NAME), Method::GET, &asked).await;
        assert_eq!((status, body.as_ref()), (StatusCode::OK, b"br".as_slice()));
        assert!(!headers.contains_key("accept-ranges") && !headers.contains_key("content-range"));
    }

    #[test]
    fn only_a_hash_lasts_for_ever() {
        assert!(is_hashed(NAME));
        for name in ["/dockhost.css", "/a-dxh.js", "/a-dxhnothex00.js", "/terminal/xterm/xterm.mjs"] {
            assert!(!is_hashed(name), "{name}");
        }
    }
}
