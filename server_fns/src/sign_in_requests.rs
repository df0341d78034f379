//! Programs on people's computers that are signed in with a browser.

use dioxus::prelude::*;
use model::request::{AskSignIn, FetchToken, GrantSignIn};
use model::view::{SignInAnswer, SignInAsked, SignInRequestView};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

/// For programs, of which nobody has signed in yet: a code that a person sees, and a secret for the program alone.
#[cfg_attr(
    feature = "server",
    expect(clippy::unused_async, reason = "a server function is one, and this waits for nothing")
)]
#[post("/api/v1/sign-in-requests", caller: Caller)]
pub async fn ask(request: Json<AskSignIn>) -> Result<SignInAsked, ApiError> {
    Ok(caller.control.sign_in_requests.ask(&request.0, &caller.peer)?)
}

/// For the program that asked: whether a person has answered. The token is told once.
#[cfg_attr(
    feature = "server",
    expect(clippy::unused_async, reason = "a server function is one, and this waits for nothing")
)]
#[post("/api/v1/sign-in-requests/token", caller: Caller)]
pub async fn fetch(request: Json<FetchToken>) -> Result<SignInAnswer, ApiError> {
    Ok(caller.control.sign_in_requests.fetch(&request.0)?)
}

/// Which program asks, and from where.
#[get("/api/v1/sign-in-requests/{code}", caller: Caller)]
pub async fn get(code: String) -> Result<SignInRequestView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.sign_in_requests.look(&actor, &code)?)
}

/// Lets it in, by a token.
#[post("/api/v1/sign-in-requests/{code}/grant", caller: Caller)]
pub async fn grant(code: String, request: Json<GrantSignIn>) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.sign_in_requests.grant(&actor, &code, request.0).await?)
}

/// Says no to it.
#[delete("/api/v1/sign-in-requests/{code}", caller: Caller, _none: NoFields)]
pub async fn refuse(code: String) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.sign_in_requests.refuse(&actor, &code)?)
}
