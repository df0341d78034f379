//! The command line: how it comes to a person's computer, and how a program there is signed in with a browser.

use model::may::Action;
use model::refusal::RefusalCode;
use model::request::{AskSignIn, FetchToken, GrantSignIn};
use model::view::{SignInAnswer, SignInAsked, SignInRequestView};

use super::super::endpoint::{Endpoint, Gives, Shape, Takes, row};
use super::super::function::function;

/// For a code that nothing has, has no longer, or that another person looked at first.
const UNKNOWN: &[RefusalCode] = &[RefusalCode::NotFound];

pub(super) const ROWS: &[Endpoint] = &[
    row(
        "POST /api/v1/sign-in-requests",
        function!(sign_in_requests::ask(AskSignIn) -> SignInAsked),
        "Asks a person to sign a program in.",
    )
    .more("The program shows `code`, and fetches the token with `secret`.")
    .example(r#"{"program": "backup 1.0", "host": "laptop"}"#),
    row(
        "POST /api/v1/sign-in-requests/token",
        function!(sign_in_requests::fetch(FetchToken) -> SignInAnswer),
        "Gives the token once a person has answered.",
    )
    .more("Until then, `state` is `waiting`.")
    .refuses(UNKNOWN)
    .example(r#"{"secret": "what the answer to POST /sign-in-requests has"}"#),
    row(
        "GET /api/v1/sign-in-requests/{code}",
        function!(sign_in_requests::get() -> SignInRequestView),
        "Shows which program asks, and from where.",
    )
    .asks(Action::AnswerProgram)
    .refuses(UNKNOWN),
    row(
        "POST /api/v1/sign-in-requests/{code}/grant",
        function!(sign_in_requests::grant(GrantSignIn) -> ()),
        "Lets the program in, by a token of its own.",
    )
    .asks(Action::CreateToken)
    .refuses(UNKNOWN)
    .example(r#"{"name": "laptop", "scope": "instances", "expires_in_days": 90}"#),
    row(
        "DELETE /api/v1/sign-in-requests/{code}",
        function!(sign_in_requests::refuse() -> ()),
        "Says no to the program.",
    )
    .asks(Action::AnswerProgram)
    .refuses(UNKNOWN),
    row(
        "GET /install-dockhost",
        Shape { takes: Takes::Nothing, gives: Gives::Text },
        "Gives the script that installs the command line.",
    ),
    row(
        "GET /install-dockhost/{architecture}",
        Shape { takes: Takes::Nothing, gives: Gives::Bytes },
        "Gives the command line's program.",
    )
    .refuses(UNKNOWN),
];
