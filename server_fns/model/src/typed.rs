//! What can be told of a form from what was typed alone. The page marks every such mistake before it asks, and the server
//! goes by the same rules.

use crate::name::{EmailAddress, InstanceName, Username};
use crate::refusal::Refusal;

const PASSWORD_AT_LEAST: usize = 10;
const PASSWORD_MAX: usize = 128;

/// At the field `username`.
pub fn username(typed: &str) -> Result<Username, Refusal> {
    let name = typed.trim().to_ascii_lowercase().parse::<Username>().and_then(Username::given_anew);
    name.map_err(|why| Refusal::bad_name("username", "The username", &why))
}

/// At the field `email`.
pub fn email(typed: &str) -> Result<EmailAddress, Refusal> {
    typed.parse::<EmailAddress>().map_err(|why| Refusal::bad_name("email", "The email address", &why))
}

/// At the field `name`.
pub fn instance_name(typed: &str) -> Result<InstanceName, Refusal> {
    let name = typed.trim().parse::<InstanceName>().and_then(InstanceName::given_anew);
    name.map_err(|why| Refusal::bad_name("name", "The name of the instance", &why))
}

/// At the field `password`. Whether it is easily guessed only the server tells.
pub fn password_length(typed: &str) -> Result<(), Refusal> {
    let no = |why: &str| Err(Refusal::field("password", why));
    match typed.chars().count() {
        0..PASSWORD_AT_LEAST => {
            no("The password is too short: it needs at least 10 characters. Several words in a row do well.")
        }
        PASSWORD_AT_LEAST..=PASSWORD_MAX => Ok(()),
        _ => no("The password is too long: it may have at most 128 characters."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_names_its_field_and_begins_with_a_capital() {
        let refusals = [
            username("A b").unwrap_err(),
            username("").unwrap_err(),
            email("ada").unwrap_err(),
            instance_name("../etc").unwrap_err(),
            instance_name("lobby").unwrap_err(),
            password_length("short").unwrap_err(),
            password_length(&"x".repeat(129)).unwrap_err(),
        ];
        let fields = refusals.iter().map(|refusal| refusal.field.as_deref().unwrap()).collect::<Vec<_>>();
        assert_eq!(fields, ["username", "username", "email", "name", "name", "password", "password"]);
        assert!(refusals.iter().all(|refusal| refusal.message.starts_with("The ") && refusal.message.ends_with('.')));
    }

    #[test]
    fn what_people_type_around_a_name_is_no_mistake() {
        assert_eq!(username(" Ada ").unwrap().as_str(), "ada");
        assert_eq!(email(" Ada@Example.org").unwrap().as_str(), "ada@example.org");
        assert_eq!(instance_name(" web-1 ").unwrap().as_str(), "web-1");
        assert_eq!(password_length(&"ä".repeat(10)), Ok(()));
    }
}
