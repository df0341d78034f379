//! What a browser is told to forbid on our pages.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

/// Nothing is allowed that is not named. Scripts and styles are files of ours; a program in WebAssembly counts as a script that
/// is made at run time, and this is the one exception for it. No text becomes a script, no attribute a style.
const REST: &str = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; \
    manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; base-uri 'none'";

/// The value of `Content-Security-Policy`.
#[derive(Debug, Clone)]
pub struct Policy(HeaderValue);

impl Policy {
    /// `inline` are the scripts that stand in the page itself, as they stand there.
    pub fn new<'a>(inline: impl IntoIterator<Item = &'a str>) -> Self {
        let hash = |script: &str| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(script)));
        let hashes: String = inline.into_iter().map(hash).collect();
        let policy = format!("{REST}; script-src 'self' 'wasm-unsafe-eval'{hashes}");
        Self(HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'")))
    }

    pub fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_that_are_known_run() {
        let policy = Policy::new(["alert(1)"]).header();
        let policy = policy.to_str().unwrap();
        // By `printf 'alert(1)' | openssl dgst -sha256 -binary | base64`.
        assert!(
            policy.ends_with(
                "script-src 'self' 'wasm-unsafe-eval' 'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"
            ),
            "{policy}"
        );
        assert!(!policy.contains("'unsafe-inline'") && !policy.contains(" 'unsafe-eval'"), "{policy}");
    }
}
