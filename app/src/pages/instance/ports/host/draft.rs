//! A host port as it is typed.

use model::forward::{Place, Protocol};
use model::refusal::Refusal;
use model::request::OpenForward;
use model::view::ForwardView;

use super::super::number;
use super::{key, words};

/// The fields, as the server names them in a refusal.
pub(super) const CONTAINER_PORT: &str = "container_port";
pub(super) const HOST_PORT: &str = "host_port";
pub(super) const ALLOW: &str = "allow";
pub(super) const BIND: &str = "bind";
pub(super) const PLACE: &str = "place";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) place: Place,
    pub(super) protocol: Protocol,
    pub(super) container_port: String,
    /// Empty for a free one.
    pub(super) host_port: String,
    /// Networks; empty for everybody.
    pub(super) allow: String,
    pub(super) bind: String,
}

impl Draft {
    pub(super) fn of(forward: &ForwardView) -> Self {
        let networks: Vec<_> = forward.allow.iter().map(|network| words::network(network)).collect();
        Self {
            place: forward.place,
            protocol: forward.protocol,
            container_port: forward.container.0.to_string(),
            host_port: forward.host.0.to_string(),
            allow: networks.join("\n"),
            bind: forward.bind.clone(),
        }
    }

    pub(super) fn is_for_everybody(&self) -> bool {
        networks(&self.allow).next().is_none()
    }

    /// What to send. Only what is no number is refused here; every rule is the server's.
    pub(super) fn request(&self) -> Result<OpenForward, Refusal> {
        let read = |field, typed: &str| number::read(typed).map_err(|why| Refusal::field(field, why));
        let optional = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Ok(OpenForward {
            place: self.place,
            protocol: self.protocol,
            container_port: read(CONTAINER_PORT, &self.container_port)?,
            host_port: optional(&self.host_port).map(|typed| read(HOST_PORT, &typed)).transpose()?,
            bind: optional(&self.bind),
            allow: networks(&self.allow).map(str::to_owned).collect(),
        })
    }

    /// The same for one that is not among the `known`: asking for one of those again would change who is let in there.
    pub(super) fn request_new(&self, known: &[ForwardView]) -> Result<OpenForward, Refusal> {
        let request = self.request()?;
        let alike = known.iter().filter(|other| other.place == request.place && other.protocol == request.protocol);
        for other in alike {
            let address = &other.address;
            match request.host_port {
                Some(number) if number == other.host.0 => {
                    let why = format!("It is open already, as {address}: change it in its row.");
                    return Err(Refusal::field(HOST_PORT, why));
                }
                None if request.container_port == other.container.0 => {
                    let why = format!(
                        "{address} leads there already. Change that one in its row, or choose a host port under More."
                    );
                    return Err(Refusal::field(CONTAINER_PORT, why));
                }
                _ => {}
            }
        }
        Ok(request)
    }
}

/// Separated by commas, lines or blanks.
fn networks(typed: &str) -> impl Iterator<Item = &str> {
    typed.split(|letter: char| letter == ',' || letter.is_whitespace()).filter(|part| !part.is_empty())
}

/// The one that came to the `known` ones.
pub(super) fn opened<'a>(known: &[ForwardView], now: &'a [ForwardView]) -> Option<&'a ForwardView> {
    now.iter().find(|forward| known.iter().all(|other| key(other) != key(forward)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::port::{ContainerPort, HostPort};

    fn forward(host: u16, container: u16) -> ForwardView {
        ForwardView {
            place: Place::Node,
            protocol: Protocol::Tcp,
            host: HostPort(host),
            container: ContainerPort(container),
            address: format!("lab-1:{host}"),
            bind: "10.0.0.7".to_owned(),
            allow: vec!["10.0.0.0/8".to_owned(), "192.0.2.7/32".to_owned()],
            problem: String::new(),
            given_up: false,
        }
    }

    fn typed(container_port: &str, host_port: &str) -> Draft {
        Draft { container_port: container_port.to_owned(), host_port: host_port.to_owned(), ..Draft::default() }
    }

    #[test]
    fn what_is_left_empty_is_left_to_the_server() {
        let request = typed(" 8080 ", " ").request().unwrap();
        assert_eq!(request, OpenForward { container_port: 8080, ..OpenForward::default() });
    }

    #[test]
    fn networks_are_read_however_they_are_separated() {
        let allow = " 10.0.0.0/8, 192.0.2.7\nfd00::/8 ,\n\n".to_owned();
        let draft = Draft { allow, ..typed("8080", "") };
        assert_eq!(draft.request().unwrap().allow, ["10.0.0.0/8", "192.0.2.7", "fd00::/8"]);
        assert!(!draft.is_for_everybody());
        assert!(Draft { allow: " ,\n".to_owned(), ..draft }.is_for_everybody());
    }

    #[test]
    fn what_is_no_number_is_refused_at_its_field() {
        let field = |draft: Draft| draft.request().unwrap_err().field;
        assert_eq!(field(typed("http", "")).as_deref(), Some(CONTAINER_PORT));
        assert_eq!(field(typed("80", "70000")).as_deref(), Some(HOST_PORT));
    }

    #[test]
    fn one_that_is_saved_as_it_is_stays_as_it_is() {
        let request = Draft::of(&forward(20_000, 80)).request().unwrap();
        assert_eq!((request.container_port, request.host_port), (80, Some(20_000)));
        assert_eq!(request.bind.as_deref(), Some("10.0.0.7"));
        assert_eq!(request.allow, ["10.0.0.0/8", "192.0.2.7"]);
    }

    #[test]
    fn opening_never_changes_one_that_is_open() {
        let known = [forward(20_000, 80)];
        let field = |draft: Draft| draft.request_new(&known).err().and_then(|refusal| refusal.field);
        assert_eq!(field(typed("80", "")).as_deref(), Some(CONTAINER_PORT));
        assert_eq!(field(typed("81", "20000")).as_deref(), Some(HOST_PORT));
        assert_eq!(field(typed("80", "20001")), None);
        assert_eq!(field(typed("81", "")), None);
        assert_eq!(field(Draft { protocol: Protocol::Udp, ..typed("80", "20000") }), None);
        assert_eq!(field(Draft { place: Place::Server, ..typed("80", "") }), None);
    }

    #[test]
    fn the_one_that_was_opened_is_found() {
        let (old, new) = (forward(20_000, 80), forward(20_001, 80));
        let known = [old.clone()];
        assert_eq!(opened(&known, &[old.clone(), new.clone()]), Some(&new));
        assert_eq!(opened(&known, &[old]), None);
    }
}
