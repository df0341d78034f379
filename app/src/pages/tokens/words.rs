//! What a token may do, in words.

use model::scope::Scope;

pub(super) const fn title(scope: Scope) -> &'static str {
    match scope {
        Scope::All => "Everything",
        Scope::Instances => "Instances",
        Scope::Read => "Read only",
    }
}
