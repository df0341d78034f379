//! Who somebody is inside of the instance that they log in to: `bob` of `bob+web-1`.

/// Who it is unless they say so.
pub const ROOT: &str = "root";
/// Bytes of a user's name, as Linux bounds it.
const LONGEST: usize = 32;

/// The user, and the name of the instance. No instance has a `+` in its name.
pub(super) fn split(user: &str) -> (&str, &str) {
    user.rsplit_once('+').unwrap_or((ROOT, user))
}

/// Whether a user can be called so. Anything else would mean something to an sshd, such as a style of logging in.
pub(super) fn is_one(user: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    (1..=LONGEST).contains(&user.len()) && !user.starts_with('-') && user.bytes().all(plain)
}

/// What is said where the instance takes nobody of that name.
pub fn not_let_in(instance: &str, user: &str) -> String {
    format!(
        "{instance} lets no user called {user} in: there is none, or its sshd forbids it. Log in without `{user}+`, which makes you \
         {ROOT}; `adduser {user}` there makes one."
    )
}
