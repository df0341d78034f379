//! Signing up, in and out; the own account and its sessions.

use model::may::Action;
use model::refusal::RefusalCode;
use model::request::{ChangeEmail, ChangePassword, ProveSession, ResetPassword, SignIn, SignUp};
use model::view::{PersonView, SessionView, SignedIn, Welcome};

use super::super::endpoint::{Endpoint, row};
use super::super::function::function;

pub(super) const ROWS: &[Endpoint] = &[
    row(
        "GET /api/v1/welcome",
        function!(account::welcome() -> Welcome),
        "Tells a visitor who they are and who may sign up.",
    ),
    row("POST /api/v1/sign-up", function!(account::sign_up(SignUp) -> SignedIn), "Opens an account and a session.")
        .more("Whoever has the set-up link sends its token as `setup`, whoever was invited the invitation as `invite`.")
        .refuses(&[RefusalCode::Conflict])
        .example(r#"{"username": "grace", "email": "grace@example.org", "password": "a long password of hers"}"#),
    row("POST /api/v1/sign-in", function!(account::sign_in(SignIn) -> SignedIn), "Opens a session.")
        .more(
            "Later requests send the cookie that this answer sets, and its `session_key` in the header \
             `DockHost-Session-Key`. If the next sign-in of that account sends the key as `last_session_key`, other \
             people's wrong guesses do not slow it. Programs use an API token instead.",
        )
        .refuses(&[RefusalCode::Unauthenticated])
        .example(r#"{"username": "grace", "password": "a long password of hers"}"#),
    row("POST /api/v1/sign-out", function!(account::sign_out() -> ()), "Ends the session that asks.")
        .more("Without one there is nothing to end, which is as good."),
    row(
        "POST /api/v1/password-reset",
        function!(account::reset_password(ResetPassword) -> ()),
        "Sets another password by a reset link, once.",
    )
    .more("`secret` is what stands behind `link=` in the link. Every session of the person ends.")
    .example(r#"{"secret": "dhr_0000000000000000000000000000000000000000000", "password": "a new long password"}"#),
    row("GET /api/v1/me", function!(account::me() -> PersonView), "Shows your account and what you may do.")
        .asks(Action::UseAccount),
    row(
        "POST /api/v1/me/password",
        function!(account::change_password(ChangePassword) -> ()),
        "Changes your password.",
    )
    .more("It ends your other sessions; `end` says what else ends with the old password.")
    .asks(Action::ChangePassword)
    .example(r#"{"current": "the password of now", "new": "another long password", "end": {"tokens": true}}"#),
    row(
        "PUT /api/v1/me/email",
        function!(account::change_email(ChangeEmail) -> PersonView),
        "Changes your email address.",
    )
    .asks(Action::ChangeEmail)
    .example(r#"{"email": "ada@example.com", "current": "the password of now"}"#),
    row(
        "POST /api/v1/me/removal",
        function!(account::ask_for_removal() -> ()),
        "Asks administrators to remove your account.",
    )
    .more("Nothing ends by it.")
    .asks(Action::AskRemoval),
    row("DELETE /api/v1/me/removal", function!(account::withdraw_removal() -> ()), "Asks for that no longer.")
        .asks(Action::AskRemoval),
    row(
        "POST /api/v1/session/proof",
        function!(account::prove_session(ProveSession) -> ()),
        "Gives your password once more.",
    )
    .more(
        "A session that asks for a new way into the account more than 15 minutes after the password was given gets \
             403 with the code `proof_needed`, sends this, and asks again.",
    )
    .asks(Action::ProveSession)
    .example(r#"{"password": "the password of now"}"#),
    row("GET /api/v1/sessions", function!(account::sessions() -> [SessionView]), "Lists your browsers' sessions.")
        .asks(Action::UseAccount),
    row("DELETE /api/v1/sessions/{id}", function!(account::revoke_session() -> ()), "Ends a session.")
        .asks(Action::ManageSession),
];
