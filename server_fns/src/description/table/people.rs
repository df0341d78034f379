//! Everybody who has an account, and what administrators settle for the whole installation.

use model::may::Action;
use model::request::{ChangeSettings, RemovePerson, SetAdministrator, Settings, SuspendPerson};
use model::view::{InviteView, PersonRow, ResetLink};

use super::super::endpoint::{Endpoint, row};
use super::super::function::function;

pub(super) const ROWS: &[Endpoint] = &[
    row("GET /api/v1/people", function!(people::list() -> [PersonRow]), "Lists everybody who has an account.")
        .asks(Action::SeePeople),
    row(
        "PUT /api/v1/people/{id}/administrator",
        function!(people::set_administrator(SetAdministrator) -> ()),
        "Makes somebody an administrator, or no longer.",
    )
    .asks(Action::MakeAdministrator)
    .example(r#"{"administrator": true}"#),
    row(
        "POST /api/v1/people/{id}/suspend",
        function!(people::suspend(SuspendPerson) -> ()),
        "Lets nothing of theirs open anything, until somebody resumes them.",
    )
    .more("With `stop`, what runs of theirs is stopped.")
    .asks(Action::ManagePeople)
    .example(r#"{"stop": true}"#),
    row("POST /api/v1/people/{id}/resume", function!(people::resume() -> ()), "Ends a suspension.")
        .asks(Action::ManagePeople),
    row(
        "POST /api/v1/people/{id}/reset-link",
        function!(people::make_reset_link() -> Created<ResetLink>),
        "Makes a link by which somebody sets another password, once.",
    )
    .more("Its `secret` is shown once.")
    .asks(Action::MakeResetLink),
    row("DELETE /api/v1/people/{id}", function!(people::remove(RemovePerson) -> ()), "Removes an account for good.")
        .more("Whoever has instances or nodes is removed only with a word on what becomes of them.")
        .asks(Action::RemovePeople)
        .example(r#"{"instances": "delete", "nodes": {"give": "ada"}}"#),
    row("GET /api/v1/settings", function!(settings::get() -> Settings), "Shows the settings.")
        .asks(Action::SeeSettings),
    row("PUT /api/v1/settings", function!(settings::change(ChangeSettings) -> Settings), "Replaces every setting.")
        .more("Without `keep_events_days`, that stays as it is.")
        .asks(Action::ChangeSettings)
        .example(r#"{"sign_up": "open", "quota": 5, "web_ports_closed": false, "refuse_faulty": false}"#),
    row("GET /api/v1/invites", function!(settings::invites() -> [InviteView]), "Lists the invitations.")
        .asks(Action::SeeInvites),
    row("POST /api/v1/invites", function!(settings::create_invite() -> Created<InviteView>), "Makes an invitation.")
        .more("Its `secret` opens one account, and is shown once.")
        .asks(Action::Invite),
    row("DELETE /api/v1/invites/{id}", function!(settings::remove_invite() -> ()), "Withdraws an invitation.")
        .asks(Action::WithdrawInvite),
];
