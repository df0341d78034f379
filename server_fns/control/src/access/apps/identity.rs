//! Who asks, in a form that an app can check: whoever reaches its port by another door can claim any name in a header, and
//! nobody else can sign one. A JSON Web Token (RFC 7519) with Ed25519 (RFC 8037).

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use model::Timestamp;
use model::id::InstanceId;
use model::name::Username;
use serde_json::json;

use super::Urls;
use crate::authority::IdentityKey;

/// On the console, and on the host of each app.
pub(crate) const KEYS: &str = "/.dockhost/jwks.json";
/// Seconds for which one is good: long enough for a request, too short to be worth stealing.
const LIFETIME: i64 = 60;

/// What a token says.
pub(super) struct Claims<'c> {
    /// The console that vouches for it.
    pub(super) issuer: &'c str,
    /// The host of the app, as its visitors write it: a token for one app is worth nothing to another.
    pub(super) audience: &'c str,
    pub(super) person: &'c Username,
    pub(super) instance: InstanceId,
    pub(super) now: Timestamp,
}

pub(super) fn token(key: &IdentityKey, claims: &Claims<'_>) -> Option<HeaderValue> {
    let Claims { issuer, audience, person, instance, now } = claims;
    let now = now.timestamp();
    let head = json!({ "alg": "EdDSA", "typ": "JWT", "kid": key.id() });
    let body = json!({
        "iss": issuer, "aud": audience, "sub": person.as_str(), "instance": instance.to_string(),
        "iat": now, "exp": now + LIFETIME,
    });
    let [head, body] = [head, body].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
    let signed = format!("{head}.{body}");
    let signature = BASE64_URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    HeaderValue::try_from(format!("{signed}.{signature}")).ok()
}

/// The keys by which tokens are checked (RFC 7517).
pub(super) fn keys(key: &IdentityKey) -> Response {
    let public = BASE64_URL_SAFE_NO_PAD.encode(key.public());
    let set = json!({ "keys": [
        { "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": key.id(), "x": public },
    ] });
    // It is no secret, and whoever checks a token in a browser may read it.
    let headers = [(header::CACHE_CONTROL, "public, max-age=3600"), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    (headers, axum::Json(set)).into_response()
}

/// As [`keys`], on the console.
pub(crate) async fn console_keys(State(urls): State<Arc<Urls>>) -> Response {
    keys(&urls.authority.identity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Authority;
    use ed25519_dalek::{Signature, Verifier as _, VerifyingKey};

    const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn a_token_names_one_person_to_one_app_for_a_minute() {
        let authority = Authority::new(SECRET).unwrap();
        let person: Username = "ada".parse().unwrap();
        let claims = Claims {
            issuer: "https://dockhost.example",
            audience: "web-80--ada.apps.example",
            person: &person,
            instance: InstanceId::from_bits(7),
            now: Timestamp::from_timestamp(1_800_000_000, 0).unwrap(),
        };
        let token = token(&authority.identity, &claims).unwrap();
        let parts: Vec<&str> = token.to_str().unwrap().split('.').collect();
        let [head, body, signature] = parts[..] else { panic!("{token:?}") };
        let key = VerifyingKey::from_bytes(&authority.identity.public()).unwrap();
        let decoded = |part| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap();
        let signature = Signature::from_slice(&decoded(signature)).unwrap();
        key.verify(format!("{head}.{body}").as_bytes(), &signature).unwrap();
        assert!(key.verify(format!("{head}x.{body}").as_bytes(), &signature).is_err());
        let body: serde_json::Value = serde_json::from_slice(&decoded(body)).unwrap();
        let expected = json!({
            "iss": "https://dockhost.example", "aud": "web-80--ada.apps.example", "sub": "ada",
            "instance": "i-0000000000000007", "iat": 1_800_000_000, "exp": 1_800_000_060,
        });
        assert_eq!(body, expected);
        let other = Authority::new(&"ab".repeat(32)).unwrap();
        assert_ne!(other.identity.public(), authority.identity.public());
    }
}
