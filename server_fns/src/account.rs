//! Signing up, in and out; the own account and its sessions.

use dioxus::prelude::*;
use model::id::SessionId;
use model::request::{ChangeEmail, ChangePassword, ProveSession, ResetPassword, SignIn, SignUp};
use model::view::{PersonView, SessionView, SignedIn, Welcome};

#[cfg(feature = "server")]
use crate::host::{Caller, NoFields};
use crate::{ApiError, Json};

/// What a visitor may know before signing in, and who they are if they have.
#[get("/api/v1/welcome", caller: Caller)]
pub async fn welcome() -> Result<Welcome, ApiError> {
    let actor = caller.actor().await.ok();
    let key_wanted = actor.is_none() && caller.shows_cookie_alone();
    Ok(Welcome { key_wanted, ..caller.control.accounts.welcome(actor.as_ref()) })
}

/// Opens an account and a session.
#[post("/api/v1/sign-up", caller: Caller)]
pub async fn sign_up(request: Json<SignUp>) -> Result<SignedIn, ApiError> {
    let (person, secrets) = caller.control.accounts.sign_up(request.0, caller.peer.clone()).await?;
    Ok(caller.remember(person, &secrets))
}

/// One answer for an unknown user and a wrong password.
#[post("/api/v1/sign-in", caller: Caller)]
pub async fn sign_in(request: Json<SignIn>) -> Result<SignedIn, ApiError> {
    let (person, secrets) = caller.control.accounts.sign_in(request.0, caller.peer.clone()).await?;
    Ok(caller.remember(person, &secrets))
}

/// Ends the session or the token that asks. Without either there is nothing to end, which is as good.
#[post("/api/v1/sign-out", caller: Caller, _none: NoFields)]
pub async fn sign_out() -> Result<(), ApiError> {
    if let Ok(actor) = caller.actor().await {
        caller.control.accounts.sign_out(&actor).await?;
    }
    caller.forget();
    Ok(())
}

#[get("/api/v1/me", caller: Caller)]
pub async fn me() -> Result<PersonView, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.accounts.me(&actor)?)
}

/// Ends every other session of the person, too, and what else they say.
#[post("/api/v1/me/password", caller: Caller)]
pub async fn change_password(request: Json<ChangePassword>) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.accounts.change_password(&actor, request.0).await?)
}

/// By the secret of a reset link, which works once. Every session of the person ends.
#[post("/api/v1/password-reset", caller: Caller)]
pub async fn reset_password(request: Json<ResetPassword>) -> Result<(), ApiError> {
    Ok(caller.control.accounts.use_reset_link(request.0, caller.peer.clone()).await?)
}

#[put("/api/v1/me/email", caller: Caller)]
pub async fn change_email(request: Json<ChangeEmail>) -> Result<PersonView, ApiError> {
    let actor = caller.actor().await?;
    caller.control.accounts.change_email(&actor, request.0).await?;
    Ok(caller.control.accounts.me(&actor)?)
}

/// Nothing ends by it: an administrator sees it.
#[post("/api/v1/me/removal", caller: Caller, _none: NoFields)]
pub async fn ask_for_removal() -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.accounts.ask_for_removal(&actor).await?)
}

#[delete("/api/v1/me/removal", caller: Caller, _none: NoFields)]
pub async fn withdraw_removal() -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.accounts.withdraw_removal(&actor).await?)
}

/// For what makes a new way into the account, a session takes the password once more.
#[post("/api/v1/session/proof", caller: Caller)]
pub async fn prove_session(request: Json<ProveSession>) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.accounts.prove_session(&actor, request.0).await?)
}

#[get("/api/v1/sessions", caller: Caller)]
pub async fn sessions() -> Result<Vec<SessionView>, ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.accounts.sessions(&actor)?)
}

#[delete("/api/v1/sessions/{id}", caller: Caller, _none: NoFields)]
pub async fn revoke_session(id: SessionId) -> Result<(), ApiError> {
    let actor = caller.actor().await?;
    Ok(caller.control.accounts.revoke_session(&actor, id).await?)
}
