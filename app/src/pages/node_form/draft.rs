//! The form of a node as it is typed.

use model::node::NodeSettings;
use model::port::PortRange;
use model::refusal::Refusal;
use model::request::RegisterNode;
use model::view::NodeView;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) lab: String,
    pub(super) address: String,
    pub(super) max_instances: String,
    pub(super) first_port: String,
    pub(super) last_port: String,
}

impl Default for Draft {
    fn default() -> Self {
        let range = PortRange::DEFAULT;
        Self {
            name: String::new(),
            lab: String::new(),
            address: String::new(),
            max_instances: NodeSettings::DEFAULT_MAX_INSTANCES.to_string(),
            first_port: range.first.to_string(),
            last_port: range.last.to_string(),
        }
    }
}

impl Draft {
    pub(super) fn of(node: &NodeView) -> Self {
        Self {
            name: node.name.to_string(),
            lab: node.lab.as_ref().map(ToString::to_string).unwrap_or_default(),
            address: node.address.clone(),
            max_instances: node.max_instances.to_string(),
            first_port: node.host_ports.first.to_string(),
            last_port: node.host_ports.last.to_string(),
        }
    }

    /// Whether anything that stands under *More* is not what it is by itself.
    pub(super) fn tells_more(&self) -> bool {
        let plain = Self::default();
        !self.address.is_empty() || self.first_port != plain.first_port || self.last_port != plain.last_port
    }

    /// What to send, for a new node or for one that was `before`. What did not change is left out and stays:
    /// an address that was only observed is not settled by saving something else. Only what is no number is
    /// refused here; every rule is the server's.
    pub(super) fn request(&self, before: Option<&Self>) -> Result<RegisterNode, Refusal> {
        let max_instances = self.max_instances.trim().parse().map_err(|_| {
            Refusal::field("max_instances", "How many instances it takes at most must be a whole number, such as 10.")
        })?;
        let port = |text: &str| {
            text.trim()
                .parse::<u16>()
                .map_err(|_| Refusal::field("host_ports", "Host ports are whole numbers from 1 to 65535."))
        };
        let given = |text: &str, old: Option<&str>| {
            let (text, old) = (text.trim(), old.unwrap_or_default());
            (text != old).then(|| text.to_owned())
        };
        Ok(RegisterNode {
            name: self.name.trim().to_owned(),
            lab: given(&self.lab, before.map(|before| before.lab.as_str())),
            address: given(&self.address, before.map(|before| before.address.as_str())),
            max_instances: Some(max_instances),
            host_ports: Some(PortRange { first: port(&self.first_port)?, last: port(&self.last_port)? }),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named() -> Draft {
        Draft { name: " lab-3 ".to_owned(), ..Draft::default() }
    }

    #[test]
    fn what_is_left_empty_is_not_sent() {
        let request = named().request(None).unwrap();
        assert_eq!(request.name, "lab-3");
        assert_eq!((request.lab, request.address), (None, None));
        assert_eq!(request.host_ports, Some(PortRange::DEFAULT));
        assert!(!named().tells_more());
    }

    #[test]
    fn an_address_is_settled_or_taken_away_only_by_changing_it() {
        let observed = Draft { address: "192.0.2.7".to_owned(), ..named() };
        let address = |draft: &Draft| draft.request(Some(&observed)).unwrap().address;
        assert_eq!(address(&observed), None);
        assert_eq!(address(&named()), Some(String::new()));
        assert_eq!(address(&Draft { address: "lab.example ".to_owned(), ..named() }), Some("lab.example".to_owned()));
    }

    #[test]
    fn what_is_no_number_is_refused_at_its_field() {
        let at = |draft: Draft| draft.request(None).unwrap_err().field.unwrap();
        assert_eq!(at(Draft { max_instances: "many".to_owned(), ..named() }), "max_instances");
        assert_eq!(at(Draft { last_port: "70000".to_owned(), ..named() }), "host_ports");
    }
}
