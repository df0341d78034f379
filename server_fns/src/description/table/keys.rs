//! API tokens and SSH keys of a person.

use model::may::Action;
use model::request::{AddSshKey, CreateToken, MayManage, ProveSshKey};
use model::view::{KeyChallenge, SshKeyView, TokenView};

use super::super::endpoint::{Endpoint, row};
use super::super::function::function;

pub(super) const ROWS: &[Endpoint] = &[
    row("GET /api/v1/tokens", function!(tokens::list() -> [TokenView]), "Lists your API tokens.")
        .asks(Action::UseAccount),
    row("POST /api/v1/tokens", function!(tokens::create(CreateToken) -> Created<TokenView>), "Makes an API token.")
        .more("Its `secret` is shown once. Without `expires_in_days`, it opens until it is removed.")
        .asks(Action::CreateToken)
        .example(r#"{"name": "backup", "scope": "read", "expires_in_days": 90}"#),
    row("DELETE /api/v1/tokens/{id}", function!(tokens::remove() -> ()), "Removes a token.").asks(Action::ManageToken),
    row("GET /api/v1/ssh-keys", function!(ssh_keys::list() -> [SshKeyView]), "Lists your SSH keys.")
        .asks(Action::UseAccount),
    row("POST /api/v1/ssh-keys", function!(ssh_keys::add(AddSshKey) -> SshKeyView), "Adds an SSH key.")
        .more("`public_key` is one line as in `id_ed25519.pub`.")
        .asks(Action::AddKey)
        .example(concat!(
            r#"{"name": "laptop", "public_key": "ssh-ed25519 "#,
            r#"AAAAC3NzaC1lZDI1NTE5AAAAIHdVTdk/NrqOVHH7Z343/8t33xYo9IFm9J3iq3zUUIbk"}"#,
        )),
    row(
        "DELETE /api/v1/ssh-keys/{id}",
        function!(ssh_keys::remove() -> ()),
        "Removes a key: it opens no instance any more.",
    )
    .asks(Action::ManageKey),
    row(
        "PUT /api/v1/ssh-keys/{id}/may-manage",
        function!(ssh_keys::may_manage(MayManage) -> SshKeyView),
        "Says whether the key may manage, or only log in where it is ticked.",
    )
    .asks(Action::AddKey)
    .example(r#"{"allowed": false}"#),
    row(
        "POST /api/v1/ssh-keys/{id}/challenge",
        function!(ssh_keys::challenge() -> KeyChallenge),
        "Gives the text whose signature proves that you hold the key.",
    )
    .asks(Action::ManageKey),
    row("POST /api/v1/ssh-keys/{id}/proof", function!(ssh_keys::prove(ProveSshKey) -> SshKeyView), "Proves the key.")
        .more("`signature` is what `ssh-keygen -Y sign` printed for the challenge.")
        .asks(Action::ProveKey)
        .example(r#"{"signature": "-----BEGIN SSH SIGNATURE-----\n…\n-----END SSH SIGNATURE-----"}"#),
];
