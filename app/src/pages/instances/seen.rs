//! Which instances the list shows, as it stands in the address.

use std::fmt;

use crate::route::Route;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Of {
    #[default]
    Me,
    /// For administrators: nobody else sees what is not their own.
    Everybody,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) of: Of,
    /// As it is typed.
    pub(crate) filter: String,
}

impl Seen {
    /// The address of the list that shows these.
    pub(crate) fn route(self) -> Route {
        if self == Self::default() { Route::Instances {} } else { Route::Listed { seen: self } }
    }
}

/// Reads the query of an address. The filter is its last part, so it may have any character in it.
impl From<&str> for Seen {
    fn from(query: &str) -> Self {
        let (before, filter) = match query.strip_prefix("filter=") {
            Some(filter) => ("", filter),
            None => query.split_once("&filter=").unwrap_or((query, "")),
        };
        let everybody = before.split('&').any(|part| part == "of=everybody");
        Self { of: if everybody { Of::Everybody } else { Of::Me }, filter: filter.to_owned() }
    }
}

/// Writes the query. The router spells everything that an address cannot have, but for the sign it spells it with.
impl fmt::Display for Seen {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let filter = self.filter.replace('%', "%25");
        match (self.of, filter.as_str()) {
            (Of::Me, "") => Ok(()),
            (Of::Me, filter) => write!(out, "filter={filter}"),
            (Of::Everybody, "") => out.write_str("of=everybody"),
            (Of::Everybody, filter) => write!(out, "of=everybody&filter={filter}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_list_shows_is_read_from_its_address_as_it_was_written() {
        for of in [Of::Me, Of::Everybody] {
            for filter in
                ["", "web", " web  lab-1 ", "a&of=everybody", "filter=x", "50%41 %", "#1 ?ü<\">", "&filter=", "1+1"]
            {
                let seen = Seen { of, filter: filter.to_owned() };
                let address = Route::Listed { seen: seen.clone() }.to_string();
                assert_eq!(address.parse::<Route>().ok(), Some(Route::Listed { seen }), "{address}");
            }
        }
    }

    #[test]
    fn the_first_page_has_the_shortest_address() {
        assert_eq!(Seen::default().route().to_string(), "/");
        let everybody = Seen { of: Of::Everybody, filter: String::new() };
        assert_eq!(everybody.route().to_string(), "/?of=everybody");
        assert_eq!("/".parse::<Route>().ok(), Some(Route::Listed { seen: Seen::default() }));
        assert_eq!(Seen::from("of=nobody&more=1"), Seen::default());
    }
}
