//! What every HTTP request passes before it reaches a page, a server function or a WebSocket: who may ask
//! from where, how much may be sent, how a "no" looks, what browsers are told to forbid.

mod answer;
mod body;
pub mod cookie;
pub mod delivery;
mod dialled;
mod errors;
pub mod exposure;
mod forwarded;
mod headers;
pub(crate) mod host_name;
mod hosts;
pub(crate) mod listen;
mod origin;
pub(crate) mod programs;
mod query;
pub mod tls;
mod unread;
mod window;

#[cfg(test)]
mod probe;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};

pub(crate) use answer::refuse;
pub use body::UnreadBody;
pub(crate) use body::discard;
pub use dialled::Dialled;
pub use exposure::Exposure;
pub use forwarded::{BadProxies, TrustedProxies};
pub use listen::Door;
pub use origin::{BadPublicUrl, Origins};
pub use query::taken;
pub use wire::listen::network_of as network;

/// Everything under it is for programs: JSON in, JSON out, also for mistakes.
const API: &str = "/api/";

/// Puts all layers around the routes of `router`, its fallback included. To be called when every route is in:
/// the layers look at the route that was found. From outside to inside: headers on whatever is answered, then the coding in
/// which it travels, then the name that was asked for, then what the desktop window may read, then the origin before
/// anything is read, then the shape of errors, then the size of the body.
pub fn layers<S>(router: Router<S>, origins: Origins) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let (strict, origins) = (origins.strict(), Arc::new(origins));
    let router = router
        .layer(from_fn(body::bound))
        .layer(from_fn(errors::reshape))
        .layer(from_fn_with_state(Arc::clone(&origins), origin::guard))
        .layer(from_fn(window::answer))
        .layer(from_fn_with_state(origins, hosts::guard));
    delivery::compressed(router).layer(from_fn_with_state(headers::Answers::new(strict), headers::harden))
}

#[cfg(test)]
mod tests {
    use super::probe::{Probe, request};
    use super::*;
    use axum::http::StatusCode;
    use axum::routing::post;
    use model::refusal::{Refusal, RefusalCode};

    fn all() -> Probe {
        let echo = |body: String| async move { body };
        let origins = Origins::new("127.0.0.1:8080".parse().unwrap(), Exposure::Loopback, &[]).unwrap();
        Probe(layers(Router::new().route("/api/v1/echo", post(echo)), origins))
    }

    #[tokio::test]
    async fn refusals_of_every_layer_have_one_shape_and_the_headers() {
        let json = ("content-type", "application/json");
        let foreign = request("POST", "/api/v1/echo", &[json, ("origin", "http://evil.example")], "{}");
        let large = request("POST", "/api/v1/echo", &[json], vec![b' '; 300 * 1024]);
        let unknown = request("POST", "/api/v1/nothing", &[json], "{}");
        for (request, code) in
            [(foreign, RefusalCode::Forbidden), (large, RefusalCode::TooLarge), (unknown, RefusalCode::NotFound)]
        {
            let answer = all().ask(request).await;
            let refusal: Refusal = serde_json::from_slice(&answer.body).unwrap();
            assert_eq!(refusal.code, code);
            assert_eq!(answer.status.as_u16(), code.status());
            assert!(answer.headers.contains_key("content-security-policy"));
        }
    }

    #[tokio::test]
    async fn what_is_allowed_arrives_whole() {
        let headers = [("content-type", "application/json"), ("origin", "http://localhost:8080")];
        let answer = all().ask(request("POST", "/api/v1/echo", &headers, "{\"a\":1}")).await;
        assert_eq!((answer.status, answer.body.as_ref()), (StatusCode::OK, b"{\"a\":1}".as_slice()));
    }
}
